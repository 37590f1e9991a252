"""The reporter's page begins with the answer; photos carry who and when; steps that judge show what will be read."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine, event

from app.commands.attachment.attachments import StoreAttachment
from app.commands.complaint.filing import Filed
from app.commands.letter.messages import SendMessage
from app.store import files
from app.store.complaints import Attachment
from app.store.outbox import OutboxMessage
from tests.commands.test_attachments import jpeg, pdf
from tests.commands.test_merging import merge
from tests.web.conftest import Visit
from tests.web.test_citizen_tracking import enter
from tests.world import ACCEPT, ASSIGN, CONFIRM, FORWARD, PROPER, RESULT, VISITOR, World

OFFICE = "Dinas Pekerjaan Umum dan Penataan Ruang"
REPLY = {"reply_decision": "redo", "text": "Lampunya padam lagi sejak semalam."}
TRACKING = 9  # statements, whatever the page shows
TASK = 24


def evidence(service: World, filed: Filed) -> dict[str, list[str]]:
    """Files that the office has chosen, one for each field of the result."""
    by, names = service.actor("pupr"), ("photos_before", "photos_after", "evidence")
    contents = {"photos_before": jpeg(), "photos_after": jpeg(), "evidence": pdf()}
    return {name: [service.runner.run(StoreAttachment(name, contents[name], filed.tracking_id), by)] for name in names}


def followed_up(service: World) -> tuple[Filed, dict[str, list[str]]]:
    """A complaint with a result that nobody has judged yet, and the result's files."""
    filed = service.at_opd()
    service.do(filed, "verify_disposition_opd", "pupr", ACCEPT)
    sent = evidence(service, filed)
    service.do(filed, "follow_up", "pupr", {**RESULT, **sent})
    return filed, sent


def answered(service: World) -> tuple[Filed, dict[str, list[str]]]:
    """A complaint answered with files."""
    filed, sent = followed_up(service)
    service.do(filed, "confirm_result", "dinkominfo", CONFIRM)
    service.do(filed, "verify_result", "menteri", PROPER)
    return filed, sent


def order(page: str, *marks: str) -> bool:
    """Whether the marks stand on the page in this order."""
    places = [page.index(mark) for mark in marks]
    return places == sorted(places)


def main(page: str) -> str:
    """The page without head and foot."""
    return page[page.index("<main") : page.index("</main>")]


def test_the_answer_stands_first_then_the_question_then_the_way(visit: Visit, service: World) -> None:
    filed, sent = answered(service)
    page = main(enter(visit(None), filed))
    assert order(
        page, 'id="jawaban"', "Selesai ditangani", CONFIRM["answer"], sent["photos_before"][0],
        sent["photos_after"][0], 'id="selesai"', "Ya, sudah", "Belum", "Cabut aduan", 'id="langkah"', "Diterima",
        "Dijawab", "Lihat 7 langkahnya", 'id="percakapan"', "Isi aduan Anda",
    )  # fmt: skip
    assert "Disampaikan kepada Anda Sen, 23 Nov 2026 09.00 WIB." in page
    assert page.count("btn-primary") == 1


def test_photos_are_pictures_that_say_before_or_after_who_and_when(visit: Visit, service: World) -> None:
    filed, sent = answered(service)
    page = main(enter(visit(None), filed))
    for name, word in (("photos_before", "Sebelum"), ("photos_after", "Sesudah")):
        figure = page[page.index(f'src="/lampiran/{sent[name][0]}/kecil"') :]
        caption = figure[figure.index("<figcaption>") : figure.index("</figcaption>")]
        assert f"<strong>{word}</strong>" in caption and OFFICE in caption and "Sen, 23 Nov 2026" in caption
    assert f'href="/lampiran/{sent["evidence"][0]}" download' in page
    assert "Pupr" not in page  # offices, never a person's name


def test_before_an_answer_stand_the_state_its_holder_and_what_can_be_done(visit: Visit, service: World) -> None:
    filed, sent = followed_up(service)
    page = main(enter(visit(None), filed))
    assert order(page, "Menunggu konfirmasi", "Dinas Komunikasi dan Informatika", "menunggu dikerjakan", "Batas waktu")
    assert order(page, "Batas waktu", "Yang dapat Anda lakukan sekarang", 'id="langkah"')
    assert 'id="jawaban"' not in page and 'id="selesai"' not in page
    assert RESULT["result"] not in page and sent["photos_after"][0] not in page  # not told before it was judged


