"""A holiday that the data only reckons makes what lies behind it uncertain, until the calendar lists its decree."""

from __future__ import annotations

import random
from datetime import date, timedelta
from typing import Any

import pytest

from app.domain.calendar import Calendar
from app.domain.calendar_data import calendar_from
from tests.domain.offices import city, data, wib

EID = ["2027-03-10", "2027-03-11"]
SACRIFICE = ["2027-05-17"]


def settled(*dates: str) -> Calendar:
    return calendar_from(data(decree=[{"number": "SKB 1/2026", "dates": list(dates)}]))


def test_the_shipped_calendar_knows_which_dates_are_only_reckoned() -> None:
    guesses = city().guesses(wib("2026-01-01 08:00"), wib("2027-12-31 08:00"))
    assert guesses == [date.fromisoformat(each) for each in EID + SACRIFICE]


@pytest.mark.parametrize(
    ("start", "duration", "clock", "certain"),
    [
        ("2027-03-01 09:00", "P3D", "working", True),  # before the feast
        ("2027-03-01 09:00", "P5D", "working", False),  # across it
        ("2027-03-04 15:00", "PT9H", "working", False),
        ("2027-03-04 15:00", "PT1H", "working", True),
        ("2027-03-08 09:00", "P1D", "calendar", False),
        ("2027-03-10 09:00", "P1D", "working", False),  # from a day that may be none
        ("2027-03-11 23:59", "PT1H", "working", False),
        ("2027-03-12 00:00", "PT1H", "working", True),
        ("2027-03-05 09:00", "PT200H", "wall", True),  # the clock on the wall needs no calendar
        ("2027-05-14 09:00", "P1D", "working", False),
        ("2027-12-30 15:00", "P5D", "working", False),  # beyond what is decreed at all
    ],
)
def test_what_lies_behind_such_a_date_is_not_certain(start: str, duration: str, clock: str, certain: bool) -> None:
    assert city().add(wib(start), duration, clock).confirmed is certain


def test_a_decree_makes_exactly_its_dates_certain() -> None:
    across_eid, across_sacrifice = (wib("2027-03-01 09:00"), "P5D"), (wib("2027-05-14 09:00"), "P1D")
    assert settled(*EID).add(*across_eid).confirmed
    assert not settled(EID[0]).add(*across_eid).confirmed
    assert not settled(*EID).add(*across_sacrifice).confirmed
    assert settled(*EID, *SACRIFICE).add(*across_sacrifice).confirmed
    assert not settled(*EID).add(wib("2027-12-30 15:00"), "P5D").confirmed
    assert settled(*EID).add(*across_eid).at == city().add(*across_eid).at  # the day itself stays a holiday


def test_the_name_says_it_until_then() -> None:
    assert city().day(date(2027, 3, 10))[1].en.endswith(", estimated")  # type: ignore[union-attr]
    assert settled(*EID).day(date(2027, 3, 10))[1].en == "Eid al-Fitr"  # type: ignore[union-attr]


def test_the_explanation_names_the_dates_that_may_still_move() -> None:
    steps = city().add(wib("2027-03-01 09:00"), "P5D", explain=True).steps
    assert [step.code for step in steps[-2:]] == ["unconfirmed", "due"]
    assert "Rab 10 Mar 2027, Kam 11 Mar 2027" in steps[-2].text.id
    assert "Wed 10 Mar 2027, Thu 11 Mar 2027" in steps[-2].text.en


def test_the_table_agrees_with_the_dates_one_by_one() -> None:
    chosen = random.Random(3)
    office = calendar_from(data(confirmed_until="2099-12-31"))
    guesses = office.guesses(wib("2026-01-01 00:00"), wib("2033-12-31 00:00"))
    assert len(guesses) > 40
    for _ in range(2_000):
        start = wib("2026-01-01 00:00") + timedelta(minutes=chosen.randrange(7 * 525_600))
        due: Any = office.add(start, f"PT{chosen.randrange(1, 200)}H")
        first, last = office.local_date(start), office.local_date(due.at)
        assert due.confirmed is not any(first <= each <= last for each in guesses), (start, due)
