"""When something happens once in every day, week, month, quarter or year, at a time of the service calendar."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Literal, get_args

from app.domain.calendar import Calendar

Every = Literal["day", "week", "month", "quarter", "year"]
Day = Literal["first", "first-working", "last", "last-working"]
EVERY, DAYS = get_args(Every), get_args(Day)
OPENING = "opening"
MONTHS = {"month": 1, "quarter": 3, "year": 12}


@dataclass(frozen=True, slots=True)
class Period:
    """One of the spans, by its name ("2026-11-27", "2026-W48", "2026-11", "2026-Q4", "2026"), first and last day."""

    name: str
    first: date
    last: date


@dataclass(frozen=True, slots=True)
class Recurrence:
    """Once in every period: on which of its days, and when on that day ("opening" of the service, or "HH:MM")."""

    every: Every
    day: Day = "first-working"
    at: str = OPENING

    def period(self, day: date) -> Period:
        """The period that a day belongs to; weeks begin on Monday and are numbered by ISO 8601."""
        if self.every == "day":
            return Period(day.isoformat(), day, day)
        if self.every == "week":
            year, week, number = day.isocalendar()
            first = day - timedelta(days=number - 1)
            return Period(f"{year}-W{week:02}", first, first + timedelta(days=6))
        length = MONTHS[self.every]
        start = (day.month - 1) // length * length + 1
        first = date(day.year, start, 1)
        last = date(day.year + (start + length - 1) // 12, (start + length - 1) % 12 + 1, 1) - timedelta(days=1)
        names = {
            "month": f"{day.year}-{day.month:02}",
            "quarter": f"{day.year}-Q{start // 3 + 1}",
            "year": f"{day.year}",
        }
        return Period(names[self.every], first, last)

    def instant(self, period: Period, calendar: Calendar) -> datetime | None:
        """When it happens in a period; None where the period has no day on which the service is open."""
        days = [period.first + timedelta(days=ahead) for ahead in range((period.last - period.first).days + 1)]
        if self.day.startswith("last"):
            days.reverse()
        for day in days:
            hours, _ = calendar.day(day)
            if not hours and self.day.endswith("working"):
                continue
            if not hours and self.at == OPENING:
                return None
            moment = hours[0][0] if self.at == OPENING else time.fromisoformat(self.at)
            return datetime.combine(day, moment, calendar.zone)
        return None

    def due(self, calendar: Calendar, since: datetime, until: datetime) -> Iterator[tuple[Period, datetime]]:
        """The periods whose instant lies after `since` and not after `until`, in their order."""
        day, end = self.period(calendar.local_date(since)).first, calendar.local_date(until)
        while day <= end:
            period = self.period(day)
            at = self.instant(period, calendar)
            if at is not None and since < at <= until:
                yield period, at
            day = period.last + timedelta(days=1)
