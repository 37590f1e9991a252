"""What a case came to, as its reporter reads it: which words count, whose they are, and when they were told."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol, TypeVar

from app.bundle.meaning import Meaning
from app.bundle.read import Bundle

RESULT = "result"
PASSING = ("entered", "flow")


class Given(Protocol):
    """As much of a form's answers as is looked at; `seq` is their place in the case's history."""

    @property
    def seq(self) -> int: ...
    @property
    def task_id(self) -> str | None: ...
    @property
    def form(self) -> str: ...
    @property
    def data(self) -> Mapping[str, Any]: ...
    @property
    def at(self) -> datetime: ...


class Passed(Protocol):
    """As much of a history's entry as is looked at."""

    @property
    def seq(self) -> int: ...
    @property
    def kind(self) -> str: ...
    @property
    def element(self) -> str: ...
    @property
    def at(self) -> datetime: ...


P = TypeVar("P", bound=Passed)


@dataclass(frozen=True, slots=True)
class Result:
    """The words, the answers in which they stand, and those of whoever acted: outcome, dates and photos are there."""

    text: str
    worded: Given
    grounds: Given
    meaning: Meaning

    def value(self, name: str) -> Any:
        """What the answers of whoever acted say of a meaning."""
        return self.meaning.value(name, self.grounds.form, self.grounds.data)

    @property
    def sources(self) -> tuple[Given, ...]:
        """The answers whose files belong to it."""
        return (self.grounds,) if self.grounds is self.worded else (self.grounds, self.worded)


def result_of(given: Iterable[Given], bundle: Bundle, without: str = "") -> Result | None:
    """The result after these answers; None while nobody has given one.

    Of the fields that can hold it the preferred one counts, but only in answers that came after those it words anew:
    what was said in an earlier round does not stand for a new result, and a confirmation without words takes the
    words of the one before back. `without` is the form that is about to be filled in, taken as left empty.
    """
    latest = {each.form: each for each in given}
    meaning = bundle.manifest.meaning
    places = [(form, key) for form, key in meaning.places(RESULT, bundle.forms) if form in latest and form != without]
    for number, (form, key) in enumerate(places):
        row = latest[form]
        grounds = [latest[other] for other, _ in places[number:]]
        if row.data.get(key) and all(other.seq <= row.seq for other in grounds):
            return Result(str(row.data[key]), row, grounds[-1], meaning)
    return None


def told(
    given: Sequence[Given], history: Iterable[P], bundle: Bundle, answered: Callable[[str], bool]
) -> list[tuple[Result, P]]:
    """Each result that the reporter was told, with the moment: the case came to a status that `answered` says tells."""
    found: list[tuple[Result, P]] = []
    statuses = bundle.manifest.statuses
    for entry in history:
        status = statuses.get(entry.element) if entry.kind in PASSING else None
        if status is None or not answered(status):
            continue
        result = result_of((row for row in given if row.seq <= entry.seq), bundle)
        if result is not None and all(result.worded is not known.worded for known, _ in found):
            found.append((result, entry))
    return found
