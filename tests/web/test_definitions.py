"""The process owner's pages: read a procedure, change it after every check, put an earlier version back, try it."""

from __future__ import annotations

import io
import re
import zipfile

import pytest

from app.commands.procedure.deployments import Deploy
from app.store.deployments import Activation, Deployment
from app.store.instances import ProcessInstance
from tests.web.conftest import Visit
from tests.web.uploads import CLEARER, DIAGRAM, FILES, HOME, REASON, UPLOAD, archive, check, deploy, hidden, live
from tests.world import World

pytestmark = pytest.mark.slow  # deploying checks and plays every scenario


def test_every_page_of_a_procedure_answers(visit: Visit) -> None:
    owner = visit("pemilik")
    shelf = owner.get("/proses").text
    assert HOME in shelf and "Pengaduan SP4N-LAPOR!" in shelf
    page = owner.get(HOME).text
    for words in ("Mendisposisi aduan ke Dinkominfo", "Admin KemenPANRB", "belum ditetapkan", "awal", UPLOAD):
        assert words in page
    page = owner.get(f"{HOME}/versi/1").text
    assert "Mulai uji coba" in page and DIAGRAM in page and "aktifkan" not in page
    page = owner.get(f"{HOME}/versi/1/skenario").text
    assert "tidak sesuai" not in page and page.count("sesuai</span>") >= 30
    assert "<svg" in owner.get(f"{HOME}/versi/1/diagram.svg").text


def test_what_is_downloaded_is_what_was_deployed(visit: Visit) -> None:
    owner = visit("pemilik")
    assert owner.get(f"{HOME}/versi/1/diagram.bpmn").data == FILES[DIAGRAM]
    answer = owner.get(f"{HOME}/versi/1/unduh")
    assert answer.headers["Content-Disposition"] == 'attachment; filename="pengaduan_sp4n-v1.zip"'
    with zipfile.ZipFile(io.BytesIO(answer.data)) as packed:
        assert {name: packed.read(name) for name in packed.namelist()} == dict(FILES)


@pytest.mark.parametrize("path", ["", "/versi/1/unduh", "/unggah", "/versi/1"])
def test_an_unknown_procedure_or_version_is_not_found(visit: Visit, path: str) -> None:
    owner = visit("pemilik")
    assert owner.get(f"/proses/tidak_ada{path}").status_code == 404
    assert owner.get(f"{HOME}/versi/99").status_code == 404
    for act in ("aktifkan", "uji"):
        assert owner.post(f"{HOME}/versi/99/{act}", data={"reason": REASON}).status_code == 404


def test_a_changed_drawing_goes_live_after_the_check_and_running_cases_stay(service: World, visit: Visit) -> None:
    old = service.file()
    owner = visit("pemilik")
    checked = check(owner, pengaduan_sp4n__bpmn=CLEARER)
    assert checked.status_code == 200
    assert "follow_up" in checked.text and DIAGRAM in checked.text
    assert "<del>" in checked.text and "Menindaklanjuti aduan segera</ins>" in checked.text
    assert live(service) == 1, "nothing is live before it was agreed to"
    done = deploy(owner, checked.text)
    assert (done.status_code, done.headers["Location"]) == (302, HOME)
    assert live(service) == 2
    page = owner.get(HOME).text
    assert REASON in page and "Pemilik" in page and "Versi 2" in page
    new = service.file()
    versions = {row.id: row.deployment_id for row in service.rows(ProcessInstance)}
    assert versions[old.instance_id] != versions[new.instance_id]
    assert "Menindaklanjuti aduan segera" in owner.get(f"{HOME}/versi/2").text


def test_a_second_click_deploys_once(service: World, visit: Visit) -> None:
    owner = visit("pemilik")
    page = check(owner, pengaduan_sp4n__bpmn=CLEARER).text
    assert [deploy(owner, page).status_code for _ in range(2)] == [302, 302]
    assert len(service.rows(Deployment)) == 2
    assert len(service.rows(Activation)) == 2


def test_the_second_of_two_owners_is_told_and_reads_the_difference_again(service: World, visit: Visit) -> None:
    first, second = visit("pemilik"), visit("pemilik")
    mine = check(first, pengaduan_sp4n__bpmn=CLEARER).text
    theirs = check(second, routing__dmn=FILES["routing.dmn"] + b"\n").text
    assert deploy(first, mine).status_code == 302
    late = deploy(second, theirs)
    assert late.status_code == 409
    assert "Sementara itu versi lain diberlakukan" in late.text
    assert REASON in late.text, "what was typed is kept"
    assert DIAGRAM in late.text, "the page shows that the other's change would be undone"
    assert live(service) == 2
    assert deploy(second, late.text).status_code == 302


@pytest.mark.parametrize("reason", ["", "   ", "terlalu", " " * 12])
def test_without_a_reason_nothing_is_deployed(service: World, visit: Visit, reason: str) -> None:
    owner = visit("pemilik")
    answer = deploy(owner, check(owner, pengaduan_sp4n__bpmn=CLEARER).text, reason)
    assert answer.status_code == 400
    assert 'aria-describedby="c-alasan e-alasan"' in answer.text
    assert hidden(answer.text), "what was checked need not be uploaded again"
    assert live(service) == 1


