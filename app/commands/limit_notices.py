"""The three voices of a limit: a reminder before it, a mark and a notice when it has passed, and escalations."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import Row, bindparam, select, update

from app.commands import deadlines, escalations, history, notices
from app.commands.casefile import CaseFile
from app.rules.remaining import unit_of
from app.store.base import table_of
from app.store.people import name_of
from app.store.tasks import Candidate, Task

_task, _candidate = table_of(Task), table_of(Candidate)
_find = select(_task.c.state, _task.c.name, _task.c.unit, _task.c.assignee).where(_task.c.id == bindparam("task"))
_candidates = select(_candidate.c.role, _candidate.c.unit).where(_candidate.c.task_id == bindparam("task"))


def remind(file: CaseFile, job: Row[Any]) -> None:
    """Tell whoever works on it, or could, that the end is near."""
    _tell(file, job, "reminder", workers(file, job.task_id))
    _follow(file, job)


def mark_overdue(file: CaseFile, job: Row[Any]) -> None:
    """Mark the task and tell whoever works on it, or could."""
    if job.task_id is not None:
        file.unit.execute(update(_task).where(_task.c.id == job.task_id, _task.c.state == "open").values(overdue=True))
    _tell(file, job, "overdue", workers(file, job.task_id))
    _follow(file, job)


def escalate(file: CaseFile, job: Row[Any]) -> None:
    """Put it on the supervisor's board and tell the next in the policy's list of roles."""
    escalations.put(file, job)
    limit = deadlines.known(file, job.payload.get("limit"))
    if limit is not None and limit.notify:
        role = limit.notify[min(job.payload["level"] or 0, len(limit.notify) - 1)]
        _tell(file, job, "escalation", notices.able(file, role=role))
    _follow(file, job)


def _follow(file: CaseFile, job: Row[Any]) -> None:
    """Arm the limit's next voice."""
    deadlines.add_jobs(file, deadlines.next_voice(file, job.payload, job.task_id, job.element))


def _tell(file: CaseFile, job: Row[Any], template: str, people: Iterable[str]) -> None:
    task = file.unit.execute(_find, {"task": job.task_id}).first() if job.task_id is not None else None
    if task is not None and task.state != "open":
        return
    fields = {
        "tracking_id": file.row["business_key"],
        "step": task.name if task else file.bundle.manifest.title.id,
        "step_en": _english(file, job) or (task.name if task else file.bundle.manifest.title.en),
        "holder": _holder(file, task),
        # The due time, not the time at which this came to run. What is left of it is said when the letter leaves.
        "due": job.payload["due"],
        "due_unit": unit_of(deadlines.known(file, job.payload.get("limit"))),
    }
    opening = notices.opening(file.unit)
    for person in people:
        file.notices.append(notices.row(file.unit, file, template, f"user:{person}", fields, opening, job.id))
    notices.write(file)
    history.keep(file)


def workers(file: CaseFile, task_id: str | None) -> list[str]:
    """Ids of whoever claimed the task, else of everybody who may; for the whole case (None) those of its office."""
    task = file.unit.execute(_find, {"task": task_id}).first() if task_id is not None else None
    if task is None:
        return notices.able(file, unit=file.row["unit"]) if file.row["unit"] else []
    if task.assignee is not None:
        return [task.assignee]
    able: set[str] = set()
    for row in file.unit.execute(_candidates, {"task": task_id}).all():
        able.update(notices.able(file, role=row.role, unit=row.unit))
    return sorted(able)


def _holder(file: CaseFile, task: Row[Any] | None) -> str:
    if task is not None and task.assignee is not None:
        return name_of(file.unit.connection, task.assignee)
    return str((task.unit if task else file.row["unit"]) or "")


def _english(file: CaseFile, job: Row[Any]) -> str | None:
    return file.bundle.labels.get(job.element or "")
