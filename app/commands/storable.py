"""Refuses values that no database, page or engine can keep: too large, too deep, not a number, broken characters."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from app.domain.errors import Invalid
from app.domain.text import Text

MOST_FIELDS = 500
LONGEST_NAME = 100
LONGEST_TEXT = 20_000
DEEPEST = 3
TOO_LONG = Text(
    f"Teks terlalu panjang: paling banyak {LONGEST_TEXT:,} karakter.".replace(",", "."),
    f"The text is too long: at most {LONGEST_TEXT:,} characters.",
)
LARGEST = 2**53  # what JSON, JavaScript and both databases keep exactly


def refuse_strange(answers: Mapping[str, Any]) -> None:
    """Raise Invalid, naming the fields, unless every value is a plain one of reasonable size."""
    if len(answers) > MOST_FIELDS:
        raise Invalid(errors={"": [Text("Terlalu banyak isian.", "There are too many fields.")]})
    errors = {str(name)[:LONGEST_NAME]: [fault] for name, value in answers.items() if (fault := _fault(name, value))}
    if errors:
        raise Invalid(errors=errors)


def _fault(name: object, value: Any) -> Text | None:
    if not isinstance(name, str) or len(name) > LONGEST_NAME or is_broken(name):
        return Text("Nama isian tidak dikenal.", "The name of the field is not known.")
    return _value_fault(value, DEEPEST)


def _value_fault(value: Any, depth: int) -> Text | None:
    if isinstance(value, str):
        if len(value) > LONGEST_TEXT:
            return TOO_LONG
        if is_broken(value):
            return Text("Teks memuat karakter yang rusak.", "The text holds broken characters.")
    elif isinstance(value, bool) or value is None:
        return None
    elif isinstance(value, int | float):
        if not math.isfinite(value) or abs(value) > LARGEST:
            return Text("Bilangan ini tidak dapat disimpan.", "This number cannot be stored.")
    elif isinstance(value, list | tuple | Mapping):
        return _inner_fault(value, depth)
    else:
        return Text("Jenis isian ini tidak dikenal.", "This kind of value is not known.")
    return None


def _inner_fault(value: Any, depth: int) -> Text | None:
    if depth == 0 or len(value) > MOST_FIELDS:
        return Text("Isian ini terlalu besar.", "This value is too large.")
    if isinstance(value, Mapping):
        faults = (_fault(name, None) or _value_fault(each, depth - 1) for name, each in value.items())
    else:
        faults = (_value_fault(each, depth - 1) for each in value)
    return next((fault for fault in faults if fault), None)


def is_broken(text: str) -> bool:
    """Whether a text holds what no database keeps: NUL, or half a character."""
    return "\x00" in text or any("\ud800" <= char <= "\udfff" for char in text)
