"""What an operator sees first: a few figures, what needs a person, and what waits to be done."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import func, or_, select, tuple_
from sqlalchemy.orm import Session

from app.queries import sight
from app.standard.statuses import CANCELLED
from app.store.accounts import User
from app.store.claims import RECOUNT
from app.store.complaints import Complaint
from app.store.instances import ProcessInstance
from app.store.jobs import IS_WAITING, Incident, Job
from app.store.outbox import PROBLEMS, OutboxMessage
from app.store.tasks import IS_OPEN, Task

DAYS = 14
PAGE = 50
RECENT = timedelta(days=30)
PROBLEM = "problem"  # what lists call all messages that did not arrive


@dataclass(frozen=True, slots=True)
class Overview:
    """Figures of this moment, and the last fourteen days as (day, started, ended)."""

    running: int
    open_tasks: int
    overdue_tasks: int
    incidents: int
    late_jobs: int
    problem_messages: int  # letters that did not reach anybody
    waiting_messages: int
    next_job_at: datetime | None
    cancelled: int
    days: tuple[tuple[date, int, int], ...]


@dataclass(frozen=True, slots=True)
class Letter:
    """A message with the number of its case and, unless that is confidential, what it is about."""

    message: OutboxMessage
    number: str | None
    title: str


def overview(session: Session, now: datetime, zone: ZoneInfo) -> Overview:
    """The operator's first look."""
    waiting = select(Job).where(IS_WAITING)
    return Overview(
        running=_count(session, ProcessInstance.state == "active"),
        open_tasks=_count(session, IS_OPEN),
        overdue_tasks=_count(session, IS_OPEN, Task.due_at < now),
        incidents=_count(session, Incident.resolved_at.is_(None)),
        late_jobs=_count(session, IS_WAITING, Job.due_at < now - timedelta(minutes=1)),
        problem_messages=_problems(session, now),
        waiting_messages=_count(session, OutboxMessage.state == "waiting"),
        next_job_at=session.scalar(select(func.min(waiting.subquery().c.due_at))),
        cancelled=_count(session, ProcessInstance.state == CANCELLED, ProcessInstance.ended_at >= _since(now, zone)),
        days=_days(session, now, zone),
    )


def open_incidents(session: Session, offices: frozenset[str], limit: int = 200) -> list[tuple[Incident, str | None]]:
    """Unresolved incidents with the business key of their case, oldest first; none about the reader's `offices`."""
    rows = session.execute(
        select(Incident, ProcessInstance.business_key)
        .outerjoin(ProcessInstance, Incident.instance_id == ProcessInstance.id)
        .where(Incident.resolved_at.is_(None), sight.not_about(offices, Incident.instance_id))
        .order_by(Incident.raised_at)
        .limit(limit)
    )
    return [(incident, key) for incident, key in rows]


def ended_incidents(session: Session, offices: frozenset[str], limit: int = 20) -> list[tuple[Incident, str | None]]:
    """What was mended last, by whom and how."""
    rows = session.execute(
        select(Incident, ProcessInstance.business_key)
        .outerjoin(ProcessInstance, Incident.instance_id == ProcessInstance.id)
        .where(Incident.resolved_at.is_not(None), sight.not_about(offices, Incident.instance_id))
        .order_by(Incident.resolved_at.desc())
        .limit(limit)
    )
    return [(incident, key) for incident, key in rows]


def messages(
    session: Session, offices: frozenset[str], state: str = "", after: str = "", limit: int = PAGE
) -> tuple[list[Letter], str | None]:
    """The newest messages of a state, of PROBLEM (what did not arrive) or of all; and what leads to older ones."""
    wanted = (
        select(OutboxMessage, ProcessInstance.business_key, Complaint.title, Complaint.is_confidential)
        .outerjoin(ProcessInstance, OutboxMessage.instance_id == ProcessInstance.id)
        .outerjoin(Complaint, Complaint.instance_id == ProcessInstance.id)
        .where(sight.not_about(offices, OutboxMessage.instance_id))
    )
    if state:
        wanted = wanted.where(OutboxMessage.state.in_(PROBLEMS if state == PROBLEM else (state,)))
    last = session.get(OutboxMessage, after) if after else None
    if last is not None:
        wanted = wanted.where(tuple_(OutboxMessage.created_at, OutboxMessage.id) < (last.created_at, last.id))
    ordered = wanted.order_by(OutboxMessage.created_at.desc(), OutboxMessage.id.desc()).limit(limit + 1)
    found = [
        Letter(message, number, "" if confidential else title or "")
        for message, number, title, confidential in session.execute(ordered)
    ]
    return found[:limit], found[limit - 1].message.id if len(found) > limit else None


def next_jobs(session: Session, offices: frozenset[str], limit: int = 50) -> list[tuple[Job, str | None]]:
    """What the service will do next by itself, with the number of the case."""
    wanted = select(Job, ProcessInstance.business_key).outerjoin(ProcessInstance, Job.instance_id == ProcessInstance.id)
    wanted = wanted.where(sight.not_about(offices, Job.instance_id))
    return [
        (job, number)
        for job, number in session.execute(
            wanted.where(IS_WAITING, Job.kind != RECOUNT).order_by(Job.due_at).limit(limit)
        )
    ]


def _problems(session: Session, now: datetime) -> int:
    """What was given up stays a problem until it is tried again; who cannot be reached, for a month."""
    lately = OutboxMessage.due_at >= now - RECENT
    return _count(session, OutboxMessage.state.in_(PROBLEMS), or_(OutboxMessage.state == "failed", lately))


def _count(session: Session, *conditions: object) -> int:
    return session.scalar(select(func.count()).where(*conditions)) or 0  # type: ignore[arg-type]


def _since(now: datetime, zone: ZoneInfo) -> datetime:
    """The beginning of the fourteen days."""
    first = now.astimezone(zone).date() - timedelta(days=DAYS - 1)
    return datetime.combine(first, datetime.min.time(), zone)


def _days(session: Session, now: datetime, zone: ZoneInfo) -> tuple[tuple[date, int, int], ...]:
    since = _since(now, zone)
    first = since.date()
    started = session.scalars(select(ProcessInstance.started_at).where(ProcessInstance.started_at >= since))
    begun = Counter(at.astimezone(zone).date() for at in started)
    ended_at = session.scalars(select(ProcessInstance.ended_at).where(ProcessInstance.ended_at >= since))
    done = Counter(at.astimezone(zone).date() for at in ended_at if at is not None)
    return tuple((day, begun[day], done[day]) for day in (first + timedelta(days=n) for n in range(DAYS)))


def people(session: Session) -> list[User]:
    """Everybody with an account, so that pages can name them."""
    return list(session.scalars(select(User).order_by(User.name)))
