"""The page on which reporters erase who they are, the officers' form for it, and what is left afterwards: nothing."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from app.store.schema import metadata
from tests.web.conftest import Visit
from tests.web.test_citizen_tracking import enter
from tests.world import IDENTITY, World

ERASE = "Hapus identitas saya"


@pytest.mark.parametrize("ended", [False, True])
def test_a_reporter_erases_their_identity_on_their_page_at_any_time(ended: bool, visit: Visit, service: World) -> None:
    filed, browser = service.file(), visit(None)
    home = f"/lacak/{filed.tracking_id}"
    assert ERASE in enter(browser, filed)
    if ended:
        browser.post(f"{home}/cabut", data={"reason": "Sudah beres sendiri."})
    asked = browser.get(f"{home}/hapus-identitas").text
    assert ("tidak dapat lagi menghubungi Anda" in asked) is not ended
    page = browser.post(f"{home}/hapus-identitas", follow_redirects=True).text
    assert "Identitas Anda pada aduan ini sudah dihapus." in page and ERASE not in page
    again = browser.post(f"{home}/hapus-identitas", follow_redirects=True)
    assert again.status_code == 200 and "sudah dihapus" in again.text
    assert browser.get(f"{home}/hapus-identitas").status_code == 302
    assert ERASE not in enter(visit(None), filed)  # number and code still open the case


def test_opening_the_page_erases_nothing(visit: Visit, service: World) -> None:
    filed, browser = service.file(), visit(None)
    enter(browser, filed)
    browser.get(f"/lacak/{filed.tracking_id}/hapus-identitas")
    assert ERASE in browser.get(f"/lacak/{filed.tracking_id}").text


def test_an_officer_erases_it_for_a_reporter_who_asked_elsewhere(visit: Visit, service: World) -> None:
    filed, browser = service.file(), visit("dinkominfo")
    home = f"/aduan/{filed.tracking_id}"
    empty = browser.post(f"{home}/hapus-identitas", data={"reason": ""})
    assert empty.status_code == 400 and 'id="e-erase"' in empty.text and 'id="e-reason"' not in empty.text
    page = browser.post(f"{home}/hapus-identitas", data={"reason": "Diminta di loket."}, follow_redirects=True).text
    assert "Identitas sudah dihapus." in page and '<form method="post" action="/aduan' not in page


def test_an_office_is_offered_no_erasing(visit: Visit, service: World) -> None:
    filed = service.at_opd()
    home = f"/aduan/{filed.tracking_id}"
    page = visit("pupr").get(home).text
    assert "Buka identitas" in page and "hapus-identitas" not in page
    assert visit("pupr").post(f"{home}/hapus-identitas", data={"reason": "Diminta."}).status_code == 403


def test_nothing_of_an_erased_identity_is_left_in_any_table(visit: Visit, service: World) -> None:
    filed, browser = service.file(), visit(None)
    enter(browser, filed)
    hashes = _hashes(service, filed.tracking_id)
    assert len(hashes) >= 2
    browser.post(f"/lacak/{filed.tracking_id}/hapus-identitas")
    wanted = {str(value) for value in IDENTITY.values() if isinstance(value, str) and len(value) > 5} | hashes
    with service.toolbox.database.connect() as connection:
        for table in metadata.sorted_tables:
            for row in connection.execute(select(table)):
                for name, value in row._mapping.items():
                    said = value.decode("latin-1") if isinstance(value, bytes) else str(value)
                    assert not any(each in said for each in wanted), (table.name, name)


def _hashes(service: World, number: str) -> set[str]:
    table = metadata.tables["reporter"]
    with service.toolbox.database.connect() as connection:
        row = connection.execute(select(table).where(table.c.complaint_id == number)).one()
    return {value for value in (row.nik_hash, row.phone_hash, row.email_hash) if value}
