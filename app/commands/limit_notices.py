"""What a limit says by itself: of several things due at once (after downtime, a recount) only the strongest leaves."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import Row, bindparam, or_, select, update

from app.commands import deadlines, escalations, history, notices
from app.commands.casefile import CaseFile
from app.domain.limits import Limit
from app.rules.limits import Counted, due_from
from app.rules.remaining import unit_of
from app.rules.voices import Voice, strength_of
from app.store.base import table_of
from app.store.outbox import OutboxMessage
from app.store.people import name_of
from app.store.standing import LIMIT_KINDS
from app.store.tasks import Candidate, Task

_task, _candidate = table_of(Task), table_of(Candidate)
_outbox = table_of(OutboxMessage)
_find = select(_task).where(_task.c.id == bindparam("task"))
_candidates = select(_candidate.c.role, _candidate.c.unit).where(_candidate.c.task_id == bindparam("task"))
_late = update(_task).where(_task.c.id == bindparam("of"), _task.c.state == "open").values(overdue=True)
_held = select(_outbox.c.id, _outbox.c.recipient, _outbox.c.fields).where(
    _outbox.c.instance_id == bindparam("case"),
    _outbox.c.state == "waiting",
    _outbox.c.template.in_(LIMIT_KINDS),
    or_(_outbox.c.locked_until.is_(None), _outbox.c.locked_until <= bindparam("now")),
)


def speak(file: CaseFile, job: Row[Any]) -> None:
    """Say what is due of a limit, and arm what it says next."""
    task = file.unit.execute(_find, {"task": job.task_id}).first() if job.task_id is not None else None
    if job.task_id is not None and (task is None or task.state != "open"):
        return
    limit, counted = _counted(file, job, task)
    if limit is None or counted is None:
        return  # taken out of the policy: its due time stays on record, and nobody is told of it any more
    spoken = strength_of(job.kind, job.payload.get("level")) - 1
    due = [each for each in deadlines.said(file, limit, counted) if each.strength > spoken and each.at <= file.unit.now]
    if due:
        spoken = due[-1].strength
        if task is not None and any(each.kind != "reminder" for each in due):
            file.unit.execute(_late, {"of": task.id})
        if due[-1].kind == "escalation":
            escalations.put(file, job.task_id or file.id, limit.key, due[-1].level or 0, counted.due.at)
        _tell(file, job, task, limit, due)
    # Nothing is due where the calendar has changed and the recount has not come by yet: it is said at its new time.
    deadlines.add_jobs(file, deadlines.limit_jobs(file, limit, counted, job.task_id, job.element, spoken))


def _counted(file: CaseFile, job: Row[Any], task: Row[Any] | None) -> tuple[Limit | None, Counted | None]:
    """The limit the job speaks for, and its due time by the calendar in force."""
    row, start = (task._mapping, task.anchored_at) if task is not None else (file.row, file.row["started_at"])
    limit = deadlines.known(file, job.payload["limit"])
    if limit is None or row["limit_key"] != limit.key or row["due_at"] is None or start is None:
        return limit, None
    due = due_from(limit, file.unit.service.calendar, start, deadlines.pauses(file))
    return limit, Counted(start, due)


def _tell(file: CaseFile, job: Row[Any], task: Row[Any] | None, limit: Limit, due: list[Voice]) -> None:
    """Write the strongest to everybody whom the weaker ones were for, also those that were held and leave no more."""
    people = [person for voice in due for person in _people(file, task, limit, voice)]
    people += _recall(file, job, limit)
    fields = {
        "tracking_id": file.row["business_key"],
        "step": task.name if task else file.bundle.manifest.title.id,
        "step_en": _english(file, job) or (task.name if task else file.bundle.manifest.title.en),
        "holder": _holder(file, task),
        "limit": limit.key,
        "task": task.id if task else "",
        # The due time, not the time at which this came to run. What is left of it is said when the letter leaves.
        "due": (task.due_at if task else file.row["due_at"]).isoformat(),
        "due_unit": unit_of(limit),
    }
    opening, template = notices.opening(file.unit), due[-1].kind
    for person in dict.fromkeys(people):
        file.notices.append(notices.row(file.unit, file, template, f"user:{person}", fields, opening, job.id))
    notices.write(file)
    history.keep(file)


def _people(file: CaseFile, task: Row[Any] | None, limit: Limit, voice: Voice) -> Iterable[str]:
    """Whom a voice is for: an escalation for the next of the policy's roles, all others for whoever works on it."""
    if voice.kind != "escalation":
        return _working(file, task)
    if not limit.notify:
        return []
    role = limit.notify[min(voice.level or 0, len(limit.notify) - 1)]
    return notices.able(file, role=role)


def _recall(file: CaseFile, job: Row[Any], limit: Limit) -> list[str]:
    """Weaker letters of this limit that wait for the office to open leave no more; whom they were for."""
    rows = file.unit.execute(_held, {"case": file.id, "now": file.unit.now}).all()
    held = [row for row in rows if (row.fields.get("limit"), row.fields.get("task")) == (limit.key, job.task_id or "")]
    if held:
        gone = update(_outbox).where(_outbox.c.id.in_([row.id for row in held]))
        file.unit.execute(gone.values(state="skipped", last_error="superseded"))
    return [row.recipient.removeprefix("user:") for row in held]


def workers(file: CaseFile, task_id: str | None) -> list[str]:
    """Ids of whoever claimed the task, else of everybody who may; for the whole case (None) those of its office."""
    return _working(file, file.unit.execute(_find, {"task": task_id}).first() if task_id is not None else None)


def _working(file: CaseFile, task: Row[Any] | None) -> list[str]:
    if task is None:
        return notices.able(file, unit=file.row["unit"]) if file.row["unit"] else []
    if task.assignee is not None:
        return [task.assignee]
    able: set[str] = set()
    for row in file.unit.execute(_candidates, {"task": task.id}).all():
        able.update(notices.able(file, role=row.role, unit=row.unit))
    return sorted(able)


def _holder(file: CaseFile, task: Row[Any] | None) -> str:
    if task is not None and task.assignee is not None:
        return name_of(file.unit.connection, task.assignee)
    return str((task.unit if task else file.row["unit"]) or "")


def _english(file: CaseFile, job: Row[Any]) -> str | None:
    return file.bundle.labels.get(job.element or "")
