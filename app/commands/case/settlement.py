"""Stores what a step of the engine means: tasks, timers, limits, messages, history, status, pause and end."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import bindparam, delete, insert, or_, update

from app.commands.case import deadlines, history, pause
from app.commands.case.at_work import CaseAtWork
from app.commands.case.startable import look_at
from app.commands.complaint import merging
from app.commands.complaint import rows as complaint_rows
from app.commands.letter import notices, status_letters
from app.domain.errors import Conflict
from app.engine.instance import Instance, OpenWork, Wait
from app.engine.trace import EngineStep
from app.rules import assignment, facts
from app.rules.advance import advance
from app.rules.limits import nearest
from app.sdk import Outgoing, StartProcess
from app.store.base import table_of
from app.store.compiled import CompiledStatement
from app.store.faults import faultpoint
from app.store.fingerprints import state_digest
from app.store.instances import ProcessInstance
from app.store.jobs import Job
from app.store.tasks import Candidate, Draft, Task

OWNER_FALLBACK = "process_owner"
# With each step; columns of an index are written only when they must be: each is a page more.
CHANGING: tuple[str, ...] = ("version", "blob", "status", "unit", "history_count", "due_at", "due_confirmed")
CHANGING += ("limit_key", "paused_at", "paused_seconds")
AT_END = ("state", "ended_at", "end_event")
_instance, _task, _candidate = table_of(ProcessInstance), table_of(Task), table_of(Candidate)
_draft, _job = table_of(Draft), table_of(Job)
NEW_TASK: tuple[str, ...] = ("id", "instance_id", "element", "name", "form", "lane", "unit", "state", "opened_at")
NEW_TASK += ("limit_key", "anchored_at", "due_at", "due_confirmed", "overdue")
_add_tasks = CompiledStatement(insert(_task), *NEW_TASK)
_add_candidates = CompiledStatement(insert(_candidate), *_candidate.c.keys())
_one = _task.c.id == bindparam("of")
_complete = CompiledStatement(
    update(_task)
    .where(_one, _task.c.state == "open")
    .values(state="completed", completed_at=bindparam("at"), completed_by=bindparam("who"))
)
_cancel_task = CompiledStatement(update(_task).where(_one, _task.c.state == "open").values(state="cancelled"))
_drop_candidates = CompiledStatement(delete(_candidate).where(_candidate.c.task_id == bindparam("of")))
_drop_draft = CompiledStatement(
    delete(_draft).where(_draft.c.task_id == bindparam("of"), _draft.c.user_id == bindparam("who"))
)
_still = (_job.c.instance_id == bindparam("case"), or_(_job.c.state == "waiting", _job.c.state == "paused"))
_cancel_job = CompiledStatement(
    update(_job).where(*_still, _job.c.task_id == bindparam("of")).values(state="cancelled")
)
_cancel_all_jobs = CompiledStatement(update(_job).where(*_still).values(state="cancelled"))
_mine = (_instance.c.id == bindparam("of"), _instance.c.version == bindparam("was"))
_save_step = CompiledStatement(update(_instance).where(*_mine).values({name: bindparam(name) for name in CHANGING}))
_save_end = CompiledStatement(
    update(_instance).where(*_mine).values({name: bindparam(name) for name in CHANGING + AT_END})
)


@dataclass(frozen=True)
class Standing:
    """What an instance waits for: user tasks, timers and service tasks that run as jobs, each by id."""

    users: dict[str, OpenWork] = field(default_factory=dict)
    timers: dict[str, Wait] = field(default_factory=dict)
    services: dict[str, OpenWork] = field(default_factory=dict)

    @classmethod
    def of(cls, instance: Instance) -> Standing:
        """The present standing."""
        work = instance.open()
        return cls(
            {each.id: each for each in work if each.kind == "user"},
            {wait.id: wait for wait in instance.waits() if wait.kind == "timer"},
            {each.id: each for each in work if each.kind == "service"},
        )

    @property
    def ids(self) -> set[str]:
        """Everything at once."""
        return self.users.keys() | self.timers.keys() | self.services.keys()


@dataclass(frozen=True)
class Settled:
    """What is new after a step: ids of the opened user tasks, the end event if the case ended, the public status."""

    opened: tuple[str, ...]
    ended: str | None
    status: str


def take_step(
    case: CaseAtWork,
    change: Callable[[Instance], EngineStep],
    done: str | None = None,
    outgoing: tuple[tuple[str, Outgoing], ...] = (),
    starts: tuple[StartProcess, ...] = (),
) -> Settled:
    """Let the engine step, run what follows by itself, and store it all.

    `done` is the user task that was completed; `outgoing` are messages (with their element) that go before others,
    `starts` other procedures that begin.
    """
    before = Standing.of(case.instance)
    return settle(case, before, [case.act(change)], done, outgoing, starts)


def settle(
    case: CaseAtWork,
    before: Standing,
    steps: list[EngineStep],
    done: str | None = None,
    outgoing: tuple[tuple[str, Outgoing], ...] = (),
    starts: tuple[StartProcess, ...] = (),
) -> Settled:
    """Run what follows by itself after `steps`, and store everything that changed since `before`."""
    tx = case.tx
    ran = advance(
        case.bundle,
        case.instance,
        case.env,
        tx.toolbox.handlers,
        lambda live: notices.case(case, live),
        lambda start: look_at(tx, start),
    )
    steps = [*steps, *ran.steps]
    after = Standing.of(case.instance)
    faultpoint("after_engine_step")
    previous = case.row["status"]
    opened = [work for work_id, work in after.users.items() if work_id not in before.users]
    given = _state(case, steps, opened)
    history.write(case, steps)
    _close(case, before, after, done)
    faultpoint("after_tasks_closed")
    jobs = [_timer(case, wait) for wait_id, wait in after.timers.items() if wait_id not in before.timers]
    jobs += _services(case, [work for key, work in after.services.items() if key not in before.services], ran.failed)
    pause.change(case, previous)  # before new tasks open: their limits begin with the pause accounted for
    jobs += deadlines.of_case(case)  # before them too: lists are ordered by the earlier of both due times
    jobs += _open(case, opened)
    deadlines.add_jobs(case, jobs)
    faultpoint("after_jobs_written")
    _messages(case, (*outgoing, *ran.outgoing), given, opened, before.users.keys() - {done} if case.ended else ())
    _save(case)
    for number, start in enumerate((*starts, *ran.starts)):
        tx.starts.append((f"case:{case.id}:{case.row['version']}:{number}", start))
    ended = case.row["end_event"]
    return Settled(tuple(work.id for work in opened), ended, case.row["status"])


def _state(case: CaseAtWork, steps: Sequence[EngineStep], opened: Iterable[OpenWork]) -> str | None:
    """The instance's own columns after the steps; returns the status that they gave, if any."""
    instance, row, now = case.instance, case.row, case.tx.now
    given = next((code for step in reversed(steps) if (code := facts.status_given(case.bundle, step, instance))), None)
    row["status"] = given or row["status"]
    row["unit"] = assignment.office_after(
        case.bundle, row["unit"], (work.element for work in opened), instance.variables
    )
    if instance.completed:
        row["state"], row["ended_at"], row["end_event"] = "completed", now, instance.ended[-1]
    case.changed = row
    return given


