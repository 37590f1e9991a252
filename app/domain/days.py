"""Says for each date when the office is open and, if it is closed or keeps other hours, why."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date

from app.domain.text import Text

Hours = tuple[tuple[int, int], ...]  # (open, close) in minutes of the local day, half-open, sorted, never overlapping
Week = tuple[Hours, ...]  # Monday to Sunday

WEEKEND = Text("akhir pekan", "weekend")
NO_SERVICE = Text("bukan hari kerja", "not a working day")


@dataclass(frozen=True, slots=True)
class Day:
    """One date: its hours (none: closed), what kind of day it is, and the reason when it differs from the usual."""

    hours: Hours
    code: str  # open, weekend, holiday, joint_leave, local_holiday, closure, period, workday
    reason: Text | None = None


@dataclass(frozen=True, slots=True)
class Holiday:
    """A closed date: `code` is holiday, joint_leave (cuti bersama) or local_holiday; a guessed one may still move."""

    code: str
    name: Text
    guessed: bool = False


@dataclass(frozen=True, slots=True)
class Period:
    """Other weekly hours between two dates, both included (for instance the hours of Ramadan)."""

    first: date
    last: date
    week: Week
    name: Text


@dataclass(frozen=True, slots=True)
class Closure:
    """A part of one date on which the office is closed, in minutes of the local day (0 to 1440: the whole day)."""

    start: int
    end: int
    name: Text


@dataclass(frozen=True, slots=True)
class Workday:
    """A date declared a working day although it would be closed; without hours it keeps those of its weekday."""

    hours: Hours | None
    name: Text


def no_holidays(year: int) -> Mapping[date, Holiday]:
    """The holidays of a place that has none."""
    return {}


@dataclass(frozen=True)
class Opening:
    """All rules of one office; `holidays` gives the national ones of a year."""

    week: Week
    holidays: Callable[[int], Mapping[date, Holiday]] = no_holidays
    local_holidays: Mapping[date, Holiday] = field(default_factory=dict)
    workdays: Mapping[date, Workday] = field(default_factory=dict)
    periods: tuple[Period, ...] = ()
    closures: Mapping[date, tuple[Closure, ...]] = field(default_factory=dict)
    decreed: frozenset[date] = frozenset()  # dates of national holidays that a decree has settled

    def guessed(self, day: date) -> bool:
        """Whether the holiday of this date is only reckoned so far (by the moon): no decree has settled it."""
        holiday = self.holidays(day.year).get(day)
        return holiday is not None and holiday.guessed and day not in self.decreed

    def day(self, day: date) -> Day:
        """What holds on one date: a declared working day beats a holiday, that beats hours, a closure beats all."""
        plan = self.planned(day)
        for closure in self.closures.get(day, ()):
            plan = Day(_without(plan.hours, closure.start, closure.end), "closure", closure.name)
        return plan

    def planned(self, day: date) -> Day:
        """What would hold on this date without closures."""
        usual = self.usual(day)
        workday = self.workdays.get(day)
        if workday is not None:
            return Day(usual.hours if workday.hours is None else workday.hours, "workday", workday.name)
        holiday = self.local_holidays.get(day) or self.holidays(day.year).get(day)
        if holiday is not None:
            name = holiday.name
            if holiday.guessed and day not in self.decreed:
                name = Text(f"{name.id}, perkiraan", f"{name.en}, estimated")
            return Day((), holiday.code, name)
        return usual

    def usual(self, day: date) -> Day:
        """What would hold on this date without holidays, declared working days and closures."""
        weekday = day.weekday()
        for period in self.periods:
            if period.first <= day <= period.last:
                return Day(period.week[weekday], "period", period.name)
        hours = self.week[weekday]
        if hours:
            return Day(hours, "open")
        return Day((), "weekend", WEEKEND if weekday >= 5 else NO_SERVICE)


def _without(hours: Hours, start: int, end: int) -> Hours:
    """The hours that remain when [start, end) is closed."""
    rest = []
    for opened, closed in hours:
        for piece in ((opened, min(closed, start)), (max(opened, end), closed)):
            if piece[0] < piece[1]:
                rest.append(piece)
    return tuple(rest)
