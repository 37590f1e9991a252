"""What is left of a limit: by example in both languages, and day by day against a slow count of its own."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.limits import Limit
from app.rules.remaining import deadline, letter_fields, nearness, remaining, soon_until, unit_of
from tests.domain.offices import WIB, city, wib
from tests.rules.oracle import SlowRule

SLOW = SlowRule()
DAYS, CALENDAR_DAYS = Limit("x", "P14D"), Limit("x", "P10D", "calendar")
HOURS, WALL = Limit("x", "PT10H"), Limit("x", "PT72H", "wall")
FIRST, LAST = datetime(2025, 1, 1), datetime(2027, 6, 1)  # noqa: DTZ001 - bounds for hypothesis, made aware below
instants = st.datetimes(FIRST, LAST, timezones=st.just(WIB))


@pytest.mark.parametrize(
    ("limit", "now", "due", "number", "indonesian", "english"),
    [
        (DAYS, "2026-11-23 00:10", "2026-12-11 11:00", 14, "sisa 14 hari kerja", "14 working days left"),
        (DAYS, "2026-11-23 09:00", "2026-12-11 11:00", 14, "sisa 14 hari kerja", "14 working days left"),
        (DAYS, "2026-11-23 22:00", "2026-12-11 11:00", 14, "sisa 14 hari kerja", "14 working days left"),
        (DAYS, "2026-11-24 07:00", "2026-12-11 11:00", 13, "sisa 13 hari kerja", "13 working days left"),
        (DAYS, "2026-12-10 23:59", "2026-12-11 11:00", 1, "sisa 1 hari kerja", "1 working day left"),
        (DAYS, "2026-12-11 07:00", "2026-12-11 11:00", 0, "hari ini sampai 11.00", "today until 11:00"),
        (DAYS, "2026-12-11 11:00", "2026-12-11 11:00", 0, "hari ini sampai 11.00", "today until 11:00"),
        (
            DAYS,
            "2026-11-27 11:01",
            "2026-11-27 11:00",
            0,
            "lewat sejak Jum 27 Nov 11.00",
            "over since Fri 27 Nov 11:00",
        ),
        (
            DAYS,
            "2026-11-30 15:44",
            "2026-11-27 11:00",
            0,
            "lewat sejak Jum 27 Nov 11.00",
            "over since Fri 27 Nov 11:00",
        ),
        (DAYS, "2026-11-30 15:45", "2026-11-27 11:00", -1, "terlambat 1 hari kerja", "1 working day late"),
        (DAYS, "2026-12-01 08:00", "2026-11-27 11:00", -2, "terlambat 2 hari kerja", "2 working days late"),
        (CALENDAR_DAYS, "2026-11-23 09:00", "2026-12-03 15:45", 10, "sisa 10 hari", "10 days left"),
        (CALENDAR_DAYS, "2026-12-03 09:00", "2026-12-03 15:45", 0, "hari ini sampai 15.45", "today until 15:45"),
        (
            CALENDAR_DAYS,
            "2026-12-03 16:00",
            "2026-12-03 15:45",
            0,
            "lewat sejak Kam 3 Des 15.45",
            "over since Thu 3 Dec 15:45",
        ),
        (CALENDAR_DAYS, "2026-12-05 09:00", "2026-12-03 15:45", -2, "terlambat 2 hari", "2 days late"),
        (
            HOURS,
            "2026-11-23 15:00",
            "2026-11-24 08:35",
            80,
            "sisa 1 jam 20 menit waktu layanan",
            "1 hour 20 minutes of service time left",
        ),
        (
            HOURS,
            "2026-11-23 15:44:30",
            "2026-11-23 15:45",
            0,
            "sisa kurang dari 1 menit waktu layanan",
            "less than 1 minute of service time left",
        ),
        (HOURS, "2026-11-23 15:45", "2026-11-23 15:45", 0, "jatuh tempo sekarang", "due now"),
        (
            HOURS,
            "2026-11-23 20:00",
            "2026-11-23 15:45",
            0,
            "lewat sejak Sen 23 Nov 15.45",
            "over since Mon 23 Nov 15:45",
        ),
        (
            HOURS,
            "2026-11-24 10:05",
            "2026-11-23 15:45",
            -125,
            "terlambat 2 jam 5 menit waktu layanan",
            "2 hours 5 minutes of service time late",
        ),
        (WALL, "2026-11-26 16:00", "2026-11-29 15:30", 4290, "sisa 71 jam 30 menit", "71 hours 30 minutes left"),
        (WALL, "2026-11-29 18:30", "2026-11-29 15:30", -180, "terlambat 3 jam", "3 hours late"),
    ],
)
def test_what_is_left(limit: Limit, now: str, due: str, number: int, indonesian: str, english: str) -> None:
    found = remaining(unit_of(limit), city(), wib(now), wib(due))
    assert (found.text.id, found.text.en, found.number) == (indonesian, english, number)
    assert found.late == (wib(now) > wib(due))


@given(st.sampled_from([("working", "P{}D"), ("calendar", "P{}D")]), instants, st.integers(1, 60), st.integers(0, 90))
def test_days_are_those_of_the_slow_count(kind: tuple[str, str], start: datetime, days: int, hours: int) -> None:
    clock, pattern = kind
    limit = Limit("x", pattern.format(days), clock)
    due = city().add(start, limit.limit, clock).at
    for now in (start, start + timedelta(hours=hours * 17), due, due + timedelta(hours=hours * 5)):
        found = remaining(unit_of(limit), city(), now, due)
        assert (found.number, found.late) == SLOW.left(clock, now, due)


@given(instants, st.integers(1, 60))
def test_on_the_day_it_begins_all_its_days_are_left(start: datetime, days: int) -> None:
    due = city().add(start, f"P{days}D").at
    assert remaining("working_days", city(), start, due).text.id == f"sisa {days} hari kerja"


@given(instants, st.integers(1, 20), st.lists(st.integers(0, 600), min_size=2, max_size=8))
def test_the_countdown_never_goes_up(start: datetime, days: int, hours: list[int]) -> None:
    for limit in (DAYS, CALENDAR_DAYS, HOURS, WALL):
        due = city().add(start, f"P{days}D").at
        numbers = [
            remaining(unit_of(limit), city(), start + timedelta(hours=hour), due).number for hour in sorted(hours)
        ]
        assert numbers == sorted(numbers, reverse=True)


@given(instants, instants)
def test_soon_is_today_and_the_next_working_day(now: datetime, due: datetime) -> None:
    found, left = nearness(city(), now, due), remaining("working_days", city(), now, due)
    assert (found == "late") == left.late
    if found == "soon":
        assert left.number <= 1
    assert (found == "late" or due < soon_until(city(), now)) == (found != "fine")


def test_an_unknown_limit_is_counted_in_working_days() -> None:
    assert unit_of(None) == "working_days"
    found = deadline(None, city(), wib("2026-11-23 09:00"), wib("2026-11-24 15:45"), True)
    assert (found.left.text.id, found.promised, found.nearness) == ("sisa 1 hari kerja", False, "soon")


def test_a_due_time_is_promised_when_both_its_limit_and_the_calendar_are_confirmed() -> None:
    now, due = wib("2026-11-23 09:00"), wib("2026-12-11 11:00")
    sure = Limit("x", "P14D", confirmed=True)
    assert deadline(sure, city(), now, due, True).promised
    assert not deadline(sure, city(), now, due, False).promised
    assert not deadline(DAYS, city(), now, due, True).promised


def test_while_the_clock_stands_still_what_is_left_stays_what_it_was() -> None:
    stopped, due = wib("2026-11-24 10:00"), wib("2026-11-26 15:45")
    for now in ("2026-11-24 10:00", "2026-11-25 22:00", "2026-12-24 09:00"):
        found = deadline(Limit("x", "P3D"), city(), wib(now), due, True, stopped)
        assert (found.nearness, found.left.number) == ("paused", 2)
        assert found.left.text.id == "waktu berhenti, sisa 2 hari kerja"
    last = deadline(Limit("x", "P3D"), city(), wib("2026-12-24 09:00"), due, True, wib("2026-11-26 10:00"))
    assert last.left.text.id == "waktu berhenti pada hari terakhir"
    late = deadline(Limit("x", "P3D"), city(), wib("2026-12-24 09:00"), due, True, wib("2026-11-30 10:00"))
    assert (late.nearness, late.left.text.id) == ("late", "waktu berhenti, terlambat 2 hari kerja")


def test_the_due_object_of_machine_readable_answers() -> None:
    found = deadline(DAYS, city(), wib("2026-11-23 09:00"), wib("2026-12-11 11:00"), True)
    assert found.as_json("en") == {
        "at": "2026-12-11T11:00:00+07:00",
        "unit": "working_days",
        "number": 14,
        "phrase": "14 working days left",
        "nearness": "fine",
        "paused": False,
        "promised": False,
    }


def test_a_held_letter_says_what_is_left_when_it_leaves() -> None:
    fields = {"due": "2026-11-27T11:00:00+07:00", "due_unit": "working_days", "step": "x"}
    evening, opening = wib("2026-11-26 20:00"), wib("2026-11-27 08:00")
    assert letter_fields(city(), evening, fields)["remaining"] == "sisa 1 hari kerja"
    left = letter_fields(city(), opening, fields)
    assert (left["remaining"], left["remaining_en"], left["step"]) == (
        "hari ini sampai 11.00",
        "today until 11:00",
        "x",
    )
    assert letter_fields(city(), opening, {"due": "2026-11-27"}) == {"due": "2026-11-27"}
