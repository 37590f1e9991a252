"""Carries a recount on, a few cases a transaction: nobody waits long, and whatever dies goes on where it was."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Any, ClassVar

from sqlalchemy import bindparam, select, update

from app.commands.case.deadlines import SPREAD, says
from app.commands.case.incidents import raise_incident
from app.commands.case.recount import COUNTS, FAILED
from app.commands.transaction import Transaction
from app.domain.calendar import Due
from app.domain.limits import Limit
from app.domain.permissions import Permission
from app.domain.text import Text
from app.engine.instance import Instance
from app.rules.recounting import Figures, Moved, Recount, recount
from app.rules.voices import Voice
from app.store import trail
from app.store.base import table_of
from app.store.claims import RECOUNT_LOCK
from app.store.compiled import CompiledStatement
from app.store.faults import faultpoint
from app.store.fingerprints import state_digest
from app.store.instances import ProcessInstance
from app.store.jobs import Job
from app.store.standing import Row, Standing, entered_at, next_id, standing_of, standings
from app.store.tasks import Task

RECORD = "RecountDeadlines"
SLICE = 20  # cases of one transaction: some hundredths of a second
LONGEST_REASON = 300
_instance, _task, _job = table_of(ProcessInstance), table_of(Task), table_of(Job)
_find = select(_job).where(_job.c.id == bindparam("job"), _job.c.state == "waiting").with_for_update()
_dues: dict[str, Any] = {"due_at": bindparam("at"), "due_confirmed": bindparam("certain")}
_move_case = CompiledStatement(update(_instance).where(_instance.c.id == bindparam("of")).values(**_dues))
_keep_state = CompiledStatement(
    update(_instance)
    .where(_instance.c.id == bindparam("of"))
    .values(blob=bindparam("state"), version=_instance.c.version + 1)
)
_move_tasks = CompiledStatement(
    update(_task).where(_task.c.id == bindparam("of")).values(**_dues, overdue=bindparam("late"))
)
_of_job = update(_job).where(_job.c.id == bindparam("of"))
_move_notices = CompiledStatement(
    _of_job.values(kind=bindparam("voice"), payload=bindparam("says"), due_at=bindparam("at"))
)
_fall_silent = CompiledStatement(_of_job.values(state="cancelled"))
_of_timer = (_job.c.instance_id == bindparam("case"), _job.c.task_id == bindparam("of"), _job.c.kind == "timer")
_untried = (_job.c.state == "waiting", _job.c.attempts == 0)  # one that failed waits until it is tried again
_move_timers = CompiledStatement(update(_job).where(*_of_timer, *_untried).values(due_at=bindparam("at")))


@dataclass(frozen=True)
class RecountDeadlines:
    """Count the next cases of a recount again; old and new stand in the trail of each case that moved."""

    permission: ClassVar[Permission] = Permission.INSTANCE_OPERATE
    job_id: str
    most: int = SLICE

    def execute(self, tx: Transaction) -> bool:
        """Whether there are more. Raises whatever one of the cases raises; then nothing of the slice is stored."""
        job, tx.silent = _waiting(tx, self.job_id), True
        if job is None:
            return False
        only = job.payload.get("only")
        if only:
            found = standing_of(tx.connection, only, lock=True)
        else:
            found = standings(tx.connection, job.payload["after"], self.most, lock=True)
        counted = [_counted(tx, standing) for standing in found]
        changed = [each for each in counted if each.result.changes]
        for case in changed:
            _store(tx, case)
            if case.result.moved:
                _put_on_record(tx, case, job.payload["change"])
        faultpoint("after_recount_slice")
        times = [case.result.times for case in changed if case.result.times]
        over = bool(only) or len(found) < self.most
        last = found[-1].case["id"] if found else job.payload["after"]
        _go_on(tx, job, last, over, done=len(found), moved=len(times), times=sum(times))
        return not over


@dataclass(frozen=True)
class SetCaseAside:
    """The next case of a recount cannot be counted: it becomes an incident, and the others go on."""

    permission: ClassVar[Permission] = Permission.INSTANCE_OPERATE
    job_id: str
    error: str

    def execute(self, tx: Transaction) -> str | None:
        """The incident's id, if there is one now."""
        job = _waiting(tx, self.job_id)
        case = job and (job.payload.get("only") or next_id(tx.connection, job.payload["after"]))
        if case is None:
            tx.silent = True
            return None
        error = self.error[:LONGEST_REASON]
        said = Text(
            f"Batas waktu aduan ini tidak dapat dihitung ulang: {error}",
            f"The due times of this complaint could not be counted again: {error}",
        )
        _go_on(tx, job, case, "only" in job.payload, done=1, failed=1)
        tx.chain, tx.silent = case, False
        return raise_incident(tx, FAILED, said, instance_id=case)


