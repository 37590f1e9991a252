"""One row that breaks a promise."""

from __future__ import annotations

from dataclasses import dataclass

from app.domain.text import Text


@dataclass(frozen=True, slots=True)
class Violation:
    """The table, the key of the row in it, the promise it breaks, and what is wrong."""

    table: str
    row: str
    invariant: str
    what: Text
