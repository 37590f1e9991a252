"""Nothing typed is lost: what citizens wrote comes back in their browsers, and only they are asked about it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from tests.browser.hands import fill
from tests.browser.site import Site
from tests.browser.test_typed import REPLY, STORY, closed_and_opened, kept, send
from tests.browser.visiting import Visits
from tests.world import ANSWERS

pytestmark = pytest.mark.browser


@pytest.fixture
def at_form(lively: Site, visits: Visits) -> Page:
    """A citizen in the middle of the complaint form."""
    page = visits.visitor(lively)
    page.goto("/lapor")
    fill(page, {"title": ANSWERS["title"], "chronology": STORY})
    return page


def test_the_form_says_what_this_browser_keeps_and_it_keeps_just_that(lively: Site, at_form: Page) -> None:
    fill(at_form, {"name": "Siti Rahma", "phone": "081234567890", "id_type": "ktp", "nik": "3375015008450001"})
    expect(at_form.get_by_text("tanpa nama, kontak, dan berkas")).to_be_visible()
    stored = str(kept(at_form))
    assert STORY in stored
    assert [word for word in ("Siti", "0812", "3375", "ktp") if word in stored] == []


def test_reload_back_and_a_closed_browser_bring_the_story_back(lively: Site, visits: Visits, at_form: Page) -> None:
    at_form.reload()
    expect(at_form.locator("[name=chronology]")).to_have_value(STORY)
    expect(at_form.locator("[data-draft-note]")).to_be_visible()
    at_form.goto("/")
    at_form.go_back()
    expect(at_form.locator("[name=chronology]")).to_have_value(STORY)
    page = closed_and_opened(at_form.context, visits, lively)
    page.goto("/lapor")
    expect(page.locator("[name=chronology]")).to_have_value(STORY)
    page.get_by_role("button", name="Mulai dari awal").click()
    expect(page.locator("[name=chronology]")).to_have_value("")
    assert kept(page) == {}


def test_after_a_week_the_browser_forgets(at_form: Page) -> None:
    at_form.evaluate("""() => {
      for (const [key, text] of Object.entries(localStorage).filter(([key]) => key.startsWith('alur:draft:'))) {
        const copy = JSON.parse(text);
        localStorage.setItem(key, JSON.stringify({ ...copy, at: copy.at - 7 * 24 * 3600 * 1000 - 1 }));
      }
    }""")
    at_form.reload()
    expect(at_form.locator("[name=chronology]")).to_have_value("")
    assert kept(at_form) == {}


def test_two_tabs_hold_two_complaints_and_sending_one_leaves_the_other(lively: Site, at_form: Page) -> None:
    other = at_form.context.new_page()
    other.goto("/lapor")
    expect(other.locator("[name=chronology]")).to_have_value(STORY)
    other.get_by_role("button", name="Mulai dari awal").click()
    second = "Sampah menumpuk di belakang pasar sejak minggu lalu dan mulai berbau."
    fill(other, {**ANSWERS, "chronology": second, "name": "Siti Rahma", "phone": "081234567890"})
    send(other, "Kirim aduan")
    other.wait_for_url("**/lapor/diterima")
    at_form.reload()
    expect(at_form.locator("[name=chronology]")).to_have_value(STORY)


def test_leaving_warns_only_while_something_is_kept_nowhere(visits: Visits, lively: Site, at_form: Page) -> None:
    asked: list[str] = []
    at_form.on("dialog", lambda dialog: asked.append(dialog.type))
    at_form.goto("/standar")
    assert asked == []
    at_form.goto("/lapor")
    fill(at_form, {"name": "Siti Rahma"})
    at_form.evaluate("location.href = '/standar'")
    at_form.wait_for_timeout(300)
    assert asked == ["beforeunload"]
    visits.faults.clear()  # the question is meant here
    at_form.locator("[name=name]").fill("")
    at_form.goto("/standar")
    assert asked == ["beforeunload"]


def test_without_storage_leaving_warns_and_typing_goes_on(lively: Site, visits: Visits) -> None:
    page = visits.visitor(lively)
    page.add_init_script("Object.defineProperty(window, 'localStorage', { get() { throw new Error('forbidden'); } })")
    page.goto("/lapor")
    fill(page, {"chronology": STORY})
    asked: list[str] = []
    page.on("dialog", lambda dialog: asked.append(dialog.type))
    page.evaluate("location.href = '/standar'")
    page.wait_for_timeout(300)
    assert asked == ["beforeunload"]
    visits.faults.clear()


def test_a_reply_comes_back_after_the_page_has_closed_itself(fresh: Site, visits: Visits) -> None:
    filed = fresh.answered()
    page = visits.reporter(fresh, filed)
    page.goto(f"/lacak/{filed.tracking_id}/pesan/reporter_reply")
    fill(page, REPLY)
    fresh.clock.advance(timedelta(minutes=31))
    send(page)
    expect(page.get_by_role("alert")).to_contain_text("yang Anda tulis kembali ke halamannya")
    page.locator("[name=kode]").fill(filed.secret)
    page.locator("[name=kode]").press("Enter")
    page.wait_for_load_state()
    send(page, "Kembali ke isian saya")
    expect(page.locator("[name=text]")).to_have_value(REPLY["text"])
    send(page)
    expect(page.get_by_role("status").first).to_contain_text("sudah kami terima")
    assert kept(page) == {}


def test_a_reply_that_is_no_longer_waited_for_is_offered_for_copying(lively: Site, visits: Visits) -> None:
    filed = lively.answered()
    page = visits.reporter(lively, filed)
    page.goto(f"/lacak/{filed.tracking_id}/pesan/reporter_reply")
    fill(page, REPLY)
    elsewhere = visits.reporter(lively, filed)
    elsewhere.goto(f"/lacak/{filed.tracking_id}/cabut")
    elsewhere.locator("main form button[type=submit]").first.click()
    elsewhere.wait_for_url(f"**/lacak/{filed.tracking_id}")
    send(page)
    expect(page.get_by_role("alert")).to_contain_text("tulisan Anda belum terkirim")
    expect(page.locator("textarea")).to_have_value(REPLY["text"])
    page.goto(f"/lacak/{filed.tracking_id}")
    expect(page.locator("[data-draft-left] textarea")).to_have_value(REPLY["text"])


def test_closing_the_page_on_a_shared_phone_asks_and_then_leaves_nothing(lively: Site, visits: Visits) -> None:
    filed = lively.answered()
    page = visits.reporter(lively, filed)
    page.goto(f"/lacak/{filed.tracking_id}/pesan/reporter_reply")
    fill(page, REPLY)
    page.goto(f"/lacak/{filed.tracking_id}")
    left = page.locator("[data-draft-left]")
    expect(left.get_by_role("link", name="Lanjutkan")).to_be_visible()
    page.get_by_role("button", name="Tutup aduan di semua perangkat").click()
    page.get_by_role("button", name="Batal").click()
    assert kept(page)
    page.get_by_role("button", name="Tutup aduan di semua perangkat").click()
    page.get_by_role("button", name="Hapus dan tutup").click()
    page.wait_for_url("**/lacak")
    assert kept(page) == {}


def test_without_a_connection_the_form_stays_where_it_is(at_form: Page) -> None:
    fill(at_form, {"name": "Siti Rahma"})
    at_form.context.set_offline(True)
    at_form.get_by_role("button", name="Kirim aduan").click()
    expect(at_form.locator("[data-offline]")).to_be_visible()
    expect(at_form.locator("[name=name]")).to_have_value("Siti Rahma")
    at_form.context.set_offline(False)
    at_form.evaluate("document.querySelector('form[data-draft]').dataset.sending = ''")  # leave without the question
