"""Arms limits: when a task or an instance is due, and the jobs that remind, mark it overdue and escalate."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, func, insert, select, update

from app.bundle import facts
from app.commands import history
from app.commands.casefile import CaseFile
from app.domain.calendar import Due
from app.domain.limits import Limit, Schedule, scheduled, shifted
from app.engine.instance import Open
from app.store.base import table_of
from app.store.instances import History
from app.store.jobs import Job
from app.store.quick import Quick

Voice = tuple[str, int | None]  # kind and, of an escalation, its level
LIMIT_KINDS = ("reminder", "overdue", "escalation")
_history, _job = table_of(History), table_of(Job)
_entered = select(func.max(_history.c.at)).where(
    _history.c.instance_id == bindparam("case"),
    _history.c.element == bindparam("element"),
    _history.c.kind == "entered",
)
_entered_before = _entered.where(_history.c.at < bindparam("now"))
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
_pending = select(_job.c.kind, _job.c.payload, _job.c.state).where(*_pending_jobs)
_drop_pending = update(_job).where(*_pending_jobs).values(state="cancelled")
_drop_instance_limit = (
    update(_job)
    .where(
        _job.c.instance_id == bindparam("case"),
        _job.c.task_id.is_(None),
        _job.c.kind.in_(LIMIT_KINDS),
        _job.c.state.in_(("waiting", "paused")),
    )
    .values(state="cancelled")
)


@dataclass(frozen=True)
class Armed:
    """A limit's columns for its row, and its jobs."""

    columns: Mapping[str, Any]
    jobs: list[dict[str, Any]] = field(default_factory=list)


UNLIMITED = Armed({"limit_key": None, "anchored_at": None, "due_at": None, "due_confirmed": False})


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
    """The limit of a user task that opens now."""
    key = facts.limit_key(file.bundle, work.element)
    limit = known(file, key)
    if limit is None:
        return UNLIMITED
    now, calendar = file.unit.now, file.unit.service.calendar
    entered, again = _entered_at(file, limit, work.element)
    start = facts.anchored(limit, now, file.row["started_at"], entered, again)
    due = calendar.add(start, limit.limit, limit.clock)
    if start < now:
        due = Due(shift_since(file, limit, due.at, start), due.confirmed)
    armed = scheduled(limit, calendar, start, due)
    columns = {"limit_key": key, "anchored_at": start, "due_at": due.at, "due_confirmed": due.confirmed}
    return Armed(columns, limit_jobs(file, limit, armed, work.id, work.element))


def of_instance(file: CaseFile) -> list[dict[str, Any]]:
    """The jobs of the whole instance's limit, when it is armed for the first time or another one counts now."""
    if file.ended:
        return []
    key = facts.instance_limit_key(file.bundle, file.instance.variables)
    if key == file.row["limit_key"] or (limit := known(file, key)) is None:
        return []
    if file.row["limit_key"] is not None:
        file.unit.execute(_drop_instance_limit, {"case": file.id})
    calendar, start = file.unit.service.calendar, file.row["started_at"]
    due = calendar.add(start, limit.limit, limit.clock)
    due = Due(shift_since(file, limit, due.at, start), due.confirmed)
    file.row.update(limit_key=key, due_at=due.at, due_confirmed=due.confirmed)
    state = "waiting" if file.row["paused_at"] is None else "paused"
    jobs = limit_jobs(file, limit, scheduled(limit, calendar, start, due), None, None)
    return [{**each, "state": state} for each in jobs]


def limit_jobs(
    file: CaseFile,
    limit: Limit,
    armed: Schedule,
    task_id: str | None,
    element: str | None,
    only: Collection[Voice] | None = None,
) -> list[dict[str, Any]]:
    """The job of the limit's first voice (reminder, overdue, escalations), those that follow in its payload.

    `only` names the voices that are still to come, where some have spoken already.
    """
    voices: list[tuple[str, int | None, datetime]] = [("overdue", None, armed.due.at)]
    if armed.reminder < armed.due.at:
        voices.insert(0, ("reminder", None, armed.reminder))
    voices += [("escalation", level, at) for level, at in enumerate(armed.escalations)]
    then = [[kind, level, at.isoformat()] for kind, level, at in voices if only is None or (kind, level) in only]
    payload = {"limit": limit.key, "due": armed.due.at.isoformat(), "then": then}
    return next_voice(file, payload, task_id, element)


def next_voice(
    file: CaseFile, payload: Mapping[str, Any], task_id: str | None, element: str | None
) -> list[dict[str, Any]]:
    """The job of the voice that comes next; none when all have spoken."""
    if not payload["then"]:
        return []
    (kind, level, at), *then = payload["then"]
    rest = {**payload, "level": level, "then": then}
    return [job(file, kind, datetime.fromisoformat(at), task_id=task_id, element=element, payload=rest)]


def rearm(
    file: CaseFile,
    key: str,
    start: datetime,
    due: Due,
    task_id: str | None = None,
    element: str | None = None,
    state: str | None = None,
) -> None:
    """Move a limit's jobs to a new due time. What has not happened yet happens later (in `state`, else as it was
    waiting or paused before); what was sent is not sent again."""
    limit, of = known(file, key), {"case": file.id, "task": task_id}
    pending = file.unit.execute(_pending, of).first()
    if pending is None:
        return
    file.unit.execute(_drop_pending, of)
    if limit is not None:
        only = {
            (pending.kind, pending.payload["level"]),
            *((kind, level) for kind, level, _ in pending.payload["then"]),
        }
        armed = scheduled(limit, file.unit.service.calendar, start, due)
        fresh = limit_jobs(file, limit, armed, task_id, element, only)
        add_jobs(file, [{**each, "state": state or pending.state} for each in fresh])


def known(file: CaseFile, key: str | None) -> Limit | None:
    """The limit with this key; None where there is none (a limit that was taken out of the policy)."""
    if key is None:
        return None
    try:
        return file.limit(key)
    except KeyError:
        return None


def _entered_at(file: CaseFile, limit: Limit, element: str) -> tuple[dict[str, datetime], datetime | None]:
    """When the limit's anchor was last entered, and when this step itself was open the time before."""
    if limit.anchor in ("task", "instance"):
        return {}, None
    history.flush(file)
    at = file.unit.execute(_entered, {"case": file.id, "element": limit.anchor}).scalar()
    again = file.unit.execute(_entered_before, {"case": file.id, "element": element, "now": file.unit.now}).scalar()
    return ({} if at is None else {limit.anchor: at}), again


def shift_since(file: CaseFile, limit: Limit, due: datetime, start: datetime) -> datetime:
    """A due time that counts from `start`, moved by every pause of the case since then."""
    if not file.row["paused_seconds"]:
        return due
    history.flush(file)
    calendar = file.unit.service.calendar
    began: datetime | None = None
    for row in file.unit.execute(_pauses, {"case": file.id}):
        if row.kind == "paused":
            began = row.at
        elif began is not None:
            due = shifted(calendar, limit, due, max(began, start), max(row.at, start))
            began = None
    return due
