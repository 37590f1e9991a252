"""What everybody may know without signing in: the steps and their limits, and when the office is open."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from sqlalchemy.orm import Session

from app.bundle.manifest import COMPLAINT
from app.bundle.read import Bundle
from app.bundle.shelf import Shelf
from app.domain.calendar import Calendar
from app.domain.limits import Limit
from app.domain.text import Text
from app.rules.limits import key_of_task
from app.standard.service import ServiceData
from app.standard.statuses import PublicStep

WEEK = 7


@dataclass(frozen=True, slots=True)
class Promise:
    """A step of the procedure with the limits that count in it; an unconfirmed limit is an estimate."""

    step: PublicStep
    limits: tuple[Limit, ...]


@dataclass(frozen=True, slots=True)
class OpeningHours:
    """Whether the office is open, when that changes next, and the hours of the coming days (a reason where closed)."""

    open: bool
    changes_at: datetime
    days: tuple[tuple[date, tuple[tuple[time, time], ...], Text | None], ...]


def procedure(session: Session, shelf: Shelf) -> Bundle | None:
    """The live procedure for complaints; None while none is deployed."""
    for deployment in shelf.live(session).values():
        bundle = shelf.bundle(session, deployment)
        if bundle.manifest.subject == COMPLAINT:
            return bundle
    return None


def promises(service: ServiceData, bundle: Bundle | None, day: date) -> list[Promise]:
    """The steps of the procedure with the limits in force on `day`, as the live diagram arms them."""
    return [Promise(step, tuple(_limits(service, bundle, step, day))) for step in service.steps]


def overall(service: ServiceData, bundle: Bundle | None, day: date) -> Limit | None:
    """The limit of the whole complaint, without special conditions."""
    key = bundle.manifest.instance.sla if bundle else None
    return service.limit(key, day) if key and key in service.limits else None


def _limits(service: ServiceData, bundle: Bundle | None, step: PublicStep, day: date) -> list[Limit]:
    if bundle is None:
        return []
    known = bundle.definition.elements
    keys = [
        key_of_task(bundle, element)
        for element in step.elements
        if element in known and element not in step.exceptional
    ]
    return [service.limit(key, day) for key in dict.fromkeys(keys) if key and key in service.limits]


def opening_hours(calendar: Calendar, now: datetime) -> OpeningHours:
    """Open or closed at `now`, and the coming seven days."""
    is_open = calendar.is_open(now)
    today = calendar.local_date(now)
    days = [(today + timedelta(days=ahead), *calendar.day(today + timedelta(days=ahead))) for ahead in range(WEEK)]
    changes_at = _closing(calendar, now) if is_open else calendar.next_opening(now)
    return OpeningHours(is_open, changes_at, tuple(days))


def _closing(calendar: Calendar, now: datetime) -> datetime:
    """The end of the interval that is open at `now`; a close of 00:00 is the end of the day."""
    local = calendar.local(now)
    for start, end in calendar.day(local.date())[0]:
        if start <= local.time() and (local.time() < end or end == time(0)):
            day = local.date() + timedelta(days=1) if end == time(0) else local.date()
            return datetime.combine(day, end, calendar.zone)
    return now
