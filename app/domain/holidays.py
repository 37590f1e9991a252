"""National holidays and collective leave, taken from the `holidays` package only when they are needed."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from functools import lru_cache

from app.domain.days import Holiday
from app.domain.text import Text

GUESSED = re.compile(r" \((estimated|perkiraan)\)")  # how the package marks a date that was reckoned, not decreed
CODES = {"public": "holiday", "government": "joint_leave"}  # a category of the package -> our word for the day


class UnknownCountry(ValueError):
    """The package has no holidays for this country or category."""


@lru_cache(maxsize=512)
def _names(country: str, category: str, language: str, year: int) -> Mapping[date, str]:
    import holidays  # takes 0.15 s to import: a command that needs no date must not pay for it

    try:
        return dict(holidays.country_holidays(country, years=year, categories=(category,), language=language))
    except (NotImplementedError, ValueError) as fault:
        raise UnknownCountry(f"{country}/{category}") from fault


def national_holidays(country: str, categories: Iterable[str]) -> Callable[[int], Mapping[date, Holiday]]:
    """A function from a year to its holidays; where two categories meet on a date the first named one counts."""
    wanted = tuple(categories)

    @lru_cache(maxsize=512)
    def of_year(year: int) -> Mapping[date, Holiday]:
        found: dict[date, Holiday] = {}
        for category in wanted:
            english = _names(country, category, "en_US", year)
            for day, name in _names(country, category, "id", year).items():
                found.setdefault(day, _holiday(category, name, english.get(day, name)))
        return found

    return of_year


def _holiday(category: str, name: str, english: str) -> Holiday:
    """The mark is taken off the name: whether the date is settled, the calendar of the service says."""
    said = Text(GUESSED.sub("", name), GUESSED.sub("", english))
    return Holiday(CODES.get(category, "holiday"), said, GUESSED.search(english) is not None)
