"""Letters of a confidential case: what is plain stays, what tells goes, and the sentence around it still reads."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.rules.letters import ON_THE_PAGE, fit_to_send
from app.standard.service import read_service

SERVICE = read_service(Path(__file__).parents[2] / "processes" / "service")
TELLING = {"title": "Kenari judul", "note": "Kenari", "result": "Kenari", "reason": "Kenari", "reason_en": "Canary"}


def test_an_open_case_keeps_every_field() -> None:
    assert fit_to_send(TELLING, None, False) == TELLING


def test_of_a_confidential_case_only_plain_fields_leave() -> None:
    fields = {"tracking_id": "X", "due": "2026-11-30", "step_en": "Verify", "category": "aparatur", **TELLING}
    kept = fit_to_send(fields, None, True)
    assert (kept["tracking_id"], kept["due"], kept["step_en"]) == ("X", "2026-11-30", "Verify")
    assert "title" not in kept and "Kenari" not in str(kept) and "Canary" not in str(kept)
    assert (kept["note"], kept["note_en"], kept["category"]) == (ON_THE_PAGE.id, ON_THE_PAGE.en, ON_THE_PAGE.id)


@pytest.mark.parametrize("key", sorted(SERVICE.templates))
@pytest.mark.parametrize("lang", ["id", "en"])
def test_no_template_lets_a_telling_field_through(key: str, lang: str) -> None:
    template = SERVICE.templates[key]
    told = {name: f"Kenari {name}" for name in template.placeholders}
    written = template.render(lang, fit_to_send(told, template, True))
    for name in TELLING.keys() & template.placeholders - template.plain:
        assert f"Kenari {name}" not in written.subject + written.body + (written.short or "")
    assert not {"title", "result", "note"} & template.plain


def test_an_empty_field_stays_empty_so_that_its_line_is_left_out() -> None:
    assert fit_to_send({"note": ""}, None, True) == {}
