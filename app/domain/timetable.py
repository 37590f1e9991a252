"""The open hours of a run of years as sorted instants with running totals, so that any span is found by bisection."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import accumulate
from operator import itemgetter
from threading import Lock
from zoneinfo import ZoneInfo

from app.domain.days import Opening

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MINUTE = 60_000_000


def micros(at: datetime) -> int:
    """An aware instant as microseconds since 1970 in UTC (exact, no floating point)."""
    span = at - EPOCH
    return (span.days * 86400 + span.seconds) * 1_000_000 + span.microseconds


@dataclass(frozen=True, slots=True)
class Year:
    """The open intervals of one year and, for each working day, its ordinal and the instant at which it ends.

    A working day ends at its planned closing: when the office must close earlier, nothing is due earlier for that.
    `guesses` are the dates of holidays that no decree has settled: first and last instant of each.
    """

    opens: list[int]
    closes: list[int]
    ordinals: list[int]
    closings: list[int]
    guesses: list[tuple[int, int]]


@dataclass(frozen=True, slots=True)
class Timetable:
    """Consecutive years joined; `before[i]` is the working time (microseconds) before interval i."""

    first: int
    last: int
    opens: list[int]
    closes: list[int]
    before: list[int]
    ordinals: list[int]
    closings: list[int]
    guesses: list[tuple[int, int]]

    def worked(self, at: int) -> int:
        """Working time between the first instant of the table and `at`."""
        index = bisect_right(self.opens, at) - 1
        if index < 0:
            return 0
        opened, closed = self.opens[index], self.closes[index]
        return self.before[index] + min(at, closed) - opened

    def reached(self, worked: int) -> int | None:
        """The first instant by which `worked` (more than 0) has been worked; None when the table is too short."""
        index = bisect_left(self.before, worked, 1) - 1
        if index >= len(self.opens):
            return None
        return self.opens[index] + worked - self.before[index]

    def opening(self, at: int) -> int | None:
        """`at` itself while open, else the next opening; None when the table is too short."""
        index = bisect_right(self.opens, at) - 1
        if index >= 0 and at < self.closes[index]:
            return at
        return self.opens[index + 1] if index + 1 < len(self.opens) else None

    def guessed(self, since: int, at: int) -> bool:
        """Whether a holiday that no decree has settled lies on the way from `since` to `at`."""
        index = bisect_right(self.guesses, since, key=itemgetter(0))
        if index and since < self.guesses[index - 1][1]:
            return True
        return index < len(self.guesses) and self.guesses[index][0] <= at

    def is_closing(self, at: int) -> bool:
        """Whether an interval closes exactly at `at`."""
        index = bisect_left(self.closes, at)
        return index < len(self.closes) and self.closes[index] == at


def _utc(zone: ZoneInfo, ordinal: int, minute: int, fold: int) -> int:
    local = datetime.fromordinal(ordinal + minute // 1440) + timedelta(minutes=minute % 1440)
    return micros(local.replace(tzinfo=zone, fold=fold))


def _instants(zone: ZoneInfo, ordinal: int, hours: tuple[tuple[int, int], ...]) -> Iterator[tuple[int, int]]:
    """The intervals of one date in UTC; right also where the zone's clock was once set forward or back on that date."""
    midnight, next_midnight = _utc(zone, ordinal, 0, 0), _utc(zone, ordinal + 1, 0, 0)
    if next_midnight - midnight == 1440 * MINUTE:
        for opened, closed in hours:
            yield midnight + opened * MINUTE, midnight + closed * MINUTE
        return
    edge = midnight
    for opened, closed in hours:
        start, end = max(edge, _utc(zone, ordinal, opened, 0)), _utc(zone, ordinal, closed, 1)
        if start < end:
            yield start, end
            edge = end


def build_year(opening: Opening, zone: ZoneInfo, year: int) -> Year:
    """Lay out one year of the office's hours."""
    built = Year([], [], [], [], [])
    for ordinal in range(date(year, 1, 1).toordinal(), date(year + 1, 1, 1).toordinal()):
        day = date.fromordinal(ordinal)
        hours = opening.day(day).hours
        if opening.guessed(day):
            built.guesses.append((_utc(zone, ordinal, 0, 0), _utc(zone, ordinal + 1, 0, 0)))
        end = None
        for start, end in _instants(zone, ordinal, hours) if hours else ():
            built.opens.append(start)
            built.closes.append(end)
        if end is not None:
            for _, planned in _instants(zone, ordinal, opening.planned(day).hours) if day in opening.closures else ():
                end = max(end, planned)
            built.ordinals.append(ordinal)
            built.closings.append(end)
    return built


def _join(zone: ZoneInfo, first: int, years: list[Year]) -> Timetable:
    opens = [at for year in years for at in year.opens]
    closes = [at for year in years for at in year.closes]
    return Timetable(
        _utc(zone, date(first, 1, 1).toordinal(), 0, 0),
        _utc(zone, date(first + len(years), 1, 1).toordinal(), 0, 0),
        opens,
        closes,
        list(accumulate((end - start for start, end in zip(opens, closes, strict=True)), initial=0)),
        [ordinal for year in years for ordinal in year.ordinals],
        [at for year in years for at in year.closings],
        [guess for year in years for guess in year.guesses],
    )


class Timetables:
    """Grows one timetable on demand; the current one is always complete and never shrinks, so threads may share it."""

    def __init__(self, opening: Opening, zone: ZoneInfo, year: int) -> None:
        self._opening = opening
        self._zone = zone
        self._years: dict[int, Year] = {}
        self._span = (year, year)
        self._lock = Lock()
        self.table = self.grown(year, year)

    def grown(self, first: int, last: int) -> Timetable:
        """A timetable that holds at least the years `first` to `last` and all that was asked for before."""
        with self._lock:
            self._span = first, last = min(first, self._span[0]), max(last, self._span[1])
            for year in range(first, last + 1):
                if year not in self._years:
                    self._years[year] = build_year(self._opening, self._zone, year)
            self.table = _join(self._zone, first, [self._years[year] for year in range(first, last + 1)])
            return self.table
