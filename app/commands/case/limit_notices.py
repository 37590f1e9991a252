"""What a limit says by itself: of several things due at once (after downtime, a recount) only the strongest leaves."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import Row, bindparam, or_, select, update

from app.commands.case import deadlines, escalations, history
from app.commands.case.at_work import CaseAtWork
from app.commands.letter import notices
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


def speak(case: CaseAtWork, job: Row[Any]) -> None:
    """Say what is due of a limit, and arm what it says next."""
    task = case.tx.sql(_find, {"task": job.task_id}).first() if job.task_id is not None else None
    if job.task_id is not None and (task is None or task.state != "open"):
        return
    limit, counted = _counted(case, job, task)
    if limit is None or counted is None:
        return  # taken out of the policy: its due time stays on record, and nobody is told of it any more
    spoken = strength_of(job.kind, job.payload.get("level")) - 1
    due = [each for each in deadlines.said(case, limit, counted) if each.strength > spoken and each.at <= case.tx.now]
    if due:
        spoken = due[-1].strength
        if task is not None and any(each.kind != "reminder" for each in due):
            case.tx.sql(_late, {"of": task.id})
        if due[-1].kind == "escalation":
            escalations.put(case, job.task_id or case.id, limit.key, due[-1].level or 0, counted.due.at)
        _tell(case, job, task, limit, due)
    # Nothing is due where the calendar has changed and the recount has not come by yet: it is said at its new time.
    deadlines.add_jobs(case, deadlines.limit_jobs(case, limit, counted, job.task_id, job.element, spoken))


def _counted(case: CaseAtWork, job: Row[Any], task: Row[Any] | None) -> tuple[Limit | None, Counted | None]:
    """The limit the job speaks for, and its due time by the calendar in force."""
    row, start = (task._mapping, task.anchored_at) if task is not None else (case.row, case.row["started_at"])
    limit = deadlines.limit_of(case, job.payload["limit"])
    if limit is None or row["limit_key"] != limit.key or row["due_at"] is None or start is None:
        return limit, None
    due = due_from(limit, case.tx.service.calendar, start, deadlines.pauses(case))
    return limit, Counted(start, due)


def _tell(case: CaseAtWork, job: Row[Any], task: Row[Any] | None, limit: Limit, due: list[Voice]) -> None:
    """Write the strongest to everybody whom the weaker ones were for, also those that were held and leave no more."""
    people = [person for voice in due for person in _people(case, task, limit, voice)]
    people += _recall(case, job, limit)
    fields = {
        "tracking_id": case.row["business_key"],
        "step": task.name if task else case.bundle.manifest.title.id,
        "step_en": _english(case, job) or (task.name if task else case.bundle.manifest.title.en),
        "holder": _holder(case, task),
        "limit": limit.key,
        "task": task.id if task else "",
        # The due time, not the time at which this came to run. What is left of it is said when the letter leaves.
        "due": (task.due_at if task else case.row["due_at"]).isoformat(),
        "due_unit": unit_of(limit),
    }
    opening, template = notices.opening(case.tx), due[-1].kind
    for person in dict.fromkeys(people):
        case.notices.append(notices.row(case.tx, case, template, f"user:{person}", fields, opening, job.id))
    notices.write(case)
    history.keep(case)


def _people(case: CaseAtWork, task: Row[Any] | None, limit: Limit, voice: Voice) -> Iterable[str]:
    """Whom a voice is for: an escalation for the next of the policy's roles, all others for whoever works on it."""
    if voice.kind != "escalation":
        return _working(case, task)
    if not limit.notify:
        return []
    role = limit.notify[min(voice.level or 0, len(limit.notify) - 1)]
    return notices.able(case, role=role)


def _recall(case: CaseAtWork, job: Row[Any], limit: Limit) -> list[str]:
    """Weaker letters of this limit that wait for the office to open leave no more; whom they were for."""
    rows = case.tx.sql(_held, {"case": case.id, "now": case.tx.now}).all()
    held = [row for row in rows if (row.fields.get("limit"), row.fields.get("task")) == (limit.key, job.task_id or "")]
    if held:
        gone = update(_outbox).where(_outbox.c.id.in_([row.id for row in held]))
        case.tx.sql(gone.values(state="skipped", last_error="superseded"))
    return [row.recipient.removeprefix("user:") for row in held]


def workers(case: CaseAtWork, task_id: str | None) -> list[str]:
    """Ids of whoever claimed the task, else of everybody who may; for the whole case (None) those of its office."""
    return _working(case, case.tx.sql(_find, {"task": task_id}).first() if task_id is not None else None)


def _working(case: CaseAtWork, task: Row[Any] | None) -> list[str]:
    if task is None:
        return notices.able(case, unit=case.row["unit"]) if case.row["unit"] else []
    if task.assignee is not None:
        return [task.assignee]
    able: set[str] = set()
    for row in case.tx.sql(_candidates, {"task": task.id}).all():
        able.update(notices.able(case, role=row.role, unit=row.unit))
    return sorted(able)


def _holder(case: CaseAtWork, task: Row[Any] | None) -> str:
    if task is not None and task.assignee is not None:
        return name_of(case.tx.connection, task.assignee)
    return str((task.unit if task else case.row["unit"]) or "")


def _english(case: CaseAtWork, job: Row[Any]) -> str | None:
    return case.bundle.labels.get(job.element or "")