def test_saying_no_reopens_and_the_answer_stands_folded_below(visit: Visit, service: World) -> None:
    filed, sent = answered(service)
    browser = visit(None)
    enter(browser, filed)
    address = f"/lacak/{filed.tracking_id}/pesan/reporter_reply"
    assert "dibuka kembali" in browser.get(address).text
    page = main(browser.post(address, data=REPLY, follow_redirects=True).text)
    assert order(page, "Dibuka kembali", 'id="langkah"', "Jawaban sebelumnya (1)", CONFIRM["answer"])
    assert 'id="jawaban"' not in page and sent["photos_after"][0] in page


def test_a_bad_rating_asks_first_and_keeps_the_complaint_open(visit: Visit, service: World) -> None:
    filed, _sent = answered(service)
    browser = visit(None)
    enter(browser, filed)
    address = f"/lacak/{filed.tracking_id}/pesan/reporter_satisfied"
    asked = browser.post(address, data={"rating": "1"})
    assert asked.status_code == 400 and 'id="e-reply_decision"' in asked.text
    sent = {"rating": "1", "reply_decision": "redo", "remaining": "Lampunya padam lagi sejak semalam."}
    page = main(browser.post(address, data=sent, follow_redirects=True).text)
    assert "Dibuka kembali" in page and "Penilaian Anda" not in page and sent["remaining"] in page


def test_an_answer_without_question_asks_none(visit: Visit, service: World) -> None:
    filed = service.at_opd()
    service.do(filed, "verify_disposition_opd", "pupr", ACCEPT)
    plan = {**RESULT, "outcome": "planned", "expected_on": "2027-03-01"}
    service.do(filed, "follow_up", "pupr", plan)
    service.do(filed, "confirm_result", "dinkominfo", {"result_accepted": True})
    service.do(filed, "verify_result", "menteri", PROPER)
    page = main(enter(visit(None), filed))
    assert "Sen, 1 Mar 2027" in page and 'id="selesai"' not in page and "Tanggapi jawaban" in page
    assert page.count("btn-primary") == 1


def test_files_hang_on_the_line_or_the_report_they_came_with(visit: Visit, service: World) -> None:
    own = service.runner.run(StoreAttachment("rumah saya.jpg", jpeg()), VISITOR)
    filed = service.answered(service.file(answers={"attachments": [own]}))
    by = service.reporter(filed)
    later = service.runner.run(StoreAttachment("lagi.jpg", jpeg(), filed.tracking_id), by)
    service.runner.run(SendMessage(filed.tracking_id, "reporter_reply", {**REPLY, "attachments": [later]}), by)
    page = main(enter(visit(None), filed))
    assert order(page, 'id="percakapan"', REPLY["text"], later, "Isi aduan Anda", own)
    (task,) = service.open(filed.instance_id)
    desk = main(visit("pupr").get(f"/tugas/{task}").text)
    assert order(desk, 'id="laporan"', own, "Percakapan dengan pelapor", REPLY["text"], later)


@pytest.mark.parametrize(("element", "who"), [("confirm_result", "dinkominfo"), ("verify_result", "menteri")])
def test_who_judges_sees_on_top_just_what_the_reporter_will_read(
    visit: Visit, service: World, element: str, who: str
) -> None:
    filed, sent = followed_up(service)
    if element == "verify_result":
        service.do(filed, "confirm_result", "dinkominfo", CONFIRM)
    (task,) = service.open(filed.instance_id, element)
    desk = main(visit(who).get(f"/tugas/{task}").text)
    block = desk[desk.index('class="answer-told"') : desk.index('id="laporan"')]
    assert order(desk, 'id="dinilai"', sent["photos_before"][0], 'id="laporan"', "Jawaban langkah sebelumnya")
    if element == "confirm_result":
        service.do(filed, "confirm_result", "dinkominfo", {"result_accepted": True})
    service.do(filed, "verify_result", "menteri", PROPER)
    page = main(enter(visit(None), filed))
    told = page[page.index('class="answer-told"') :]
    assert told.startswith(re.split(r"</section>", block)[0].rstrip())


