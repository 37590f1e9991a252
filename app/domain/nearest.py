"""Guesses what a misspelt name was meant to be; the one place where “did you mean” comes from."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches

from app.domain.text import Text

ALIKE = 0.6  # from here on difflib calls two words close
LONGEST = 100  # characters; nobody misspells a longer name


def nearest(word: str, known: Iterable[object]) -> str | None:
    """The known name that is most like `word`, whatever its capitals; None where nothing is close."""
    if not word or len(word) > LONGEST:
        return None
    names = {str(name).casefold(): str(name) for name in known if name}
    names.pop("", None)
    close = get_close_matches(word.casefold(), sorted(names), n=1, cutoff=ALIKE)
    return names[close[0]] if close and names[close[0]] != word else None


def asked_after(said: Text, word: str, known: Iterable[object]) -> Text:
    """`said`, a part of a sentence, with the close name that may have been meant behind it."""
    name = nearest(word, known)
    return said if name is None else Text(f"{said.id}; maksud Anda “{name}”", f"{said.en}; did you mean “{name}”")


def refused(said: Text, word: str, known: Iterable[object]) -> Text:
    """`said`, a whole sentence, and behind it the question whether a close name was meant."""
    name = nearest(word, known)
    return said if name is None else Text(f"{said.id} Maksud Anda “{name}”?", f"{said.en} Did you mean “{name}”?")


def meant(advice: Text, word: str, known: Iterable[object]) -> Text:
    """`advice`, with the question whether a close name was meant in front of it."""
    name = nearest(word, known)
    if name is None:
        return advice
    return Text(f"Maksud Anda “{name}”? {advice.id}", f"Did you mean “{name}”? {advice.en}")
