"""Asks for the reason of what is done to others' work."""

from __future__ import annotations

from app.domain.errors import Invalid
from app.domain.text import Text


def need_reason(reason: str) -> None:
    """Raise Invalid unless a reason was given."""
    if not reason.strip():
        raise Invalid(errors={"reason": [Text("Tulis alasannya.", "Give the reason.")]})
