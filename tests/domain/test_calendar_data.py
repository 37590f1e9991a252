"""A calendar file with faults is refused with every fault named; what is accepted means what it says."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.calendar_data import KEYS, BadCalendar, calendar_from, read_calendar
from tests.domain.offices import RAMADAN, data

NAME = {"id": "libur", "en": "holiday"}
GOOD_WEEK = {"monday": ["08:00-12:00"]}


@pytest.mark.parametrize(
    ("changes", "element", "rule"),
    [
        ({"zone": "Asia/Pekalongan"}, "zone", "calendar-zone"),
        ({"zone": "../../etc/passwd"}, "zone", "calendar-zone"),
        ({"zone": None}, "zone", "calendar-zone"),
        ({"confirmed_until": "besok"}, "confirmed_until", "calendar-date"),
        ({"confirmed_until": datetime(2026, 1, 1)}, "confirmed_until", "calendar-date"),  # noqa: DTZ001
        ({"confirmed_until": date(9999, 1, 1)}, "confirmed_until", "calendar-date"),
        ({"week": None}, "week", "calendar-week"),
        ({"week": {"senin": ["08:00-12:00"]}}, "week.senin", "calendar-week"),
        ({"week": {"monday": ["08:00-12:00", "11:00-13:00"]}}, "week.monday", "calendar-overlap"),
        ({"week": {"monday": ["15:45-08:00"]}}, "week.monday", "calendar-hours"),
        ({"week": {"monday": ["08:00-08:00"]}}, "week.monday", "calendar-hours"),
        ({"week": {"monday": ["08:60-09:00"]}}, "week.monday", "calendar-hours"),
        ({"week": {"monday": ["08:00-24:01"]}}, "week.monday", "calendar-hours"),
        ({"week": {"monday": [8]}}, "week.monday", "calendar-hours"),
        ({"week": {"monday": "pagi"}}, "week.monday", "calendar-hours"),
        ({"holidays": {"country": "XX"}}, "holidays", "calendar-holidays"),
        ({"holidays": {"country": "ID", "categories": ["cuti"]}}, "holidays", "calendar-holidays"),
        ({"holiday": [{"date": "2026-02-30", "name": NAME}]}, "holiday[1]", "calendar-date"),
        ({"holiday": [{"date": "2026-04-01"}]}, "holiday[1]", "calendar-name"),
        ({"holiday": [{"date": "2026-04-01", "name": NAME}] * 2}, "holiday[2]", "calendar-twice"),
        ({"workday": [{"date": "2026-12-26", "name": NAME}]}, "workday 2026-12-26", "calendar-workday"),
        (
            {"closure": [{"date": "2026-04-01", "hours": "12:00-11:00", "name": NAME}]},
            "closure[1].hours",
            "calendar-hours",
        ),
        ({"period": [RAMADAN, RAMADAN]}, "period[2]", "calendar-period"),
        ({"period": [{**RAMADAN, "to": "2026-01-01"}]}, "period[1]", "calendar-period"),
        ({"decree": [{"dates": ["2027-03-10"]}]}, "decree[1]", "calendar-decree"),
        ({"decree": [{"number": "SKB 1/2026", "dates": "2027-03-10"}]}, "decree[1]", "calendar-decree"),
        ({"decree": [{"number": "SKB 1/2026", "dates": ["besok"]}]}, "decree[1].dates", "calendar-date"),
        ({"holiday": 3}, "holiday", "calendar-shape"),
        ({"period": ["Ramadan"]}, "period", "calendar-shape"),
        ({"libur": []}, "libur", "calendar-key"),
    ],
)
def test_each_fault_is_named_with_its_place_and_a_fix(changes: dict[str, Any], element: str, rule: str) -> None:
    calendar, findings = read_calendar(data(**changes))
    assert calendar is None
    assert [(finding.element, finding.rule) for finding in findings] == [(element, rule)]
    assert all(finding.message.id and finding.message.en and finding.fix.id and finding.fix.en for finding in findings)


def test_all_faults_are_told_at_once() -> None:
    with pytest.raises(BadCalendar) as caught:
        calendar_from({"zone": "Mars", "week": {"monday": ["9-5"]}, "confirmed_until": 2027})
    assert {finding.rule for finding in caught.value.findings} == {"calendar-zone", "calendar-hours", "calendar-date"}


scalars = st.one_of(st.none(), st.booleans(), st.integers(), st.text(max_size=12), st.dates(), st.just("08:00-12:00"))
values = st.recursive(
    scalars,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["date", "hours", "name", "from", "to", "week", "country", "id"]), inner, max_size=4
        )
    ),
    max_leaves=8,
)


@given(st.dictionaries(st.sampled_from(sorted(KEYS)), values))
def test_nonsense_gives_findings_and_never_another_error(nonsense: dict[str, Any]) -> None:
    calendar, findings = read_calendar({**data(), **nonsense})
    assert (calendar is None) == bool(findings)


def test_touching_intervals_are_one_and_their_order_does_not_matter() -> None:
    office = calendar_from(data(week={"monday": ["12:00-15:00", "08:00-12:00"]}))
    assert len(office.plan(date(2026, 11, 23)).hours) == 1


def test_dates_may_be_text_as_in_stored_json() -> None:
    office = calendar_from(data(confirmed_until="2026-12-31", holidays={}, week=GOOD_WEEK))
    assert office.confirmed_until == date(2026, 12, 31)
    assert office.plan(date(2026, 12, 25)).code == "weekend"
