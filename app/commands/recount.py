"""Counts the open due times again when the calendar has changed, and puts old and new on record for each case."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, select, update

from app.commands import deadlines, pause
from app.commands.casefile import CaseFile
from app.commands.unit import Unit
from app.domain.calendar import Due
from app.rules.limits import Counted
from app.store import trail
from app.store.base import table_of
from app.store.instances import ProcessInstance
from app.store.tasks import Task

RECORD = "RecountDeadlines"
_instance, _task = table_of(ProcessInstance), table_of(Task)
_running = select(_instance.c.id).where(_instance.c.state.in_(("active", "incident"))).order_by(_instance.c.id)
_open = select(_task).where(
    _task.c.instance_id == bindparam("case"), _task.c.state == "open", _task.c.anchored_at.is_not(None)
)


def recount(unit: Unit) -> int:
    """Count every open due time anew with the calendar now in force; returns how many cases changed."""
    changed = 0
    for instance_id in list(unit.connection.scalars(_running)):
        moved = list(_of_case(CaseFile.of_instance(unit, instance_id)))
        if moved:
            entry: dict[str, Any] = {"chain": instance_id, "at": unit.now, "actor": unit.actor}
            entry |= {"command": RECORD, "outcome": "done", "fields": {"moved": moved}}
            trail.append(unit.connection, unit.parts.keys, **entry)
            changed += 1
    return changed


def _of_case(file: CaseFile) -> Iterator[dict[str, str]]:
    """What moved: the case's own due time and those of its open tasks."""
    unit, row = file.unit, file.row
    limit = deadlines.known(file, row["limit_key"])
    if limit is not None and (due := pause.due_now(file, limit, row["started_at"])) != _stored(row):
        values = {"due_at": due.at, "due_confirmed": due.confirmed}
        unit.execute(update(_instance).where(_instance.c.id == file.id).values(**values))
        deadlines.rearm(file, limit, Counted(row["started_at"], due))
        yield _moved(file.id, row["due_at"], due)
        row.update(values)
    for task in unit.execute(_open, {"case": file.id}).all():
        limit = deadlines.known(file, task.limit_key)
        if limit is None or (due := pause.due_now(file, limit, task.anchored_at)) == _stored(task._mapping):
            continue
        values = {"due_at": due.at, "due_confirmed": due.confirmed}
        unit.execute(update(_task).where(_task.c.id == task.id).values(**values))
        deadlines.rearm(file, limit, Counted(task.anchored_at, due), task.id, task.element)
        yield _moved(task.id, task.due_at, due)
    deadlines.spread(file)


def _stored(row: Mapping[str, Any]) -> Due | None:
    return None if row["due_at"] is None else Due(row["due_at"], row["due_confirmed"])


def _moved(of: str, old: datetime | None, due: Due) -> dict[str, str]:
    return {"of": of, "old": old.isoformat() if old else "", "new": due.at.isoformat()}
