"""Stops the clocks of a case's limits while it waits for the reporter, and moves the due times when it goes on."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Row, bindparam, select, update

from app.bundle import facts
from app.commands import deadlines, history
from app.commands.casefile import CaseFile
from app.domain.calendar import Due
from app.domain.limits import shifted
from app.store.base import table_of
from app.store.jobs import Job
from app.store.tasks import Candidate, Task

_job, _task, _candidate = table_of(Job), table_of(Task), table_of(Candidate)
_stop = (
    update(_job)
    .where(_job.c.instance_id == bindparam("case"), _job.c.kind.in_(deadlines.LIMIT_KINDS), _job.c.state == "waiting")
    .values(state="paused")
)
_open_tasks = select(_task).where(
    _task.c.instance_id == bindparam("case"),
    _task.c.state == "open",
    _task.c.due_at.is_not(None),
    _task.c.opened_at < bindparam("began"),  # what opened during the pause never stood still
)


def change(file: CaseFile, previous: str) -> None:
    """Begin or end a pause if the status says so."""
    stands = file.row["paused_at"] is not None
    must = not file.ended and facts.paused(file.bundle, file.row["status"])
    if must and not stands:
        file.row["paused_at"] = file.unit.now
        file.unit.execute(_stop, {"case": file.id})
        history.add(file, [("paused", previous, None)])
    elif stands and not must:
        _resume(file)


def _resume(file: CaseFile) -> None:
    row, now, calendar = file.row, file.unit.now, file.unit.service.calendar
    began, row["paused_at"] = row["paused_at"], None
    row["paused_seconds"] += int(calendar.working_time_between(began, now).total_seconds())
    history.add(file, [("resumed", row["status"], None)])
    if file.ended:
        return
    if row["due_at"] is not None and (limit := deadlines.known(file, row["limit_key"])):
        row["due_at"] = shifted(calendar, limit, row["due_at"], began, now)
        due = Due(row["due_at"], row["due_confirmed"])
        deadlines.rearm(file, row["limit_key"], row["started_at"], due, state="waiting")
    for task in file.unit.execute(_open_tasks, {"case": file.id, "began": began}).all():
        _move_task(file, task, began)


def _move_task(file: CaseFile, task: Row[Any], began: datetime) -> None:
    limit = deadlines.known(file, task.limit_key)
    if limit is None:
        return
    due = shifted(file.unit.service.calendar, limit, task.due_at, began, file.unit.now)
    file.unit.execute(update(_task).where(_task.c.id == task.id).values(due_at=due))
    file.unit.execute(update(_candidate).where(_candidate.c.task_id == task.id).values(due_at=due))
    confirmed = Due(due, task.due_confirmed)
    deadlines.rearm(file, task.limit_key, task.anchored_at, confirmed, task.id, task.element, state="waiting")
