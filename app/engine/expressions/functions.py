"""The few functions that a diagram may ask: limits, working time, the present instant and the count of returns."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from app.domain.text import Text

Functions = Mapping[str, Callable[..., Any]]


@dataclass(frozen=True, slots=True)
class Signature:
    """How a function is called; `argument` is "text", "number", "two" or "none": every call takes exactly that."""

    name: str
    argument: str
    meaning: Text
    written: str = ""  # where an author spells it otherwise

    @property
    def arity(self) -> int:
        """How many values the call takes."""
        return {"none": 0, "two": 2}.get(self.argument, 1)


# Every function must have a bounded cost: a diagram may call it as often as it has room for.
SIGNATURES: Mapping[str, Signature] = {
    signature.name: signature
    for signature in (
        Signature("sla", "text", Text("batas waktu dengan kunci ini", "the limit with this key")),
        Signature("working_days", "number", Text("sekian hari kerja lagi", "so many working days from now")),
        Signature("working_hours", "number", Text("sekian jam kerja lagi", "so many working hours from now")),
        Signature("calendar_days", "number", Text("sekian hari kalender lagi", "so many calendar days from now")),
        Signature("now", "none", Text("saat ini", "the present instant")),
        Signature("returns", "text", Text("berapa kali panah ini dilalui", "how often this flow was taken")),
    )
}
