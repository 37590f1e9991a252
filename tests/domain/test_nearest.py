"""A misspelt name is answered with the one that was most likely meant, or with nothing."""

from __future__ import annotations

import pytest

from app.domain.nearest import asked_after, meant, nearest, refused
from app.domain.text import Text

KNOWN = ["verify_result", "confirm_result", "DPUPR", "follow_up", ""]


@pytest.mark.parametrize(
    ("word", "name"),
    [
        ("verify_resutl", "verify_result"),
        ("Verify_Result", "verify_result"),
        ("dpupr", "DPUPR"),
        ("DPUR", "DPUPR"),
        ("folow_up", "follow_up"),
        ("something else", None),
        ("", None),
        ("verify_result", None),  # it is there: nothing was misspelt
        ("v" * 500, None),
    ],
)
def test_only_what_is_close_is_named(word: str, name: str | None) -> None:
    assert nearest(word, KNOWN) == name


def test_advice_and_part_of_a_sentence_ask_in_both_languages() -> None:
    advice = meant(Text("Perbaiki.", "Mend it."), "dpupr", KNOWN)
    assert (advice.id, advice.en) == ("Maksud Anda “DPUPR”? Perbaiki.", "Did you mean “DPUPR”? Mend it.")
    said = asked_after(Text("tidak dikenal", "unknown"), "dpupr", KNOWN)
    assert (said.id, said.en) == ("tidak dikenal; maksud Anda “DPUPR”", "unknown; did you mean “DPUPR”")
    refusal = refused(Text("Tidak ada.", "Not there."), "dpupr", KNOWN)
    assert (refusal.id, refusal.en) == ("Tidak ada. Maksud Anda “DPUPR”?", "Not there. Did you mean “DPUPR”?")
    assert refused(Text("a", "b"), "zzz", KNOWN) == Text("a", "b")
    assert meant(Text("a", "b"), "zzz", KNOWN) == asked_after(Text("a", "b"), "zzz", KNOWN) == Text("a", "b")
