"""The pages for everybody: start, complaint form, receipt, standard and privacy."""

from __future__ import annotations

import io
import re
from dataclasses import replace
from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest
from flask import Flask, get_template_attribute
from flask.testing import FlaskClient
from PIL import Image
from sqlalchemy import func, select
from werkzeug.datastructures import FileStorage
from werkzeug.test import encode_multipart

from app.domain.limits import Limit
from app.domain.text import Text
from app.domain.tracking import shown
from app.store.complaints import Attachment, Complaint
from app.store.database import reading
from tests.web.conftest import Visit
from tests.world import ANSWERS, IDENTITY, World

WIB = ZoneInfo("Asia/Jakarta")
TYPED = {**ANSWERS, **IDENTITY}
GPS = 0x8825


def photo(place: bool = True) -> bytes:
    """A small JPEG that tells where it was taken."""
    exif = Image.Exif()
    if place:
        exif.get_ifd(GPS)[1] = "S"
        exif[0x010F] = "Canary Camera"
    out = io.BytesIO()
    Image.new("RGB", (40, 30), "navy").save(out, "jpeg", exif=exif)
    return out.getvalue()


def send(browser: FlaskClient, **typed: object) -> tuple[int, str]:
    """Send the complaint form and follow to where it leads."""
    data = {name: value for name, value in {**TYPED, **typed}.items() if value is not None}
    answer = browser.post("/lapor", data=data, content_type="multipart/form-data", follow_redirects=True)
    return answer.status_code, answer.text


def encoded(typed: dict[str, object]) -> tuple[bytes, str]:
    """A form as bytes: the test client would leave the streams of a large one open."""
    boundary, body = encode_multipart(typed)
    return body, f"multipart/form-data; boundary={boundary}"


def codes(page: str) -> tuple[str, str]:
    """Number and secret as the receipt shows them."""
    number, secret = re.findall(r'class="receipt-code" id="\w+">([^<]+)<', page)
    return number.replace("-", ""), secret


def errors(page: str) -> dict[str, str]:
    """Field -> sentence in the summary on top of the page, which names the field before it."""
    summary = re.search(r"data-error-summary>.*?</ul>", page, re.DOTALL)
    link = r'<a href="#f-(\w+)"><span class="error-field">[^<]+:</span> ([^<]+)</a>'
    return dict(re.findall(link, summary[0])) if summary else {}


def complaints(service: World) -> int:
    with reading(service.toolbox.database) as session:
        return session.scalar(select(func.count()).select_from(Complaint)) or 0


@pytest.mark.parametrize(
    ("at", "words"),
    [
        (datetime(2026, 11, 23, 9, 0, tzinfo=WIB), "Buka sampai pukul 12.00 WIB"),
        (datetime(2026, 11, 23, 12, 30, tzinfo=WIB), "Buka lagi 13.00 WIB"),
        (datetime(2026, 11, 27, 11, 0, tzinfo=WIB), "Buka lagi Senin 08.00 WIB"),
        (datetime(2026, 12, 23, 16, 0, tzinfo=WIB), "Buka lagi Senin 08.00 WIB"),
        (datetime(2027, 3, 8, 9, 0, tzinfo=WIB), "Buka lagi Selasa 16 Maret 08.00 WIB"),
    ],
)
def test_the_start_page_says_whether_somebody_is_there(visit: Visit, service: World, at: datetime, words: str) -> None:
    service.clock.at = at
    assert words in visit(None).get("/").text


def test_the_start_page_names_the_steps_their_limits_as_estimates_and_the_emergency_number(visit: Visit) -> None:
    page = visit(None).get("/").text
    assert page.count('class="line-step"') == 7
    assert page.count("(perkiraan)") == 7  # a mark at six limits of steps and at that of the whole
    assert page.count("perkiraan, belum ditetapkan") == 1  # and what it means, once
    assert "paling lama 14 hari kerja" in page and 'href="tel:112"' in page


