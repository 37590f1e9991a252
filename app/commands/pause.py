"""Stops the clocks of a case's limits while nobody in office can act, and moves the due times when it goes on."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Row, bindparam, select, update

from app.commands import deadlines, history
from app.commands.casefile import CaseFile
from app.domain.calendar import Due
from app.domain.limits import Limit
from app.rules import limits
from app.rules.limits import Counted
from app.store.base import table_of
from app.store.jobs import Job
from app.store.standing import LIMIT_KINDS
from app.store.tasks import Task

_job, _task = table_of(Job), table_of(Task)
_stop = (
    update(_job)
    .where(_job.c.instance_id == bindparam("case"), _job.c.kind.in_(LIMIT_KINDS), _job.c.state == "waiting")
    .values(state="paused")
)
_open_tasks = select(_task).where(
    _task.c.instance_id == bindparam("case"), _task.c.state == "open", _task.c.due_at.is_not(None)
)


def change(file: CaseFile, previous: str) -> None:
    """Begin or end a pause if the status says so."""
    stands = file.row["paused_at"] is not None
    must = not file.ended and limits.stands_still(file.bundle, file.row["status"])
    if must and not stands:
        file.row["paused_at"] = file.unit.now
        file.unit.execute(_stop, {"case": file.id})
        history.add(file, [("paused", previous, None)])
    elif stands and not must:
        _resume(file)


def _resume(file: CaseFile) -> None:
    row, now = file.row, file.unit.now
    began, row["paused_at"] = row["paused_at"], None
    row["paused_seconds"] += int(file.unit.service.calendar.working_time_between(began, now).total_seconds())
    deadlines.pauses(file).append((began, now))
    history.add(file, [("resumed", row["status"], None)])
    if file.ended:
        return
    if row["due_at"] is not None and (limit := deadlines.known(file, row["limit_key"])):
        due = due_now(file, limit, row["started_at"])
        row.update(due_at=due.at, due_confirmed=due.confirmed)
        deadlines.rearm(file, limit, Counted(row["started_at"], due), state="waiting")
    for task in file.unit.execute(_open_tasks, {"case": file.id}).all():
        _move_task(file, task)
    deadlines.spread(file)


def _move_task(file: CaseFile, task: Row[Any]) -> None:
    limit = deadlines.known(file, task.limit_key)
    if limit is None:
        return
    due = due_now(file, limit, task.anchored_at)
    file.unit.execute(update(_task).where(_task.c.id == task.id).values(due_at=due.at, due_confirmed=due.confirmed))
    deadlines.rearm(file, limit, Counted(task.anchored_at, due), task.id, task.element, state="waiting")


def due_now(file: CaseFile, limit: Limit, start: datetime) -> Due:
    """When a limit that counts from `start` is due, by the calendar in force and the case's pauses."""
    return limits.due_from(limit, file.unit.service.calendar, start, deadlines.pauses(file))