def _close(case: CaseAtWork, before: Standing, after: Standing, done: str | None) -> None:
    """End the rows of work that is no longer there; only `done` was completed, the rest was cancelled."""
    tx, connection = case.tx, case.tx.connection
    gone, tasks = before.ids - after.ids, before.users.keys() - after.users.keys()
    if done is not None and _complete.run(connection, {"of": done, "at": tx.now, "who": tx.actor}) != 1:
        raise Conflict()
    if cancelled := [{"of": task} for task in sorted(tasks - {done})]:
        _cancel_task.run(connection, cancelled)
    if ended := [{"of": task} for task in sorted(tasks)]:
        _drop_candidates.run(connection, ended)
    if done is not None:  # what others had typed stays theirs for a while: they did not send it
        _drop_draft.run(connection, {"of": done, "who": tx.actor})
    if case.ended:
        _cancel_all_jobs.run(connection, {"case": case.id})
    elif gone:
        _cancel_job.run(connection, [{"case": case.id, "of": each} for each in sorted(gone)])


def _open(case: CaseAtWork, opened: list[OpenWork]) -> list[dict[str, Any]]:
    """Store new user tasks with whoever may do them; returns the jobs of their limits."""
    if not opened:
        return []
    variables = case.instance.variables
    tasks, candidates, jobs = [], [], []
    for work in opened:
        roles, office = _candidates(case, work.element, variables)
        armed = deadlines.of_task(case, work)
        element = case.bundle.definition.elements[work.element]
        tasks.append(
            {
                "id": work.id,
                "instance_id": case.id,
                "element": work.element,
                "name": element.name or work.element,
                "form": element.form_key,
                "lane": element.lane,
                "unit": office,
                "state": "open",
                "opened_at": case.tx.now,
                "overdue": False,
                **armed.columns,
            }
        )
        due = nearest(armed.columns["due_at"], case.row["due_at"])
        candidates += [{"task_id": work.id, "role": role, "unit": office, "due_at": due} for role in roles]
        jobs += armed.jobs
    _add_tasks.run(case.tx.connection, tasks)
    if candidates:
        _add_candidates.run(case.tx.connection, candidates)
    faultpoint("after_tasks_written")
    return jobs