def test_what_was_returned_is_amber_only_while_it_waits(visit: Visit, service: World) -> None:
    filed, _sent = followed_up(service)
    back = {"result_accepted": False, "remarks": "Foto sesudah perbaikan belum ada; mohon dilampirkan."}
    service.do(filed, "confirm_result", "dinkominfo", back)
    (task,) = service.open(filed.instance_id)
    desk = main(visit("pupr").get(f"/tugas/{task}").text)
    assert order(desk, "returned-open", back["remarks"], 'id="laporan"')
    service.do(filed, "follow_up", "pupr", RESULT)
    (task,) = service.open(filed.instance_id)
    desk = main(visit("dinkominfo").get(f"/tugas/{task}").text)
    assert "returned-open" not in desk and order(desk, 'id="dinilai"', 'id="laporan"', back["remarks"])


def test_the_letter_and_the_page_say_the_same(visit: Visit, service: World) -> None:
    filed, _sent = answered(service)
    service.runner.run(SendMessage(filed.tracking_id, "reporter_reply", REPLY), service.reporter(filed))
    again = {**RESULT, "result": "Kabel di bawah tanah kami ganti seluruhnya dan lampunya menyala sejak semalam."}
    service.do(filed, "follow_up", "pupr", again)
    service.do(filed, "confirm_result", "dinkominfo", {"result_accepted": True})
    service.do(filed, "verify_result", "menteri", PROPER)
    letters = [row.fields["result"] for row in service.rows(OutboxMessage, template="report")]
    page = main(enter(visit(None), filed))
    block = page[page.index('id="jawaban"') : page.index('id="selesai"')]
    assert letters[-1] == again["result"] and letters[-1] in block and CONFIRM["answer"] not in block


# Files and who gets them


def test_a_photo_has_a_small_copy_for_whoever_may_see_it(visit: Visit, service: World) -> None:
    filed, sent = answered(service)
    (photo,), (document,) = sent["photos_after"], sent["evidence"]
    browser = visit(None)
    assert browser.get(f"/lampiran/{photo}/kecil").status_code == 404
    enter(browser, filed)
    small = browser.get(f"/lampiran/{photo}/kecil")
    assert (small.status_code, small.mimetype, small.data[:3]) == (200, "image/jpeg", b"\xff\xd8\xff")
    assert small.headers["X-Content-Type-Options"] == "nosniff" and small.headers["Cache-Control"] == "no-store"
    assert "sandbox" in small.headers["Content-Security-Policy"]
    assert browser.get(f"/lampiran/{document}/kecil").status_code == 404
    assert visit("dinkes").get(f"/lampiran/{photo}/kecil").status_code == 404


def test_a_copy_that_is_missing_is_made_again(visit: Visit, service: World) -> None:
    filed, sent = answered(service)
    folder, (photo,) = service.toolbox.settings.thumbnails_dir, sent["photos_after"]
    files.remove(folder, [photo])
    browser = visit(None)
    enter(browser, filed)
    assert browser.get(f"/lampiran/{photo}/kecil").status_code == 200
    assert files.read(folder, photo)[:3] == b"\xff\xd8\xff"


def test_the_reporter_gets_an_offices_files_with_the_answer_and_not_before(visit: Visit, service: World) -> None:
    filed, sent = followed_up(service)
    browser = visit(None)
    enter(browser, filed)
    addresses = [f"/lampiran/{kept}{rest}" for (kept,) in sent.values() for rest in ("", "/kecil")]
    assert {browser.get(address).status_code for address in addresses} == {404}
    service.do(filed, "confirm_result", "dinkominfo", CONFIRM)
    service.do(filed, "verify_result", "menteri", PROPER)
    assert [browser.get(f"/lampiran/{kept}").status_code for (kept,) in sent.values()] == [200] * 3


