"""Nothing typed is lost on the server's side: after a failed token, an ended session, a busy database, a lost race."""

from __future__ import annotations

import html
import re
from datetime import timedelta

import pytest
from flask import Flask

from app.commands.person.accounts import SetActive
from app.domain.roles import SYSTEM
from app.store.complaints import Complaint
from app.store.tasks import Draft, Task
from tests.web.paper import entered, hidden, holds, locked, signed, token
from tests.web.signing import person, sign_in
from tests.world import ANSWERS, IDENTITY, RETURN, World

REASON = "Ruas jalan itu milik provinsi, bukan kota; sudah kami tanyakan <dua kali>."
RETURNING = {**RETURN, "within_function": "false", "reason": REASON}
REPLY = {"reply_decision": "redo", "text": "Lampu padam lagi tadi malam, dan tiangnya kini miring."}
COMPLAINT = {**ANSWERS, **IDENTITY, "chronology": "Baris pertama cerita saya.\nBaris kedua, dengan “tanda” & <b>."}


# A failed token


@pytest.mark.parametrize("wrong", [None, "", "salah", "salah~"])
def test_a_complaint_whose_token_failed_comes_back_whole_and_can_be_sent(
    guarded: Flask, service: World, wrong: str | None
) -> None:
    browser = guarded.test_client()
    browser.get("/lapor")
    data = COMPLAINT | ({} if wrong is None else {"csrf_token": wrong})
    answer = browser.post("/lapor", data=data)
    assert answer.status_code == 400 and service.rows(Complaint) == []
    assert "Belum terkirim" in answer.text and holds(
        answer, *(str(text) for text in COMPLAINT.values() if text != "jalan")
    )
    again = {**COMPLAINT, "csrf_token": token(answer.text), "kiriman": hidden(answer.text, "kiriman")}
    assert browser.post("/lapor", data=again).location == "/lapor/diterima"
    assert len(service.rows(Complaint)) == 1


def test_a_task_whose_token_failed_comes_back_whole_and_nothing_was_done(guarded: Flask, service: World) -> None:
    filed = service.at_opd()
    (task,) = service.open(filed.instance_id)
    browser = signed(guarded, service, "pupr")
    mine = token(browser.get(f"/tugas/{task}").text)
    with browser.session_transaction() as session:  # as another tab does in which the same person signs in again
        session.clear()
    answer = browser.post(f"/tugas/{task}", data={**RETURNING, "csrf_token": mine})
    assert answer.status_code == 400 and holds(answer, REASON) and "Belum terkirim" in answer.text
    assert re.search(r'value="false"[^>]*checked', answer.text)
    assert (service.rows(Task, id=task)[0].state, service.rows(Draft)) == ("open", [])
    assert browser.post(f"/tugas/{task}", data={**RETURNING, "csrf_token": token(answer.text)}).status_code == 200


def test_what_one_person_typed_is_never_shown_to_the_next(guarded: Flask, service: World) -> None:
    filed = service.at_opd()
    (task,) = service.open(filed.instance_id)
    person(service, role="opd_admin", unit="DPUPR")
    theirs = token(signed(guarded, service, "pupr").get(f"/tugas/{task}").text)
    browser = guarded.test_client()
    sign_in(browser, csrf_token=token(browser.get("/masuk").text))
    answer = browser.post(f"/tugas/{task}", data={**RETURNING, "csrf_token": theirs})
    assert answer.status_code == 400 and not holds(answer, REASON)
    assert service.rows(Draft) == []


def test_a_forged_form_from_another_site_is_not_even_shown(guarded: Flask, service: World) -> None:
    filed = service.answered()
    browser = entered(guarded, service, filed)
    path = f"/lacak/{filed.tracking_id}/pesan/reporter_reply"
    for headers in ({"Origin": "https://evil.example"}, {"Sec-Fetch-Site": "cross-site"}, {}):
        answer = browser.post(path, data=REPLY, headers=headers)
        assert answer.status_code in (400, 403) and not holds(answer, REPLY["text"]), headers


def test_a_form_of_a_complaint_that_is_not_open_here_shows_nothing_of_it(guarded: Flask, service: World) -> None:
    filed = service.answered()
    answer = guarded.test_client().post(f"/lacak/{filed.tracking_id}/pesan/reporter_reply", data=REPLY)
    assert answer.status_code == 400 and str(ANSWERS["title"]) not in answer.text


def test_wrong_entries_of_signing_in_stay_but_never_a_password(guarded: Flask) -> None:
    answer = guarded.test_client().post("/masuk", data={"email": "rina@example.com", "password": "rahasia sekali"})
    assert answer.status_code == 400 and "rina@example.com" in answer.text and "rahasia sekali" not in answer.text


# An ended session


