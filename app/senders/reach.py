"""Which kinds of contact this installation can really reach."""

from __future__ import annotations

from collections.abc import Sequence

from app.senders.letter import KINDS, Sender

EXAMPLES = {"email": "siti@contoh.example", "phone": "+6281234567890"}  # one address of each kind, to ask the ways with


def reached(ways: Sequence[Sender]) -> frozenset[str]:
    """The kinds of contact to which a message really leaves the house."""
    return frozenset(kind for kind in KINDS if any(way.real and way.takes(EXAMPLES[kind]) for way in ways))
