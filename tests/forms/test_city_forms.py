"""The city's own forms run, are complete in both languages, and ask what the service standard asks."""

from __future__ import annotations

import tomllib
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from app.domain.errors import Invalid
from app.forms.fields import walk
from app.forms.form import Form, Sources, findings, read_form
from app.standard.service import read_service
from app.standard.sources import sources_of

ROOT = Path(__file__).parents[2]
FORMS = sorted((ROOT / "forms").glob("*.form"))
ENGLISH = tomllib.loads((ROOT / "forms" / "labels.en.toml").read_text())


def form(key: str) -> Form:
    return read_form((ROOT / "forms" / f"{key}.form").read_bytes(), ENGLISH[key])


@pytest.fixture(scope="module")
def sources() -> Sources:
    return sources_of(read_service(ROOT / "processes" / "service"), datetime(2026, 11, 23, 2, tzinfo=UTC))


@pytest.mark.parametrize("path", FORMS, ids=[path.stem for path in FORMS])
def test_every_form_is_sound_and_bilingual(path: Path) -> None:
    assert findings(path.read_bytes(), f"forms/{path.name}", ENGLISH.get(path.stem, {})) == []


@pytest.mark.parametrize(
    "key", [path.stem for path in FORMS if path.stem not in ("pengaduan", "kelengkapan", "pencabutan")]
)
def test_the_decision_stands_first(key: str) -> None:
    first = form(key).questions[0]
    assert first.type == "radio" and first.required


COMPLAINT = {
    "title": "Lampu jalan padam di depan pasar",
    "chronology": "Sejak tiga hari lalu lampu jalan di depan pasar padam, jalannya gelap.",
    "location_text": "Jalan Sultan Agung, depan Pasar Banjarsari",
    "occurred_on": "2026-11-20",
    "name": "Suparman",
    "phone": "(0285) 421243",
}


def test_six_answers_make_a_complaint(sources: Sources) -> None:
    asked = form("pengaduan")
    kept = asked.load(COMPLAINT, sources)
    assert kept["phone"] == "+62285421243" and kept["is_anonymous"] is False
    with pytest.raises(Invalid) as refusal:
        asked.load({}, sources)
    assert set(refusal.value.errors) == set(COMPLAINT)


def test_only_six_required_questions_are_in_view() -> None:
    for question, within in walk(form("pengaduan").fields):
        if question.required or question.required_when:
            assert not any(group.properties.get("fold") == "true" for group in within)


def test_an_email_address_is_contact_enough(sources: Sources) -> None:
    answers = {**COMPLAINT, "phone": "", "email": "siti@example.com"}
    assert form("pengaduan").load(answers, sources)["email"] == "siti@example.com"


def test_identity_never_stands_among_the_answers() -> None:
    assert form("pengaduan").personal == {"name", "phone", "email", "id_type", "nik", "address"}


@pytest.mark.parametrize(
    ("key", "answers", "kept"),
    [
        (
            "disposisi_kementerian",
            {"ministry_decision": "forward", "other_agency": "x"},
            {"ministry_decision": "forward", "note": None},
        ),
        ("verifikasi_opd", {"within_function": True, "reason_code": "x"}, {"within_function": True}),
        (
            "verifikasi_opd",
            {"within_function": "false", "reason_code": "wrong_unit"},
            {"within_function": False, "reason_code": "wrong_unit", "reason": None},
        ),
        ("konfirmasi_hasil", {"result_accepted": "true"}, {"result_accepted": True, "answer": None}),
        ("kepuasan", {"rating": 4}, {"rating": 4, "text": None}),
        (
            "verifikasi_dinkominfo",
            {"authority_decision": "duplicate", "duplicate_of": "AB12CD34E5"},
            {"authority_decision": "duplicate", "duplicate_of": "AB12CD34E5"},
        ),
    ],
)
def test_only_what_belongs_to_the_decision_is_kept(key: str, answers: Any, kept: Any, sources: Sources) -> None:
    assert form(key).load(answers, sources) == kept


@pytest.mark.parametrize(
    ("key", "answers", "wrong"),
    [
        ("disposisi_kementerian", {"ministry_decision": "archive"}, {"note"}),
        ("disposisi_kementerian", {"ministry_decision": "hold"}, {"missing"}),
        (
            "verifikasi_dinkominfo",
            {"authority_decision": "yes"},
            {"target_opd", "category", "classification", "nature"},
        ),
        ("verifikasi_dinkominfo", {"authority_decision": "no", "reason_code": "other"}, {"reason"}),
        ("verifikasi_dinkominfo", {"authority_decision": "no", "reason_code": "other", "reason": "pendek"}, {"reason"}),
        ("verifikasi_opd", {"within_function": False}, {"reason_code"}),
        ("tindak_lanjut", {"outcome": "planned", "result": "x" * 50, "acted_on": "2026-11-23"}, {"expected_on"}),
        ("tindak_lanjut", {"outcome": "resolved", "result": "sudah", "acted_on": "2026-11-24"}, {"result", "acted_on"}),
        ("konfirmasi_hasil", {"result_accepted": False}, {"remarks"}),
        ("penetapan_pengawas", {"supervisor_decision": "assign"}, {"target_opd", "reason"}),
        ("kepuasan", {"rating": "5"}, {"rating"}),
    ],
)
def test_what_the_decision_needs_is_demanded(key: str, answers: Any, wrong: set[str], sources: Sources) -> None:
    with pytest.raises(Invalid) as refusal:
        form(key).load(answers, sources)
    assert set(refusal.value.errors) == wrong


def test_the_office_complained_of_is_asked_for_exactly_where_complaints_are_about_officials(sources: Sources) -> None:
    for row in read_service(ROOT / "processes" / "service").categories.values():
        about_officials = row.flag == "integrity"
        asked = form("pengaduan").asked({"category": row.code}, sources)
        assert asked.get("accused_unit", False) is about_officials, row.code
        verified = form("verifikasi_dinkominfo").asked({"authority_decision": "yes", "category": row.code}, sources)
        assert ("accused_unit" in verified) is about_officials, row.code
    assert "accused_unit" not in form("pengaduan").asked({}, sources)
