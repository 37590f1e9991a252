"""Letters: one frame for all readers of a kind, the number as pages write it, and English that is English."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import pytest

from app.domain.findings import errors
from app.standard.contact import contact_of
from app.standard.frames import FILE
from app.standard.rows import filled
from app.standard.service import FOLDER, ServiceData, inspect_service, read_contents, service_from
from app.standard.wording import LINK, letter, worded

ROOT = Path(__file__).parents[2]
NUMBER = "W5QNMT8AQ5"
INDONESIAN = re.compile(
    r"\b(aduan|anda|atau|bila|catatan|dan|dapat|dari|dengan|kami|kepada|langkah|nomor|oleh|pada|pelapor|sudah|surat|"
    r"tautan|terima|tidak|tugas|untuk|waktu|yang|yth|hormat|judul|sen|sel|rab|kam|jum|sab|agu|mei|okt|des)\b",
    re.IGNORECASE,
)
STAFF = {"reminder", "overdue", "escalation", "digest", "horizon", "forward", "returned", "invitation"}
STAFF |= {"password_reset"}
FIELDS = {
    "tracking_id": NUMBER,
    "title": "Broken street lamp",
    "link": "https://city.example/x",
    "track": "https://city.example/lacak",
    "report": "https://city.example/lapor",
    "unit": "DPUPR",
    "holder": "DPUPR",
    "category": "jalan",
    "status": "in_follow_up",
    "due": "2026-12-01T08:45:00+00:00",
    "expected_date": "2026-12-01",
    "date": "2026-11-23",
}


@cache
def shipped() -> ServiceData:
    return service_from(read_contents(ROOT / FOLDER))


def written(template: str, lang: str) -> str:
    """A letter with every field filled in, as text."""
    holes = {name: f"<{name}>" for name in shipped().templates[template].placeholders}
    audience = "staff" if template in STAFF else "reporter"
    said = letter(shipped(), template, lang, audience, {**holes, **FIELDS})
    return "\n".join((said.subject, said.body, said.short or ""))


TEMPLATES = sorted(path.stem for path in (ROOT / FOLDER / "templates").glob("*.toml"))


@pytest.mark.parametrize("template", TEMPLATES)
def test_an_english_letter_holds_no_indonesian_word_and_an_indonesian_one_many(template: str) -> None:
    names = {shipped().units["DPUPR"].name.en, contact_of(shipped()).address}
    text = written(template, "en")
    for name in names:
        text = text.replace(name, "")
    text = re.sub(r"Kota Pekalongan|SP4N-LAPOR!|https?://\S+|<\w+>", "", text)
    assert INDONESIAN.findall(text) == []
    assert INDONESIAN.findall(written(template, "id"))


@pytest.mark.parametrize("lang", ["id", "en"])
@pytest.mark.parametrize("template", TEMPLATES)
def test_each_letter_is_signed_and_names_its_case_in_the_form_of_the_pages(template: str, lang: str) -> None:
    text, contact = written(template, lang), contact_of(shipped())
    assert contact.office.say(lang) in text and contact.phones[0] in text
    assert NUMBER not in text and "{" not in text and "+00:00" not in text
    if template not in STAFF:
        assert "W5QNM-T8AQ5" in text and "Broken street lamp" in text and contact.address in text
        assert text.count("https://city.example/x") - (letter_short(template, lang)) == 1  # once in the mail itself


def letter_short(template: str, lang: str) -> int:
    """How often the short text for SMS holds the link."""
    return (shipped().templates[template].say(lang).short or "").count("{link}")


def test_dates_and_statuses_are_said_in_the_language_of_the_letter() -> None:
    assert "Tue 1 Dec 2026 15:45 WIB" in written("receipt", "en") and "Sel 1 Des 2026 15.45 WIB" in written(
        "receipt", "id"
    )
    files = {**read_contents(ROOT / FOLDER), "templates/x.toml": TEMPLATE.encode()}
    data = service_from(files)
    assert worded(data, "x", "en", FIELDS).subject == "In follow-up W5QNM-T8AQ5"
    assert worded(data, "x", "id", FIELDS).subject == "Dalam tindak lanjut W5QNM-T8AQ5"


TEMPLATE = """
placeholders = ["status", "tracking_id"]
[id]
subject = "{status} {tracking_id}"
body = "-"
[en]
subject = "{status} {tracking_id}"
body = "-"
"""


def test_a_letter_without_title_says_nothing_in_its_place() -> None:
    said = letter(shipped(), "receipt", "id", "reporter", {**FIELDS, "title": ""})
    assert "Judul" not in said.body and "Nomor aduan: W5QNM-T8AQ5" in said.body


def test_what_a_reporter_typed_is_never_read_as_a_field() -> None:
    said = letter(shipped(), "receipt", "id", "reporter", {**FIELDS, "title": "{link} {0.__class__}"})
    assert "Judul: {link} {0.__class__}" in said.body


def test_service_data_of_before_have_bare_letters() -> None:
    old = {name: content for name, content in read_contents(ROOT / FOLDER).items() if name != FILE}
    data = service_from(old)
    assert letter(data, "receipt", "id", "reporter", FIELDS).body == worded(data, "receipt", "id", FIELDS).body


@pytest.mark.parametrize(
    ("old", "new", "rule", "element"),
    [
        ("{body}", "", "frame-body", "reporter"),
        ("{body}", "{body} {body}", "frame-body", "reporter"),
        ("{title}", "{judul}", "service-unknown-placeholder", "reporter"),
        ("{title}", "{title!r}", "template-brace", "reporter"),
        ("[staff]", "[petugas]", "service-key", "-"),
        ('en = """\nDear colleague', 'eng = """\nDear colleague', "service-value", "staff"),
    ],
)
def test_each_fault_of_a_frame_is_named(old: str, new: str, rule: str, element: str) -> None:
    files = read_contents(ROOT / FOLDER)
    text = files[FILE].decode()
    _, text = text.split("\n\n", 1)  # what the comment says is no frame
    assert old in text
    _, found = inspect_service({**files, FILE: text.replace(old, new, 1).encode()})
    assert (FILE, element, rule) in {(each.file, each.element, each.rule) for each in errors(found)}


def test_the_links_place_is_named_in_both_languages() -> None:
    assert (LINK.id, LINK.en) == ("[tautan pribadi]", "[personal link]")


@pytest.mark.parametrize(
    ("said", "written"),
    [
        ("Terima kasih.", "Alasan: Terima kasih. Lihat x."),
        ("Sudah?", "Alasan: Sudah? Lihat x."),
        ("Sudah", "Alasan: Sudah. Lihat x."),
        ("dan lain-lain …", "Alasan: dan lain-lain … Lihat x."),
    ],
)
def test_a_value_that_ends_its_sentence_gets_no_second_full_stop(said: str, written: str) -> None:
    assert filled("Alasan: {reason}. Lihat {link}.", {"reason": said, "link": "x"}) == written


def test_an_address_behind_a_point_keeps_it() -> None:
    assert filled("{name}.toml {name}.", {"name": "a."}) == "a..toml a."
