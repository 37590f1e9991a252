"""Stores what a step of the engine means: tasks, timers, limits, messages, history, status, pause and end."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import bindparam, delete, insert, or_, update

from app.bundle import facts
from app.bundle.advance import advance
from app.commands import complaint_rows, deadlines, history, merging, notices, pause, status_letters
from app.commands.casefile import CaseFile
from app.domain.errors import Conflict
from app.engine.instance import Instance, Open, Wait
from app.engine.trace import Step
from app.rules import assignment
from app.rules.limits import nearest
from app.sdk import Outgoing
from app.store.base import table_of
from app.store.faults import faultpoint
from app.store.fingerprints import state_digest
from app.store.instances import ProcessInstance
from app.store.jobs import Job
from app.store.quick import Quick
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
_add_tasks = Quick(insert(_task), *NEW_TASK)
_add_candidates = Quick(insert(_candidate), *_candidate.c.keys())
_one = _task.c.id == bindparam("of")
_complete = Quick(
    update(_task)
    .where(_one, _task.c.state == "open")
    .values(state="completed", completed_at=bindparam("at"), completed_by=bindparam("who"))
)
_cancel_task = Quick(update(_task).where(_one, _task.c.state == "open").values(state="cancelled"))
_drop_candidates = Quick(delete(_candidate).where(_candidate.c.task_id == bindparam("of")))
_drop_draft = Quick(delete(_draft).where(_draft.c.task_id == bindparam("of"), _draft.c.user_id == bindparam("who")))
_still = (_job.c.instance_id == bindparam("case"), or_(_job.c.state == "waiting", _job.c.state == "paused"))
_cancel_job = Quick(update(_job).where(*_still, _job.c.task_id == bindparam("of")).values(state="cancelled"))
_cancel_all_jobs = Quick(update(_job).where(*_still).values(state="cancelled"))
_mine = (_instance.c.id == bindparam("of"), _instance.c.version == bindparam("was"))
_save_step = Quick(update(_instance).where(*_mine).values({name: bindparam(name) for name in CHANGING}))
_save_end = Quick(update(_instance).where(*_mine).values({name: bindparam(name) for name in CHANGING + AT_END}))


@dataclass(frozen=True)
class Standing:
    """What an instance waits for: user tasks, timers and service tasks that run as jobs, each by id."""

    users: dict[str, Open] = field(default_factory=dict)
    timers: dict[str, Wait] = field(default_factory=dict)
    services: dict[str, Open] = field(default_factory=dict)

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
    file: CaseFile,
    change: Callable[[Instance], Step],
    done: str | None = None,
    outgoing: tuple[tuple[str, Outgoing], ...] = (),
) -> Settled:
    """Let the engine step, run what follows by itself, and store it all.

    `done` is the user task that was completed; `outgoing` are messages (with their element) that go before others.
    """
    before = Standing.of(file.instance)
    return settle(file, before, [file.act(change)], done, outgoing)


def settle(
    file: CaseFile,
    before: Standing,
    steps: list[Step],
    done: str | None = None,
    outgoing: tuple[tuple[str, Outgoing], ...] = (),
) -> Settled:
    """Run what follows by itself after `steps`, and store everything that changed since `before`."""
    ran = advance(file.bundle, file.instance, file.env, file.unit.parts.handlers, lambda live: notices.case(file, live))
    steps = [*steps, *ran.steps]
    after = Standing.of(file.instance)
    faultpoint("after_engine_step")
    previous = file.row["status"]
    opened = [work for work_id, work in after.users.items() if work_id not in before.users]
    given = _state(file, steps, opened)
    history.write(file, steps)
    _close(file, before, after, done)
    faultpoint("after_tasks_closed")
    jobs = [_timer(file, wait) for wait_id, wait in after.timers.items() if wait_id not in before.timers]
    jobs += _services(file, [work for key, work in after.services.items() if key not in before.services], ran.failed)
    pause.change(file, previous)  # before new tasks open: their limits begin with the pause accounted for
    jobs += deadlines.of_case(file)  # before them too: lists are ordered by the earlier of both due times
    jobs += _open(file, opened)
    deadlines.add_jobs(file, jobs)
    faultpoint("after_jobs_written")
    _messages(file, (*outgoing, *ran.outgoing), given, opened, before.users.keys() - {done} if file.ended else ())
    _save(file)
    ended = file.row["end_event"]
    return Settled(tuple(work.id for work in opened), ended, file.row["status"])


def _state(file: CaseFile, steps: Sequence[Step], opened: Iterable[Open]) -> str | None:
    """The instance's own columns after the steps; returns the status that they gave, if any."""
    instance, row, now = file.instance, file.row, file.unit.now
    given = next((code for step in reversed(steps) if (code := facts.status_given(file.bundle, step, instance))), None)
    row["status"] = given or row["status"]
    row["unit"] = assignment.office_after(
        file.bundle, row["unit"], (work.element for work in opened), instance.variables
    )
    if instance.completed:
        row["state"], row["ended_at"], row["end_event"] = "completed", now, instance.ended[-1]
    file.changed = row
    return given


