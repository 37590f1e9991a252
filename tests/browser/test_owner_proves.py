"""A clerk proves a change: plays a trial by hand, keeps it as a scenario, and lets scenarios follow a new task."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from app.bundle.read import write_files
from app.store.deployments import Deployment
from app.store.instances import ProcessInstance
from tests.browser.site import Site
from tests.browser.visiting import Visits
from tests.rehearsal.test_mend import with_new_task

pytestmark = [pytest.mark.browser, pytest.mark.slow]

ADDRESS = "/proses/pengaduan_sp4n"


def act(page: Page, choice: str) -> None:
    """Choose one answer and do the step."""
    page.get_by_label(choice, exact=False).first.check()
    page.get_by_role("button", name="Lakukan langkah ini").click()


def test_a_trial_is_played_taken_back_and_kept_as_a_scenario_of_a_new_version(fresh: Site, visits: Visits) -> None:
    cases = len(fresh.rows(ProcessInstance))
    page = visits.officer(fresh, "pemilik")
    page.goto(f"{ADDRESS}/versi/1")
    page.get_by_role("button", name="Mulai uji coba").click()
    act(page, "Disposisikan ke Dinkominfo")
    expect(page.locator(".picks")).to_contain_text("3. Memverifikasi disposisi aduan")
    act(page, "Tidak, kembalikan ke KemenPANRB")
    expect(page.get_by_role("heading", name="Ada yang perlu diperbaiki")).to_be_visible()
    page.get_by_label("Alasan", exact=False).first.select_option(index=1)
    page.get_by_role("button", name="Lakukan langkah ini").click()
    expect(page.locator(".picks")).to_contain_text("2. Mendisposisi aduan ke Dinkominfo")
    page.get_by_role("button", name="Mundur satu langkah").click()
    expect(page.locator(".played li")).to_have_count(1)
    page.get_by_role("button", name="Satu hari kerja").click()
    page.get_by_label("Belum lengkap, minta pelapor melengkapi").check()
    page.locator("textarea:visible").first.fill("Mohon sebutkan di depan rumah nomor berapa lubangnya.")
    page.get_by_role("button", name="Lakukan langkah ini").click()
    expect(page.locator(".played li")).to_have_count(3)
    expect(page.locator("main")).to_contain_text("waktu berhenti")
    page.get_by_label("Judul (Indonesia)").fill("Kelengkapan sesudah sehari")
    page.get_by_role("button", name="Masukkan ke versi baru").click()
    page.get_by_role("button", name="Periksa dengan skenario ini").click()
    expect(page.get_by_role("button", name="Berlakukan")).to_be_visible()
    page.get_by_label("Apa yang berubah dan mengapa?").fill("Skenario dari uji coba rapat hari ini.")
    page.get_by_role("button", name="Berlakukan").click()
    page.wait_for_url(f"**{ADDRESS}**")
    assert [row.version for row in fresh.rows(Deployment, active=True)] == [2]
    assert len(fresh.rows(ProcessInstance)) == cases, "a trial is no case"


def test_scenarios_follow_a_new_task_by_proposal(fresh: Site, visits: Visits, tmp_path: Path) -> None:
    file = tmp_path / "semua.zip"
    file.write_bytes(write_files(with_new_task().files))
    page = visits.officer(fresh, "pemilik")
    page.goto(f"{ADDRESS}/unggah")
    page.locator("input[type=file]").set_input_files(file)
    page.get_by_role("button", name="Periksa").click()
    expect(page.locator(".mends li").first).to_contain_text("Sisipkan langkah “Memeriksa biaya”")
    expect(page.get_by_role("button", name="Berlakukan")).to_have_count(0)
    page.locator(".proposals summary").first.click()
    expect(page.locator(".lines ins").first).to_be_visible()
    page.get_by_role("button", name="Terapkan pada yang dicentang").click()
    page.get_by_label("Apa yang berubah dan mengapa?").fill("Biaya diperiksa sebelum ditindaklanjuti.")
    page.get_by_role("button", name="Berlakukan").click()
    page.wait_for_url(f"**{ADDRESS}**")
    assert [row.version for row in fresh.rows(Deployment, active=True)] == [2]
