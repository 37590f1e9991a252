"""Nothing typed is lost: what officers wrote comes back in their browsers, whatever came between."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page, expect
from sqlalchemy.orm import Session

from app.auth import sessions
from app.store.database import writer
from app.store.tasks import Draft
from tests.browser.hands import fill, open_task
from tests.browser.site import MAIL, PASSWORD, Site
from tests.browser.visiting import Visits
from tests.world import ACCEPT, RETURN

pytestmark = pytest.mark.browser
WORDS = "Ruas jalan itu milik provinsi; sudah kami tanyakan dua kali kepada mereka."
TYPED = {**RETURN, "reason": WORDS}
STORY = "Lampu padam sejak tiga malam, dan jalan menjadi gelap sekali bagi anak-anak."
REPLY = {"reply_decision": "redo", "text": "Lampu padam lagi tadi malam, dan tiangnya kini miring."}


def revoke(site: Site, name: str) -> None:
    """End every session of a person, as an administrator does who closes the account."""
    with Session(site.toolbox.database) as database, database.begin():
        sessions.end_all(database, site.id_of(name))


def sign_in_here(page: Page, name: str) -> None:
    """Fill in the sign-in form that the page shows."""
    page.locator("#email").fill(MAIL[name])
    page.locator("#password").fill(PASSWORD)
    page.locator("form:has(#password)").get_by_role("button").click()


def send(page: Page, name: str | None = None) -> None:
    """Press the button that sends the form, or the one with this name, and wait for the answer."""
    with page.expect_navigation():
        (page.get_by_role("button", name=name, exact=True) if name else page.locator("main [data-verb]")).click()


@contextmanager
def locked(site: Site, visits: Visits) -> Iterator[None]:
    """Somebody else writes to the database for longer than anybody waits."""
    visits.failing = "/draf"  # browsers note that a draft could not be saved
    runner = site.app.extensions["alur"].runner
    patient, runner._writer = runner._writer, writer(site.toolbox.database, 30)
    path = site.toolbox.settings.database_url.removeprefix("sqlite:///")
    other = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    other.execute("BEGIN IMMEDIATE")
    try:
        yield
    finally:
        other.execute("ROLLBACK")
        other.close()
        runner._writer = patient


def kept(page: Page) -> dict[str, Any]:
    """What the browser keeps of typed forms."""
    found: dict[str, Any] = page.evaluate(
        "Object.fromEntries(Object.entries(localStorage).filter(([key]) => key.startsWith('alur:draft:')))"
    )
    return found


def closed_and_opened(context: BrowserContext, visits: Visits, site: Site) -> Page:
    """The same browser after it was closed: what it stored stays, its session is gone."""
    state = context.storage_state()
    context.close()
    state["cookies"] = []
    return visits.visitor(site, storage_state=state)


@pytest.fixture
def at_task(lively: Site, visits: Visits) -> tuple[Page, str]:
    """An officer who has written the reason of a return and not sent it yet."""
    filed = lively.at_opd()
    page = visits.officer(lively, "pupr")
    open_task(page, filed.tracking_id)
    fill(page, TYPED)
    return page, filed.tracking_id


def test_a_lost_race_says_once_who_was_first_and_offers_the_words(
    lively: Site, visits: Visits, at_task: tuple[Page, str]
) -> None:
    page, number = at_task
    first = visits.officer(lively, "penghubung")
    open_task(first, number)
    fill(first, ACCEPT)
    send(first)
    send(page)
    expect(page.get_by_role("alert")).to_have_text(
        "Tugas sudah diambil petugas lain: Agus Salim sudah menyelesaikannya pada Sen, 23 Nov 2026 09.00 WIB."
    )
    expect(page.get_by_label("Keterangan")).to_have_value(WORDS)
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.get_by_role("button", name="Salin").last.click()
    assert page.evaluate("navigator.clipboard.readText()") == WORDS


def test_a_task_that_was_taken_meanwhile_is_gone_on_with_once_it_is_released(
    lively: Site, visits: Visits, at_task: tuple[Page, str]
) -> None:
    page, number = at_task
    first = visits.officer(lively, "penghubung")
    open_task(first, number)
    send(first, "Ambil")
    send(page)
    expect(page.get_by_role("alert")).to_contain_text("Tugas sudah diambil petugas lain: Agus Salim")
    expect(page.get_by_label("Keterangan")).to_have_value(WORDS)
    send(first, "Lepas")
    open_task(page, number)
    expect(page.locator("[name=reason]")).to_have_value(WORDS)
    send(page)
    expect(page.get_by_role("heading", level=1)).to_have_text("Tugas selesai")
    assert kept(page) == {}


def test_a_revoked_session_leads_back_to_the_form_with_everything_in_it(
    lively: Site, at_task: tuple[Page, str]
) -> None:
    page, _ = at_task
    revoke(lively, "pupr")
    send(page)
    expect(page.get_by_text("yang Anda tulis kembali ke halamannya")).to_be_visible()
    assert WORDS not in page.content()
    sign_in_here(page, "pupr")
    page.wait_for_url("**/tugas/*")
    expect(page.locator("[name=reason]")).to_have_value(WORDS)
    send(page)
    expect(page.get_by_role("heading", level=1)).to_have_text("Tugas selesai")


def test_a_revoked_session_is_no_loss_when_the_page_was_left_before_sending(
    lively: Site, at_task: tuple[Page, str]
) -> None:
    page, _ = at_task
    address = page.url
    revoke(lively, "pupr")
    page.goto(address)
    sign_in_here(page, "pupr")
    page.wait_for_url("**/tugas/*")
    expect(page.locator("[data-draft-note]")).to_be_visible()
    expect(page.locator("[name=reason]")).to_have_value(WORDS)


def test_a_failed_token_brings_the_form_back_to_be_sent_once_more(visits: Visits, at_task: tuple[Page, str]) -> None:
    page, _ = at_task
    visits.failing = "/akibat"  # the preview of consequences needs the token too
    cookies = [each for each in page.context.cookies() if each["name"] != "alur"]  # as after signing in elsewhere
    page.context.clear_cookies()
    page.context.add_cookies(cookies)  # type: ignore[arg-type]
    send(page)
    expect(page.get_by_role("alert")).to_contain_text("Belum terkirim: halaman ini terlalu lama terbuka")
    expect(page.locator("[name=reason]")).to_have_value(WORDS)
    send(page)
    expect(page.get_by_role("heading", level=1)).to_have_text("Tugas selesai")


def test_a_locked_database_brings_the_form_back(lively: Site, visits: Visits, at_task: tuple[Page, str]) -> None:
    page, _ = at_task
    with locked(lively, visits):
        send(page)
        expect(page.get_by_role("alert")).to_contain_text("Sistem sedang sibuk; tidak ada yang berubah.")
        expect(page.locator("[name=reason]")).to_have_value(WORDS)
        page.reload()  # sends it again
        expect(page.locator("[name=reason]")).to_have_value(WORDS)
    send(page)
    expect(page.get_by_role("heading", level=1)).to_have_text("Tugas selesai")


def test_back_reload_and_a_closed_browser_bring_the_words_back_and_no_draft_is_on_the_server(
    lively: Site, visits: Visits, at_task: tuple[Page, str]
) -> None:
    page, _ = at_task
    address = page.url
    page.reload()
    expect(page.locator("[name=reason]")).to_have_value(WORDS)
    page.get_by_role("link", name="Daftar tugas").click()
    page.wait_for_url("**/tugas")
    page.go_back()
    expect(page.locator("[name=reason]")).to_have_value(WORDS)
    task = address.rpartition("/")[2]
    with Session(lively.toolbox.database) as database, database.begin():
        database.query(Draft).filter_by(task_id=task).delete()  # what going out of sight had saved there
    page = closed_and_opened(page.context, visits, lively)
    page.goto(address)
    sign_in_here(page, "pupr")
    page.wait_for_url("**/tugas/*")
    other = page.locator("[data-draft-others]")
    if other.is_visible():  # the copy was typed on a server's draft that is gone: it is offered, not put in
        page.get_by_role("button", name="Pakai isian ini").click()
    expect(page.locator("[name=reason]")).to_have_value(WORDS)


def test_two_tabs_keep_two_texts(lively: Site, at_task: tuple[Page, str]) -> None:
    page, _ = at_task
    other = page.context.new_page()
    other.goto(page.url)
    expect(other.locator("[name=reason]")).to_have_value(WORDS)  # a second tab goes on where the first one is
    mine = "Dari tab kedua: alasannya sama sekali lain, dan panjang juga."
    other.locator("[name=reason]").fill(mine)
    page.locator("[name=reason]").fill(WORDS + " Tambahan dari tab pertama.")
    for tab, words in ((page, WORDS + " Tambahan dari tab pertama."), (other, mine)):
        tab.reload()
        expect(tab.locator("[name=reason]")).to_have_value(words)
    address, context = page.url, page.context
    page.close()
    other.close()
    third = context.new_page()
    third.goto(address)
    offered = third.locator("[data-draft-others]")
    both = third.locator("[name=reason]").input_value() + offered.inner_text()
    assert "Dari tab kedua" in both and "Ruas jalan itu milik provinsi" in both
    third.get_by_role("button", name="Pakai isian ini").first.click()
    again = third.locator("[name=reason]").input_value()
    assert again and again not in both.partition("“")[0]


def test_somebody_else_at_the_same_machine_sees_nothing_of_it(
    lively: Site, visits: Visits, at_task: tuple[Page, str]
) -> None:
    page, _ = at_task
    visits.failing = "/akibat"  # the preview may come between the two people
    address = page.url
    page.context.clear_cookies()
    page.context.add_cookies([dict(lively.cookie("penghubung"))])  # type: ignore[list-item]
    page.goto(address)
    expect(page.locator("[name=reason]")).to_have_value("")
    expect(page.locator("[data-draft-note]")).to_be_hidden()
    expect(page.locator("[data-draft-others]")).to_be_hidden()
    assert kept(page)  # it waits for whoever typed it


def test_signing_out_asks_about_what_could_not_be_kept_elsewhere(
    lively: Site, visits: Visits, at_task: tuple[Page, str]
) -> None:
    page, _ = at_task
    with locked(lively, visits):
        page.get_by_role("button", name="Keluar", exact=True).click()
        question = page.locator("#belum-terkirim")
        expect(question).to_be_visible()
        expect(question.get_by_role("button", name="Batal")).to_be_focused()
        question.get_by_role("button", name="Batal").click()
        expect(question).to_be_hidden()
        page.get_by_role("button", name="Keluar", exact=True).click()
        expect(question).to_be_visible()
    question.get_by_role("button", name="Hapus, lalu keluar").click()
    page.wait_for_url("**/masuk")
    assert kept(page) == {}


def test_signing_out_keeps_it_for_me_when_i_say_so(lively: Site, visits: Visits, at_task: tuple[Page, str]) -> None:
    page, _ = at_task
    address = page.url
    with locked(lively, visits):
        page.get_by_role("button", name="Keluar", exact=True).click()
        expect(page.locator("#belum-terkirim")).to_be_visible()
    page.get_by_role("button", name="Simpan untuk saya, lalu keluar").click()
    page.wait_for_url("**/masuk")
    page.goto(address)
    sign_in_here(page, "pupr")
    page.wait_for_url("**/tugas/*")
    expect(page.locator("[name=reason]")).to_have_value(WORDS)


def test_signing_out_with_everything_on_the_server_asks_nothing_and_leaves_nothing(
    lively: Site, at_task: tuple[Page, str]
) -> None:
    page, _ = at_task
    task = page.url.rpartition("/")[2]
    page.locator("h1").click()  # the preview of the decision is asked for, and answered, while there is a session
    page.wait_for_timeout(200)
    page.wait_for_load_state("networkidle")
    page.get_by_role("button", name="Keluar", exact=True).click()
    page.wait_for_url("**/masuk")
    assert kept(page) == {}
    assert [row.data["reason"] for row in lively.rows(Draft, task_id=task)] == [WORDS]


def test_the_server_keeps_the_draft_while_typing_goes_on_and_says_when_it_cannot(
    lively: Site, visits: Visits, at_task: tuple[Page, str]
) -> None:
    page, _ = at_task
    save = "document.dispatchEvent(new Event('visibilitychange'))"
    page.evaluate("Object.defineProperty(document, 'visibilityState', { value: 'hidden' })")
    with locked(lively, visits):
        page.evaluate(save)
        expect(page.locator("[data-draft-state]")).to_contain_text("sibuk")
    page.evaluate(save)
    expect(page.locator("[data-draft-state]")).to_have_text("Draf tersimpan pukul 09.00.")
    revoke(lively, "pupr")
    page.locator("[name=reason]").fill(WORDS + " Dan lagi.")
    page.evaluate(save)
    expect(page.locator("[data-draft-state]")).to_have_text(
        "Belum tersimpan di server; masih tersimpan di peramban ini."
    )
