"""Once in every period: which day and instant that is, and which periods have come due."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.calendar import Calendar
from app.domain.recurrence import DAYS, EVERY, Period, Recurrence
from app.standard.service import FOLDER, read_contents, service_from
from tests.world import ROOT

CALENDAR: Calendar = service_from(read_contents(ROOT / FOLDER)).calendar
days = st.dates(date(2026, 1, 1), date(2027, 11, 30))
recurrences = st.builds(
    Recurrence, st.sampled_from(EVERY), st.sampled_from(DAYS), st.sampled_from(["opening", "09:30"])
)


@pytest.mark.parametrize(
    ("every", "name", "first", "last"),
    [
        ("day", "2026-12-31", date(2026, 12, 31), date(2026, 12, 31)),
        ("week", "2026-W53", date(2026, 12, 28), date(2027, 1, 3)),
        ("month", "2026-12", date(2026, 12, 1), date(2026, 12, 31)),
        ("quarter", "2026-Q4", date(2026, 10, 1), date(2026, 12, 31)),
        ("year", "2026", date(2026, 1, 1), date(2026, 12, 31)),
    ],
)
def test_a_day_belongs_to_one_period(every: str, name: str, first: date, last: date) -> None:
    assert Recurrence(every).period(date(2026, 12, 31)) == Period(name, first, last)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("recurrence", "on", "at"),
    [
        (Recurrence("quarter"), date(2027, 2, 1), "2027-01-04T08:00"),  # after New Year's Day and a weekend
        (Recurrence("year", "first", "09:30"), date(2027, 2, 1), "2027-01-01T09:30"),
        (Recurrence("month", "last-working"), date(2026, 11, 3), "2026-11-30T08:00"),
        (Recurrence("month", "last", "15:00"), date(2026, 10, 3), "2026-10-31T15:00"),  # a Saturday
        (Recurrence("week", "last-working"), date(2026, 11, 24), "2026-11-27T08:00"),  # Friday
        (Recurrence("day"), date(2026, 11, 27), "2026-11-27T08:00"),
    ],
)
def test_it_happens_on_the_day_and_at_the_time_that_are_written(recurrence: Recurrence, on: date, at: str) -> None:
    found = recurrence.instant(recurrence.period(on), CALENDAR)
    assert found is not None and found.astimezone(CALENDAR.zone).isoformat()[:16] == at


@pytest.mark.parametrize(
    "recurrence", [Recurrence("day"), Recurrence("day", "first"), Recurrence("day", "last-working", "09:30")]
)
def test_it_does_not_happen_where_the_day_it_needs_is_closed(recurrence: Recurrence) -> None:
    assert recurrence.instant(recurrence.period(date(2026, 11, 28)), CALENDAR) is None  # a Saturday


def test_a_plain_time_comes_on_closed_days_too() -> None:
    assert Recurrence("day", "first", "09:30").instant(Recurrence("day").period(date(2026, 11, 28)), CALENDAR)


@given(recurrences, days)
def test_periods_follow_one_another_without_a_gap_and_their_names_sort_as_they_do(one: Recurrence, day: date) -> None:
    period = one.period(day)
    after = one.period(period.last + timedelta(days=1))
    assert period.first <= day <= period.last < after.first == period.last + timedelta(days=1)
    assert period.name < after.name
    assert one.period(period.first) == one.period(period.last) == period


@given(recurrences, days, st.integers(0, 40), st.integers(0, 40))
def test_what_came_due_is_told_once_however_often_one_looks(one: Recurrence, day: date, first: int, more: int) -> None:
    start = datetime(day.year, day.month, day.day, 3, 17, tzinfo=UTC)
    middle, end = start + timedelta(days=first), start + timedelta(days=first + more)
    looked = [*one.due(CALENDAR, start, middle), *one.due(CALENDAR, middle, end)]
    assert looked == list(one.due(CALENDAR, start, end))
    assert all(start < at <= end and period.first <= CALENDAR.local_date(at) <= period.last for period, at in looked)
    assert [at for _, at in looked] == sorted(at for _, at in looked)
