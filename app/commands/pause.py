"""Stops the clocks of a case's limits while it waits for the reporter, and moves the due times when it goes on."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, select, update

from app.bundle import facts
from app.commands import deadlines, history
from app.commands.casefile import CaseFile
from app.domain.calendar import Due
from app.domain.limits import scheduled, shifted
from app.store.base import table_of
from app.store.jobs import Job
from app.store.tasks import Candidate, Task

_job, _task, _candidate = table_of(Job), table_of(Task), table_of(Candidate)
_limit_jobs = (_job.c.instance_id == bindparam("case"), _job.c.kind.in_(("reminder", "overdue", "escalation")))
_stop = update(_job).where(*_limit_jobs, _job.c.state == "waiting").values(state="paused")
_drop = update(_job).where(*_limit_jobs, _job.c.state == "paused").values(state="cancelled")
_stopped = select(_job.c.task_id, _job.c.kind, _job.c.payload).where(*_limit_jobs, _job.c.state == "paused")
_open_tasks = select(_task.c.id, _task.c.element, _task.c.limit_key, _task.c.anchored_at, _task.c.due_at).where(
    _task.c.instance_id == bindparam("case"), _task.c.state == "open", _task.c.due_at.is_not(None)
)


def change(file: CaseFile, previous: str) -> list[dict[str, Any]]:
    """Begin or end a pause if the status says so; returns the jobs that are due anew."""
    stands = file.row["paused_at"] is not None
    must = not file.ended and facts.paused(file.bundle, file.row["status"])
    if must and not stands:
        file.row["paused_at"] = file.unit.now
        file.unit.execute(_stop, {"case": file.id})
        history.add(file, [("paused", previous, None)])
    elif stands and not must:
        return _resume(file)
    return []


def _resume(file: CaseFile) -> list[dict[str, Any]]:
    row, now, calendar = file.row, file.unit.now, file.unit.service.calendar
    began, row["paused_at"] = row["paused_at"], None
    row["paused_seconds"] += int(calendar.working_time_between(began, now).total_seconds())
    history.add(file, [("resumed", row["status"], None)])
    if file.ended:
        return []
    stopped = {
        (each.task_id, each.kind, each.payload.get("level")) for each in file.unit.execute(_stopped, {"case": file.id})
    }
    file.unit.execute(_drop, {"case": file.id})
    jobs: list[dict[str, Any]] = []
    if row["due_at"] is not None and (limit := deadlines.known(file, row["limit_key"])):
        due = shifted(calendar, limit, row["due_at"], began, now)
        row["due_at"] = due
        armed = scheduled(limit, calendar, row["started_at"], Due(due, row["due_confirmed"]))
        jobs += deadlines.limit_jobs(file, limit, armed, None, None)
    for task in file.unit.execute(_open_tasks, {"case": file.id}).all():
        jobs += _move_task(file, task, began)
    # Only what had not happened yet when the clock stopped happens later; what was sent is not sent again.
    return [each for each in jobs if (each["task_id"], each["kind"], each["payload"].get("level")) in stopped]


def _move_task(file: CaseFile, task: Any, began: datetime) -> list[dict[str, Any]]:
    limit = deadlines.known(file, task.limit_key)
    if limit is None or task.anchored_at >= file.unit.now:
        return []
    calendar = file.unit.service.calendar
    due = shifted(calendar, limit, task.due_at, began, file.unit.now)
    file.unit.execute(update(_task).where(_task.c.id == task.id).values(due_at=due))
    file.unit.execute(update(_candidate).where(_candidate.c.task_id == task.id).values(due_at=due))
    armed = scheduled(limit, calendar, task.anchored_at, Due(due, True))
    return deadlines.limit_jobs(file, limit, armed, task.id, task.element)