def _close(file: CaseFile, before: Standing, after: Standing, done: str | None) -> None:
    """End the rows of work that is no longer there; only `done` was completed, the rest was cancelled."""
    unit, connection = file.unit, file.unit.connection
    gone, tasks = before.ids - after.ids, before.users.keys() - after.users.keys()
    if done is not None and _complete.run(connection, {"of": done, "at": unit.now, "who": unit.actor}) != 1:
        raise Conflict()
    if cancelled := [{"of": task} for task in sorted(tasks - {done})]:
        _cancel_task.run(connection, cancelled)
    if ended := [{"of": task} for task in sorted(tasks)]:
        _drop_candidates.run(connection, ended)
    if done is not None:  # what others had typed stays theirs for a while: they did not send it
        _drop_draft.run(connection, {"of": done, "who": unit.actor})
    if file.ended:
        _cancel_all_jobs.run(connection, {"case": file.id})
    elif gone:
        _cancel_job.run(connection, [{"case": file.id, "of": each} for each in sorted(gone)])


def _open(file: CaseFile, opened: list[Open]) -> list[dict[str, Any]]:
    """Store new user tasks with whoever may do them; returns the jobs of their limits."""
    if not opened:
        return []
    variables = file.instance.variables
    tasks, candidates, jobs = [], [], []
    for work in opened:
        roles, office = _candidates(file, work.element, variables)
        armed = deadlines.of_task(file, work)
        element = file.bundle.definition.elements[work.element]
        tasks.append(
            {
                "id": work.id,
                "instance_id": file.id,
                "element": work.element,
                "name": element.name or work.element,
                "form": element.form_key,
                "lane": element.lane,
                "unit": office,
                "state": "open",
                "opened_at": file.unit.now,
                "overdue": False,
                **armed.columns,
            }
        )
        due = nearest(armed.columns["due_at"], file.row["due_at"])
        candidates += [{"task_id": work.id, "role": role, "unit": office, "due_at": due} for role in roles]
        jobs += armed.jobs
    _add_tasks.run(file.unit.connection, tasks)
    if candidates:
        _add_candidates.run(file.unit.connection, candidates)
    faultpoint("after_tasks_written")
    return jobs


def _candidates(file: CaseFile, element: str, variables: dict[str, Any]) -> tuple[tuple[str, ...], str | None]:
    if file.row["test"]:  # a trial is its owner's alone: no officer finds it in a list
        return (file.bundle.manifest.owner or OWNER_FALLBACK,), None
    return assignment.candidates(file.bundle, element, variables, file.accused, file.unit.service)


def _timer(file: CaseFile, wait: Wait) -> dict[str, Any]:
    return deadlines.job(file, "timer", wait.due or file.unit.now, task_id=wait.id, element=wait.element)


def _services(file: CaseFile, started: list[Open], failed: Iterable[tuple[Open, Exception]]) -> list[dict[str, Any]]:
    """Jobs for service tasks that run after the commit, and for those whose handler failed just now."""
    errors = {work.id: error for work, error in failed}
    handlers = file.unit.parts.handlers
    jobs = []
    for work in started:
        if work.topic in handlers:
            made = deadlines.job(file, "service", file.unit.now, task_id=work.id, element=work.element)
            if work.id in errors:
                made["attempts"], made["last_error"] = 1, f"{type(errors[work.id]).__name__}"
            jobs.append(made)
    return jobs


def _messages(
    file: CaseFile,
    outgoing: Iterable[tuple[str, Outgoing]],
    given: str | None,
    opened: Sequence[Open],
    dropped: Collection[str],
) -> None:
    """What tasks of the diagram say, what the new status says, and that tasks were dropped because the case ended."""
    messages = [message for _, message in outgoing]
    for message in messages:
        notices.send(file, message)
    status_letters.of_status(file, given, messages, opened)
    merging.tell(file, given, messages)
    if dropped:
        status_letters.of_end(file, dropped)
    notices.write(file)
    faultpoint("after_outbox_written")


def _save(file: CaseFile) -> None:
    """Write the instance's row if nobody else did since it was read, and hold the live instance after the commit."""
    row, version = file.row, file.row["version"]
    history.flush(file)
    row["blob"] = file.instance.encode()
    file.unit.details["state"] = state_digest(row["blob"], file.unit.parts.keys.current)
    row["version"] = version if file.fresh else version + 1
    if file.ended:
        complaint_rows.close(file)
    columns = CHANGING + AT_END if file.ended else CHANGING
    changed = {name: row[name] for name in columns}
    save = _save_end if file.ended else _save_step
    if save.run(file.unit.connection, {**changed, "of": row["id"], "was": version}) != 1:
        raise Conflict()
    faultpoint("after_state_write")
    live, cache = file.instance, file.unit.parts.cache
    if not file.ended:
        file.unit.after_commit(lambda: cache.put(row["id"], row["version"], live))