def test_a_confirmed_limit_has_neither_mark_nor_note(app: Flask) -> None:
    promised = Limit("x", "P3D", "working", "task", 0.6, (), (), date(2026, 1, 1), Text("", ""), True, None)
    with app.test_request_context():
        limit, estimates = (get_template_attribute("citizen/parts.html", name) for name in ("limit", "estimates"))
        said = limit(promised) + estimates([promised])
        assert "paling lama 3 hari kerja" in said and "perkiraan" not in said and "*" not in said
        assert "perkiraan, belum ditetapkan" in estimates([promised, replace(promised, confirmed=False)])


def test_six_answers_are_taken_and_number_and_secret_are_shown(visit: Visit, service: World) -> None:
    browser = visit(None)
    status, page = send(browser, category=None, email=None)
    assert status == 200
    number, secret = codes(page)
    assert len(number) == 10 and len(secret.replace("-", "")) == 16
    assert complaints(service) == 1
    assert browser.get(f"/lacak/{number}").status_code == 200  # this browser need not type them


def test_a_refused_form_lists_every_error_with_a_link_and_keeps_what_was_typed(visit: Visit, service: World) -> None:
    status, page = send(
        visit(None), title="pendek", phone="12", email=None, occurred_on="2026-11-24", kelurahan="Tirto"
    )
    assert status == 400
    assert set(errors(page)) == {"title", "phone", "occurred_on"}
    for key in errors(page):
        assert f'id="f-{key}"' in page and f'id="e-{key}"' in page
        assert re.search(rf'id="f-{key}"[^>]*aria-describedby="[^"]*e-{key}"[^>]*aria-invalid="true"', page)
    assert 'value="pendek"' in page and '<option value="Tirto" selected>' in page
    assert re.search(r'<details class="form-fold" open>\s*<summary>Rincian', page)
    assert complaints(service) == 0


def test_w21_fields_that_the_form_does_not_have_are_refused(visit: Visit, service: World) -> None:
    status, page = send(visit(None), status="closed", assigned_unit="DPUPR", due_at="2030-01-01")
    assert status == 400 and "Isian ini tidak ada di formulir." in page
    assert complaints(service) == 0


def test_the_same_form_sent_twice_is_one_complaint(visit: Visit, service: World) -> None:
    browser = visit(None)
    token = re.search(r'name="kiriman" value="(\w+)"', browser.get("/lapor").text)
    assert token
    first = codes(send(browser, kiriman=token[1])[1])
    assert codes(send(browser, kiriman=token[1])[1]) == first
    assert complaints(service) == 1


def test_attachments_survive_an_error_elsewhere_and_can_be_taken_off(visit: Visit, service: World) -> None:
    browser = visit(None)
    files = [(io.BytesIO(photo()), "lampu.jpg"), (io.BytesIO(b"<svg onload=alert(1)>"), "jahat.svg")]
    status, page = send(browser, title="x", attachments=files)
    assert status == 400 and set(errors(page)) == {"title", "attachments"}
    assert errors(page)["attachments"].startswith("jahat.svg: ")
    (kept,) = re.findall(r'name="attachments" value="([0-9a-f]{32})"', page)
    _, page = send(browser, attachments=kept)
    with reading(service.toolbox.database) as session:
        assert session.get(Attachment, kept).complaint_id == codes(page)[0]  # type: ignore[union-attr]
    _, page = send(browser, title="x", attachments=(io.BytesIO(photo()), "dua.jpg"))
    (second,) = re.findall(r'name="attachments" value="([0-9a-f]{32})"', page)
    _, page = send(browser, attachments=second, lepas=second)
    with reading(service.toolbox.database) as session:
        assert session.get(Attachment, second).complaint_id is None  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("2026-02-30", "Tanggal 30/2/2026 tidak ada di kalender"),
        ("0001-01-01", "Periksa tahunnya; yang tertulis 1."),
        ("31/11", "Tulis tanggal dengan hari, bulan, dan tahun"),
        ("2026-11-24", "Tanggal ini belum terjadi"),
        ("2016-11-22", "tulis 23/11/2016 atau sesudahnya"),
        ("2016-11-23", None),
        ("23/11/2026", None),
    ],
)
def test_the_date_of_the_event_is_within_reason_and_what_is_wrong_stands_at_the_field(
    visit: Visit, typed: str, said: str | None
) -> None:
    status, page = send(visit(None), occurred_on=typed)
    assert status == (400 if said else 200)
    if said:
        assert errors(page).keys() == {"occurred_on"} and said in errors(page)["occurred_on"]
        assert f'value="{typed}"' in page and 'id="e-occurred_on"' in page
        plain = re.search(r'<input[^>]*type="(\w+)" id="f-occurred_on"', page)
        assert plain is not None and plain[1] == ("text" if typed == "31/11" else "date")  # what it can show again