def test_what_was_chosen_and_never_sent_is_its_choosers_own(visit: Visit, service: World) -> None:
    filed = service.at_opd()
    chosen = service.runner.run(StoreAttachment("a.jpg", jpeg(), filed.tracking_id), service.actor("pupr"))
    assert service.rows(Attachment, id=chosen)[0].answer_seq is None
    assert visit("pupr").get(f"/lampiran/{chosen}").status_code == 200
    assert visit("dinkominfo").get(f"/lampiran/{chosen}").status_code == 404
    browser = visit(None)
    assert chosen not in enter(browser, filed)
    assert browser.get(f"/lampiran/{chosen}").status_code == 404


# What the pages cost


@pytest.fixture
def statements(service: World) -> list[str]:
    """The statements that the database got since the list was cleared last."""
    found: list[str] = []
    engine: Engine = service.toolbox.database
    event.listen(engine, "before_cursor_execute", lambda _c, _cursor, text, *_rest: found.append(text))
    return found


def asked(browser: FlaskClient, address: str, statements: list[str]) -> int:
    """How many statements a page takes once everything that is kept in memory is there."""
    browser.get(address)
    statements.clear()
    assert browser.get(address).status_code == 200
    return len(statements)


def test_the_pages_cost_the_same_however_long_the_case(
    app: Flask, visit: Visit, service: World, statements: list[str]
) -> None:
    short, _ = answered(service)
    long, _ = answered(service)
    for _ in range(2):  # the third goes to the supervisor
        service.clock.advance(timedelta(hours=1))
        service.runner.run(SendMessage(long.tracking_id, "reporter_reply", REPLY), service.reporter(long))
        service.do(long, "follow_up", "pupr", {**RESULT, **evidence(service, long)})
        service.do(long, "confirm_result", "dinkominfo", CONFIRM)
        service.do(long, "verify_result", "menteri", PROPER)
    costs = []
    for filed in (short, long):
        browser = visit(None)
        enter(browser, filed)
        costs.append(asked(browser, f"/lacak/{filed.tracking_id}", statements))
    assert costs == [TRACKING, TRACKING]
    judged, _ = followed_up(service)
    (task,) = service.open(judged.instance_id)
    assert asked(visit("dinkominfo"), f"/tugas/{task}", statements) <= TASK


def test_a_complaint_that_goes_to_the_ministry_first_costs_no_more(
    visit: Visit, service: World, statements: list[str]
) -> None:
    filed = service.file()
    service.do(filed, "ministry_disposition", "menteri", FORWARD)
    service.do(filed, "verify_disposition_dinkominfo", "dinkominfo", ASSIGN)
    (task,) = service.open(filed.instance_id)
    assert asked(visit("pupr"), f"/tugas/{task}", statements) <= TASK


@pytest.mark.parametrize(
    ("lang", "head", "told"),
    [("id", "Jawaban atas aduan Anda", "sudah dijawab"), ("en", "The answer to your complaint", "has been answered")],
)
def test_the_reporter_of_a_merged_complaint_reads_the_answer_on_top(
    lang: str, head: str, told: str, visit: Visit, service: World
) -> None:
    lead = service.file()
    one, browser = merge(service, lead), visit(None)
    browser.get(f"/bahasa/{lang}")
    assert head not in enter(browser, one)
    service.answered(lead)
    page = browser.get(f"/lacak/{one.tracking_id}").text
    top = page[page.index(head) : page.index('id="lainnya"')]
    assert CONFIRM["answer"] in top and 'class="said-text"' in top and told in top
    again = replace_answer(service, lead)
    page = enter(browser, one)
    top = page[page.index(head) : page.index('id="lainnya"')]
    assert again in top and CONFIRM["answer"] not in top


def replace_answer(service: World, lead: Filed) -> str:
    """Reopen an answered case and answer it in other words."""
    words = "Lampunya kini menyala; tiang dan kabelnya sudah diganti baru seluruhnya."
    service.clock.advance(timedelta(hours=1))
    service.runner.run(SendMessage(lead.tracking_id, "reporter_reply", REPLY), service.reporter(lead))
    service.do(lead, "follow_up", "pupr", RESULT)
    service.do(lead, "confirm_result", "dinkominfo", {**CONFIRM, "answer": words})
    service.do(lead, "verify_result", "menteri", PROPER)
    return words
