"""Cases that are no complaints, on their pages: begun with a form, worked on, read by whoever takes part."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from app.commands.runner import Runner
from app.jobs.periods import Periods
from app.store.instances import ProcessInstance
from app.store.starts import CaseStart
from tests.procedures import PERIODIC, RECORD, REQUEST, deploy, handlers
from tests.web.conftest import Visit
from tests.world import World

FORM = {"judul": REQUEST["judul"], "kantor": "DPUPR", "keperluan": "Laporan triwulan kepada wali kota."}


@pytest.fixture(autouse=True)
def record(service: World) -> None:
    """The procedure is live."""
    deploy(service, RECORD)


def begun(service: World, visit: Visit) -> ProcessInstance:
    """A case that Dinkominfo began on its page."""
    browser = visit("dinkominfo")
    token = re.findall(r'name="kiriman" value="([^"]+)"', browser.get(f"/mulai/{RECORD}").text)[0]
    answer = browser.post(f"/mulai/{RECORD}", data={**FORM, "kiriman": token})
    (start,) = service.rows(CaseStart)
    (row,) = service.rows(ProcessInstance, id=start.instance_id)
    assert (answer.status_code, answer.location) == (302, f"/kasus/{row.business_key}")
    again = browser.post(f"/mulai/{RECORD}", data={**FORM, "kiriman": token})  # a second click
    assert again.location == answer.location and len(service.rows(CaseStart)) == 1
    assert f'data-draft-sent="/mulai/{RECORD}"' in browser.get(answer.location).text  # this browser forgets its copy
    found: ProcessInstance = row
    return found


def test_whoever_may_begin_it_finds_it_above_the_tasks_and_nobody_else_does(visit: Visit) -> None:
    for who, offered in (("dinkominfo", True), ("kabid", True), ("pupr", False), ("menteri", False)):
        assert (f"/mulai/{RECORD}" in visit(who).get("/tugas").text) is offered
        assert visit(who).get(f"/mulai/{RECORD}").status_code == (200 if offered else 404)
        assert visit(who).post(f"/mulai/{RECORD}", data=FORM).status_code == (302 if offered else 404)
    for key in ("pengaduan_sp4n", "tidak_ada"):
        assert visit("dinkominfo").get(f"/mulai/{key}").status_code == 404


def test_it_goes_from_its_form_to_its_end_on_pages(visit: Visit, service: World) -> None:
    row = begun(service, visit)
    (task,) = service.open(row.id)
    office = visit("pupr")
    listed = office.get("/tugas").text
    assert FORM["judul"] in listed and "keseluruhan: sisa 14 hari kerja" in listed
    page = office.get(f"/tugas/{task}").text
    for said in (FORM["judul"], FORM["keperluan"], "Permohonan data antarkantor", f"/kasus/{row.business_key}"):
        assert said in page
    assert "Identitas" not in page and "Uji coba" not in page
    done = office.post(f"/tugas/{task}", data={"isi": "Ada 1.024 lampu, 37 padam."}).text
    assert "Tugas selesai" in done and FORM["judul"] in done and "Status sekarang" not in done
    (review,) = service.open(row.id)
    judged = visit("dinkominfo").get(f"/tugas/{review}").text
    assert "Ada 1.024 lampu, 37 padam." in judged
    visit("dinkominfo").post(f"/tugas/{review}", data={"cukup": "true", "yakin": "true"})
    over = visit("dinkominfo").get(f"/kasus/{row.business_key}").text
    assert "Berakhir Sen, 23 Nov 2026 09.00 WIB." in over and "Ada 1.024 lampu" in over


def test_what_is_wrong_comes_back_at_its_field_with_everything_that_was_typed(visit: Visit, service: World) -> None:
    answer = visit("dinkominfo").post(f"/mulai/{RECORD}", data={**FORM, "judul": "Ya"})
    assert answer.status_code == 400 and FORM["keperluan"] in answer.text and 'href="#' in answer.text
    assert service.rows(CaseStart) == []


def test_its_file_is_for_whoever_takes_part_in_it(visit: Visit, service: World) -> None:
    row = begun(service, visit)
    (task,) = service.open(row.id)
    readers = {"dinkominfo": 200, "kabid": 200, "pupr": 200, "dinkes": 404, "menteri": 404, "ops": 403, "admin": 403}
    for who, status in readers.items():
        assert visit(who).get(f"/kasus/{row.business_key}").status_code == status, who
    assert visit("dinkes").get(f"/tugas/{task}").status_code == 404
    visit("pupr").post(f"/tugas/{task}", data={"isi": "Ada seribu."})
    for who, status in {"pupr": 200, "dinkominfo": 200, "dinkes": 404, "menteri": 404}.items():
        assert visit(who).get(f"/tugas/{task}").status_code == status, who
    assert visit("dinkominfo").get(f"/aduan/{row.business_key}").location == f"/kasus/{row.business_key}"
    assert visit("dinkominfo").get(f"/kasus/{service.file().tracking_id}").status_code == 404
    assert visit("dinkominfo").get("/kasus/0000000000").status_code == 404
    assert visit(None).post("/lacak", data={"nomor": row.business_key, "kode": "X" * 16}).status_code == 403


def test_operators_and_supervisors_find_it_in_their_lists(visit: Visit, service: World) -> None:
    row = begun(service, visit)
    for path in ("/operasi/instans", f"/operasi/instans?cari={row.business_key}", "/operasi/instans?cari=lampu"):
        assert FORM["judul"] in visit("ops").get(path).text, path
    assert visit("ops").get(f"/operasi/instans/{row.id}").status_code == 200
    assert FORM["judul"] in visit("kabid").get("/papan").text


def test_a_case_without_a_title_bears_the_name_of_its_procedure(visit: Visit, service: World) -> None:
    """In the language of the reader."""

    toolbox = replace(service.toolbox, handlers=handlers())
    deploy(World(toolbox, Runner(toolbox)), PERIODIC)
    service.clock.advance(datetime(2027, 1, 4, 1, tzinfo=UTC) - service.clock.now())
    assert Periods(Runner(toolbox)).begin_due() == 1
    (start,) = service.rows(CaseStart, key=PERIODIC)
    (task,) = service.open(start.instance_id)
    browser = visit("dinkominfo")
    browser.set_cookie("bahasa", "en")
    assert "Quarterly report" in browser.get("/tugas").text and "Quarterly report" in browser.get(f"/tugas/{task}").text
    assert visit("kabid").get("/papan").status_code == 200 and visit("ops").get("/operasi/instans").status_code == 200


@pytest.mark.parametrize("key", [RECORD, PERIODIC])
def test_an_owner_tries_it_out_as_any_other_procedure(visit: Visit, service: World, key: str) -> None:
    toolbox = replace(service.toolbox, handlers=handlers())
    deploy(World(toolbox, Runner(toolbox)), PERIODIC)
    owner = visit("pemilik")
    for path in ("", "/versi/1", "/versi/1/skenario", "/unggah"):
        assert owner.get(f"/proses/{key}{path}").status_code == 200
    trial = owner.post(f"/proses/{key}/versi/1/uji").location
    page = owner.get(trial).text
    assert "Kasus contoh baru saja dimulai." in page and "aduan contoh" not in page.lower()
    field = {RECORD: "isi", PERIODIC: "ringkasan"}[key]
    hidden = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', page))
    (action,) = {found for found in re.findall(r'action="([^"]+/langkah[^"]*)"', page)}
    done = owner.post(action.replace("&amp;", "&"), data={**hidden, field: "Dua belas."})
    assert done.status_code == 302 and "Dua belas." in owner.get(trial).text
