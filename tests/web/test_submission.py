"""A form sent twice makes one complaint and shows its receipt to the same browser only; other words are refused."""

from __future__ import annotations

import io

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.store.complaints import Complaint
from tests.web.conftest import Visit
from tests.web.paper import hidden, holds, token
from tests.web.test_citizen import codes, photo
from tests.world import ANSWERS, IDENTITY, World

TYPED = {**ANSWERS, **IDENTITY}
OTHER = {**TYPED, "chronology": "Masalah lain sama sekali: sampah menumpuk di belakang pasar sejak minggu lalu."}


def form_of(browser: FlaskClient) -> dict[str, str]:
    """The hidden fields of a fresh complaint form."""
    page = browser.get("/lapor").text
    return {"kiriman": hidden(page, "kiriman"), "csrf_token": token(page)}


def test_the_same_words_from_the_same_browser_get_the_same_receipt(visit: Visit, service: World) -> None:
    browser = visit(None)
    sent = {**TYPED, **form_of(browser)}
    first = codes(browser.post("/lapor", data=sent, follow_redirects=True).text)
    again = codes(browser.post("/lapor", data=sent, follow_redirects=True).text)
    assert first == again and len(service.rows(Complaint)) == 1


def test_the_same_photo_sent_twice_is_the_same_form_and_another_one_is_not(visit: Visit, service: World) -> None:
    browser = visit(None)
    fields = form_of(browser)

    def send(content: bytes) -> int:
        data = {**TYPED, **fields, "attachments": (io.BytesIO(content), "tiang.jpg")}
        return browser.post("/lapor", data=data, content_type="multipart/form-data").status_code

    assert [send(photo()), send(photo())] == [302, 302] and len(service.rows(Complaint)) == 1
    other = io.BytesIO()
    from PIL import Image

    Image.new("RGB", (40, 30), "red").save(other, "jpeg")
    assert send(other.getvalue()) == 409 and len(service.rows(Complaint)) == 1


def test_other_words_in_a_form_that_was_sent_are_refused_named_and_kept(visit: Visit, service: World) -> None:
    browser = visit(None)
    fields = form_of(browser)
    number, _ = codes(browser.post("/lapor", data={**TYPED, **fields}, follow_redirects=True).text)
    answer = browser.post("/lapor", data={**OTHER, **fields})
    assert answer.status_code == 409 and len(service.rows(Complaint)) == 1
    assert f"menjadi aduan {number[:5]}-{number[5:]}" in answer.text and "belum terkirim" in answer.text
    assert holds(answer, OTHER["chronology"], str(TYPED["name"]))
    renewed = hidden(answer.text, "kiriman")
    assert renewed != fields["kiriman"]
    assert browser.post("/lapor", data={**OTHER, **fields, "kiriman": renewed}).location == "/lapor/diterima"
    assert {row.content for row in service.rows(Complaint)} == {TYPED["chronology"], OTHER["chronology"]}


@pytest.mark.parametrize("words", [TYPED, OTHER], ids=["same", "other"])
def test_another_browser_with_the_form_of_this_one_learns_nothing(
    visit: Visit, service: World, words: dict[str, str]
) -> None:
    mine, theirs = visit(None), visit(None)
    fields = form_of(mine)
    number, secret = codes(mine.post("/lapor", data={**TYPED, **fields}, follow_redirects=True).text)
    form_of(theirs)
    answer = theirs.post("/lapor", data={**words, **fields}, follow_redirects=True)
    assert answer.status_code == 409 and len(service.rows(Complaint)) == 1
    for told in (number, f"{number[:5]}-{number[5:]}", secret):
        assert told not in answer.text
    assert theirs.get(f"/lacak/{number}").status_code == 302
    assert theirs.get("/lapor/diterima").status_code == 302
    assert holds(answer, words["chronology"]) and "belum terkirim" in answer.text


def test_a_browser_without_a_mark_is_never_taken_for_the_same(app: Flask, service: World) -> None:
    fields = form_of(app.test_client())
    assert app.test_client().post("/lapor", data={**TYPED, **fields}).status_code == 302
    assert app.test_client().post("/lapor", data={**TYPED, **fields}).status_code == 409


def test_the_hashes_tell_nothing_without_the_token(service: World) -> None:
    first = service.file(submission="a" * 32, sender="x")
    second = service.file(submission="b" * 32, sender="x")
    rows = {row.id: row for row in service.rows(Complaint)}
    one, two = rows[first.tracking_id], rows[second.tracking_id]
    assert one.sender != two.sender and one.sent != two.sent
    assert {len(each) for each in (one.sender, one.sent)} == {64}
