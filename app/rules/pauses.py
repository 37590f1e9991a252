"""Pauses of a case: from when to when its clock stood still, which days that takes, and how much service time."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, time, timedelta

from app.domain.calendar import Calendar, Due
from app.domain.durations import parse_duration
from app.domain.limits import Limit

Pause = tuple[datetime, datetime]
_DAY = timedelta(days=1)
_HALF_DAY = timedelta(hours=12)
_NONE = timedelta()


def paired(events: Iterable[tuple[str, datetime]]) -> list[Pause]:
    """Pauses from the history's “paused” and “resumed”, in order; one that goes on is none yet."""
    found: list[Pause] = []
    began: datetime | None = None
    for kind, at in events:
        if kind == "paused":
            began = at
        elif began is not None:
            found.append((began, at))
            began = None
    return found


def since(start: datetime, pauses: Iterable[Pause]) -> tuple[Pause, ...]:
    """The parts of the pauses after `start`, in order and apart."""
    found: list[Pause] = []
    for began, ended in sorted((max(began, start), max(ended, start)) for began, ended in pauses):
        if found and began <= found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], ended))
        elif began < ended:
            found.append((began, ended))
    return tuple(found)


def paused_days(limit: Limit, calendar: Calendar, start: datetime, pauses: Iterable[Pause]) -> frozenset[date]:
    """The days that a day limit does not count because the clock stood still; none for a limit in hours.

    A working day of which at least half the service time was paused, by all pauses on it together; a calendar day of
    which at least twelve hours were.
    """
    if limit.clock == "wall" or not parse_duration(limit.limit).whole_days:
        return frozenset()
    stood = since(start, pauses)
    touched = {
        date.fromordinal(day)
        for began, ended in stood
        for day in range(calendar.local_date(began).toordinal(), calendar.local_date(ended).toordinal() + 1)
    }
    return frozenset(day for day in touched if _stood_still(limit, calendar, day, stood))


def later(calendar: Calendar, at: Due, stood: Iterable[Pause]) -> Due:
    """An instant that was counted in service time, later by the paused service time that began before it."""
    for began, ended in stood:
        if began < at.at and (paused := calendar.working_time_between(began, ended)):
            moved = calendar.add_working_time(at.at, paused)
            at = Due(moved.at, at.confirmed and moved.confirmed)
    return at


def paused_time(calendar: Calendar, start: datetime, end: datetime, stood: Iterable[Pause]) -> timedelta:
    """The service time between two instants in which the clock stood still."""
    within = [(max(began, start), min(ended, end)) for began, ended in stood]
    return sum((calendar.working_time_between(*each) for each in within if each[0] < each[1]), _NONE)


def _stood_still(limit: Limit, calendar: Calendar, day: date, stood: Sequence[Pause]) -> bool:
    begin, end = _midnight(calendar, day), _midnight(calendar, day + _DAY)
    within = [(max(began, begin), min(ended, end)) for began, ended in stood if began < end and ended > begin]
    if limit.clock == "calendar":
        return sum((ended - began for began, ended in within), _NONE) >= _HALF_DAY
    service = calendar.working_time_between(begin, end)
    return service > _NONE and 2 * paused_time(calendar, begin, end, within) >= service


def _midnight(calendar: Calendar, day: date) -> datetime:
    return datetime.combine(day, time(), calendar.zone).astimezone(UTC)
