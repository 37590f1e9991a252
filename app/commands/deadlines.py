"""Arms limits: when a task or a case is due by the one rule of limits, and the jobs that remind and escalate."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, case, func, insert, or_, select, update

from app.commands.casefile import CaseFile
from app.domain.limits import Limit
from app.engine.instance import Open
from app.rules import limits
from app.rules.limits import Counted, Past
from app.rules.pauses import Pause, paired
from app.rules.voices import NOTHING_YET, Voice, next_voice, strength_of, voices
from app.store.base import table_of
from app.store.instances import History, ProcessInstance
from app.store.jobs import Job
from app.store.quick import Quick
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
_add = Quick(insert(_job), *NEW)
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
SPREAD = Quick(
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
    file: CaseFile,
    kind: str,
    due_at: datetime,
    *,
    task_id: str | None = None,
    element: str | None = None,
    payload: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """The row of a waiting job of this case."""
    return {
        "id": file.id[:16] + file.unit.parts.chance.hex()[:16],
        "kind": kind,
        "instance_id": file.id,
        "task_id": task_id,
        "element": element,
        "payload": dict(payload or {}),
        "due_at": due_at,
        "state": "waiting",
        "attempts": 0,
        "last_error": None,
    }


def add_jobs(file: CaseFile, jobs: list[dict[str, Any]]) -> None:
    """Store new jobs."""
    if jobs:
        _add.run(file.unit.connection, jobs)


def of_task(file: CaseFile, work: Open) -> Armed:
    """The limit of a user task that opens in the step that is taken now. A limit nobody knows any more arms nothing."""
    key = limits.key_of_task(file.bundle, work.element)
    limit = known(file, key)
    if limit is None:
        return Armed({"limit_key": key, "anchored_at": None, "due_at": None, "due_confirmed": False})
    entering = {element for kind, element, _ in file.events if kind == "entered"}
    counted = limits.of_task(
        limit, file.unit.service.calendar, past(file, limit, work.element), work.element, file.unit.now, entering
    )
    due = counted.due
    columns = {"limit_key": key, "anchored_at": counted.start, "due_at": due.at, "due_confirmed": due.confirmed}
    return Armed(columns, limit_jobs(file, limit, counted, work.id, work.element))


def past(file: CaseFile, limit: Limit, element: str = "") -> Past:
    """What has happened in the case that this limit depends on; `element` is the step that opens, where one does."""
    started: datetime = file.row["started_at"]
    if limit.anchor == "task":
        return Past(started)
    return Past(started, _entered_at(file, limit, element), pauses(file))


def of_case(file: CaseFile) -> list[dict[str, Any]]:
    """The jobs of the whole case's limit, when it is armed for the first time or another one counts now."""
    if file.ended:
        return []
    key = limits.key_of_case(file.bundle, file.instance.variables)
    if key == file.row["limit_key"] or (limit := known(file, key)) is None:
        return []
    if file.row["limit_key"] is not None:
        file.unit.execute(_drop_pending, {"case": file.id, "task": None})
    stood = Past(file.row["started_at"], {}, pauses(file))
    counted = limits.of_case(limit, file.unit.service.calendar, stood)
    file.row.update(limit_key=key, due_at=counted.due.at, due_confirmed=counted.due.confirmed)
    spread(file)
    state = "waiting" if file.row["paused_at"] is None else "paused"
    return [{**each, "state": state} for each in limit_jobs(file, limit, counted, None, None)]


def spread(file: CaseFile) -> None:
    """Give the open tasks' candidate rows the earlier of the step's and the case's due time, after either moved."""
    if not file.fresh:
        SPREAD.run(file.unit.connection, {"case": file.id, "due": file.row["due_at"]})


def limit_jobs(
    file: CaseFile, limit: Limit, counted: Counted, task_id: str | None, element: str | None, spoken: int = NOTHING_YET
) -> list[dict[str, Any]]:
    """The one waiting job of a limit: the first voice that is stronger than what has spoken; none when all have."""
    voice = next_voice(said(file, limit, counted), spoken)
    if voice is None:
        return []
    payload = says(limit.key, voice)
    return [job(file, voice.kind, voice.at, task_id=task_id, element=element, payload=payload)]


def said(file: CaseFile, limit: Limit, counted: Counted) -> tuple[Voice, ...]:
    """Everything the limit says and when, by the calendar in force and the case's pauses."""
    stood = pauses(file) if counted.start < file.unit.now else ()
    return voices(limit, file.unit.service.calendar, counted, stood)


def says(key: str, voice: Voice) -> dict[str, Any]:
    """The payload of a voice's job: which limit speaks and, of an escalation, at which level."""
    return {"limit": key, "level": voice.level}


def rearm(
    file: CaseFile,
    limit: Limit,
    counted: Counted,
    task_id: str | None = None,
    element: str | None = None,
    state: str | None = None,
) -> None:
    """Move a limit's job to a new due time, waiting or paused as it was or as `state` says.

    What has not been said yet is said later; what was said is not said again.
    """
    pending = file.unit.execute(_pending, {"case": file.id, "task": task_id}).first()
    if pending is None:
        return
    spoken = strength_of(pending.kind, pending.payload.get("level")) - 1
    voice = next_voice(said(file, limit, counted), spoken)
    changed: dict[str, Any] = {"state": "cancelled"}
    if voice is not None:
        told = {"kind": voice.kind, "payload": says(limit.key, voice), "due_at": voice.at}
        changed = {**told, "state": state or pending.state, "attempts": 0, "last_error": None}
    file.unit.execute(update(_job).where(_job.c.id == pending.id).values(**changed))


def known(file: CaseFile, key: str | None) -> Limit | None:
    """The limit with this key; None where there is none (a limit that was taken out of the policy)."""
    if key is None:
        return None
    try:
        return file.limit(key)
    except KeyError:
        return None


def pauses(file: CaseFile) -> list[Pause]:
    """The pauses of the case that have ended, in order."""
    if file.pauses is None:
        rows = [] if file.fresh else file.unit.execute(_pauses, {"case": file.id}).all()
        file.pauses = paired([(row.kind, row.at) for row in rows])
    return file.pauses


def _entered_at(file: CaseFile, limit: Limit, element: str) -> dict[str, datetime]:
    """When the limit's anchor and this very step were last entered, before the step that is taken now."""
    wanted = {"case": file.id, "anchor": limit.anchor, "element": element}
    return {row.element: row.at for row in file.unit.execute(_entered, wanted)}
