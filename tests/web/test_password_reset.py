"""A forgotten password: the mailed link works once, for half an hour, and tells nobody who has an account."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta

import pytest
from flask import Flask

from app.jobs.outbox import Outbox
from app.senders.blackhole import FOLDER as BLACKHOLE
from app.senders.blackhole import kept
from app.senders.chosen import senders
from app.senders.smtp import Smtp
from app.store.accounts import Session
from app.store.audit import AuditEntry
from app.store.outbox import OutboxMessage
from tests.web.conftest import Visit
from tests.web.signing import EMAIL, PASSWORD, person, sign_in
from tests.world import World

NEW = "sepeda biru di loteng"


def link(service: World, template: str = "password_reset") -> str:
    """Where the mailed link leads."""
    (message,) = service.rows(OutboxMessage, template=template)
    Outbox(service.toolbox, senders(service.toolbox.settings)).deliver()
    letter = kept(service.toolbox.settings.var_dir / BLACKHOLE, message.key)
    assert letter is not None
    (path,) = re.findall(r"http://localhost(/sandi/\S+)", letter.body)
    return str(path)


def choose(browser: object, path: str, password: str = NEW, again: str | None = None) -> int:
    """Send the new password."""
    data = {"password": password, "again": password if again is None else again}
    return browser.post(path, data=data).status_code  # type: ignore[attr-defined,no-any-return]


def test_the_link_sets_a_new_password_once_and_ends_all_sessions(app: Flask, service: World) -> None:
    user_id = person(service)
    old = app.test_client()
    sign_in(old)
    browser = app.test_client()
    assert browser.post("/sandi", data={"email": EMAIL.upper()}).status_code == 200
    path = link(service)
    assert browser.get(path).status_code == 200
    assert choose(browser, path) == 302
    assert service.rows(Session, user_id=user_id) == []
    assert old.get("/tugas").status_code == 302
    assert sign_in(browser, password=PASSWORD).status_code == 403
    service.clock.advance(timedelta(seconds=5))
    assert sign_in(browser, password=NEW).status_code == 302
    assert browser.get(path).status_code == 410
    assert choose(browser, path, "kata sandi ketiga saya") == 410


def test_the_link_ends_after_half_an_hour(app: Flask, service: World) -> None:
    person(service)
    browser = app.test_client()
    browser.post("/sandi", data={"email": EMAIL})
    service.clock.advance(timedelta(minutes=31))
    assert browser.get(link(service)).status_code == 410


@pytest.mark.parametrize("token", ["x", "W10.abc", "WyJhIiwiYiIsMV0.AAAA", "%00", "a" * 3000])
def test_a_forged_link_opens_nothing(app: Flask, token: str) -> None:
    assert app.test_client().get(f"/sandi/{token}").status_code == 410


def test_an_unknown_address_is_answered_the_same_and_mails_nobody(app: Flask, service: World) -> None:
    person(service)
    known = app.test_client().post("/sandi", data={"email": EMAIL}).text
    unknown = app.test_client().post("/sandi", data={"email": "tidak.ada@example.com"}).text
    assert known == unknown
    assert len(service.rows(OutboxMessage)) == 1


def test_a_weak_or_mistyped_new_password_is_refused_beside_the_field(app: Flask, service: World) -> None:
    person(service)
    browser = app.test_client()
    browser.post("/sandi", data={"email": EMAIL})
    path = link(service)
    assert choose(browser, path, "pendek") == 400
    assert choose(browser, path, NEW, "lain dari yang pertama") == 400
    assert choose(browser, path) == 302


def test_neither_password_nor_address_stands_in_the_audit(app: Flask, service: World) -> None:
    person(service)
    browser = app.test_client()
    browser.post("/sandi", data={"email": EMAIL})
    choose(browser, link(service))
    text = str([(row.command, row.fields) for row in service.rows(AuditEntry)])
    assert "AskForReset" in text
    assert "ChooseOwnPassword" in text
    assert EMAIL not in text
    assert NEW not in text


def test_ones_own_password_is_changed_after_proving_the_old_one(app: Flask, service: World) -> None:
    person(service)
    browser, elsewhere = app.test_client(), app.test_client()
    sign_in(browser)
    sign_in(elsewhere)
    data = {"current": "bukan yang ini", "password": NEW, "again": NEW}
    assert browser.post("/akun/sandi", data=data).status_code == 400
    service.clock.advance(timedelta(seconds=5))
    assert browser.post("/akun/sandi", data=data | {"current": PASSWORD}).status_code == 302
    assert browser.get("/akun").status_code == 200
    assert elsewhere.get("/akun").status_code == 302


def test_an_invited_person_chooses_the_first_password(app: Flask, service: World, visit: Visit) -> None:
    data = {"name": "Tono Baru", "email": "tono@example.com", "unit": "DPUPR"}
    assert visit("admin").post("/orang", data=data).status_code == 302
    browser = app.test_client()
    assert choose(browser, link(service, "invitation")) == 302
    assert sign_in(browser, "tono@example.com", NEW).status_code == 302


def test_a_link_that_is_over_leads_straight_to_a_new_one(visit: Visit) -> None:
    answer = visit(None).get("/sandi/not-a-link")
    assert answer.status_code == 410
    assert "Minta tautan baru di sini" in answer.text and 'action="/sandi"' in answer.text


def test_where_no_mail_leaves_the_page_says_so(app: Flask, service: World) -> None:
    person(service)
    demo = app.test_client().post("/sandi", data={"email": EMAIL}).text
    assert "surel tidak benar-benar dikirim" in demo
    found = app.extensions["alur"]
    real = replace(found.toolbox, settings=replace(found.toolbox.settings, demo=False))
    app.extensions["alur"] = replace(found, toolbox=real)
    assert "Pemasangan ini belum dapat mengirim surel." in app.test_client().post("/sandi", data={"email": EMAIL}).text
    ways = (Smtp("127.0.0.1", 1, "", "", "a@b.example"),)
    app.extensions["alur"] = replace(found, toolbox=real, ways=ways)
    said = app.test_client().post("/sandi", data={"email": EMAIL}).text
    assert "belum dapat mengirim surel" not in said and "kami kirim ke sana tautan" in said
