"""Time limits: when a piece of work is due, when to remind, when to escalate, and what a pause moves."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from fractions import Fraction
from functools import lru_cache

from app.domain.calendar import Calendar, Due
from app.domain.durations import parse_duration
from app.domain.text import Text
from app.domain.words import MINUTE, count_en, span_text


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
    source: Text | None = None
    confirmed: bool = False
    title: Text | None = None


def in_force(versions: Sequence[Limit], day: date) -> Limit:
    """The version of one limit that holds on `day`: the last that began; before all of them, the first."""
    begun = [limit for limit in versions if limit.valid_from <= day]
    return (
        max(begun, key=lambda limit: limit.valid_from) if begun else min(versions, key=lambda limit: limit.valid_from)
    )


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
    return timedelta(microseconds=round(_exact(share) * (span // timedelta(microseconds=1))))


@lru_cache
def _exact(share: float) -> Fraction:
    """The share as it is written in the policy: 0.1 is a tenth."""
    return Fraction(str(share))


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


@dataclass(frozen=True, slots=True)
class Remaining:
    """Working time until a due time, negative once it has passed, and the phrase that tells it to people."""

    time: timedelta
    text: Text


def remaining(calendar: Calendar, now: datetime, due: datetime) -> Remaining:
    """How much working time is left at `now`: “sisa 1 hari kerja 3 jam”, or how late it is: “terlambat 2 jam”."""
    time = calendar.working_time_between(now, due)
    late = now > due
    amount = _amount(calendar, due, now) if late else _amount(calendar, now, due)
    if amount is None:
        text = Text("baru saja lewat", "just past due") if late else Text("jatuh tempo sekarang", "due now")
    elif late:
        text = Text(f"terlambat {amount.id}", f"{amount.en} late")
    else:
        text = Text(f"sisa {amount.id}", f"{amount.en} left")
    return Remaining(time, text)


def _amount(calendar: Calendar, first: datetime, last: datetime) -> Text | None:
    """Working days and hours between two instants, in words; None when no working time lies between."""
    if not calendar.working_time_between(first, last):
        return None
    days, rest = _days_and_rest(calendar, first, last)
    if not days:
        return span_text(rest - rest % MINUTE) if rest >= MINUTE else Text("kurang dari 1 menit", "less than 1 minute")
    hours = rest // timedelta(hours=1)
    return Text(
        f"{days:,} hari kerja".replace(",", ".") + (f" {hours} jam" if hours else ""),
        count_en(days, "working day") + (f" {count_en(hours, 'hour')}" if hours else ""),
    )


def _days_and_rest(calendar: Calendar, first: datetime, last: datetime) -> tuple[int, timedelta]:
    """Whole working days counted back from `last` at its own hour, and the working time that remains before them."""
    days = calendar.working_days_between(first, last)
    while days > 0:
        back = calendar.back(last, days)
        rest = calendar.working_time_between(first, back)
        if rest >= timedelta():
            return days, rest
        days -= 1
    return 0, calendar.working_time_between(first, last)