@dataclass(frozen=True)
class _Case:
    """One case, what it came to, and the state of its engine where a drawn timer moved."""

    standing: Standing
    result: Recount
    state: bytes | None


def _waiting(tx: Transaction, job_id: str) -> Any:
    """The job, locked, or None. Only then is the service data read: a change of it waits, and is never mixed in."""
    job = tx.sql(_find, {"job": job_id}).first()
    tx.afresh()
    assert tx.service  # where it cannot be read no case is at fault
    return job


def _go_on(tx: Transaction, job: Any, after: str, over: bool, **more: int) -> None:
    """Keep how far the recount has come; its end stands in the trail of the administration."""
    payload = {**job.payload, "after": after, **{name: job.payload[name] + count for name, count in more.items()}}
    changed: dict[str, Any] = {"payload": payload, "due_at": tx.now, "locked_until": tx.now + RECOUNT_LOCK}
    if over:
        changed |= {"state": "done", "done_at": tx.now, "locked_until": None, "attempts": job.attempts + 1}
        tx.details["recount"] = {name: payload[name] for name in ("change", "total", *COUNTS)}
        tx.silent = False
    tx.sql(update(_job).where(_job.c.id == job.id).values(**changed))


def _counted(tx: Transaction, standing: Standing) -> _Case:
    case, connection, parts = standing.case, tx.connection, tx.toolbox
    calendar, instance = tx.service.calendar, None
    if standing.timers:
        instance = Instance.decode(parts.bundle(connection, case["deployment_id"]).definition, case["blob"])
    day = calendar.local_date(case["started_at"])

    def limit(key: str) -> Limit:
        return parts.shelf.limit(connection, case["sla_digest"], key, day)

    entered = partial(entered_at, connection, case["id"])
    result = recount(standing, Figures(calendar, limit), tx.now, instance, entered)
    return _Case(standing, result, instance.encode() if instance is not None and result.timers else None)


def _store(tx: Transaction, case: _Case) -> None:
    """Write what has become of one case."""
    connection, standing, result, id_ = tx.connection, case.standing, case.result, case.standing.case["id"]
    tasks = [
        {"of": task["id"], **_due(due), "late": task["overdue"] and due.at <= tx.now}
        for task in standing.tasks
        if (due := result.tasks.get(task["id"]))
    ]
    if result.case:
        _move_case.run(connection, {"of": id_, **_due(result.case)})
    if tasks:
        _move_tasks.run(connection, tasks)
    if result.case or tasks:
        due_at = result.case.at if result.case else standing.case["due_at"]
        SPREAD.run(connection, {"case": id_, "due": due_at})
    said = [(job, result.notices[job["id"]]) for job in standing.notices if job["id"] in result.notices]
    if moved := [_notice(job, voice) for job, voice in said if voice is not None]:
        _move_notices.run(connection, moved)
    if silent := [{"of": job["id"]} for job, voice in said if voice is None]:
        _fall_silent.run(connection, silent)
    if case.state is not None:
        _keep_state.run(connection, {"of": id_, "state": case.state})
        _move_timers.run(connection, [{"case": id_, "of": each.id, "at": each.due} for each in result.timers])
        tx.after_commit(partial(tx.toolbox.cache.drop, id_))


def _notice(job: Row, voice: Voice) -> dict[str, Any]:
    return {"of": job["id"], "voice": voice.kind, "says": says(job["payload"]["limit"], voice), "at": voice.at}


def _put_on_record(tx: Transaction, case: _Case, change: int) -> None:
    fields: dict[str, Any] = {"change": change, "moved": [_told(each) for each in case.result.moved]}
    if case.state is not None:
        fields["state"] = state_digest(case.state, tx.toolbox.keys.current)
    entry = {"chain": case.standing.case["id"], "at": tx.now, "actor": tx.actor, "fields": fields}
    trail.append(tx.connection, tx.toolbox.keys, command=RECORD, outcome="done", **entry)


def _told(each: Moved) -> dict[str, Any]:
    told = {"of": each.of, "old": each.old.isoformat(), "new": each.new.isoformat()}
    return told if each.certain is None else {**told, "certain": each.certain}


def _due(due: Due) -> dict[str, Any]:
    return {"at": due.at, "certain": due.confirmed}
