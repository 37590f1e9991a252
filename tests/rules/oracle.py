"""The rule of limits written a second time, slowly and from the settled text alone, to be compared with the product's.

It knows the service's hours of each date and nothing of the product's code: days are walked one by one, service time
is added up minute by minute of plain intervals.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime, time, timedelta

from tests.domain.offices import WIB
from tests.domain.test_calendar_laws import SlowCount

Pause = tuple[datetime, datetime]
Interval = tuple[datetime, datetime]
DAY = timedelta(days=1)


class SlowRule(SlowCount):
    """Due times with pauses and what is left, day by day."""

    def __init__(self, closed: Sequence[date] = ()) -> None:
        super().__init__()
        self.closed = self.closed | set(closed)

    def due(self, limit: str, clock: str, start: datetime, pauses: Sequence[Pause]) -> datetime:
        """When a limit that began at `start` is due."""
        stood = [(max(began, start), ended) for began, ended in pauses if ended > start]
        number = int(limit.removeprefix("P").removeprefix("T")[:-1])
        if clock == "wall":
            return self._running(start, timedelta(hours=number), stood, [(start, start + 900 * DAY)])
        if limit.endswith("H"):
            return self._running(start, timedelta(hours=number), stood, self._service(start))
        day = start.astimezone(WIB).date()
        while number or not self.hours(day) or (clock == "calendar" and self._half(day, stood)):
            day += DAY
            if number:
                counts = clock == "calendar" or bool(self.hours(day))
                still = self._half(day, stood) if clock == "calendar" else self._still(day, stood)
                number -= counts and not still
        return self.hours(day)[-1][1]

    def left(self, clock: str, now: datetime, due: datetime) -> tuple[int, bool]:
        """Days left or late, and whether it is late."""
        today, last = now.astimezone(WIB).date(), due.astimezone(WIB).date()
        if now <= due:
            return self._days(clock, today, last), False
        ended = [day for day in self._span(last, today) if self._counts(clock, day) and self._end(clock, day) <= now]
        return (-self._days(clock, last, today) if ended else 0), True

    def _days(self, clock: str, first: date, last: date) -> int:
        return sum(self._counts(clock, day) for day in self._span(first, last))

    def _span(self, first: date, last: date) -> Iterator[date]:
        while first < last:
            first += DAY
            yield first

    def _counts(self, clock: str, day: date) -> bool:
        return clock == "calendar" or bool(self.hours(day))

    def _end(self, clock: str, day: date) -> datetime:
        # A calendar day that follows the due date has begun when that date, the first day after the due time, ended.
        return datetime.combine(day, time(), WIB) if clock == "calendar" else self.hours(day)[-1][1]

    def _still(self, day: date, stood: Sequence[Pause]) -> bool:
        service = sum((end - begin for begin, end in self.hours(day)), timedelta())
        paused = sum((self._common(each, piece) for each in stood for piece in self.hours(day)), timedelta())
        return paused >= service / 2

    def _half(self, day: date, stood: Sequence[Pause]) -> bool:
        whole = (datetime.combine(day, time(), WIB), datetime.combine(day + DAY, time(), WIB))
        return sum((self._common(each, whole) for each in stood), timedelta()) >= timedelta(hours=12)

    @staticmethod
    def _common(one: Interval, other: Interval) -> timedelta:
        return max(min(one[1], other[1]) - max(one[0], other[0]), timedelta())

    def _service(self, start: datetime) -> Iterator[Interval]:
        day = start.astimezone(WIB).date()
        while True:
            yield from ((max(begin, start), end) for begin, end in self.hours(day) if end > start)
            day += DAY

    def _running(
        self, start: datetime, span: timedelta, stood: Sequence[Pause], service: Iterator[Interval] | list[Interval]
    ) -> datetime:
        """The first instant by which `span` of service time has run that was not paused."""
        for begin, end in service:
            at = begin
            for began, ended in [*stood, (end, end)]:
                run = max(min(began, end) - at, timedelta())
                if run >= span:
                    return at + span
                span -= run
                at = max(at, min(ended, end))
        raise AssertionError("service never ends")
