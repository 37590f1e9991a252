"""Counts working time, working days, calendar days and wall time in the hours of one office."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Literal, cast, get_args
from zoneinfo import ZoneInfo

from app.domain.days import Day, Opening
from app.domain.durations import BadDuration, CalendarError, Duration, MixedDuration, parse_duration
from app.domain.text import Text
from app.domain.timetable import EPOCH, Timetable, Timetables, micros

CountingClock = Literal["working", "calendar", "wall"]
CLOCKS: tuple[str, ...] = get_args(CountingClock)

FIRST_YEAR, LAST_YEAR = 1900, 2199  # nothing a public service counts lies outside; a typing error often does
_MICROSECOND = timedelta(microseconds=1)


class NaiveInstant(CalendarError):
    """An instant without a time zone: nobody can say when that is."""


class TooFar(CalendarError):
    """The instant or the result lies outside the years the calendar can count."""


class UnknownClock(CalendarError):
    """The clock is none of working, calendar and wall."""


@dataclass(frozen=True, slots=True)
class ReasonLine:
    """One line of the explanation of a due time: the instant it speaks of, what kind of line, and the sentence."""

    at: datetime
    code: str
    text: Text


@dataclass(frozen=True, slots=True)
class Due:
    """When something is due (UTC). `confirmed` is False when the days up to there are not all decreed yet."""

    at: datetime
    confirmed: bool
    steps: tuple[ReasonLine, ...] = ()


def too_far() -> TooFar:
    """The refusal for everything outside the years that can be counted."""
    return TooFar(
        Text(
            f"Perhitungan ini keluar dari tahun {FIRST_YEAR} sampai {LAST_YEAR}; periksa tanggal dan jangka waktunya.",
            f"This leaves the years {FIRST_YEAR} to {LAST_YEAR}; please check the date and the duration.",
        )
    )


class Calendar:
    """The hours of one office in its zone, sure up to and including `confirmed_until` but for holidays that are only
    reckoned so far; immutable, shared by threads."""

    def __init__(self, zone: ZoneInfo, opening: Opening, confirmed_until: date) -> None:
        self.zone = zone
        self.opening = opening
        self.confirmed_until = confirmed_until
        after = datetime.combine(confirmed_until + timedelta(days=1), time(), zone)
        self._horizon = micros(after)
        self._tables = Timetables(opening, zone, confirmed_until.year)

    # Reading a duration

    def add(self, start: datetime, duration: str | Duration, clock: str = "working", explain: bool = False) -> Due:
        """The instant at which `duration` has passed since `start` on the named clock.

        Raises BadDuration, MixedDuration, UnknownClock, NaiveInstant or TooFar (all CalendarError, a ValueError).
        A duration of zero stays where it is inside opening hours (closing instants included), else moves to the
        next opening; on the wall clock it stays always.
        """
        span = parse_duration(duration) if isinstance(duration, str) else duration
        due = self._counted(start, span, clock)
        if not explain:
            return due
        from app.domain.explanation import explanation

        return Due(due.at, due.confirmed, explanation(self, start, span, cast(CountingClock, clock), due))

    def _counted(self, start: datetime, span: Duration, clock: str) -> Due:
        if clock == "wall":
            return self.add_wall(start, span.wall)
        if clock not in CLOCKS:
            raise UnknownClock(
                Text(
                    f"Jam hitung “{clock}” tidak dikenal; pilih working, calendar atau wall.",
                    f"The clock “{clock}” is unknown; choose working, calendar or wall.",
                )
            )
        if span.whole_days and span.micros:
            raise MixedDuration(
                Text(
                    "Jangka waktu mencampur hari dan jam; pakai salah satu, misalnya P3D atau PT20H.",
                    "The duration mixes days and hours; use one of them, such as P3D or PT20H.",
                )
            )
        if clock == "calendar":
            return self._counted_calendar(start, span)
        if span.weeks:
            raise BadDuration(
                Text(
                    "Minggu tidak jelas untuk hari kerja; tulis jumlah hari kerjanya, misalnya P5D.",
                    "Weeks are unclear on the working clock; write the number of working days, such as P5D.",
                )
            )
        if span.days:
            return self.add_working_days(start, span.days)
        return self.add_working_time(start, timedelta(microseconds=span.micros))

    def _counted_calendar(self, start: datetime, span: Duration) -> Due:
        if span.micros:
            raise BadDuration(
                Text(
                    "Hari kalender tidak dihitung dalam jam; tulis hari (P10D) atau pilih jam working atau wall.",
                    "Calendar days are not counted in hours; write days (P10D) or choose the clock working or wall.",
                )
            )
        return self.add_calendar_days(start, span.whole_days)

    # The four ways of counting

    def add_working_time(self, start: datetime, span: timedelta) -> Due:
        """The first instant by which `span` of opening hours has passed since `start`."""
        at, wanted = self._micros(start), _whole(span)
        table = self._covering(at)
        if wanted == 0:
            return self._due(at, self._stay_or_open(table, at))
        if at + wanted > _LAST:  # working time never runs faster than the wall clock
            raise too_far()
        reached = table.reached(table.worked(at) + wanted)
        if reached is None:
            reached = self._until(at, lambda longer: longer.reached(longer.worked(at) + wanted))
        return self._due(at, reached)

    def add_working_days(self, start: datetime, days: int) -> Due:
        """Closing time of the `days`-th working day after the local date of `start`, whatever its hour."""
        at = self._micros(start)
        _check_days(days)
        if days == 0:
            return self._due(at, self._stay_or_open(self._covering(at), at))
        today = self.local_date(start).toordinal()
        if today + days > _LAST_ORDINAL:
            raise too_far()

        def closing(table: Timetable) -> int | None:
            index = bisect_right(table.ordinals, today) + days - 1
            return table.closings[index] if index < len(table.closings) else None

        return self._due(at, self._until(at, closing))

    def add_calendar_days(self, start: datetime, days: int) -> Due:
        """Closing time of the date `days` calendar days after that of `start`, rolled forward to a working day."""
        at = self._micros(start)
        _check_days(days)
        if days == 0:
            return self._due(at, self._stay_or_open(self._covering(at), at))
        target = self.local_date(start).toordinal() + days
        if target > _LAST_ORDINAL:
            raise too_far()

        def closing(table: Timetable) -> int | None:
            index = bisect_left(table.ordinals, target)
            return table.closings[index] if index < len(table.closings) else None

        return self._due(at, self._until(at, closing))

    def add_wall(self, start: datetime, span: timedelta) -> Due:
        """The instant `span` later on the clock on the wall; needs no calendar, so it is always confirmed."""
        at = self._micros(start) + _whole(span)
        if at > _LAST:
            raise too_far()
        return Due(EPOCH + at * _MICROSECOND, True)

    # The way back

    def working_time_between(self, a: datetime, b: datetime) -> timedelta:
        """Opening hours from `a` to `b`, negative when `b` comes first; the inverse of add_working_time."""
        first, second = self._micros(a), self._micros(b)
        table = self._covering(first)
        if not table.first <= second < table.last:
            table = self._covering(second)
        return timedelta(microseconds=table.worked(second) - table.worked(first))

    def working_days_between(self, a: datetime, b: datetime) -> int:
        """Working days after the local date of `a` up to and including that of `b`; negative when `b` comes first."""
        self._covering(self._micros(a))
        table = self._covering(self._micros(b))
        first, second = self.local_date(a).toordinal(), self.local_date(b).toordinal()
        return bisect_right(table.ordinals, second) - bisect_right(table.ordinals, first)

    def back(self, at: datetime, days: int) -> datetime:
        """The same local hour `days` working days earlier; an instant on a closed date counts as the last closing."""
        table, local = self._covering(self._micros(at)), self.local(at)
        while (index := bisect_right(table.ordinals, local.toordinal()) - 1) < days:
            first = self.local(EPOCH + table.first * _MICROSECOND).year
            if first < FIRST_YEAR:
                raise too_far()
            table = self._tables.grown(first - 1, first)
        if table.ordinals[index] != local.toordinal():
            local = self.local(EPOCH + table.closings[index] * _MICROSECOND)
        earlier = date.fromordinal(table.ordinals[index - days])
        return datetime.combine(earlier, local.time(), self.zone).astimezone(UTC)

    # Looking

    def is_open(self, at: datetime) -> bool:
        """Whether the office is open at this instant; the closing instant itself is closed."""
        instant = self._micros(at)
        return self._covering(instant).opening(instant) == instant

    def next_opening(self, at: datetime) -> datetime:
        """`at` itself while the office is open, else when it opens next."""
        instant = self._micros(at)
        return EPOCH + self._until(instant, lambda table: table.opening(instant)) * _MICROSECOND

    def day(self, day: date) -> tuple[tuple[tuple[time, time], ...], Text | None]:
        """The local hours of one date and the reason if they differ; a close of 00:00 is the end of the day."""
        plan = self.plan(day)
        return tuple((_local_time(start), _local_time(end)) for start, end in plan.hours), plan.reason

    def plan(self, day: date) -> Day:
        """What holds on one date, with the kind of day."""
        return self.opening.day(day)

    def local(self, at: datetime) -> datetime:
        """An instant in the calendar's own zone."""
        return at.astimezone(self.zone)

    def local_date(self, at: datetime) -> date:
        """The date in the calendar's own zone."""
        return at.astimezone(self.zone).date()

    def guesses(self, start: datetime, end: datetime) -> list[date]:
        """The holidays from the date of `start` to that of `end` whose dates no decree has settled."""
        first, last = self.local_date(start).toordinal(), self.local_date(end).toordinal()
        return [day for day in map(date.fromordinal, range(first, last + 1)) if self.opening.guessed(day)]

    # Inside

    def _due(self, since: int, at: int) -> Due:
        if at > _LAST:
            raise too_far()
        sure = at < self._horizon and not self._tables.table.guessed(since, at)
        return Due(EPOCH + at * _MICROSECOND, sure)

    def _stay_or_open(self, table: Timetable, at: int) -> int:
        if table.is_closing(at):
            return at
        opening = table.opening(at)
        return self._until(at, lambda longer: longer.opening(at)) if opening is None else opening

    def _micros(self, at: datetime) -> int:
        try:
            instant = micros(at)
        except TypeError:
            raise NaiveInstant(
                Text(
                    f"Waktu {at.isoformat()} tidak menyebut zonanya; tulis misalnya {at.isoformat()}+07:00.",
                    f"The time {at.isoformat()} names no zone; write for instance {at.isoformat()}+07:00.",
                )
            ) from None
        if not _FIRST <= instant <= _LAST:
            raise too_far()
        return instant

    def _covering(self, at: int) -> Timetable:
        table = self._tables.table
        if table.first <= at < table.last:
            return table
        year = (EPOCH + at * _MICROSECOND).year  # UTC: the local date may lie a day on either side of it
        return self._tables.grown(year - 1, year + 1)

    def _until(self, at: int, find: Callable[[Timetable], int | None]) -> int:
        """Ask an ever longer table until it has the answer."""
        table = self._covering(at)
        found = find(table)
        years = 2
        while found is None:
            last = (EPOCH + (table.last - 1) * _MICROSECOND).astimezone(self.zone).year
            if last > LAST_YEAR:
                raise too_far()
            table = self._tables.grown(last, min(last + years, LAST_YEAR + 1))
            found, years = find(table), years * 2
        return found


_FIRST = micros(datetime(FIRST_YEAR, 1, 1, tzinfo=UTC))
_LAST = micros(datetime(LAST_YEAR + 1, 1, 1, tzinfo=UTC)) - 1
_LAST_ORDINAL = date(LAST_YEAR, 12, 31).toordinal()


def _whole(span: timedelta) -> int:
    if span < timedelta():
        raise BadDuration(Text("Jangka waktu tidak boleh negatif.", "A duration must not be negative."))
    return span // _MICROSECOND


def _check_days(days: int) -> None:
    if days < 0:
        raise BadDuration(Text("Jumlah hari tidak boleh negatif.", "A number of days must not be negative."))


def _local_time(minute: int) -> time:
    return time(minute // 60 % 24, minute % 60)
