"""Divides all values of one column of a decision table into the few groups that its cells can tell apart."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from app.domain.text import Text
from app.engine.decisions.compile import Compiled
from app.engine.decisions.unary_tests import Cell, Span, equal

INTEGERS = ("integer", "long")
MAX_COMPARISONS = 500_000  # of one column
OTHER = object()  # every text that the table does not name


class Unclear(Exception):
    """The column cannot be divided beforehand; `why` is part of a sentence."""

    def __init__(self, why: Text) -> None:
        self.why = why
        super().__init__(why.en)


class TooLarge(Exception):
    """The table has too many combinations to look at all of them."""


@dataclass(frozen=True, slots=True)
class Axis:
    """One column: the groups of values it tells apart, and for each row the bit set of those it accepts."""

    name: str
    labels: tuple[Text, ...]
    masks: tuple[int, ...]
    other: int

    @property
    def full(self) -> int:
        """All groups."""
        return (1 << len(self.labels)) - 1

    def only_other(self, mask: int) -> bool:
        """Whether `mask` is just the texts that the table does not name."""
        return self.other != 0 and mask == self.other

    def words(self, mask: int) -> Text:
        """The groups in `mask` in words, five at most."""
        chosen = [label for atom, label in enumerate(self.labels) if mask >> atom & 1]
        more = " …" if len(chosen) > 5 else ""
        return Text(
            f"{self.name}: " + " / ".join(label.id for label in chosen[:5]) + more,
            f"{self.name}: " + " / ".join(label.en for label in chosen[:5]) + more,
        )


def axis_of(compiled: Compiled, column: int) -> Axis:
    """The axis of one input; raises Unclear where a cell depends on variables or mixes kinds of values."""
    cells = [row[column] for row in compiled.rows]
    domain = compiled.domains[column]
    kind = compiled.table.inputs[column].type.lower()
    if any(cell.expressions for cell in (*cells, domain)):
        raise Unclear(Text("ada sel yang bergantung pada variabel", "a cell depends on variables"))
    values = [end for cell in (*cells, domain) for span in cell.spans for end in span.ends()]
    kinds = {_kind(value) for value in values if value is not None}
    if kind == "boolean":
        kinds.add("boolean")
    if len(kinds) > 1:
        raise Unclear(Text("satu kolom mencampur jenis nilai", "a column mixes kinds of values"))
    if len(values) * len(values) > MAX_COMPARISONS:
        raise TooLarge
    name = compiled.table.inputs[column].label[:60] or f"#{column + 1}"
    samples = _samples(cells, domain, values, kinds.pop() if kinds else "", kind in INTEGERS)
    masks = tuple(sum(1 << atom for atom, (_, value) in enumerate(samples) if _accepts(cell, value)) for cell in cells)
    other = sum(1 << atom for atom, (_, value) in enumerate(samples) if value is OTHER)
    return Axis(name, tuple(label for label, _ in samples), masks, other)


@dataclass(frozen=True, slots=True)
class _Between:
    """Any value strictly between two neighbours among the values of a column; None means without end."""

    low: Any
    high: Any


def _samples(cells: list[Cell], domain: Cell, values: list[Any], kind: str, whole: bool) -> list[tuple[Text, Any]]:
    """The groups of a column as (words, a value that stands for the group)."""
    if kind == "boolean":
        found: list[tuple[Text, Any]] = [(Text("ya", "yes"), True), (Text("tidak", "no"), False)]
    elif kind == "string":
        _refuse_order(cells, domain)
        found = [(_plain(f'"{value}"'), value) for value in dict.fromkeys(v for v in values if v is not None)]
        found.append((Text("teks lain", "any other text"), OTHER))
    elif kind:
        found = _ordered([value for value in values if value is not None], whole)
    else:
        found = [(Text("nilai apa pun", "any value"), OTHER)]
    if any(value is None for value in values):
        found.append((Text("kosong", "nothing"), None))
    return [(label, value) for label, value in found if _accepts(domain, value)]


def _refuse_order(cells: list[Cell], domain: Cell) -> None:
    if any(not span.point for cell in (*cells, domain) for span in cell.spans):
        raise Unclear(Text("ada teks yang dibandingkan menurut abjad", "texts are compared by their alphabet"))


def _ordered(values: list[Any], whole: bool) -> list[tuple[Text, Any]]:
    points: list[Any] = []
    for value in sorted(values):
        if not points or points[-1] != value:
            points.append(value)
    found: list[tuple[Text, Any]] = [(_plain(f"< {_shown(points[0])}"), _Between(None, points[0]))]
    for place, point in enumerate(points):
        found.append((_plain(_shown(point)), point))
        following = points[place + 1] if place + 1 < len(points) else None
        if following is None:
            found.append((_plain(f"> {_shown(point)}"), _Between(point, None)))
        elif not _neighbours(point, following, whole):
            label = Text(
                f"antara {_shown(point)} dan {_shown(following)}", f"between {_shown(point)} and {_shown(following)}"
            )
            found.append((label, _Between(point, following)))
    return [(label, value) for label, value in found if not (whole and isinstance(value, float) and value % 1)]


def _neighbours(low: Any, high: Any, whole: bool) -> bool:
    """Whether no value lies between the two: whole numbers and days come one after the other."""
    if isinstance(low, date) and not isinstance(low, datetime):
        return bool((high - low).days <= 1)
    return whole and bool(math.floor(low) + 1 >= high)


def _accepts(cell: Cell, value: Any) -> bool:
    if not cell.spans:
        return True
    return any(_holds(span, value) for span in cell.spans) != cell.negated


def _holds(span: Span, value: Any) -> bool:
    if value is OTHER:
        return False
    if isinstance(value, _Between):
        if span.point:
            return False
        above = span.low is None or (value.low is not None and span.low.value <= value.low)
        return above and (span.high is None or (value.high is not None and span.high.value >= value.high))
    if span.point and span.low is not None:
        return equal(value, span.low.value)
    return span.holds(value, {}, {}) is True


def _kind(value: Any) -> str:
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, int | float):
        return "number"
    if isinstance(value, datetime):
        return "instant" if value.tzinfo else "local instant"
    return "date" if isinstance(value, date) else "string"


def _shown(value: Any) -> str:
    return value.isoformat() if isinstance(value, date) else str(value)


def _plain(text: str) -> Text:
    return Text(text, text)
