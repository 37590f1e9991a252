"""The reporter's own page: let in by number and secret only, and what it shows and lets them do in each state."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.commands.complaint.filing import Filed
from app.domain.chance import SeededChance
from app.domain.tracking import tracking_id
from app.main import create_app
from app.web.security import limiter
from tests.scale import scaled
from tests.web.conftest import Visit
from tests.world import ASSIGN, FORWARD, RETURN, World

WIB = ZoneInfo("Asia/Jakarta")
HOLD = {"ministry_decision": "hold", "missing": "Mohon sebutkan nomor tiang lampu yang padam itu."}


def enter(browser: FlaskClient, filed: Filed) -> str:
    """Sign in with number and secret, as they are typed from paper."""
    typed = {"nomor": f"{filed.tracking_id[:5].lower()} {filed.tracking_id[5:]}", "kode": filed.secret.lower()}
    return browser.post("/lacak", data=typed, follow_redirects=True).text


def line(page: str) -> list[str]:
    """The states of the seven steps."""
    return re.findall(r'class="line-step line-(\w+)"', page)


def actions(page: str) -> list[str]:
    """The messages that the page offers."""
    return re.findall(r'href="/lacak/\w+/pesan/(\w+)"', page)


def test_number_and_secret_open_the_page_however_they_are_typed(visit: Visit, service: World) -> None:
    filed = service.file()
    page = enter(visit(None), filed)
    assert "Lampu jalan padam di Jalan Mataram" in page
    assert line(page) == ["done", "current", *["ahead"] * 5]


def test_a_wrong_secret_and_an_unknown_number_get_the_same_answer(visit: Visit, service: World) -> None:
    filed, browser = service.file(), visit(None)
    for number, secret in ((filed.tracking_id, "0" * 16), ("0" * 10, filed.secret), ("", ""), (filed.tracking_id, "")):
        answer = browser.post("/lacak", data={"nomor": number, "kode": secret})
        assert answer.status_code == 403 and "Nomor dan kode tidak cocok" in answer.text
    assert browser.get(f"/lacak/{filed.tracking_id}").status_code == 302


def test_a_slip_of_the_pen_is_named_beside_its_field(visit: Visit, service: World) -> None:
    filed, browser = service.file(), visit(None)
    slip = filed.tracking_id[:-1] + ("0" if filed.tracking_id[-1] != "0" else "1")
    page = browser.post("/lacak", data={"nomor": slip, "kode": "ABC"}).text
    assert "salah tulis pada nomor ini" in page and "yang tertulis 3" in page and f'value="{slip}"' in page
    page = browser.post("/lacak", data={"nomor": filed.tracking_id, "kode": "0" * 16}).text
    assert "salah tulis" not in page and "yang tertulis" not in page


def test_what_the_reporter_types_is_kept_as_a_draft_until_it_is_sent(visit: Visit, service: World) -> None:
    filed, browser = service.file(), visit(None)
    enter(browser, filed)
    path = f"/lacak/{filed.tracking_id}/cabut"
    assert f'data-draft="{path}"' in browser.get(path).text
    closed = browser.post(f"/lacak/{filed.tracking_id}/tutup", follow_redirects=True).text
    assert re.search(rf'data-draft-forget="/lacak/{filed.tracking_id}" data-shelf="[0-9a-f]{{12}}"', closed)


def test_the_page_of_one_complaint_does_not_open_another(visit: Visit, service: World) -> None:
    first, second, browser = service.file(), service.file(), visit(None)
    enter(browser, first)
    for path in ("", "/cabut", "/pesan/reporter_reply"):
        assert browser.get(f"/lacak/{second.tracking_id}{path}").location == f"/lacak?nomor={second.tracking_id}"


def test_the_page_closes_after_half_an_hour_and_by_hand(visit: Visit, service: World) -> None:
    filed, browser = service.file(), visit(None)
    enter(browser, filed)
    service.clock.advance(timedelta(minutes=31))
    assert browser.get(f"/lacak/{filed.tracking_id}").status_code == 302
    enter(browser, filed)
    browser.post(f"/lacak/{filed.tracking_id}/tutup")
    assert browser.get(f"/lacak/{filed.tracking_id}").status_code == 302


@pytest.fixture
def limited(service: World) -> Flask:
    """The pages with their limits on tries, tokens off."""
    app = create_app(service.toolbox.settings, toolbox=service.toolbox)
    app.config.update(WTF_CSRF_ENABLED=False)
    limiter.enabled = True
    limiter.reset()
    return app


def test_w2_guessing_is_stopped_after_ten_tries_a_minute(limited: Flask, service: World) -> None:
    filed, chance, browser = service.file(), SeededChance(7), limited.test_client()
    answers = []
    try:
        for number in range(scaled(10_000)):
            guess = filed.tracking_id if number % 2 else tracking_id(chance)
            answers.append(browser.post("/lacak", data={"nomor": guess, "kode": chance.code(16)}).status_code)
    finally:
        limiter.reset()
        limiter.enabled = False
    assert answers[:10] == [403] * 10
    assert set(answers[10:]) == {429}
    assert browser.get(f"/lacak/{filed.tracking_id}").status_code == 302


def test_the_current_step_names_its_holder_its_due_time_and_why(visit: Visit, service: World) -> None:
    page = enter(visit(None), service.at_opd())
    assert line(page) == ["done", "done", "done", "current", *["ahead"] * 3]
    assert "Dinas Pekerjaan Umum dan Penataan Ruang" in page
    assert "Sel, 24 Nov 2026 15.45 WIB" in page and "Bagaimana batas waktu ini dihitung?" in page
    assert page.count("perkiraan, belum ditetapkan") == 1  # once, with a mark at each figure
    assert page.count("(perkiraan)") == 2


def test_a_return_says_who_rejected_it_and_why_but_not_what_was_written_to_colleagues(
    visit: Visit, service: World
) -> None:
    filed = service.at_opd()
    service.do(filed, "verify_disposition_opd", "pupr", RETURN)
    page = enter(visit(None), filed)
    assert line(page)[2:4] == ["current", "ahead"]
    assert "Dikembalikan ke Dinkominfo (Bukan tugas dan fungsi OPD kami)" in re.sub(r"\s+", " ", page)
    assert RETURN["reason"] not in page
    assert "Terverifikasi, diteruskan ke OPD" in page  # what Dinkominfo had done before, at the same instant


def test_working_time_is_told_for_what_is_done(visit: Visit, service: World) -> None:
    filed = service.file()
    service.clock.at = datetime(2026, 11, 23, 13, 30, tzinfo=WIB)
    service.do(filed, "ministry_disposition", "menteri", FORWARD)
    assert "dikerjakan 3 jam 30 menit" in enter(visit(None), filed)


def test_missing_details_are_asked_for_sent_and_the_clock_stands_meanwhile(visit: Visit, service: World) -> None:
    filed, browser = service.file(), visit(None)
    service.clock.advance(timedelta(minutes=1))
    service.do(filed, "ministry_disposition", "menteri", HOLD)
    page = enter(browser, filed)
    assert line(page)[:3] == ["done", "current", "ahead"] and actions(page) == ["completion_received"]
    assert "Waktu berhenti" in page and "Kam, 3 Des 2026 15.45 WIB" in page
    address = f"/lacak/{filed.tracking_id}/pesan/completion_received"
    asked = browser.get(address).text
    assert "nomor tiang lampu" in asked
    assert browser.post(address, data={"text": "x"}).status_code == 400
    page = browser.post(address, data={"text": "Tiang nomor 17."}, follow_redirects=True).text
    assert "Tiang nomor 17." in page and actions(page) == []
    assert line(page)[:2] == ["done", "current"]


def test_an_answer_can_be_replied_to_and_the_case_opens_again(visit: Visit, service: World) -> None:
    filed, browser = service.answered(), visit(None)
    page = enter(browser, filed)
    assert line(page) == [*["done"] * 6, "current"]
    assert actions(page) == ["reporter_satisfied", "reporter_reply"]
    address = f"/lacak/{filed.tracking_id}/pesan/reporter_reply"
    assert browser.post(address, data={"text": "Masih padam sampai malam ini."}).status_code == 400
    sent = {"reply_decision": "redo", "text": "Masih padam sampai malam ini."}
    page = browser.post(address, data=sent, follow_redirects=True).text
    assert "Dibuka kembali" in page and line(page)[3] == "current"
    again = browser.post(address, data=sent, follow_redirects=True).text
    assert "sudah kami terima" in again and again.count("Masih padam sampai malam ini.") == 1
    other = browser.post(address, data={**sent, "text": "Lampunya malah pecah."})
    assert other.status_code == 409 and "belum terkirim" in other.text and "Lampunya malah pecah." in other.text


def test_satisfaction_closes_the_case_with_a_rating(visit: Visit, service: World) -> None:
    filed, browser = service.answered(), visit(None)
    enter(browser, filed)
    address = f"/lacak/{filed.tracking_id}/pesan/reporter_satisfied"
    assert browser.post(address, data={"rating": "9"}).status_code == 400
    page = browser.post(address, data={"rating": "4"}, follow_redirects=True).text
    assert "Selesai" in page and "Penilaian Anda: 4 dari 4" in page
    assert line(page) == ["done"] * 7 and "/cabut" not in page and actions(page) == []


def test_a_complaint_can_be_taken_back_once(visit: Visit, service: World) -> None:
    filed, browser = service.at_opd(), visit(None)
    enter(browser, filed)
    address = f"/lacak/{filed.tracking_id}/cabut"
    assert "tidak dapat dibuka lagi" in browser.get(address).text
    page = browser.post(address, data={"reason": "Sudah beres sendiri."}, follow_redirects=True).text
    assert "Anda cabut" in page and line(page) == ["done"] * 3 + ["stopped"] + ["skipped"] * 3
    assert "tidak diperlukan lagi" in browser.get(address, follow_redirects=True).text


def test_steps_that_this_complaint_never_took_are_called_so(visit: Visit, service: World) -> None:
    filed = service.file(origin="direct")
    service.do(filed, "verify_disposition_dinkominfo", "dinkominfo", ASSIGN)
    assert line(enter(visit(None), filed))[:4] == ["done", "skipped", "done", "current"]


@pytest.mark.parametrize("name", ["complaint_received", "nothing", "__class__"])
def test_a_message_that_the_case_does_not_wait_for_leads_back(visit: Visit, service: World, name: str) -> None:
    filed, browser = service.file(), visit(None)
    enter(browser, filed)
    answer = browser.post(f"/lacak/{filed.tracking_id}/pesan/{name}", data={"text": "Masih padam <b>."})
    assert answer.status_code == 409 and "Masih padam &lt;b&gt;." in answer.text
    assert f'href="/lacak/{filed.tracking_id}"' in answer.text
    assert browser.get(f"/lacak/{filed.tracking_id}/pesan/{name}").location == f"/lacak/{filed.tracking_id}"
