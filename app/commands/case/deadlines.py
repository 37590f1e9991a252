"""Arms limits: when a task or a case is due by the one rule of limits, and the jobs that remind and escalate."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, case, func, insert, or_, select, update

from app.commands.case.at_work import CaseAtWork
from app.domain.limits import Limit
from app.engine.instance import OpenWork
from app.rules import limits
from app.rules.limits import Counted, Past
from app.rules.pauses import Pause, paired
from app.rules.voices import NOTHING_YET, Voice, next_voice, strength_of, voices
from app.store.base import table_of
from app.store.compiled import CompiledStatement
from app.store.instances import History, ProcessInstance
from app.store.jobs import Job
from app.store.standing import LIMIT_KINDS
from app.store.tasks import Candidate, Task

_history, _job, _instance = table_of(History), table_of(Job), table_of(ProcessInstance)
_task, _candidate = table_of(Task), table_of(Candidate)
_entered = (
    select(_history.c.element, func.max(_history.c.at).label("at"))
    .where(
        _history.c.instance_id == bindparam("case"),
        _history.c.kind == "entered",
        or_(_history.c.element == bindparam("anchor"), _history.c.element == bindparam("element")),
    )
    .group_by(_history.c.element)
)
_pauses = (
    select(_history.c.kind, _history.c.at)
    .where(_history.c.instance_id == bindparam("case"), _history.c.kind.in_(("paused", "resumed")))
    .order_by(_history.c.seq)
)
NEW = ("id", "kind", "instance_id", "task_id", "element", "payload", "due_at", "state", "attempts", "last_error")
_add = CompiledStatement(insert(_job), *NEW)
_pending_jobs = (
    _job.c.instance_id == bindparam("case"),
    _job.c.task_id.is_not_distinct_from(bindparam("task")),
    _job.c.kind.in_(LIMIT_KINDS),
    _job.c.state.in_(("waiting", "paused")),
)
_pending = select(_job.c.id, _job.c.kind, _job.c.payload, _job.c.state).where(*_pending_jobs)
_drop_pending = update(_job).where(*_pending_jobs).values(state="cancelled")
_open_of_case = select(_task.c.id).where(_task.c.instance_id == bindparam("case"), _task.c.state == "open")
_step_due = select(_task.c.due_at).where(_task.c.id == _candidate.c.task_id).scalar_subquery()
_case_due = bindparam("due", type_=_task.c.due_at.type)
SPREAD = CompiledStatement(
    update(_candidate)
    .where(_candidate.c.task_id.in_(_open_of_case))
    .values(due_at=case((_step_due <= _case_due, _step_due), else_=func.coalesce(_case_due, _step_due)))
)


@dataclass(frozen=True)
class Armed:
    """A limit's columns for its row, and its jobs."""

    columns: Mapping[str, Any]
    jobs: list[dict[str, Any]] = field(default_factory=list)


