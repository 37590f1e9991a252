"""Stops the clocks of a case's limits while nobody in office can act, and moves the due times when it goes on."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Row, bindparam, select, update

from app.commands.case import deadlines, history
from app.commands.case.at_work import CaseAtWork
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


def change(case: CaseAtWork, previous: str) -> None:
    """Begin or end a pause if the status says so."""
    stands = case.row["paused_at"] is not None
    must = not case.ended and limits.stands_still(case.bundle, case.row["status"])
    if must and not stands:
        case.row["paused_at"] = case.tx.now
        case.tx.sql(_stop, {"case": case.id})
        history.add(case, [("paused", previous, None)])
    elif stands and not must:
        _resume(case)


def _resume(case: CaseAtWork) -> None:
    row, now = case.row, case.tx.now
    began, row["paused_at"] = row["paused_at"], None
    row["paused_seconds"] += int(case.tx.service.calendar.working_time_between(began, now).total_seconds())
    deadlines.pauses(case).append((began, now))
    history.add(case, [("resumed", row["status"], None)])
    if case.ended:
        return
    if row["due_at"] is not None and (limit := deadlines.limit_of(case, row["limit_key"])):
        due = due_now(case, limit, row["started_at"])
        row.update(due_at=due.at, due_confirmed=due.confirmed)
        deadlines.rearm(case, limit, Counted(row["started_at"], due), state="waiting")
    for task in case.tx.sql(_open_tasks, {"case": case.id}).all():
        _move_task(case, task)
    deadlines.spread(case)


def _move_task(case: CaseAtWork, task: Row[Any]) -> None:
    limit = deadlines.limit_of(case, task.limit_key)
    if limit is None:
        return
    due = due_now(case, limit, task.anchored_at)
    case.tx.sql(update(_task).where(_task.c.id == task.id).values(due_at=due.at, due_confirmed=due.confirmed))
    deadlines.rearm(case, limit, Counted(task.anchored_at, due), task.id, task.element, state="waiting")


def due_now(case: CaseAtWork, limit: Limit, start: datetime) -> Due:
    """When a limit that counts from `start` is due, by the calendar in force and the case's pauses."""
    return limits.due_from(limit, case.tx.service.calendar, start, deadlines.pauses(case))
