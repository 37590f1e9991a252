"""Without scripts nothing typed is lost either: the server brings it back."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.browser.hands import fill, open_task
from tests.browser.site import MAIL, PASSWORD, Site
from tests.browser.test_typed import REPLY, STORY, TYPED, WORDS, locked, revoke
from tests.browser.visiting import Visits
from tests.world import ACCEPT, ANSWERS, IDENTITY

pytestmark = pytest.mark.browser
PLAIN = {"java_script_enabled": False}


def send(page: Page, name: str | None = None) -> None:
    """Press the button that sends the form, or the one with this name; without scripts the next page comes whole."""
    (page.get_by_role("button", name=name, exact=True) if name else page.locator("main [data-verb]")).click()
    page.wait_for_load_state()


def forget_token(page: Page) -> None:
    """Lose the cookie that the form's token belongs to, as signing in on another page does."""
    cookies = [each for each in page.context.cookies() if each["name"] != "alur"]
    page.context.clear_cookies()
    page.context.add_cookies(cookies)  # type: ignore[arg-type]


@pytest.fixture
def at_task(lively: Site, visits: Visits) -> tuple[Page, str]:
    """An officer without scripts who has written the reason of a return and not sent it yet."""
    filed = lively.at_opd()
    page = visits.officer(lively, "pupr", **PLAIN)
    page.goto(f"/tugas/{lively.task(filed)}")
    fill_plainly(page, TYPED)
    return page, filed.tracking_id


def fill_plainly(page: Page, answers: dict[str, object]) -> None:
    """Give answers where no script may look at the page."""
    for name, answer in answers.items():
        control = page.locator(f"form [name='{name}']")
        if control.first.get_attribute("type") == "radio":
            page.locator(f"form [name='{name}'][value='{str(answer).lower()}']").check()
        elif control.first.evaluate("each => each.localName") == "select":
            control.first.select_option(str(answer))
        else:
            control.first.fill(str(answer))


def test_a_lost_race_offers_the_words(lively: Site, visits: Visits, at_task: tuple[Page, str]) -> None:
    page, number = at_task
    first = visits.officer(lively, "penghubung")
    open_task(first, number)
    fill(first, ACCEPT)
    first.locator("main [data-verb]").click()
    expect(first.get_by_role("heading", level=1)).to_have_text("Tugas selesai")
    send(page)
    expect(page.get_by_role("alert")).to_contain_text(
        "Agus Salim sudah menyelesaikannya pada Sen, 23 Nov 2026 09.00 WIB."
    )
    expect(page.get_by_label("Keterangan")).to_have_value(WORDS)


def test_a_revoked_session_leads_back_to_the_form(lively: Site, at_task: tuple[Page, str]) -> None:
    page, _ = at_task
    revoke(lively, "pupr")
    send(page)
    page.locator("#email").fill(MAIL["pupr"])
    page.locator("#password").fill(PASSWORD)
    page.locator("form:has(#password)").get_by_role("button").click()
    page.wait_for_url("**/tugas/*")
    expect(page.locator("[name=reason]")).to_have_value(WORDS)
    send(page)
    expect(page.get_by_role("heading", level=1)).to_have_text("Tugas selesai")


def test_a_failed_token_and_a_locked_database_bring_the_form_back(
    lively: Site, visits: Visits, at_task: tuple[Page, str]
) -> None:
    page, _ = at_task
    forget_token(page)
    send(page)
    expect(page.get_by_role("alert")).to_contain_text("Belum terkirim")
    expect(page.locator("[name=reason]")).to_have_value(WORDS)
    with locked(lively, visits):
        send(page)
        expect(page.get_by_role("alert")).to_contain_text("Sistem sedang sibuk")
    expect(page.locator("[name=reason]")).to_have_value(WORDS)
    send(page)
    expect(page.get_by_role("heading", level=1)).to_have_text("Tugas selesai")


def test_taking_the_task_keeps_what_was_typed_before(at_task: tuple[Page, str]) -> None:
    page, _ = at_task
    send(page, "Ambil")
    expect(page.get_by_text("Anda sedang mengerjakan")).to_be_visible()
    expect(page.locator("[name=reason]")).to_have_value(WORDS)


def test_a_complaint_comes_back_with_name_and_contact(lively: Site, visits: Visits) -> None:
    page = visits.visitor(lively, **PLAIN)
    page.goto("/lapor")
    given = {name: text for name, text in {**ANSWERS, **IDENTITY, "chronology": STORY}.items() if name != "category"}
    fill_plainly(page, given)
    forget_token(page)
    send(page, "Kirim aduan")
    expect(page.get_by_role("alert")).to_contain_text("Belum terkirim")
    for name, text in given.items():
        expect(page.locator(f"[name={name}]")).to_have_value(str(text))
    with locked(lively, visits):
        send(page, "Kirim aduan")
    expect(page.locator("[name=chronology]")).to_have_value(STORY)
    send(page, "Kirim aduan")
    page.wait_for_url("**/lapor/diterima")


def test_a_reply_to_a_case_that_ended_is_offered_for_copying(lively: Site, visits: Visits) -> None:
    filed = lively.answered()
    page = visits.reporter(lively, filed, **PLAIN)
    page.goto(f"/lacak/{filed.tracking_id}/pesan/reporter_reply")
    fill_plainly(page, REPLY)
    other = visits.reporter(lively, filed)
    other.goto(f"/lacak/{filed.tracking_id}/cabut")
    other.locator("main form button[type=submit]").first.click()
    other.wait_for_url(f"**/lacak/{filed.tracking_id}")
    send(page)
    expect(page.locator("textarea")).to_have_value(REPLY["text"])
