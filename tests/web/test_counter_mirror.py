"""The counter beside a text counts in the browser exactly what the server counts when the text arrives."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as some

from app.forms.values import cleaned
from tests.scale import scaled
from tests.web.node import asking

Count = Callable[[list[object]], int]
ODD = "\n\r\t\x07\x85\x1f\u00a0\u00ad\u1680\u180e\u2003\u200b\u200e\u2028\u202e"
ODD += "\u2066\u3000\ufeff\U0001f6a7\U0001f468\u200d\u0301e"
texts = some.text(some.sampled_from(ODD) | some.characters(exclude_categories=("Cs",), exclude_characters="\x00"))


@pytest.fixture(scope="module")
def counted() -> Iterator[Count]:
    """What the browser's counter says of a text, with or without lines."""
    with asking("counter.js", "length", "([text, lines]) => length(text, lines)") as ask:
        yield ask


@settings(max_examples=scaled(2_000))
@given(texts, some.booleans())
@example("\U0001f6a7" * 3, False)
@example(" baris\n\nkedua ", True)
@example("baris\r\nkedua", False)
@example("\x1cx\x85", True)
@example("\ufeff \u3000x\u2028 ", True)
def test_the_browser_counts_as_the_server_does(counted: Count, text: str, lines: bool) -> None:
    # A browser keeps a line break as \n and sends it as \r\n.
    sent = text.replace("\r\n", "\n").replace("\n", "\r\n")
    assert counted([text, lines]) == len(cleaned(sent, lines))
