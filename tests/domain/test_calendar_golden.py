"""Every golden case of the working calendar: working time, working days, calendar days, Ramadan hours."""

from __future__ import annotations

import json
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest

from tests.domain.offices import city, ramadan, wib

GOLDEN = json.loads((Path(__file__).parents[1] / "golden" / "working_time.json").read_text())


@pytest.mark.parametrize("case", GOLDEN, ids=[case["id"] for case in GOLDEN])
def test_working_time(case: dict[str, str]) -> None:
    start, due = datetime.fromisoformat(case["start"]), datetime.fromisoformat(case["due"])
    minutes = int(case["working_minutes"])
    found = city().add(start, f"PT{minutes}M")
    assert found.at == due
    assert found.confirmed
    assert city().working_time_between(start, due) == timedelta(minutes=minutes)


@pytest.mark.parametrize(
    ("start", "days", "due"),
    [
        pytest.param("2026-11-23 10:00", 3, "2026-11-26 15:45", id="D01"),
        pytest.param("2026-11-26 16:30", 3, "2026-12-01 15:45", id="D02"),
        pytest.param("2026-11-27 09:00", 1, "2026-11-30 15:45", id="D03"),
        pytest.param("2026-11-28 10:00", 3, "2026-12-02 15:45", id="D06"),
        pytest.param("2026-11-26 09:00", 1, "2026-11-27 11:00", id="Friday closes at 11"),
    ],
)
def test_working_days(start: str, days: int, due: str) -> None:
    assert city().add(wib(start), f"P{days}D").at == wib(due)
    assert city().working_days_between(wib(start), wib(due)) == days


@pytest.mark.parametrize(
    ("start", "days", "due"),
    [
        pytest.param("2026-11-23 10:00", 10, "2026-12-03 15:45", id="K01"),
        pytest.param("2026-12-14 10:00", 10, "2026-12-28 15:45", id="K02"),
    ],
)
def test_calendar_days(start: str, days: int, due: str) -> None:
    assert city().add(wib(start), f"P{days}D", "calendar").at == wib(due)


@pytest.mark.parametrize(
    ("start", "minutes", "due", "usual"),
    [
        pytest.param("2026-03-09 11:45", 30, "2026-03-09 12:45", "2026-03-09 13:15", id="M01"),
        pytest.param("2026-03-09 14:30", 60, "2026-03-10 08:30", "2026-03-09 15:30", id="M02"),
        pytest.param("2026-03-17 14:30", 60, "2026-03-25 08:30", "2026-03-17 15:30", id="M03"),
    ],
)
def test_ramadan_hours(start: str, minutes: int, due: str, usual: str) -> None:
    assert ramadan().add(wib(start), f"PT{minutes}M").at == wib(due)
    assert city().add(wib(start), f"PT{minutes}M").at == wib(usual)


def test_the_holidays_of_2026_are_the_decreed_25() -> None:
    closed = [
        day
        for ordinal in range(date(2026, 1, 1).toordinal(), date(2027, 1, 1).toordinal())
        if city().plan(day := date.fromordinal(ordinal)).code in ("holiday", "joint_leave")
    ]
    assert len(closed) == 17 + 8