def test_a_revoked_session_leads_through_signing_in_back_to_the_task_with_everything_typed(
    guarded: Flask, service: World
) -> None:
    user = person(service, role="opd_admin", unit="DPUPR")
    filed = service.at_opd()
    (task,) = service.open(filed.instance_id)
    browser = guarded.test_client()
    sign_in(browser, csrf_token=token(browser.get("/masuk").text))
    mine = token(browser.get(f"/tugas/{task}").text)
    service.runner.run(SetActive(user, False, "salah orang"), SYSTEM)  # all sessions end at once
    service.runner.run(SetActive(user, True, "ternyata benar"), SYSTEM)
    asked = browser.post(f"/tugas/{task}", data={**RETURNING, "csrf_token": mine})
    assert asked.status_code == 401 and "yang Anda tulis kembali" in asked.text
    assert REASON not in html.unescape(asked.text) and service.rows(Draft) == []
    carried = {"bawaan": hidden(asked.text, "bawaan"), "csrf_token": token(asked.text)}
    wrong = sign_in(browser, password="bukan ini kata sandinya", **carried)
    assert wrong.status_code == 403
    service.clock.advance(timedelta(seconds=5))
    carried = {"bawaan": hidden(wrong.text, "bawaan"), "csrf_token": token(wrong.text)}
    answer = sign_in(browser, **carried)
    assert answer.location == f"/tugas/{task}"
    assert holds(browser.get(f"/tugas/{task}"), REASON)


def test_signing_out_in_another_tab_loses_nothing_either(guarded: Flask, service: World) -> None:
    person(service, role="opd_admin", unit="DPUPR")
    filed = service.at_opd()
    (task,) = service.open(filed.instance_id)
    browser = guarded.test_client()
    sign_in(browser, csrf_token=token(browser.get("/masuk").text))
    mine = token(browser.get(f"/tugas/{task}").text)
    browser.post("/keluar", data={"csrf_token": mine})
    asked = browser.post(f"/tugas/{task}/draf", data={**RETURNING, "csrf_token": mine})
    assert asked.status_code == 401
    answer = sign_in(browser, bawaan=hidden(asked.text, "bawaan"), csrf_token=token(asked.text))
    assert answer.location == f"/tugas/{task}" and holds(browser.get(f"/tugas/{task}"), REASON)


def test_somebody_else_who_signs_in_there_gets_nothing_of_it(guarded: Flask, service: World) -> None:
    person(service, role="opd_admin", unit="DPUPR")
    filed = service.at_opd()
    (task,) = service.open(filed.instance_id)
    theirs = token(signed(guarded, service, "pupr").get(f"/tugas/{task}").text)
    browser = guarded.test_client()
    asked = browser.post(f"/tugas/{task}", data={**RETURNING, "csrf_token": theirs})
    assert asked.status_code == 401
    answer = sign_in(browser, bawaan=hidden(asked.text, "bawaan"), csrf_token=token(asked.text))
    assert answer.status_code == 302 and service.rows(Draft) == []
    page = browser.get(answer.location, follow_redirects=True)
    assert not holds(page, REASON) and "milik orang lain" in page.text
    assert not holds(browser.get(f"/tugas/{task}"), REASON)


@pytest.mark.parametrize("broken", ["x", "A" * 4000, "gAAAAABl", "\u2603"])
def test_a_broken_or_old_seal_is_nothing(guarded: Flask, service: World, broken: str) -> None:
    person(service)
    browser = guarded.test_client()
    answer = sign_in(browser, bawaan=broken, csrf_token=token(browser.get("/masuk").text))
    assert answer.location == "/beranda"


def test_a_seal_does_not_outlive_the_working_day(guarded: Flask, service: World) -> None:
    person(service, role="opd_admin", unit="DPUPR")
    filed = service.at_opd()
    (task,) = service.open(filed.instance_id)
    browser = guarded.test_client()
    sign_in(browser, csrf_token=token(browser.get("/masuk").text))
    mine = token(browser.get(f"/tugas/{task}").text)
    browser.post("/keluar", data={"csrf_token": mine})
    asked = browser.post(f"/tugas/{task}", data={**RETURNING, "csrf_token": mine})
    service.clock.advance(timedelta(hours=8, seconds=1))
    sign_in(browser, bawaan=hidden(asked.text, "bawaan"), csrf_token=token(asked.text))
    assert service.rows(Draft) == []


