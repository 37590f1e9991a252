"""What pages promise of anonymity and secrecy is written from the role table, and says what the rule does."""

from __future__ import annotations

import pytest
from sqlalchemy import update

from app.commands.complaint.filing import Filed
from app.commands.procedure.service import LoadService
from app.domain.roles import SYSTEM
from app.standard.service import FOLDER, read_contents
from app.store.base import table_of
from app.store.instances import ProcessInstance
from tests.commands.test_evidence import followed_up, upload
from tests.web.conftest import Visit
from tests.web.test_citizen import TYPED
from tests.world import ROOT, VISITOR, World

ANONYMOUS = "Hanya {} dapat membuka identitas Anda, dengan alasan yang dicatat"
CONFIDENTIAL = "hanya dapat dibaca oleh {}, dan oleh instansi selama menanganinya"
BOTH = "Admin KemenPANRB dan Admin Dinkominfo"
READERS = "Admin KemenPANRB, Admin Dinkominfo dan Kepala Bidang Informasi dan Komunikasi Publik"


def pages(service: World, visit: Visit) -> dict[str, str]:
    """Every public page that speaks of anonymity or secrecy."""
    filing, browser = visit(None), visit(None)
    hidden = {"is_anonymous": "true", "is_confidential": "true"}
    receipt = filing.post("/lapor", data={**TYPED, **hidden}, follow_redirects=True).text
    filed: Filed = service.file(answers={"is_anonymous": True, "is_confidential": True})
    browser.post("/lacak", data={"nomor": filed.tracking_id, "kode": filed.secret})
    tracking = browser.get(f"/lacak/{filed.tracking_id}").text
    return {
        "form": visit(None).get("/lapor").text,
        "privacy": visit(None).get("/privasi").text,
        "receipt": receipt,
        "tracking": tracking,
    }


def test_the_promise_names_the_holders_of_the_right(service: World, visit: Visit) -> None:
    for name, page in pages(service, visit).items():
        assert ANONYMOUS.format(BOTH) in page, name
        assert READERS in page and "selama menanganinya" in page, name
        assert "tidak pernah selama kantor mereka sendiri yang menangani atau diadukan" in page, name


def test_a_changed_role_table_changes_the_promise(service: World, visit: Visit) -> None:
    contents = read_contents(ROOT / FOLDER)
    roles = contents["roles.toml"].decode()
    was, more = '"complaint.confidential:own", "identity.read", "complaint.moderate"', '"identity.anonymous"'
    given = roles.replace(was, was.replace(":own", "").replace('"identity.read"', f'"identity.read", {more}'))
    assert given != roles
    service.runner.run(LoadService({**contents, "roles.toml": given.encode()}, "uji"), SYSTEM)
    for name, page in pages(service, visit).items():
        assert ANONYMOUS.format("Admin KemenPANRB, Admin Dinkominfo dan Pejabat pengaduan") in page, name
        assert "Pejabat pengaduan dan Kepala Bidang" in page, name


def test_english_pages_promise_the_same(service: World, visit: Visit) -> None:
    browser = visit(None)
    browser.get("/bahasa/en")
    said = "Only Ministry administrator and Dinkominfo administrator can open your identity, with a recorded reason"
    assert said in browser.get("/lapor").text and said in browser.get("/privasi").text


def test_an_open_complaint_promises_nothing_of_the_kind(service: World, visit: Visit) -> None:
    receipt = visit(None).post("/lapor", data=TYPED, follow_redirects=True).text
    assert "sebagai anonim" not in receipt and "Aduan ini rahasia" not in receipt


def test_the_form_says_what_words_and_files_reveal(visit: Visit) -> None:
    page = visit(None).get("/lapor").text
    for said in (
        "petugas membacanya apa adanya, juga bila Anda memilih anonim",
        "wajah, suara, dan tulisan di dalamnya tetap terlihat, juga bila Anda memilih anonim",
        "Yang Anda tulis sendiri di judul, cerita, dan lokasi, serta isi lampiran, tetap dibaca petugas",
    ):
        assert said in page


def test_of_a_nik_only_four_digits_are_shown(service: World, visit: Visit) -> None:
    who = {"name": "Siti Rahma", "phone": "081234567890", "id_type": "ktp", "nik": "3375014107900321"}
    filed = service.file(identity=who)
    shown = visit("menteri").post(f"/aduan/{filed.tracking_id}/identitas", data={"reason": "perlu menghubungi"}).text
    assert "************0321" in shown and "3375014107900321" not in shown


@pytest.mark.parametrize("who", ["menteri", "kabid", "dinkominfo"])
def test_the_window_of_a_confidential_case_shows_its_number_only(service: World, visit: Visit, who: str) -> None:
    filed = service.file(answers={"is_confidential": True, "title": "Kenari judul yang rahasia sekali"})
    page = visit(who).get(f"/aduan/{filed.tracking_id}").text
    title = page.partition("<title>")[2].partition("</title>")[0]
    assert "Kenari" not in title and "Aduan rahasia" in title and "Kenari judul" in page


def test_what_an_office_answered_with_stays_its_own_when_another_has_the_case(visit: Visit, service: World) -> None:
    by_reporter = upload(service, VISITOR)
    filed = service.at_opd(service.file(answers={"attachments": [by_reporter]}))
    names = ("photos_after", "evidence")
    sent = {name: [upload(service, service.actor("pupr"), filed)] for name in names}
    followed_up(service, sent, filed)
    with service.toolbox.database.begin() as connection:  # as a reopened case that is given to another office
        table = table_of(ProcessInstance)
        connection.execute(update(table).where(table.c.id == filed.instance_id).values(unit="DISHUB"))
    own, other = visit("pupr"), visit("dinkes")
    page = own.get(f"/aduan/{filed.tracking_id}").text
    for (kept,) in sent.values():
        assert f'href="/lampiran/{kept}"' in page
        assert own.get(f"/lampiran/{kept}").status_code == 200
        assert own.get(f"/lampiran/{kept}/kecil").status_code == 200
        assert other.get(f"/lampiran/{kept}").status_code == 404
    assert by_reporter not in page and own.get(f"/lampiran/{by_reporter}").status_code == 404
