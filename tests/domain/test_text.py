"""A sentence is said in one of its two languages, never shown as an object."""

from __future__ import annotations

import pytest

from app.domain.text import Text


def test_a_text_is_said_in_one_language() -> None:
    text = Text("Lacak", "Track")
    assert (text.say("id"), text.say("en"), text.say("fr")) == ("Lacak", "Track", "Lacak")


def test_a_text_put_whole_into_a_sentence_is_refused() -> None:
    with pytest.raises(TypeError):
        print(f"Ketuk {Text('Lacak', 'Track')}.")
