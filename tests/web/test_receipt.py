"""The receipt: shown again to its own browser and to no other, and honest about who can be told anything."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta

from flask import Flask

from app.main import create_app
from app.senders.smtp import Smtp
from app.web.security import limiter
from tests.web.conftest import Visit
from tests.web.signing import person, sign_in
from tests.web.test_citizen import codes, send
from tests.world import World

SMS = "Kami belum dapat mengirim SMS; simpan nomor dan kode"
NOTE = re.compile(r'<p class="form-reach" id="r-(\w+)" data-unreached="([^"]*)" data-reached="([^"]*)">(.*?)</p>')


def test_the_receipt_survives_a_reload_in_its_own_browser_and_until_its_session_ends(
    visit: Visit, service: World
) -> None:
    browser, other = visit(None), visit(None)
    first, second = codes(send(browser)[1]), codes(send(other)[1])
    assert first != second
    assert codes(browser.get("/lapor/diterima").text) == first and codes(other.get("/lapor/diterima").text) == second
    assert browser.get("/lapor/diterima").headers["Cache-Control"] == "no-store"  # going back asks us again
    assert visit(None).get("/lapor/diterima").location == "/lacak"
    service.clock.advance(timedelta(minutes=31))
    assert browser.get("/lapor/diterima").location == "/lacak"


def test_closing_the_complaint_takes_the_receipt_away(visit: Visit) -> None:
    browser = visit(None)
    number, _ = codes(send(browser)[1])
    browser.post(f"/lacak/{number}/tutup")
    assert browser.get("/lapor/diterima").location == "/lacak"


def test_signing_in_as_staff_takes_the_receipt_away(app: Flask, service: World) -> None:
    person(service)
    browser = app.test_client()
    number, _ = codes(send(browser)[1])
    sign_in(browser)
    assert browser.get("/lapor/diterima").location == "/lacak"
    assert browser.get(f"/lacak/{number}").status_code == 302


def test_a_contact_that_nothing_leads_to_is_said_beside_its_field_and_on_the_receipt(app: Flask) -> None:
    found = app.extensions["alur"]
    app.extensions["alur"] = replace(found, ways=(Smtp("127.0.0.1", 1, "", "", "a@b.example"),))
    browser = app.test_client()
    form = browser.get("/lapor").text
    ((key, field, others, said),) = NOTE.findall(form)
    assert (key, field, others) == ("phone", "f-phone", "f-email") and SMS in said
    assert re.search(r'id="f-phone"[^>]*aria-describedby="h-phone r-phone"', form)
    only_phone, both = send(browser, email=None)[1], send(browser)[1]
    assert f"{SMS} ini." in only_phone and "Kami kirim kabar" not in only_phone
    assert SMS not in both and "Kami kirim kabar ke alamat surel yang Anda isi" in both


def test_where_nothing_leaves_the_house_no_news_is_promised(visit: Visit) -> None:
    browser = visit(None)  # no mail server is set: letters only lie in a folder
    form = browser.get("/lapor").text
    assert [key for key, *_ in NOTE.findall(form)] == ["phone", "email"]
    page = send(browser)[1]
    assert "Kami belum dapat mengirim surel; simpan nomor dan kode ini." in page and "Kami kirim kabar" not in page


def test_the_receipt_names_the_address_that_people_use_whatever_a_proxy_calls_us(service: World) -> None:
    limiter.enabled = False
    settings = replace(service.toolbox.settings, base_url="https://aduan.example")
    app = create_app(settings, toolbox=replace(service.toolbox, settings=settings))
    app.config.update(WTF_CSRF_ENABLED=False, SESSION_COOKIE_SECURE=False, SESSION_COOKIE_NAME="alur")
    assert "https://aduan.example/lacak" in send(app.test_client())[1]
