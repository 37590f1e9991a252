"""The operator's outbox: what became of each letter, what it says, and nothing of links or confidential cases."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import event, update

from app.jobs.outbox import Outbox
from app.senders.letter import Unsendable
from app.senders.smtp import Smtp
from app.store.base import table_of
from app.store.outbox import OutboxMessage
from tests.jobs.test_outbox import Post
from tests.mail import delivered, link
from tests.web.conftest import Visit
from tests.world import ANSWERS, RESULT, World

PAGE = "/operasi/kotak-keluar"
TITLE = str(ANSWERS["title"])


def texts(page: str) -> list[str]:
    """What each letter of the page says."""
    return re.findall(r'<div class="letter-text">(.*?)</div>', page, re.DOTALL)


def states(page: str) -> list[str]:
    """The state of each letter of the page, as it is said."""
    return re.findall(r'data-name="Keadaan">([^<]+?)\s*<', page)


def test_each_letter_can_be_read_as_it_left_but_for_its_link(visit: Visit, service: World) -> None:
    service.answered()
    (waiting,) = [text for text in texts(visit("ops").get(PAGE).text) if "sudah ditindaklanjuti" in text]
    delivered(service)
    page = visit("ops").get(PAGE).text
    (sent,) = [text for text in texts(page) if "sudah ditindaklanjuti" in text]
    for text in (waiting, sent):  # before it leaves it shows what it would say
        assert TITLE in text and "Hormat kami" in text and "[tautan pribadi]" in text
        assert "/tautan/" not in text and "Lampu sudah menyala kembali." in text
    assert len(texts(page)) == len(service.rows(OutboxMessage))


def test_what_left_is_shown_as_it_was_even_after_the_words_have_changed(visit: Visit, service: World) -> None:
    filed = service.file()
    delivered(service)
    table = table_of(OutboxMessage)
    with service.toolbox.database.begin() as connection:
        connection.execute(update(table).values(fields={"tracking_id": filed.tracking_id}))
    assert "Perkiraan selesai" in texts(visit("ops").get(PAGE).text)[0]


@pytest.mark.parametrize("who", ["ops", "pemilik"])
def test_letters_of_a_confidential_case_are_sealed_for_whoever_may_not_read_it(
    visit: Visit, service: World, who: str
) -> None:
    service.answered(service.file(answers={"is_confidential": True}))
    delivered(service)
    page = visit(who).get(PAGE).text
    assert texts(page) == [] and "Aduan rahasia" in page
    assert TITLE not in page and RESULT["result"] not in page
    allowed = visit("kabid").get(PAGE).text
    assert texts(allowed) and TITLE not in allowed  # the letters themselves say nothing either


def test_a_case_that_became_confidential_after_its_letters_left_is_sealed_too(visit: Visit, service: World) -> None:
    from app.store.complaints import Complaint

    filed = service.file()
    delivered(service)
    assert texts(visit("ops").get(PAGE).text)
    with service.toolbox.database.begin() as connection:
        connection.execute(update(table_of(Complaint)).values(is_confidential=True))
    assert texts(visit("ops").get(PAGE).text) == []
    assert filed


def test_a_letter_that_waits_while_its_case_becomes_confidential_leaves_without_its_content(service: World) -> None:
    from app.store.complaints import Complaint

    service.answered()
    with service.toolbox.database.begin() as connection:
        connection.execute(update(table_of(Complaint)).values(is_confidential=True))
    post = Post()
    Outbox(service.toolbox, [post]).deliver()
    said = "\n".join(letter.subject + letter.body for letter in post.letters)
    assert TITLE not in said and "Lampu sudah menyala kembali." not in said and post.letters


def test_a_letter_that_only_lies_here_is_not_called_sent(visit: Visit, service: World) -> None:
    service.file()
    delivered(service)
    page = visit("ops").get(PAGE).text
    assert states(page) == ["disimpan di sini, tidak dikirim"]
    assert "tidak ada surat yang keluar" in page
    assert "Tidak ada pesan di sini." in visit("ops").get(f"{PAGE}?keadaan=sent").text


def test_a_letter_that_a_mail_server_took_is_called_sent(app: Flask, visit: Visit, service: World) -> None:
    app.extensions["alur"] = replace(app.extensions["alur"], ways=(Smtp("127.0.0.1", 1, "", "", "a@b.example"),))
    service.file()
    Outbox(service.toolbox, [Post()]).deliver()
    page = visit("ops").get(PAGE).text
    assert states(page) == ["terkirim"] and "tidak ada surat yang keluar" not in page


def test_whoever_cannot_be_reached_and_whatever_is_refused_is_a_problem_on_the_overview(
    visit: Visit, service: World
) -> None:
    ops = visit("ops")
    assert figure(ops.get("/operasi").text) == 0
    service.file(identity={"name": "Siti", "phone": "081234567890"})
    Outbox(service.toolbox, [Post()]).deliver()
    service.file()
    Outbox(service.toolbox, [Post(error=Unsendable("recipient refused (550)"))]).deliver()
    overview = ops.get("/operasi").text
    assert figure(overview) == 2
    assert 'class="figure figure-late"><a href="/operasi/kotak-keluar?keadaan=problem"' in overview
    page = ops.get(f"{PAGE}?keadaan=problem").text
    assert sorted(states(page)) == ["ditolak penerima", "tidak terjangkau"]
    assert "tidak ada jalur ke kontak ini" in page and "recipient refused (550)" in page
    service.clock.advance(timedelta(days=31))
    assert figure(visit("ops").get("/operasi").text) == 0  # nobody can do anything about a phone without SMS


def figure(page: str) -> int:
    """How many letters did not arrive, as the overview says."""
    (number,) = re.findall(r"<strong>(\d+)</strong> <span>surat tidak sampai", page)
    return int(number)


def test_what_did_not_arrive_can_be_tried_again(visit: Visit, service: World) -> None:
    service.file(identity={"name": "Siti", "phone": "081234567890"})
    Outbox(service.toolbox, []).deliver()
    (row,) = service.rows(OutboxMessage)
    assert row.state == "unreachable"
    refused = visit("ops").post(f"{PAGE}/{row.id}/ulang", data={"reason": "pendek"})
    assert refused.status_code == 400 and "Tulis alasannya" in refused.text and "tidak terjangkau" in refused.text
    visit("ops").post(f"{PAGE}/{row.id}/ulang", data={"reason": "SMS sudah tersambung"})
    delivered(service)
    assert service.rows(OutboxMessage)[0].state == "kept"


def test_in_the_demo_a_kept_letter_can_be_followed_and_nowhere_else(app: Flask, visit: Visit, service: World) -> None:
    filed = service.file()
    path = link(service, filed.tracking_id)
    (row,) = service.rows(OutboxMessage)
    assert visit("ops").post(f"{PAGE}/{row.id}/buka").location == path
    assert visit("pemilik").post(f"{PAGE}/{row.id}/buka").status_code == 403
    hidden = service.file(answers={"is_confidential": True})
    delivered(service)
    (secret,) = service.rows(OutboxMessage, instance_id=hidden.instance_id)
    assert visit("ops").post(f"{PAGE}/{secret.id}/buka").status_code == 404
    web = app.extensions["alur"]
    real = replace(web.toolbox, settings=replace(web.toolbox.settings, demo=False))
    app.extensions["alur"] = replace(web, toolbox=real)
    assert visit("ops").post(f"{PAGE}/{row.id}/buka").status_code == 404
    assert "Buka seperti penerimanya" not in visit("ops").get(PAGE).text


def test_the_page_asks_as_much_for_two_letters_as_for_fifty(visit: Visit, service: World) -> None:
    ops, asked = visit("ops"), []
    event.listen(service.toolbox.database, "before_cursor_execute", lambda *args: asked.append(args[2]))

    def cost() -> int:
        asked.clear()
        assert ops.get(PAGE).status_code == 200
        return len(asked)

    service.file(), service.file()
    ops.get(PAGE)
    few = cost()
    for _ in range(10):
        service.file()
    assert cost() == few
