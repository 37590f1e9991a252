"""A clerk who draws: uploads a faulty drawing, mends it, deploys it, and puts the earlier version back."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from app.store.deployments import Deployment
from app.store.instances import ProcessInstance
from tests.browser.site import Site
from tests.browser.stories import BROKEN
from tests.browser.visiting import Visits
from tests.world import PROCESS

pytestmark = [pytest.mark.browser, pytest.mark.slow]

DIAGRAM = "pengaduan_sp4n.bpmn"
ADDRESS = "/proses/pengaduan_sp4n"


def upload(page: Page, file: Path) -> None:
    """Choose a file on the upload page and have it checked."""
    page.goto(f"{ADDRESS}/unggah")
    page.locator("input[type=file]").set_input_files(file)
    page.get_by_role("button", name="Periksa").click()
    expect(page.get_by_role("heading", name="Hasil pemeriksaan")).to_be_visible()


def active(site: Site) -> list[int]:
    """The versions on which new complaints start."""
    return [row.version for row in site.rows(Deployment, active=True)]


def test_a_faulty_drawing_shows_every_finding_and_cannot_go_live(fresh: Site, visits: Visits) -> None:
    page = visits.officer(fresh, "pemilik")
    upload(page, BROKEN)
    expect(page.locator(".finding-error")).not_to_have_count(0)
    page.locator(".warnings summary").click()
    for finding in page.locator(".finding").all():
        assert finding.locator("code").inner_text().strip()
        assert len(finding.locator(".finding-fix").inner_text()) > 10
    expect(page.get_by_text("Belum dapat diberlakukan.", exact=False)).to_be_visible()
    expect(page.get_by_role("button", name="Berlakukan")).to_have_count(0)
    assert active(fresh) == [1]


def test_a_download_is_changed_sent_back_under_its_name_and_read_as_what_changed(
    fresh: Site, visits: Visits, tmp_path: Path
) -> None:
    page = visits.officer(fresh, "pemilik")
    page.goto(f"{ADDRESS}/versi/1")
    with page.expect_download() as coming:
        page.get_by_role("link", name="Unduh BPMN").click()
    name = coming.value.suggested_filename
    drawing = Path(coming.value.path()).read_text(encoding="utf-8")
    changed = tmp_path / name.replace(".bpmn", " (1).bpmn")
    changed.write_text(drawing.replace("${origin == 'direct'}", "${origin == 'direct' and channel != 'sms'}", 1))
    upload(page, changed)
    expect(page.locator(".differs del")).to_have_text("${origin == 'direct'}")
    expect(page.locator(".differs ins")).to_have_text("${origin == 'direct' and channel != 'sms'}")
    expect(page.locator(".differs tbody tr")).to_contain_text("Tidak, langsung ke Dinkominfo")
    page.get_by_label("Apa yang berubah dan mengapa?").fill("SMS tetap lewat kementerian menurut rapat.")
    page.get_by_role("button", name="Berlakukan").click()
    page.wait_for_url(f"**{ADDRESS}**")
    assert active(fresh) == [2]


def test_a_changed_drawing_goes_live_for_new_complaints_and_the_old_one_can_return(
    fresh: Site, visits: Visits, tmp_path: Path
) -> None:
    before = fresh.file()
    drawing = (PROCESS / DIAGRAM).read_text(encoding="utf-8")
    changed = tmp_path / DIAGRAM
    changed.write_text(drawing.replace("2. Mendisposisi", "2. Menyalurkan"), encoding="utf-8")
    page = visits.officer(fresh, "pemilik")
    upload(page, changed)
    page.get_by_label("Apa yang berubah dan mengapa?").fill("Kata yang lebih mudah dipahami warga.")
    page.get_by_role("button", name="Berlakukan").click()
    page.wait_for_url(f"**{ADDRESS}**")
    assert active(fresh) == [2]
    after = fresh.file()
    versions = {row.id: row.version for row in fresh.rows(Deployment)}
    pinned = {row.id: versions[row.deployment_id] for row in fresh.rows(ProcessInstance)}
    assert (pinned[before.instance_id], pinned[after.instance_id]) == (1, 2)

    page.goto(f"{ADDRESS}/versi/1")
    page.get_by_label("Alasan").fill("Kata yang lama ternyata lebih dikenal.")
    page.get_by_role("button", name="Berlakukan versi 1").click()
    page.wait_for_url(f"**{ADDRESS}**")
    page.goto(ADDRESS)
    expect(page.locator("main")).to_contain_text("Kata yang lama ternyata lebih dikenal.")
    assert active(fresh) == [1]
