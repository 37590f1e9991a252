"""An operator at night: sees where a case stands, why one stopped, mends it, and ends one with a reason."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from playwright.sync_api import expect

from app.domain.tracking import shown
from app.jobs.executor import Executor
from app.sdk import Case
from app.store.instances import ProcessInstance
from tests.browser.site import Site
from tests.browser.visiting import Visits, track

pytestmark = pytest.mark.browser


def test_the_live_diagram_marks_where_the_complaint_stands_and_says_so_in_words(lively: Site, visits: Visits) -> None:
    filed = lively.kept["returned"]
    page = visits.officer(lively, "ops")
    page.goto(f"/operasi/instans/{filed.instance_id}")
    here = page.locator("#gambar-verify_disposition_dinkominfo")
    expect(here).to_be_in_viewport(ratio=1)
    expect(here).to_contain_text("●")
    words = page.locator(".tokens li", has=page.locator("[href='#gambar-verify_disposition_dinkominfo']"))
    expect(words).to_contain_text("menunggu petugas")
    expect(page.locator(".counts [href='#gambar-verify_disposition_opd']")).to_be_attached()


def test_a_stopped_case_is_found_understood_and_mended(
    fresh: Site, visits: Visits, monkeypatch: pytest.MonkeyPatch
) -> None:
    def on_fire(case: Case) -> Any:
        raise RuntimeError("pencetak terbakar")

    with monkeypatch.context() as broken:
        broken.setitem(fresh.toolbox.handlers, "forward_to_opd", on_fire)  # type: ignore[arg-type]
        filed = fresh.at_opd()
        for _ in range(3):
            Executor(fresh.runner).run_due()
            fresh.clock.advance(timedelta(hours=1))
    assert fresh.rows(ProcessInstance)[0].state == "incident"
    page = visits.officer(fresh, "ops")
    page.goto("/operasi")
    page.get_by_role("link", name="Insiden").first.click()
    expect(page.locator(".incident")).to_contain_text("pencetak terbakar")
    page.locator(".incident summary").click()
    page.locator(".incident").get_by_label("Apa yang sudah diperbaiki?").fill("Pencetak sudah diganti malam ini.")
    page.locator(".incident").get_by_role("button", name="Coba lagi").click()
    Executor(fresh.runner).run_due()
    assert fresh.open(filed.instance_id, "verify_disposition_opd")
    page.goto(f"/operasi/instans/{filed.instance_id}")
    expect(page.locator(".tokens")).to_contain_text("4. Memverifikasi disposisi aduan")


def test_a_case_is_ended_with_a_reason_and_its_reporter_sees_it(lively: Site, visits: Visits) -> None:
    filed = lively.file()
    page = visits.officer(lively, "ops")
    page.goto(f"/operasi/instans/{filed.instance_id}")
    page.get_by_text("Hentikan aduan ini").click()
    page.get_by_label("Alasan internal").fill("Aduan kembar dari gangguan jaringan tadi malam.")
    page.get_by_label("Alasan yang dibaca pelapor").select_option(index=1)
    page.get_by_role("button", name="Hentikan aduan").click()
    page.get_by_role("button", name="Ya, hentikan aduan").click()
    expect(page.locator("h1")).to_contain_text(shown(filed.tracking_id))
    expect(page.locator("main")).to_contain_text("dihentikan")
    citizen = visits.visitor(lively)
    track(citizen, filed.tracking_id, filed.secret)
    expect(citizen.get_by_text("Aduan ditutup", exact=False)).to_be_visible()