def test_a_form_that_keeps_no_draft_is_brought_back_by_one_more_press(guarded: Flask, service: World) -> None:
    person(service, role="administrator", unit=None)
    browser = guarded.test_client()
    sign_in(browser, csrf_token=token(browser.get("/masuk").text))
    typed = {"name": "Dewi <Lestari>", "email": "bukan surel", "unit": "DPUPR"}
    mine = token(browser.get("/orang").text)
    browser.post("/keluar", data={"csrf_token": mine})
    asked = browser.post("/orang", data={**typed, "csrf_token": mine})
    assert asked.status_code == 401
    resumed = sign_in(browser, bawaan=hidden(asked.text, "bawaan"), csrf_token=token(asked.text))
    assert resumed.status_code == 200 and 'action="/orang"' in resumed.text
    carried = dict(re.findall(r'<textarea name="(\w+)" hidden>\n(.*?)</textarea>', resumed.text, re.S))
    assert html.unescape(carried["name"]) == typed["name"]
    shown = browser.post("/orang", data={**typed, "lagi": "1", "csrf_token": token(resumed.text)})
    assert shown.status_code == 200 and holds(shown, "Dewi <Lestari>", "belum terkirim")


def test_a_reporter_whose_page_closed_meanwhile_gets_the_reply_back(guarded: Flask, service: World) -> None:
    filed = service.answered()
    browser = entered(guarded, service, filed)
    path = f"/lacak/{filed.tracking_id}/pesan/reporter_reply"
    mine = token(browser.get(path).text)
    service.clock.advance(timedelta(minutes=31))
    asked = browser.post(path, data={**REPLY, "csrf_token": mine})
    assert asked.status_code == 401 and not holds(asked, REPLY["text"])
    entry = {"nomor": filed.tracking_id, "kode": filed.secret, "bawaan": hidden(asked.text, "bawaan")}
    wrong = browser.post("/lacak", data={**entry, "kode": "SALAH", "csrf_token": token(asked.text)})
    entry["bawaan"] = hidden(wrong.text, "bawaan")
    resumed = browser.post("/lacak", data={**entry, "csrf_token": token(wrong.text)})
    assert f'action="{path}"' in resumed.text and holds(resumed, REPLY["text"])
    shown = browser.post(path, data={**REPLY, "lagi": "1", "csrf_token": token(resumed.text)})
    assert shown.status_code == 200 and holds(shown, REPLY["text"])
    sent = browser.post(path, data={**REPLY, "csrf_token": token(shown.text)})
    assert sent.location == f"/lacak/{filed.tracking_id}"


def test_another_complaint_that_is_opened_there_gets_nothing_of_it(guarded: Flask, service: World) -> None:
    filed, other = service.answered(), service.answered()
    browser = entered(guarded, service, filed)
    path = f"/lacak/{filed.tracking_id}/pesan/reporter_reply"
    mine = token(browser.get(path).text)
    service.clock.advance(timedelta(minutes=31))
    asked = browser.post(path, data={**REPLY, "csrf_token": mine})
    entry = {"nomor": other.tracking_id, "kode": other.secret, "bawaan": hidden(asked.text, "bawaan")}
    assert browser.post("/lacak", data={**entry, "csrf_token": token(asked.text)}).status_code == 302


# A busy database


def test_a_locked_database_gives_the_complaint_back_with_its_photo(
    guarded: Flask, service: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    browser = guarded.test_client()
    data = {**COMPLAINT, "csrf_token": token(browser.get("/lapor").text)}
    with locked(service, guarded, monkeypatch):
        answer = browser.post("/lapor", data=data)
    assert answer.status_code == 503 and "Retry-After" in answer.headers
    assert "sistem sedang sibuk" in answer.text.lower() and holds(answer, str(COMPLAINT["chronology"]), "Siti Rahma")
    assert browser.post("/lapor", data={**data, "csrf_token": token(answer.text)}).status_code == 302


@pytest.mark.parametrize("way", ["", "/draf", "/ambil", "/lepas"])
def test_a_locked_database_gives_the_task_back(
    guarded: Flask, service: World, monkeypatch: pytest.MonkeyPatch, way: str
) -> None:
    filed = service.at_opd()
    (task,) = service.open(filed.instance_id)
    browser = signed(guarded, service, "pupr")
    data = {**RETURNING, "csrf_token": token(browser.get(f"/tugas/{task}").text)}
    with locked(service, guarded, monkeypatch):
        answer = browser.post(f"/tugas/{task}{way}", data=data)
    assert answer.status_code == 503 and holds(answer, REASON)


def test_a_fault_of_ours_gives_the_reply_back_with_its_number(
    guarded: Flask, service: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    filed = service.answered()
    browser = entered(guarded, service, filed)
    path = f"/lacak/{filed.tracking_id}/pesan/reporter_reply"
    mine = token(browser.get(path).text)
    guarded.config["PROPAGATE_EXCEPTIONS"] = False
    with monkeypatch.context() as patched:
        patched.setattr(guarded.extensions["alur"].runner, "run", lambda *_: 1 / 0)
        answer = browser.post(path, data={**REPLY, "csrf_token": mine})
    assert answer.status_code == 500 and holds(answer, REPLY["text"]) and "Nomor kejadian" in answer.text