UNSAFE = re.sub(rb"\$\{within_function[^}]*\}", b"${within_function.__class__}", FILES[DIAGRAM], count=1)
NOWHERE = re.sub(rb'targetRef="gw_\w+"', b'targetRef="tak_ada"', FILES[DIAGRAM], count=1)
FORMLESS = FILES[DIAGRAM].replace(b'"verifikasi_opd"', b'"tak_ada"')
STEPLESS = re.sub(rb'<bpmn:userTask id="confirm_result".*?</bpmn:userTask>', b"", FILES[DIAGRAM], flags=re.S)
BROKEN = {  # what is wrong: the drawing, what the findings must name, and a piece of their sentence
    "unsafe condition": (UNSAFE, "f_function_yes", "tidak diizinkan"),
    "arrow to nowhere": (NOWHERE, "tak_ada", "tidak punya ujung"),
    "no such form": (FORMLESS, "verify_disposition_opd", "Formulir"),
    "cut off": (FILES[DIAGRAM][:-40], DIAGRAM, "bukan XML"),
    "a step is missing": (STEPLESS, "f_confirmed", "tidak punya awal"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_drawing_is_refused_with_all_findings(service: World, visit: Visit, name: str) -> None:
    drawing, element, sentence = BROKEN[name]
    owner = visit("pemilik")
    answer = check(owner, pengaduan_sp4n__bpmn=drawing)
    assert answer.status_code == 422
    assert element in answer.text
    assert sentence in answer.text and "harus diperbaiki" in answer.text
    assert 'value="deploy"' not in answer.text, "there is no way on from here"
    if hidden(answer.text):
        assert deploy(owner, answer.text).status_code == 422
    assert live(service) == 1
    assert deploy(owner, check(owner, pengaduan_sp4n__bpmn=CLEARER).text).status_code == 302


def test_a_scenario_that_fails_is_shown_before_deploying(service: World, visit: Visit) -> None:
    name = next(path for path in FILES if path.startswith("scenarios/"))
    wrong = FILES[name].replace(b'status = "in_follow_up"', b'status = "disposed"')
    assert wrong != FILES[name]
    answer = check(visit("pemilik"), **{name.rpartition("/")[2].replace(".", "__"): wrong})
    assert answer.status_code == 422
    assert "1 skenario tidak lagi cocok" in answer.text and "status in_follow_up, seharusnya disposed" in answer.text
    assert "menjadi in_follow_up (dulu disposed)" in answer.text and 'value="deploy"' not in answer.text
    assert live(service) == 1


def test_what_is_no_procedure_is_refused_at_the_field(service: World, visit: Visit) -> None:
    owner = visit("pemilik")
    other = FILES["manifest.toml"].replace(b"pengaduan_sp4n", b"izin_usaha", 1)
    refused = {
        "gambar.png": (b"\x89PNG", "bukan berkas prosedur"),
        "semua.zip": (b"PK\x03\x04 rusak", ""),
        "kosong.zip": (archive({}), ""),
        "keluar.zip": (archive({"../../etc/passwd": b"root"}), ""),
        "bom.zip": (archive({**FILES, "besar.bpmn": b" " * 6_000_000}), ""),
        "lain.zip": (archive({**FILES, "manifest.toml": other}), ""),
        "manifest.toml": (b"key = [", ""),
    }
    for name, (content, words) in refused.items():
        answer = check(owner, **{name.replace(".", "__"): content})
        assert answer.status_code in (400, 422), name
        assert words in answer.text and 'role="alert"' in answer.text, name
    assert check(owner).status_code == 400
    assert "Pilih sedikitnya satu berkas" in check(owner).text
    for candidate in ("%%%", "UEsDBA=="):
        answer = owner.post(UPLOAD, data={"candidate": candidate, "action": "deploy", "reason": REASON})
        assert answer.status_code in (400, 422)
    assert live(service) == 1


def test_a_request_beyond_the_limit_is_refused(service: World, visit: Visit) -> None:
    owner = visit("pemilik")
    owner.application.config["MAX_CONTENT_LENGTH"] = 100_000
    assert check(owner, besar__zip=b"0" * 100_001).status_code == 413
    assert live(service) == 1


def test_an_earlier_version_is_put_back_for_new_cases(service: World, visit: Visit) -> None:
    service.runner.run(Deploy({**FILES, DIAGRAM: CLEARER}, REASON), service.actor("pemilik"))
    owner, path = visit("pemilik"), f"{HOME}/versi/1/aktifkan"
    assert path in owner.get(f"{HOME}/versi/1").text
    refused = owner.post(path, data={"reason": "salah"})
    assert refused.status_code == 400
    assert 'aria-describedby="c-alasan e-alasan"' in refused.text and ">\nsalah</textarea>" in refused.text
    assert live(service) == 2
    why = "Teks baru membingungkan pelapor."
    assert owner.post(path, data={"reason": why}).headers["Location"] == HOME
    assert live(service) == 1
    assert why in owner.get(HOME).text


def test_others_read_at_most_and_change_nothing(service: World, visit: Visit) -> None:
    reader = visit("ops")
    page = reader.get(HOME)
    assert page.status_code == 200
    assert UPLOAD not in page.text and "Mulai uji coba" not in reader.get(f"{HOME}/versi/1").text
    for name in ("ops", "pupr", "admin", None):
        browser = visit(name)
        assert browser.get(UPLOAD).status_code in (302, 403)
        assert check(browser, pengaduan_sp4n__bpmn=CLEARER).status_code in (302, 403)
        for act in ("aktifkan", "uji"):
            assert browser.post(f"{HOME}/versi/1/{act}", data={"reason": REASON}).status_code in (302, 403)
    assert visit("pupr").get(HOME).status_code == 403
    assert len(service.rows(Activation)) == 1 and service.rows(ProcessInstance) == []
