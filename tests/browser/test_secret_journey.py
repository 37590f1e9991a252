"""An anonymous and confidential complaint about illegal fees, from the form to the report: who sees what of it."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.hands import file_complaint, work
from tests.browser.site import Site
from tests.browser.visiting import WIDTHS, Visits, track
from tests.world import FORWARD, PROPER, REASON, RETURN

pytestmark = pytest.mark.browser
NAME, PHONE, PERSON = "Rukmini Prawirodirjo", "081298765432", "Bambang Sutejo"
TITLE, TEXT = "Biaya tidak resmi saat mengurus izin", "Petugas loket meminta dua ratus ribu rupiah di luar tarif."
FILED = {
    "title": TITLE, "chronology": TEXT, "category": "aparatur", "accused_unit": "DPUPR", "related_person": PERSON,
    "name": NAME, "phone": PHONE, "is_anonymous": True, "is_confidential": True,
}  # fmt: skip
TO_THE_INSPECTORATE = {
    "authority_decision": "yes", "target_opd": "INSPEKTORAT", "category": "aparatur", "classification": "complaint",
    "nature": "oversight",
}  # fmt: skip
FOUND = {
    "outcome": "resolved", "result": "Petugas yang meminta biaya sudah diperiksa dan dikenai sanksi.",
    "acted_on": "2026-11-23", "kind": "other",
}  # fmt: skip
LISTS = (
    "/tugas", "/tugas?cari={number}", "/tugas?cari=biaya", "/papan", "/operasi", "/operasi/instans?cari=biaya",
    "/operasi/instans?cari={number}", "/operasi/audit", "/operasi/kotak-keluar",
)  # fmt: skip
SECRETS = (TITLE, TEXT, PERSON)
ANSWER = "Petugas itu sudah dikenai sanksi. Terima kasih atas keberanian Anda melapor."
# Who asks for the whole file while the inspectorate works on it: whether they read it, and what they are answered.
READERS = {
    "menteri": (True, 200), "dinkominfo": (True, 200), "inspektorat": (True, 200), "kabid": (True, 200),
    "pimpinan": (False, 200), "ops": (False, 403), "pupr": (False, 404), "penghubung": (False, 404),
    "dlh": (False, 404),
}  # fmt: skip


@pytest.fixture
def keep(request: pytest.FixtureRequest) -> Path | None:
    """The folder for photographs, where one was asked for."""
    folder = request.config.getoption("--pictures")
    return Path(folder) if folder else None


def photograph(page: Page, folder: Path | None, name: str) -> None:
    """Keep the page in each width."""
    if folder is not None:
        for width in WIDTHS.values():
            page.set_viewport_size({"width": width, "height": 900})
            page.screenshot(path=str(folder / f"secret-{name}-{width}.png"), full_page=True)
        page.set_viewport_size({"width": WIDTHS["desktop"], "height": 900})


def test_who_sees_what_of_a_secret_complaint_on_its_way(lively: Site, visits: Visits, keep: Path | None) -> None:
    citizen = visits.visitor(lively, viewport={"width": 390, "height": 844})
    number, secret = file_complaint(citizen, **FILED)  # type: ignore[arg-type]
    photograph(citizen, keep, "receipt")
    office = visits.visitor(lively)
    work(office, "menteri", number, FORWARD)
    work(office, "dinkominfo", number, TO_THE_INSPECTORATE)
    for who, (reads, status) in READERS.items():
        look(visits.officer(lively, who), number, reads, status)
    work(office, "inspektorat", number, RETURN)
    page = visits.officer(lively, "inspektorat")
    page.goto(f"/aduan/{number}")
    expect(page.locator("main")).to_contain_text(REASON)  # its own answer stays with it; the complaint does not
    assert not [each for each in SECRETS if each in page.content()]
    photograph(page, keep, "after-the-return")
    work(office, "dinkominfo", number, TO_THE_INSPECTORATE)
    work(office, "inspektorat", number, {"within_function": True})
    work(office, "inspektorat", number, FOUND)
    for who in ("dinkominfo", "menteri"):
        page = visits.officer(lively, who)
        page.goto(f"/aduan/{number}")
        photograph(page, keep, f"judged-by-{who}")
    work(office, "dinkominfo", number, {"result_accepted": True, "answer": ANSWER})
    work(office, "menteri", number, PROPER)
    track(citizen, number, secret)
    expect(citizen.locator(".answer")).to_contain_text(ANSWER)
    assert NAME not in citizen.content() and REASON not in citizen.content()
    photograph(citizen, keep, "answer")


def look(page: Page, number: str, reads: bool, status: int) -> None:
    """The whole file, the lists and the searches of one person."""
    answer = page.goto(f"/aduan/{number}")
    assert answer is not None
    shown = page.content()
    assert number not in page.locator("body").inner_text() + page.title(), "a number is written in one way"
    assert NAME not in shown and PHONE not in shown, "anonymous: nobody reads the name without opening it for a reason"
    assert all(each in shown for each in SECRETS) if reads else not [each for each in SECRETS if each in shown]
    assert answer.status == status
    for address in LISTS:
        seen = page.goto(address.format(number=number))
        if seen is not None and seen.status == 200:
            content = page.content()
            assert NAME not in content and PHONE not in content and PERSON not in content, address
            assert reads or TITLE not in content, address


def test_the_identity_opens_for_those_whom_the_form_names_and_for_nobody_else(lively: Site, visits: Visits) -> None:
    citizen = visits.visitor(lively)
    number, _ = file_complaint(citizen, **FILED)  # type: ignore[arg-type]
    for who in ("dinkominfo", "kabid", "pupr"):
        page = visits.officer(lively, who)
        page.goto(f"/aduan/{number}")
        opening = page.get_by_role("button", name="Buka identitas")
        if who != "dinkominfo":
            expect(opening).to_have_count(0)
            continue
        page.get_by_label("Alasan membuka identitas").fill("Menghubungi pelapor untuk pemeriksaan.")
        opening.click()
        expect(page.locator("main")).to_contain_text(NAME)
