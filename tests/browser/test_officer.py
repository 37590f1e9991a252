"""Officers in their browsers: claiming, losing a race, signing in again, keys only, and another language."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Page, expect

from tests.browser.hands import fill, open_task
from tests.browser.site import MAIL, PASSWORD, Site
from tests.browser.visiting import Visits
from tests.world import ACCEPT, REASON, RETURN

pytestmark = pytest.mark.browser
TUESDAY = datetime(2026, 11, 24, 8, 40, tzinfo=UTC)  # 15.40 in Pekalongan

FOCUS_SHOWS = """() => {
  const style = getComputedStyle(document.activeElement);
  return style.outlineStyle !== 'none' || style.boxShadow !== 'none';
}"""


def test_who_claims_a_task_is_named_to_the_others_until_it_is_released(lively: Site, visits: Visits) -> None:
    filed = lively.at_opd()
    liaison, admin = visits.officer(lively, "penghubung"), visits.officer(lively, "pupr")
    open_task(liaison, filed.tracking_id)
    liaison.get_by_role("button", name="Ambil").click()
    expect(liaison.get_by_text("Anda sedang mengerjakan")).to_be_visible()
    open_task(admin, filed.tracking_id)
    expect(admin.get_by_text("Agus Salim sedang mengerjakan")).to_be_visible()
    expect(admin.locator("main [data-verb]")).to_have_count(0)
    liaison.get_by_role("button", name="Lepas").click()
    expect(liaison.get_by_role("status")).to_contain_text("Tugas dilepas")
    admin.reload()
    expect(admin.locator("main [data-verb]")).to_be_visible()


def test_who_comes_second_is_told_who_was_first_and_when(lively: Site, visits: Visits) -> None:
    filed = lively.at_opd()
    first, second = visits.officer(lively, "pupr"), visits.officer(lively, "penghubung")
    for page in (first, second):
        open_task(page, filed.tracking_id)
    fill(first, ACCEPT)
    first.locator("main [data-verb]").click()
    expect(first.get_by_role("heading", level=1)).to_have_text("Tugas selesai")
    fill(second, RETURN)
    with second.expect_response(second.url) as answer:  # the preview of consequences is another address
        second.locator("main [data-verb]").click()
    assert answer.value.status == 409
    expect(second.locator("main")).to_contain_text("Sri Wahyuni")
    expect(second.locator("main")).to_contain_text("23 Nov 2026")


def test_what_was_typed_outlives_an_expired_session(fresh: Site, visits: Visits) -> None:
    filed = fresh.at_opd()
    page = visits.officer(fresh, "pupr")
    open_task(page, filed.tracking_id)
    fill(page, RETURN)
    fresh.clock.advance(timedelta(hours=1))
    page.locator("main [data-verb]").click()
    page.wait_for_url("**/masuk?next=**")
    page.locator("#email").fill(MAIL["pupr"])
    page.locator("#password").fill(PASSWORD)
    page.locator("form:has(#password)").get_by_role("button").click()
    page.wait_for_url("**/tugas/*")
    expect(page.locator("[name=reason]")).to_have_value(REASON)
    page.locator("main [data-verb]").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Tugas selesai")


def test_a_task_is_found_claimed_and_opened_by_keyboard_alone(lively: Site, visits: Visits) -> None:
    filed = lively.at_opd()
    page = visits.visitor(lively)
    page.goto("/masuk")
    keys = page.keyboard
    _tab_to(page, "#email")
    keys.type(MAIL["pupr"])
    _tab_to(page, "#password")
    keys.type(PASSWORD)
    keys.press("Enter")
    page.wait_for_url("**/tugas")
    keys.press("/")
    keys.type(filed.tracking_id)
    keys.press("Enter")
    page.wait_for_url("**cari=*")
    keys.press("j")
    keys.press("c")
    page.wait_for_url("**/tugas/*")
    expect(page.get_by_text("Anda sedang mengerjakan")).to_be_visible()
    _tab_to(page, "[name=within_function]")
    keys.press("Space")
    _tab_to(page, "main button.btn-primary")
    keys.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Tugas selesai")


def test_another_language_keeps_the_page(lively: Site, visits: Visits) -> None:
    page = visits.officer(lively, "pupr")
    page.goto("/tugas?saring=late")
    page.get_by_role("link", name="EN").or_(page.get_by_role("button", name="EN")).first.click()
    page.wait_for_url("**/tugas?saring=late")
    expect(page.locator("html")).to_have_attribute("lang", "en")
    expect(page.get_by_role("heading", level=1)).to_have_text("Late")


def _tab_to(page: Page, selector: str, most: int = 80) -> None:
    """Press Tab until the element has the focus, as somebody without a mouse does; the focus must show."""
    for _ in range(most):
        if page.evaluate("css => document.activeElement.matches(css)", selector):
            assert page.evaluate(FOCUS_SHOWS), "the focus is invisible"
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"Tab never reaches {selector}")


def test_a_page_left_open_says_what_is_left_when_somebody_looks_again(fresh: Site, visits: Visits) -> None:
    filed = fresh.at_opd()  # step 4 is due on Tuesday 15.45
    fresh.clock.at = TUESDAY
    page = visits.officer(fresh, "pupr")
    open_task(page, filed.tracking_id)
    step = page.locator('[data-due="step"]')
    expect(step).to_contain_text("hari ini sampai 15.45")
    fresh.clock.advance(timedelta(minutes=15))
    page.evaluate("Date.now = () => performance.timeOrigin + 3600000")
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    expect(step).to_contain_text("lewat sejak Sel 24 Nov 15.45")
    expect(step.locator(".chip-late")).to_be_visible()
    expect(page.locator('[data-due="case"]')).to_contain_text("sisa 13 hari kerja")
