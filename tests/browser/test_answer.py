"""The reporter's page and the officer's decision in a browser: what is seen first, what buttons say, what prints."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.hands import fill, open_task
from tests.browser.site import Site
from tests.browser.visiting import Visits, track
from tests.world import ACCEPT

pytestmark = pytest.mark.browser
PHONE = {"width": 320, "height": 568}
VERB = "main [data-verb]"


def tracked(site: Site, visits: Visits, name: str, **how: object) -> Page:
    """The reporter's page of one of the kept complaints."""
    filed = site.kept[name]
    page = visits.reporter(site, filed, **how)
    page.goto(f"/lacak/{filed.tracking_id}")
    return page


def test_on_a_phone_the_answer_stands_on_the_first_screen(lively: Site, visits: Visits) -> None:
    page = tracked(lively, visits, "photos", viewport=PHONE)
    for part in (".answer-outcome", ".answer-text"):
        box = page.locator(part).first.bounding_box()
        assert box is not None and box["y"] + box["height"] <= PHONE["height"], part


def test_the_photos_are_shown_and_open_as_files(lively: Site, visits: Visits) -> None:
    page = tracked(lively, visits, "photos")
    pictures = page.locator(".answer .photo img")
    expect(pictures).to_have_count(3)
    for number in range(3):
        pictures.nth(number).scroll_into_view_if_needed()
        assert (
            pictures.nth(number).evaluate("async (each) => { await each.decode(); return each.naturalWidth; }") <= 960
        )
    with page.expect_download() as download:
        page.locator(".answer .photo a").first.click()
    assert download.value.suggested_filename.endswith(".jpg")


def test_the_steps_unfold_on_demand(lively: Site, visits: Visits) -> None:
    page = tracked(lively, visits, "returned", viewport=PHONE)
    expect(page.locator(".stage")).to_have_count(4)
    expect(page.locator(".line-step").first).to_be_hidden()
    page.get_by_text("Lihat 7 langkahnya").click()
    expect(page.locator(".line-step:visible")).to_have_count(7)


def test_a_bad_rating_asks_whether_it_is_solved(lively: Site, visits: Visits) -> None:
    filed = lively.answered()
    page = visits.visitor(lively, viewport=PHONE)
    track(page, filed.tracking_id, filed.secret)
    page.get_by_role("link", name="Ya, sudah").click()
    question = page.get_by_text("Apakah masalahnya sudah selesai?")
    page.get_by_label("Sangat puas").check()
    expect(question).to_be_hidden()
    expect(page.locator(VERB)).to_have_text("Kirim penilaian dan tutup aduan")
    page.get_by_label("Tidak puas").check()
    expect(question).to_be_visible()
    expect(page.locator(VERB)).to_have_text("Kirim penilaian")
    page.get_by_label("Belum selesai, mohon ditangani lagi").check()
    expect(page.locator(VERB)).to_have_text("Minta ditangani lagi")
    expect(page.locator("[name=text]")).to_be_hidden()
    fill(page, {"remaining": "Lampunya padam lagi sejak semalam."})
    page.locator(VERB).click()
    expect(page.get_by_label("Keadaan sekarang").locator(".chip").first).to_have_text("Dibuka kembali")


def test_the_button_follows_the_choice_and_the_office(lively: Site, visits: Visits) -> None:
    page = visits.officer(lively, "dinkominfo")
    page.goto(f"/tugas/{lively.task(lively.kept['routed'])}")
    expect(page.locator(VERB)).to_have_text("Kirim keputusan")
    page.locator("[name=authority_decision][value=yes]").check()
    page.locator("[name=target_opd]").select_option("")
    expect(page.locator(VERB)).to_have_text("Teruskan ke OPD tujuan")
    page.locator("[name=target_opd]").select_option("DINKES")
    expect(page.locator(VERB)).to_have_text("Teruskan ke DINKES")
    expect(page.locator(".consequence:visible")).to_contain_text("Dinas Kesehatan")
    page.locator("[name=authority_decision][value=no]").check()
    expect(page.locator(VERB)).to_have_text("Kembalikan ke KemenPANRB")
    expect(page.locator(".consequence:visible")).to_have_count(1)
    above = page.locator(".consequence:visible").bounding_box()
    button = page.locator(VERB).bounding_box()
    assert above is not None and button is not None and 0 <= button["y"] - above["y"] - above["height"] < 60


def test_without_scripts_the_button_says_what_is_true_of_every_choice_and_an_end_is_asked_for(
    lively: Site, visits: Visits
) -> None:
    filed = lively.file()
    page = visits.officer(lively, "menteri", java_script_enabled=False)
    page.goto(f"/tugas/{lively.task(filed)}")
    page.locator("[value=archive]").check()
    expect(page.locator(VERB)).to_have_text("Kirim keputusan")
    page.locator("[name=note]").fill("Aduan ini hanya berisi ucapan terima kasih.")
    page.locator(VERB).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Arsipkan aduan?")
    page.get_by_role("button", name="Ubah dulu").click()
    expect(page.locator("[name=note]")).to_have_value("Aduan ini hanya berisi ucapan terima kasih.")
    page.locator(VERB).click()
    page.get_by_role("button", name="Ya, arsipkan aduan").click()
    expect(page.locator("main")).to_contain_text("Prosesnya sudah berakhir.")


def test_after_accepting_the_follow_up_is_next(lively: Site, visits: Visits) -> None:
    filed = lively.at_opd()
    page = visits.officer(lively, "pupr")
    open_task(page, filed.tracking_id)
    fill(page, ACCEPT)
    expect(page.locator(VERB)).to_have_text("Terima dan tindak lanjuti")
    page.locator(VERB).click()
    page.get_by_role("link", name="Menindaklanjuti aduan").click()
    expect(page.locator("main")).to_contain_text("Lampu jalan padam")
    expect(page.get_by_text("Belum ada yang mengambil.")).to_be_visible()


def test_on_paper_stand_the_letterhead_and_everything_unfolded(lively: Site, visits: Visits) -> None:
    page = tracked(lively, visits, "photos")
    expect(page.locator(".letterhead")).to_be_hidden()
    page.emulate_media(media="print")
    expect(page.locator(".letterhead")).to_be_visible()
    expect(page.locator(".letterhead")).to_contain_text("Jalan Mataram Nomor 1")
    for part in (".steps-fold .line-step", ".form-fold .facts"):
        box = page.locator(part).last.bounding_box()
        assert box is not None and box["height"] > 0, part
    for part in (".site-footer", ".settled", "main .btn:not(.x)"):
        assert page.locator(part).locator("visible=true").count() == 0, part


def test_the_receipt_prints_with_the_letterhead(lively: Site, visits: Visits) -> None:
    page = visits.visitor(lively)
    page.goto("/lapor")
    fill(
        page,
        {
            "title": "Lampu jalan padam di Jalan Mataram",
            "chronology": "Lampu padam sejak tiga malam dan jalan menjadi gelap sekali.",
            "location_text": "Jalan Mataram, depan pasar",
            "occurred_on": "2026-11-20",
            "name": "Siti Rahma",
            "phone": "081234567890",
        },
    )
    page.get_by_role("button", name="Kirim aduan").click()
    page.wait_for_url("**/lapor/diterima")
    page.emulate_media(media="print")
    expect(page.locator(".letterhead")).to_contain_text(re.compile(r"\(0285\) 421243"))
    expect(page.locator("#nomor")).to_be_visible()
