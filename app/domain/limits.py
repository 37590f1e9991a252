"""Time limits: when a piece of work is due, when to remind, when to escalate, and what a pause moves."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from fractions import Fraction

from app.domain.calendar import Calendar, Due
from app.domain.durations import parse_duration


@dataclass(frozen=True, slots=True)
class Limit:
    """One row of the SLA policy.

    `limit` is an ISO 8601 duration counted on `clock` (working, calendar, wall); `anchor` says from when: "task",
    "instance" or an element id. `reminder` and `escalations` are shares of its working time, `notify` the roles told
    at each escalation. An unconfirmed limit is an estimate, never a promise; `source` says where its figure is from.
    """

    key: str
    limit: str
    clock: str = "working"
    anchor: str = "task"
    reminder: float = 0.6
    escalations: tuple[float, ...] = (1.0, 1.5)
    notify: tuple[str, ...] = ()
    valid_from: date = date(1970, 1, 1)
    source: str = ""
    confirmed: bool = False


@dataclass(frozen=True, slots=True)
class Schedule:
    """The instants a limit gives, in UTC: due, one reminder before it, escalations at and after it."""

    due: Due
    reminder: datetime
    escalations: tuple[datetime, ...]


def schedule(limit: Limit, calendar: Calendar, start: datetime) -> Schedule:
    """All instants of `limit` for work that started at `start`."""
    return scheduled(limit, calendar, start, calendar.add(start, limit.limit, limit.clock))


def scheduled(limit: Limit, calendar: Calendar, start: datetime, due: Due) -> Schedule:
    """Reminder and escalations for a due time that is already known (for instance after a pause)."""
    span = calendar.working_time_between(start, due.at)
    reminder = calendar.add_working_time(start, _share(span, limit.reminder)).at
    return Schedule(
        due,
        min(reminder, due.at),
        tuple(_escalation(calendar, due.at, span, share) for share in limit.escalations),
    )


def _escalation(calendar: Calendar, due: datetime, span: timedelta, share: float) -> datetime:
    # Counted on from the due time, so that the share 1.0 is the due time itself even when that lies outside hours.
    if share <= 1:
        return due
    return calendar.add_working_time(due, _share(span, share) - span).at


def _share(span: timedelta, share: float) -> timedelta:
    exact = Fraction(str(share)) * (span // timedelta(microseconds=1))
    return timedelta(microseconds=round(exact))


def shifted(calendar: Calendar, limit: Limit, due: datetime, paused_from: datetime, paused_to: datetime) -> datetime:
    """The due time after a pause: later by what the limit counts and the pause took, on the limit's own clock.

    Working time moves by the paused working time; day limits by the days of their kind that passed, and stay at a
    closing time; wall time by wall time. A pause that began after the due time no longer helps.
    """
    if paused_to <= paused_from or due <= paused_from:
        return due
    if limit.clock == "wall":
        return calendar.add_wall(due, paused_to - paused_from).at
    if not parse_duration(limit.limit).whole_days:
        return calendar.add_working_time(due, calendar.working_time_between(paused_from, paused_to)).at
    if limit.clock == "calendar":
        days = (calendar.local_date(paused_to) - calendar.local_date(paused_from)).days
        return calendar.add_calendar_days(due, days).at
    return calendar.add_working_days(due, calendar.working_days_between(paused_from, paused_to)).at
