"""Calendars for the tests: the city's own as it is shipped, and variants of its data."""

from __future__ import annotations

import tomllib
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from app.domain.calendar import Calendar
from app.domain.calendar_data import calendar_from

FILE = Path(__file__).parents[2] / "processes" / "service" / "calendar.toml"
WIB = ZoneInfo("Asia/Jakarta")

RAMADAN = {
    "name": {"id": "jam Ramadan", "en": "Ramadan hours"},
    "from": "2026-02-19",
    "to": "2026-03-20",
    "week": {
        **{day: ["08:00-12:00", "12:30-15:00"] for day in ("monday", "tuesday", "wednesday", "thursday")},
        "friday": ["08:00-11:30", "12:30-15:30"],
    },
}


def data(**changes: Any) -> dict[str, Any]:
    """The shipped calendar's data with some parts replaced."""
    return {**tomllib.loads(FILE.read_text(encoding="utf-8")), **changes}


@cache
def city() -> Calendar:
    """The shipped calendar."""
    return calendar_from(data())


@cache
def ramadan() -> Calendar:
    """The shipped calendar with the illustrative Ramadan hours of 2026."""
    return calendar_from(data(period=[RAMADAN]))


def wib(text: str) -> datetime:
    """A local instant of Kota Pekalongan: "2026-11-23 09:00"."""
    return datetime.fromisoformat(text).replace(tzinfo=WIB)
