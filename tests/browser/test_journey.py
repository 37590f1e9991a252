"""The seven steps as people take them: from the form to the report, each role signed in, one return included."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.browser.hands import file_complaint, fill, work
from tests.browser.site import Site
from tests.browser.visiting import Visits, track
from tests.world import ACCEPT, ASSIGN, CONFIRM, FORWARD, PROPER, REASON, RESULT, RETURN

pytestmark = pytest.mark.browser


def status(page: Page) -> str:
    """What the tracking page says of the complaint now."""
    page.reload()
    return page.get_by_label("Keadaan sekarang").locator(".chip").first.inner_text().strip()


def test_a_complaint_travels_from_the_form_to_the_report(lively: Site, visits: Visits) -> None:
    citizen = visits.visitor(lively, viewport={"width": 390, "height": 844})
    number, secret = file_complaint(citizen)
    citizen.get_by_role("link", name="Lacak aduan ini").click()
    citizen.wait_for_url(f"**/lacak/{number}")
    assert status(citizen) == "Diterima"
    expect(citizen.locator("[aria-current=step]")).to_contain_text("Diperiksa")
    expect(citizen.get_by_label("Keadaan sekarang")).to_contain_text("KemenPANRB")
    citizen.get_by_text("Bagaimana batas waktu ini dihitung?").first.click()
    expect(citizen.locator(".due-why li").first).to_be_visible()

    office = visits.visitor(lively)
    work(office, "menteri", number, FORWARD)
    work(office, "dinkominfo", number, ASSIGN)
    work(office, "pupr", number, RETURN)
    assert status(citizen) == "Dikembalikan ke Dinkominfo"
    work(office, "dinkominfo", number, ASSIGN)
    work(office, "pupr", number, ACCEPT)
    assert status(citizen) == "Dalam tindak lanjut"
    work(office, "pupr", number, RESULT)
    work(office, "dinkominfo", number, CONFIRM)
    work(office, "menteri", number, PROPER)

    assert status(citizen) == "Sudah dijawab, menunggu tanggapan Anda"
    expect(citizen.locator(".conversation")).to_contain_text(CONFIRM["answer"])
    assert REASON not in citizen.content()  # what offices say to each other stays with them

    citizen.get_by_role("link", name="Ya, sudah").click()
    fill(citizen, {"rating": "4"})
    citizen.locator("main form button[type=submit]").first.click()
    citizen.wait_for_url(f"**/lacak/{number}")
    assert status(citizen) == "Selesai"

    elsewhere = visits.visitor(lively)
    track(elsewhere, number, secret)
    expect(elsewhere.locator(".line-done")).to_have_count(7)


@pytest.fixture
def plain(lively: Site, visits: Visits) -> Page:
    """A citizen whose browser runs no scripts."""
    return visits.visitor(lively, java_script_enabled=False, viewport={"width": 390, "height": 844})


def test_without_scripts_a_complaint_is_filed_tracked_and_withdrawn(plain: Page) -> None:
    number, secret = file_complaint(plain)
    track(plain, number, secret)
    plain.get_by_role("link", name="Cabut aduan").click()
    fill(plain, {"reason": "Lampunya sudah menyala lagi."})
    plain.locator("main form button[type=submit]").first.click()
    plain.wait_for_url(f"**/lacak/{number}")
    assert status(plain) == "Anda cabut"


def test_without_scripts_a_report_is_answered(lively: Site, plain: Page) -> None:
    filed = lively.answered()
    track(plain, filed.tracking_id, filed.secret)
    plain.get_by_role("link", name="Belum").click()
    fill(plain, {"reply_decision": "redo", "text": "Lampu padam lagi tadi malam, mohon diperiksa sekali lagi."})
    plain.locator("main form button[type=submit]").first.click()
    plain.wait_for_url(f"**/lacak/{filed.tracking_id}")
    assert lively.open(filed.instance_id, "follow_up") or lively.open(filed.instance_id, "confirm_result")


def test_without_scripts_missing_answers_stand_beside_their_fields_and_nothing_typed_is_lost(plain: Page) -> None:
    plain.goto("/lapor")
    fill(plain, {"title": "Lampu jalan padam", "chronology": "Padam sejak tiga malam, jalan menjadi gelap sekali."})
    plain.get_by_role("button", name="Kirim aduan").click()
    expect(plain.locator(".error-summary a")).not_to_have_count(0)
    expect(plain.locator("[name=title]")).to_have_value("Lampu jalan padam")
    expect(plain.locator("#e-location_text")).to_be_visible()