def _candidates(case: CaseAtWork, element: str, variables: dict[str, Any]) -> tuple[tuple[str, ...], str | None]:
    if case.row["test"]:  # a trial is its owner's alone: no officer finds it in a list
        return (case.bundle.manifest.owner or OWNER_FALLBACK,), None
    return assignment.candidates(case.bundle, element, variables, case.accused, case.tx.service)


def _timer(case: CaseAtWork, wait: Wait) -> dict[str, Any]:
    return deadlines.job(case, "timer", wait.due or case.tx.now, task_id=wait.id, element=wait.element)


def _services(
    case: CaseAtWork, started: list[OpenWork], failed: Iterable[tuple[OpenWork, Exception]]
) -> list[dict[str, Any]]:
    """Jobs for service tasks that run after the commit, and for those whose handler failed just now."""
    errors = {work.id: error for work, error in failed}
    handlers = case.tx.toolbox.handlers
    jobs = []
    for work in started:
        if work.topic in handlers:
            made = deadlines.job(case, "service", case.tx.now, task_id=work.id, element=work.element)
            if work.id in errors:
                made["attempts"], made["last_error"] = 1, f"{type(errors[work.id]).__name__}"
            jobs.append(made)
    return jobs


def _messages(
    case: CaseAtWork,
    outgoing: Iterable[tuple[str, Outgoing]],
    given: str | None,
    opened: Sequence[OpenWork],
    dropped: Collection[str],
) -> None:
    """What tasks of the diagram say, what the new status says, and that tasks were dropped because the case ended."""
    messages = [message for _, message in outgoing]
    for message in messages:
        notices.send(case, message)
    status_letters.of_status(case, given, messages, opened)
    merging.tell(case, given, messages)
    if dropped:
        status_letters.of_end(case, dropped)
    notices.write(case)
    faultpoint("after_outbox_written")


def _save(case: CaseAtWork) -> None:
    """Write the instance's row if nobody else did since it was read, and hold the live instance after the commit."""
    row, version = case.row, case.row["version"]
    history.flush(case)
    row["blob"] = case.instance.encode()
    case.tx.details["state"] = state_digest(row["blob"], case.tx.toolbox.keys.current)
    row["version"] = version if case.fresh else version + 1
    if case.ended:
        complaint_rows.close(case)
    columns = CHANGING + AT_END if case.ended else CHANGING
    changed = {name: row[name] for name in columns}
    save = _save_end if case.ended else _save_step
    if save.run(case.tx.connection, {**changed, "of": row["id"], "was": version}) != 1:
        raise Conflict()
    faultpoint("after_state_write")
    live, cache = case.instance, case.tx.toolbox.cache
    if not case.ended:
        case.tx.after_commit(lambda: cache.put(row["id"], row["version"], live))