def test_a_text_with_a_limit_says_how_long_it_may_be(visit: Visit) -> None:
    page = visit(None).get("/lapor").text
    assert "10 sampai 150 karakter" in page and "30 sampai 10.000 karakter" in page
    assert re.search(r'id="f-title"[^>]*aria-describedby="h-title c-title"', page)
    assert 'id="c-phone"' not in page and 'id="c-name"' not in page  # their form says more than a length


def test_too_many_attachments_are_said_and_five_are_kept(visit: Visit) -> None:
    files = [(io.BytesIO(photo()), f"{number}.jpg") for number in range(6)]
    status, page = send(visit(None), attachments=files)
    assert status == 400 and errors(page) == {"attachments": "Paling banyak 5 berkas."}
    assert len(re.findall(r'name="attachments" value="', page)) == 5


def test_w5_a_photo_comes_back_without_place_as_a_download_that_no_browser_runs(visit: Visit, service: World) -> None:
    browser = visit(None)
    number, _ = codes(send(browser, attachments=(io.BytesIO(photo()), "foto<b>.jpg"))[1])
    (file,) = set(re.findall(r'href="(/lampiran/[0-9a-f]{32})"', browser.get(f"/lacak/{number}").text))
    answer = browser.get(file)
    assert answer.status_code == 200
    assert not Image.open(io.BytesIO(answer.data)).getexif()
    assert b"Canary" not in answer.data
    assert answer.headers["Content-Disposition"].startswith("attachment; filename=")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in answer.headers["Content-Security-Policy"]
    assert visit(None).get(file).status_code == 404
    assert visit("dinkes").get(file).status_code in (403, 404)
    assert visit("dinkominfo").get(file).status_code == 200


PAYLOADS = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "'--><svg/onload=alert(1)>",
    "{{7*7}}{% raw %}",
    "{0.__class__}",
    "javascript:alert(1)",
    "</textarea><script>alert(1)</script>",
    "\u202egnp.exe",
]


@pytest.mark.parametrize("payload", PAYLOADS)
def test_w8_payloads_in_fields_come_back_as_words(visit: Visit, payload: str) -> None:
    browser = visit(None)
    hostile = f"Ada {payload} di jalan kami sejak kemarin malam, mohon ditangani."
    _, refused = send(browser, title=hostile, chronology=hostile, location_text=hostile, name="x<script>")
    number, _ = codes(send(browser, title=hostile[:150], chronology=hostile, location_text=hostile)[1])
    tracking = browser.get(f"/lacak/{number}").text
    for page in (refused, tracking):
        assert "<script>alert" not in page and "<img src=x" not in page and "<svg/onload" not in page
        assert "Ada 49" not in page
    shown = payload.replace("\u202e", "")
    assert (
        shown.replace("&", "&amp;")
        .replace("<", "&lt;")
        .replace(">", "&gt;")
        .replace('"', "&#34;")
        .replace("'", "&#39;")
        in tracking
    )


@pytest.mark.parametrize("path", ["/", "/lapor", "/lacak", "/standar", "/privasi"])
@pytest.mark.parametrize("language", ["id", "en"])
def test_every_public_page_has_one_heading_a_language_and_no_inline_script(
    visit: Visit, path: str, language: str
) -> None:
    browser = visit(None)
    browser.set_cookie("bahasa", language)
    page = browser.get(path)
    assert page.status_code == 200 and f'<html lang="{language}"' in page.text
    assert page.text.count("<h1>") == 1
    assert not re.search(r"<script(?![^>]*\ssrc=)|\son\w+=|\sstyle=", page.text)
    assert page.text.count("btn-primary") <= 1
    ids = re.findall(r'\sid="([^"]+)"', page.text)
    assert len(ids) == len(set(ids))
    assert set(re.findall(r'\sfor="([^"]+)"', page.text)) <= set(ids)


