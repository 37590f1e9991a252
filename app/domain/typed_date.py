"""Reads a date as people type it, and says of a wrong one what is wrong with it."""

from __future__ import annotations

import re
from datetime import date

from app.domain.identity import Unfit
from app.domain.text import Text

LONGEST = 40  # characters; longer is no date
YEARS = (1900, 2199)  # outside of these a year was mistyped, whatever it is about
_ISO = re.compile(r"(?P<year>[0-9]{4})-(?P<month>[0-9]{1,2})-(?P<day>[0-9]{1,2})")
_LOCAL = re.compile(r"(?P<day>[0-9]{1,2})[/. -](?P<month>[0-9]{1,2})[/. -](?P<year>[0-9]{4})")
NOT_A_DATE = Text(
    "Tulis tanggal dengan hari, bulan, dan tahun, misalnya 23/11/2026.",
    "Write a date with day, month and year, for instance 23/11/2026.",
)


def read_date(text: str) -> date:
    """The date in `2026-11-23`, as browsers send it, or in `23/11/2026`; raises Unfit with what is wrong."""
    plain = text.strip()
    found = (_ISO.fullmatch(plain) or _LOCAL.fullmatch(plain)) if len(plain) <= LONGEST and plain.isascii() else None
    if found is None:
        raise Unfit(NOT_A_DATE)
    year, month, day = (int(found[part]) for part in ("year", "month", "day"))
    if not YEARS[0] <= year <= YEARS[1]:
        raise Unfit(Text(f"Periksa tahunnya; yang tertulis {year}.", f"Please check the year; it says {year}."))
    try:
        return date(year, month, day)
    except ValueError:
        raise Unfit(Text(
            f"Tanggal {day}/{month}/{year} tidak ada di kalender; periksa hari dan bulannya.",
            f"There is no {day}/{month}/{year} in the calendar; please check day and month.",
        )) from None  # fmt: skip


def plain_date(day: date) -> str:
    """A date as it may be typed: `23/11/2026`."""
    return f"{day.day}/{day.month}/{day.year}"
