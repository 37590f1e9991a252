"""Laws of the calendar on random input, and equality with a slow count, day by day, written here on its own."""

from __future__ import annotations

import random
from datetime import UTC, date, datetime, time, timedelta

import holidays
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.calendar import Calendar
from tests.domain.offices import WIB, city, ramadan
from tests.scale import scaled

FIRST, LAST = datetime(2024, 1, 1), datetime(2028, 12, 31)  # noqa: DTZ001 - bounds for hypothesis, made aware below
instants = st.datetimes(FIRST, LAST, timezones=st.sampled_from([UTC, WIB]))
spans = st.timedeltas(timedelta(), timedelta(days=90))
days = st.integers(0, 200)
offices = st.sampled_from([city, ramadan]).map(lambda office: office())
MICROSECOND = timedelta(microseconds=1)


@given(offices, instants, spans)
def test_elapsed_is_the_inverse_of_add(office: Calendar, start: datetime, span: timedelta) -> None:
    assert office.working_time_between(start, office.add_working_time(start, span).at) == span


@given(offices, instants, spans, spans)
def test_add_is_additive(office: Calendar, start: datetime, first: timedelta, second: timedelta) -> None:
    at_once = office.add_working_time(start, first + second).at
    assert office.add_working_time(office.add_working_time(start, first).at, second).at == at_once


@given(offices, instants, instants, spans, spans)
def test_add_is_monotone(office: Calendar, a: datetime, b: datetime, m: timedelta, n: timedelta) -> None:
    (a, b), (m, n) = sorted((a, b)), sorted((m, n))
    assert office.add_working_time(a, m).at <= office.add_working_time(b, n).at
    assert office.add_working_time(a, m).at >= a


@given(offices, instants, instants, instants)
def test_elapsed_is_additive(office: Calendar, a: datetime, b: datetime, c: datetime) -> None:
    through = office.working_time_between(a, b) + office.working_time_between(b, c)
    assert through == office.working_time_between(a, c)


@given(offices, instants, spans.filter(bool))
def test_a_due_time_is_the_first_instant_that_reaches_the_span(
    office: Calendar, start: datetime, span: timedelta
) -> None:
    due = office.add_working_time(start, span).at
    assert office.working_time_between(start, due - MICROSECOND) == span - MICROSECOND


@given(offices, instants, days.filter(bool))
def test_working_days_invert_and_end_at_a_closing_time(office: Calendar, start: datetime, count: int) -> None:
    due = office.add_working_days(start, count).at
    assert office.working_days_between(start, due) == count
    assert office.is_open(due - MICROSECOND)
    assert not office.is_open(due)


@given(offices, instants, days, days)
def test_day_limits_are_monotone(office: Calendar, start: datetime, m: int, n: int) -> None:
    m, n = sorted((m, n))
    assert office.add_working_days(start, m).at <= office.add_working_days(start, n).at
    assert office.add_calendar_days(start, m).at <= office.add_calendar_days(start, n).at
    assert office.add_calendar_days(start, n).at <= office.add_working_days(start, n).at


@given(offices, instants)
def test_the_next_opening_is_open_and_nothing_before_it_is(office: Calendar, at: datetime) -> None:
    opening = office.next_opening(at)
    assert office.is_open(opening)
    assert office.working_time_between(at, opening) == timedelta()


@given(offices, instants, st.integers(0, 60))
def test_going_back_by_days_undoes_going_on(office: Calendar, start: datetime, count: int) -> None:
    due = office.add_working_days(start, count).at
    back = office.back(due, count)
    assert office.working_days_between(back, due) == count


class SlowCount:
    """The service standard's hours counted one day after another, knowing nothing of the product's code."""

    MORNING, AFTERNOON, FRIDAY = (time(8), time(12)), (time(13), time(15, 45)), (time(8), time(11))

    def __init__(self) -> None:
        years = range(2023, 2032)
        self.closed = {
            day
            for kind in ("public", "government")
            for day in holidays.country_holidays("ID", years=years, categories=(kind,))
        }

    def hours(self, day: date) -> list[tuple[datetime, datetime]]:
        if day in self.closed or day.weekday() > 4:
            return []
        parts = [self.FRIDAY] if day.weekday() == 4 else [self.MORNING, self.AFTERNOON]
        return [(datetime.combine(day, start, WIB), datetime.combine(day, end, WIB)) for start, end in parts]

    def add(self, start: datetime, span: timedelta) -> datetime:
        day = start.astimezone(WIB).date()
        while True:
            for opened, closed in self.hours(day):
                begin = max(opened, start)
                if begin <= closed and begin + span <= closed and (span or begin <= closed):
                    return begin + span
                span -= max(closed - begin, timedelta())
            day += timedelta(days=1)

    def between(self, a: datetime, b: datetime) -> timedelta:
        total, day = timedelta(), a.astimezone(WIB).date()
        while day <= b.astimezone(WIB).date():
            for opened, closed in self.hours(day):
                total += max(min(closed, b) - max(opened, a), timedelta())
            day += timedelta(days=1)
        return total

    def closing(self, start: datetime, count: int) -> datetime:
        day = start.astimezone(WIB).date()
        while count:
            day += timedelta(days=1)
            count -= bool(self.hours(day))
        return self.hours(day)[-1][1]

    def rolled(self, start: datetime, count: int) -> datetime:
        day = start.astimezone(WIB).date() + timedelta(days=count)
        while not self.hours(day):
            day += timedelta(days=1)
        return self.hours(day)[-1][1]


EDGES = [
    datetime(2026, 11, 23, 12, 0, tzinfo=WIB),
    datetime(2026, 11, 27, 11, 0, tzinfo=WIB),
    datetime(2026, 12, 31, 15, 45, tzinfo=WIB),
    datetime(2028, 2, 29, 8, 0, tzinfo=WIB),
    datetime(2027, 1, 1, 0, 0, tzinfo=WIB),
]


def random_start(chance: random.Random) -> datetime:
    if chance.random() < 0.1:
        near = chance.choice([-3600, -1, 0, 1, 3600, 86400])
        return chance.choice(EDGES) + timedelta(seconds=near)
    zone = chance.choice([UTC, WIB])
    return datetime(2024, 1, 1, tzinfo=zone) + timedelta(microseconds=chance.randrange(5 * 365 * 86400 * 1_000_000))


@pytest.mark.long
def test_equal_to_the_slow_count_on_random_cases() -> None:
    chance, slow, office = random.Random(20261123), SlowCount(), city()
    for _ in range(scaled(10_000)):
        start = random_start(chance)
        span = timedelta(microseconds=chance.randrange(1, chance.choice([600, 30_000, 1_000_000]) * 1_000_000))
        count = chance.randrange(1, 40)
        due = slow.add(start, span)
        assert office.add_working_time(start, span).at == due
        other = start + timedelta(seconds=chance.randrange(40 * 86400))
        assert office.working_time_between(start, other) == slow.between(start, other)
        assert office.add_working_days(start, count).at == slow.closing(start, count)
        assert office.add_calendar_days(start, count).at == slow.rolled(start, count)
