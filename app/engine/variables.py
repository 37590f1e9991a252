"""Only simple values enter the engine: text, numbers, yes or no, and nothing."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from app.domain.errors import Invalid
from app.domain.text import Text

Scalar = str | int | float | bool | None

MAX_TEXT = 10_000  # characters
MAX_NAME = 200  # characters
LARGEST_INT = 2**63

_NOT_SCALAR = Text(
    "Nilai harus berupa teks, angka, ya/tidak, atau kosong.", "The value must be text, a number, yes/no, or empty."
)
_TOO_LONG = Text(f"Teks paling panjang {MAX_TEXT} karakter.", f"Text may have at most {MAX_TEXT} characters.")
_NOT_TEXT = Text("Teks memuat karakter yang tidak sah.", "The text has characters that are not valid.")
_NOT_FINITE = Text("Angka di luar batas.", "The number is out of range.")
_BAD_NAME = Text("Nama variabel tidak sah.", "The name of the variable is not valid.")


def scalars(variables: Mapping[str, Any]) -> dict[str, Scalar]:
    """A copy of `variables`; raises Invalid with an error for each name whose value is not a JSON scalar."""
    errors = {str(name): [fault] for name, value in variables.items() if (fault := _fault(name, value)) is not None}
    if errors:
        raise Invalid(errors=errors)
    return dict(variables)


def only_scalars(data: Mapping[str, Any]) -> dict[str, Scalar]:
    """The part of engine data that may be shown: lists of multi-instance tasks are left out."""
    return {name: value for name, value in data.items() if _fault(name, value) is None}


def _fault(name: object, value: object) -> Text | None:
    if not isinstance(name, str) or not 0 < len(name) <= MAX_NAME or not _encodes(name):
        return _BAD_NAME
    if value is None or isinstance(value, bool):
        return None
    if isinstance(value, int):
        return None if -LARGEST_INT <= value < LARGEST_INT else _NOT_FINITE
    if isinstance(value, float):
        return None if math.isfinite(value) else _NOT_FINITE
    if not isinstance(value, str):
        return _NOT_SCALAR
    if len(value) > MAX_TEXT:
        return _TOO_LONG
    return None if _encodes(value) else _NOT_TEXT


def _encodes(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