def job(
    case: CaseAtWork,
    kind: str,
    due_at: datetime,
    *,
    task_id: str | None = None,
    element: str | None = None,
    payload: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """The row of a waiting job of this case."""
    return {
        "id": case.id[:16] + case.tx.toolbox.chance.hex()[:16],
        "kind": kind,
        "instance_id": case.id,
        "task_id": task_id,
        "element": element,
        "payload": dict(payload or {}),
        "due_at": due_at,
        "state": "waiting",
        "attempts": 0,
        "last_error": None,
    }


def add_jobs(case: CaseAtWork, jobs: list[dict[str, Any]]) -> None:
    """Store new jobs."""
    if jobs:
        _add.run(case.tx.connection, jobs)


def of_task(case: CaseAtWork, work: OpenWork) -> Armed:
    """The limit of a user task that opens in the step that is taken now. A limit nobody knows any more arms nothing."""
    key = limits.key_of_task(case.bundle, work.element)
    limit = limit_of(case, key)
    if limit is None:
        return Armed({"limit_key": key, "anchored_at": None, "due_at": None, "due_confirmed": False})
    entering = {element for kind, element, _ in case.events if kind == "entered"}
    counted = limits.of_task(
        limit, case.tx.service.calendar, past(case, limit, work.element), work.element, case.tx.now, entering
    )
    due = counted.due
    columns = {"limit_key": key, "anchored_at": counted.start, "due_at": due.at, "due_confirmed": due.confirmed}
    return Armed(columns, limit_jobs(case, limit, counted, work.id, work.element))


def past(case: CaseAtWork, limit: Limit, element: str = "") -> Past:
    """What has happened in the case that this limit depends on; `element` is the step that opens, where one does."""
    started: datetime = case.row["started_at"]
    if limit.anchor == "task":
        return Past(started)
    return Past(started, _entered_at(case, limit, element), pauses(case))


def of_case(case: CaseAtWork) -> list[dict[str, Any]]:
    """The jobs of the whole case's limit, when it is armed for the first time or another one counts now."""
    if case.ended:
        return []
    key = limits.key_of_case(case.bundle, case.instance.variables)
    if key == case.row["limit_key"] or (limit := limit_of(case, key)) is None:
        return []
    if case.row["limit_key"] is not None:
        case.tx.sql(_drop_pending, {"case": case.id, "task": None})
    stood = Past(case.row["started_at"], {}, pauses(case))
    counted = limits.of_case(limit, case.tx.service.calendar, stood)
    case.row.update(limit_key=key, due_at=counted.due.at, due_confirmed=counted.due.confirmed)
    spread(case)
    state = "waiting" if case.row["paused_at"] is None else "paused"
    return [{**each, "state": state} for each in limit_jobs(case, limit, counted, None, None)]


def spread(case: CaseAtWork) -> None:
    """Give the open tasks' candidate rows the earlier of the step's and the case's due time, after either moved."""
    if not case.fresh:
        SPREAD.run(case.tx.connection, {"case": case.id, "due": case.row["due_at"]})


def limit_jobs(
    case: CaseAtWork,
    limit: Limit,
    counted: Counted,
    task_id: str | None,
    element: str | None,
    spoken: int = NOTHING_YET,
) -> list[dict[str, Any]]:
    """The one waiting job of a limit: the first voice that is stronger than what has spoken; none when all have."""
    voice = next_voice(said(case, limit, counted), spoken)
    if voice is None:
        return []
    payload = says(limit.key, voice)
    return [job(case, voice.kind, voice.at, task_id=task_id, element=element, payload=payload)]


def said(case: CaseAtWork, limit: Limit, counted: Counted) -> tuple[Voice, ...]:
    """Everything the limit says and when, by the calendar in force and the case's pauses."""
    stood = pauses(case) if counted.start < case.tx.now else ()
    return voices(limit, case.tx.service.calendar, counted, stood)


def says(key: str, voice: Voice) -> dict[str, Any]:
    """The payload of a voice's job: which limit speaks and, of an escalation, at which level."""
    return {"limit": key, "level": voice.level}


def rearm(
    case: CaseAtWork,
    limit: Limit,
    counted: Counted,
    task_id: str | None = None,
    element: str | None = None,
    state: str | None = None,
) -> None:
    """Move a limit's job to a new due time, waiting or paused as it was or as `state` says.

    What has not been said yet is said later; what was said is not said again.
    """
    pending = case.tx.sql(_pending, {"case": case.id, "task": task_id}).first()
    if pending is None:
        return
    spoken = strength_of(pending.kind, pending.payload.get("level")) - 1
    voice = next_voice(said(case, limit, counted), spoken)
    changed: dict[str, Any] = {"state": "cancelled"}
    if voice is not None:
        told = {"kind": voice.kind, "payload": says(limit.key, voice), "due_at": voice.at}
        changed = {**told, "state": state or pending.state, "attempts": 0, "last_error": None}
    case.tx.sql(update(_job).where(_job.c.id == pending.id).values(**changed))


def limit_of(case: CaseAtWork, key: str | None) -> Limit | None:
    """The limit with this key; None where there is none (a limit that was taken out of the policy)."""
    if key is None:
        return None
    try:
        return case.limit(key)
    except KeyError:
        return None


def pauses(case: CaseAtWork) -> list[Pause]:
    """The pauses of the case that have ended, in order."""
    if case.pauses is None:
        rows = [] if case.fresh else case.tx.sql(_pauses, {"case": case.id}).all()
        case.pauses = paired([(row.kind, row.at) for row in rows])
    return case.pauses


def _entered_at(case: CaseAtWork, limit: Limit, element: str) -> dict[str, datetime]:
    """When the limit's anchor and this very step were last entered, before the step that is taken now."""
    wanted = {"case": case.id, "anchor": limit.anchor, "element": element}
    return {row.element: row.at for row in case.tx.sql(_entered, wanted)}
