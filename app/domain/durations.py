"""Reads time spans in the ISO 8601 notation of the diagrams and limits: PT4H, PT1H30M, P3D, P2W."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta
from fractions import Fraction
from functools import lru_cache

from app.domain.text import Text

MICROSECONDS = 1_000_000
LONGEST_TEXT = 60  # characters; longer is never a span somebody meant
LONGEST_DAYS = 3_660_000  # some ten thousand years: beyond every date there is

_NUMBER = r"[0-9]+(?:[.,][0-9]+)?"
_PATTERN = re.compile(
    rf"P(?:(?P<years>{_NUMBER})Y)?(?:(?P<months>{_NUMBER})M)?(?:(?P<weeks>{_NUMBER})W)?(?:(?P<days>{_NUMBER})D)?"
    rf"(?P<time>T(?:(?P<hours>{_NUMBER})H)?(?:(?P<minutes>{_NUMBER})M)?(?:(?P<seconds>{_NUMBER})S)?)?"
)
_SECONDS = {"hours": 3600, "minutes": 60, "seconds": 1}


class CalendarError(ValueError):
    """A question to the calendar that has no answer; `message` says why in both languages."""

    def __init__(self, message: Text) -> None:
        self.message = message
        super().__init__(message.en)


class BadDuration(CalendarError):
    """The span cannot be read, or its unit does not fit the clock."""


class MixedDuration(BadDuration):
    """The span mixes days and hours, which working clocks refuse instead of guessing."""


@dataclass(frozen=True, slots=True)
class Duration:
    """A span as it was written: weeks and days are whole numbers, `micros` is its time part in microseconds."""

    weeks: int = 0
    days: int = 0
    micros: int = 0

    @property
    def is_zero(self) -> bool:
        """Whether nothing has to pass."""
        return not (self.weeks or self.days or self.micros)

    @property
    def whole_days(self) -> int:
        """Weeks and days together, in days."""
        return self.weeks * 7 + self.days

    @property
    def wall(self) -> timedelta:
        """The span on the clock on the wall: a day is 24 hours."""
        return timedelta(days=self.whole_days, microseconds=self.micros)


def _refuse(text: str, why_id: str, why_en: str) -> BadDuration:
    shown = text if len(text) <= LONGEST_TEXT else text[:LONGEST_TEXT] + "…"
    return BadDuration(
        Text(
            f"Jangka waktu “{shown}” tidak dapat dipakai: {why_id}.",
            f"The duration “{shown}” cannot be used: {why_en}.",
        )
    )


def _check_shape(text: str, parts: dict[str, str | None]) -> None:
    given = [name for name, value in parts.items() if value is not None and name != "time"]
    if not given or parts["time"] == "T":
        raise _refuse(text, "tidak ada angkanya; tulis misalnya PT4H atau P3D", "it has no number; write PT4H or P3D")
    if "years" in given or "months" in given:
        raise _refuse(
            text,
            "panjang bulan dan tahun berubah-ubah; tulis dalam hari, misalnya P30D",
            "months and years differ in length; write days, such as P30D",
        )
    for name in given:
        value = parts[name] or ""
        if ("." in value or "," in value) and (name != given[-1] or name not in _SECONDS):
            raise _refuse(
                text,
                "pecahan hanya boleh pada jam, menit atau detik yang terakhir",
                "only its last hours, minutes or seconds may have a fraction",
            )


def _microseconds(text: str, parts: dict[str, str | None]) -> int:
    total = Fraction(0)
    for name, seconds in _SECONDS.items():
        total += Fraction((parts[name] or "0").replace(",", ".")) * seconds * MICROSECONDS
    if total.denominator != 1:
        raise _refuse(text, "lebih halus dari satu mikrodetik", "it is finer than a microsecond")
    return int(total)


@lru_cache(maxsize=1024)
def parse_duration(text: str) -> Duration:
    """Read an ISO 8601 duration; raises BadDuration for anything else, negative, or longer than all dates."""
    if text[:1] in "-+" and text[1:2] == "P":
        raise _refuse(text, "jangka waktu tidak bertanda", "a span of time has no sign")
    found = _PATTERN.fullmatch(text) if len(text) <= LONGEST_TEXT else None
    if found is None:
        raise _refuse(
            text, "bukan durasi ISO 8601 seperti PT4H atau P3D", "not an ISO 8601 duration such as PT4H or P3D"
        )
    parts = found.groupdict()
    _check_shape(text, parts)
    duration = Duration(int(parts["weeks"] or 0), int(parts["days"] or 0), _microseconds(text, parts))
    if duration.whole_days + duration.micros // (86400 * MICROSECONDS) > LONGEST_DAYS:
        raise _refuse(text, "terlalu panjang", "it is too long")
    return duration