def test_the_form_speaks_english_with_the_citys_words(visit: Visit) -> None:
    browser = visit(None)
    browser.set_cookie("bahasa", "en")
    page = browser.get("/lapor").text
    assert "Title of the complaint" in page and "Judul aduan" not in page


def test_the_standard_shows_its_components_its_law_and_its_conflicts(visit: Visit) -> None:
    page = visit(None).get("/standar").text
    for words in ("13. Evaluasi Kinerja", "diganti PermenPANRB 5/2025", "1706", "Catatan atas dokumen", "0816644000"):
        assert words in page


HUGE: list[dict[str, object]] = [
    {"chronology": "a" * 1_000_000},
    {f"k{number}": "v" for number in range(10_000)},
    {"title": "Judul dengan \x00 di dalamnya"},
    {"kelurahan": "[" * 10_000},
    {"__class__": "x", "typename": "y", "constructor": "z"},
    {"title": "x" * 3_000_000},
]


@pytest.mark.parametrize("sent", HUGE, ids=["long", "many", "nul", "deep", "poison", "too-large"])
def test_t19_huge_and_broken_forms_are_refused_and_nothing_is_stored(
    visit: Visit, service: World, sent: dict[str, object]
) -> None:
    browser = visit(None)
    kinds = ("application/x-www-form-urlencoded", "multipart/form-data")
    for content_type in kinds[: 1 if len(str(sent)) > 50_000 else 2]:  # the test client leaves large streams open
        answer = browser.post("/lapor", data={**TYPED, **sent}, content_type=content_type)
        assert answer.status_code in (400, 413)
        assert "Traceback" not in answer.text and len(answer.data) < 1_000_000
    assert complaints(service) == 0


def test_one_file_too_large_is_named_and_all_else_stays(visit: Visit, service: World) -> None:
    largest = service.toolbox.settings.attachment_bytes
    film = FileStorage(io.BytesIO(b"\0" * (largest + 1)), "rekaman.mp4")
    files = [FileStorage(io.BytesIO(photo()), "tiang.jpg"), film]
    body, kind = encoded({**TYPED, "attachments": files})
    answer = visit(None).post("/lapor", data=body, content_type=kind)
    page = answer.text
    assert answer.status_code == 400 and "rekaman.mp4: Berkas lebih besar dari" in errors(page)["attachments"]
    assert "tiang.jpg" in page and str(TYPED["title"]) in page and str(TYPED["name"]) in page
    assert complaints(service) == 0


def test_far_too_much_at_once_is_answered_with_the_way_back_to_the_form(visit: Visit, service: World) -> None:
    browser = visit(None)
    large = str(service.toolbox.settings.attachment_bytes * 100)
    said = {"CONTENT_LENGTH": large}
    answer = browser.post("/lapor", content_type="multipart/form-data; boundary=x", environ_overrides=said)
    assert answer.status_code == 413 and "berkas yang lebih kecil" in answer.text
    assert 'href="/lapor" data-back' in answer.text and "Yang Anda ketik masih ada" in answer.text


def test_whoever_comes_back_to_the_form_learns_that_the_complaint_is_in(visit: Visit) -> None:
    browser = visit(None)
    assert "tidak perlu dikirim lagi" not in browser.get("/lapor").text
    number, _secret = codes(send(browser)[1])
    page = browser.get("/lapor").text
    assert f"Aduan {shown(number)} sudah kami terima dan tidak perlu dikirim lagi" in page
    assert f'href="/lacak/{number}"' in page


def test_the_printed_receipt_says_where_to_track(visit: Visit) -> None:
    _status, page = send(visit(None))
    assert 'class="print-only">Lacak aduan di http://localhost/lacak' in page


def test_every_field_tells_the_browser_how_to_help(visit: Visit) -> None:
    page = visit(None).get("/lapor").text
    for name, help_ in (("name", 'autocomplete="name"'), ("phone", 'inputmode="tel"'), ("email", 'inputmode="email"')):
        field = re.search(rf'<input[^>]*name="{name}"[^>]*>', page)
        assert field is not None and help_ in field[0]
    assert 'data-largest="10485760"' in page
