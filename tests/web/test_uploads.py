"""The owner's upload: what a file is, what changes with it and how scenarios follow it, before it is in force."""

from __future__ import annotations

import html
import io
import re
import zipfile

import pytest
from werkzeug.datastructures import FileStorage, MultiDict
from werkzeug.test import encode_multipart

from app.commands.procedure.deployments import Deploy
from app.commands.procedure.service import LoadService
from app.domain.errors import InvalidDiagram
from app.store.deployments import Deployment
from app.store.service_data import ServiceFile
from tests.bundle.test_upload import REFUSED
from tests.rehearsal.test_mend import with_new_task
from tests.web.conftest import Visit
from tests.web.uploads import DIAGRAM, FILES, HOME, REASON, UPLOAD, archive, check, deploy, hidden, live
from tests.world import ROOT, World

pytestmark = pytest.mark.slow  # deploying checks and plays every scenario


@pytest.mark.parametrize("name", [f"{HOME.rpartition('/')[2]}-v1.bpmn", "pengaduan_sp4n-v1 (1).bpmn"])
def test_a_download_is_changed_and_sent_back_under_its_own_name(service: World, visit: Visit, name: str) -> None:
    owner = visit("pemilik")
    got = owner.get(f"{HOME}/versi/1/diagram.bpmn")
    assert "pengaduan_sp4n-v1.bpmn" in got.headers["Content-Disposition"]
    stricter = got.data.replace(b"${origin == 'direct'}", b"${origin == 'direct' and channel != 'sms'}")
    checked = check(owner, **{name.replace(".", "__"): b"\xef\xbb\xbf" + stricter})
    assert checked.status_code == 200
    assert "<del>${origin == &#39;direct&#39;}</del>" in checked.text
    assert "<ins>${origin == &#39;direct&#39; and channel != &#39;sms&#39;}</ins>" in checked.text
    assert f"{name} → <code>{DIAGRAM}</code>" in checked.text
    assert deploy(owner, checked.text).status_code == 302
    assert live(service) == 2
    assert owner.get(f"{HOME}/versi/2/diagram.bpmn").data == stricter


@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
def test_the_same_content_needs_no_deploying(service: World, visit: Visit, mark: bytes) -> None:
    owner = visit("pemilik")
    for page in (
        check(owner, semua__zip=owner.get(f"{HOME}/versi/1/unduh").data),
        check(owner, x__bpmn=mark + FILES[DIAGRAM], y__toml=mark + FILES["manifest.toml"]),
    ):
        assert page.status_code == 200
        assert "tidak ada yang perlu diberlakukan" in page.text and 'value="deploy"' not in page.text
        assert "Tidak ada temuan" not in page.text, "green is for what can be put in force"
    assert live(service) == 1


def without(*names: str, manifest: tuple[bytes, bytes] = (b"", b"")) -> bytes:
    """An archive of everything but the files whose names begin so."""
    kept = {name: data for name, data in FILES.items() if not name.startswith(names)}
    return archive({**kept, "manifest.toml": FILES["manifest.toml"].replace(*manifest)})


STRANGE = FILES["minta_kelengkapan.bpmn"].replace(b"minta_kelengkapan", b"lama")
GATE = {  # what is missing or too much: the archive, the rule that says so, and a piece of its sentence
    "no scenarios": (without("scenarios/"), "scenario-missing", "tidak punya skenario"),
    "few scenarios": (without(*(f"scenarios/{n}" for n in "1234")), "coverage", "manifes meminta"),
    "unused drawing": (archive({**FILES, "lama.bpmn": STRANGE}), "upload", "“lama”"),
    "unused form": (
        archive({**FILES, "forms/lama.form": b'{"id": "lama", "components": []}'}), "file-unused", "forms/lama.form",
    ),
    "unknown office": (without("x", manifest=(b'unit = "DINKOMINFO"', b'unit = "DINAS_X"')), "unknown-unit", "DINAS_X"),
}  # fmt: skip


@pytest.mark.parametrize("name", GATE)
def test_the_gate_of_the_page_is_that_of_the_command(service: World, visit: Visit, name: str) -> None:
    content, rule, sentence = GATE[name]
    answer = check(visit("pemilik"), semua__zip=content)
    assert answer.status_code == 422
    assert f"· {rule}<" in answer.text and sentence in answer.text
    assert live(service) == 1


def test_a_process_drawn_in_two_files_is_refused(service: World, visit: Visit) -> None:
    manifest = FILES["manifest.toml"].replace(
        b'calls = ["minta_kelengkapan.bpmn"', b'calls = ["minta_kelengkapan.bpmn", "dua.bpmn"'
    )
    both = {**FILES, "manifest.toml": manifest, "dua.bpmn": FILES["minta_kelengkapan.bpmn"] + b"\n"}
    with pytest.raises(InvalidDiagram) as refused:
        service.runner.run(Deploy(both, REASON), service.actor("pemilik"))
    assert "process-twice" in {finding.rule for finding in refused.value.details["findings"]}


ROLES = (ROOT / "processes/service/roles.toml").read_bytes()
CALENDAR = (ROOT / "processes/service/calendar.toml").read_bytes()
SLA = (ROOT / "processes/service/sla.toml").read_bytes()
LONGER = SLA.replace(b'limit = "P3D"', b'limit = "P4D"', 1)


def test_a_service_file_is_loaded_as_such_with_what_it_moves(service: World, visit: Visit) -> None:
    service.file()
    owner = visit("pemilik")
    checked = check(owner, unduhan__toml=LONGER)
    assert checked.status_code == 200
    assert "data layanan" in checked.text and "<del>P3D</del>" in checked.text and "<ins>P4D</ins>" in checked.text
    assert "Tidak ada jatuh tempo aduan yang berjalan yang bergeser" in checked.text, "limits stay"
    assert deploy(owner, checked.text, "terlalu").status_code == 400
    done = deploy(owner, checked.text, "Batas empat hari menurut rapat.")
    assert done.status_code == 302
    assert live(service) == 1, "no version of the procedure comes of it"
    (row,) = service.rows(ServiceFile, reason="Batas empat hari menurut rapat.")
    assert (row.name, row.content) == ("sla.toml", LONGER)
    again = check(owner, unduhan__toml=LONGER)
    assert "tidak ada yang perlu diberlakukan" in again.text and 'value="deploy"' not in again.text


def test_a_changed_calendar_is_loaded_with_the_due_times_that_it_moves(service: World, visit: Visit) -> None:
    service.file()
    hours = b'["08:00-12:00", "13:00-15:45"]'
    checked = check(visit("pemilik"), kalender__toml=CALENDAR.replace(b"thursday = " + hours, b"thursday = []", 1))
    assert checked.status_code == 200
    assert re.search(r"[1-9]\d* jatuh tempo pada 1 dari 1 aduan", checked.text)


def test_a_broken_service_file_is_refused_with_its_findings(service: World, visit: Visit) -> None:
    before = len(service.rows(ServiceFile))
    answer = check(visit("pemilik"), sla__toml=SLA.replace(b'"P3D"', b'"tiga hari"', 1))
    assert answer.status_code == 422 and "tiga hari" in answer.text and 'value="deploy"' not in answer.text
    assert len(service.rows(ServiceFile)) == before


def test_without_the_right_a_service_file_is_refused_with_who_has_it(service: World, visit: Visit) -> None:
    service.runner.run(
        LoadService({"roles.toml": ROLES.replace(b'permissions = ["standard.edit", ', b"permissions = [")}, REASON),
        service.actor("pemilik"),
    )
    answer = check(visit("pemilik"), sla__toml=LONGER)
    assert answer.status_code == 422
    assert "Anda tidak berhak mengubahnya" in answer.text and 'value="deploy"' not in answer.text
    assert "P4D" not in answer.text


def test_service_data_that_changed_meanwhile_is_shown_again(service: World, visit: Visit) -> None:
    first, second = visit("pemilik"), visit("pemilik")
    mine, theirs = check(first, a__toml=LONGER).text, check(second, a__toml=SLA + b"\n").text
    assert deploy(first, mine).status_code == 302
    late = deploy(second, theirs)
    assert late.status_code == 409 and REASON in late.text and "<ins>P3D</ins>" in late.text


@pytest.fixture(scope="module")
def new_task() -> bytes:
    """An archive of the procedure with a new user task that no scenario knows."""
    return archive(with_new_task().files)


def sent_along(page: str) -> dict[str, list[str]]:
    return {name: [value] for name, value in hidden(page).items()}


def test_scenarios_that_a_new_task_breaks_are_mended_by_proposal(service: World, visit: Visit, new_task: bytes) -> None:
    owner = visit("pemilik")
    broken = check(owner, semua__zip=new_task)
    assert broken.status_code == 422
    assert "skenario tidak lagi cocok" in broken.text and "Sisipkan langkah “Memeriksa biaya”" in broken.text
    assert 'value="deploy"' not in broken.text and "perbaiki sendiri" not in broken.text
    names = re.findall(r'name="scenario" value="([^"]+)"', broken.text)
    assert len(names) > 20 and live(service) == 1
    some = owner.post(UPLOAD, data=sent_along(broken.text) | {"action": "mend", "scenario": names[1:]})
    assert some.status_code == 422 and "1 skenario tidak lagi cocok" in some.text, "what was not ticked stays broken"
    done = owner.post(UPLOAD, data=sent_along(some.text) | {"action": "mend", "scenario": names[:1]})
    assert done.status_code == 200 and 'value="deploy"' in done.text
    assert "Langkah atau harapan skenario ini berubah" in done.text
    assert live(service) == 1, "nothing is in force before it is approved"
    assert deploy(owner, done.text).status_code == 302
    assert live(service) == 2


def test_the_mended_scenarios_can_be_taken_home_as_files(visit: Visit, new_task: bytes) -> None:
    owner = visit("pemilik")
    broken = check(owner, semua__zip=new_task)
    names = re.findall(r'name="scenario" value="([^"]+)"', broken.text)
    answer = owner.post(UPLOAD, data=sent_along(broken.text) | {"action": "mended", "scenario": names})
    assert answer.mimetype == "application/zip"
    with zipfile.ZipFile(io.BytesIO(answer.data)) as packed:
        assert sorted(packed.namelist()) == sorted(names)
        assert b'task = "check_cost"' in packed.read("scenarios/01_tujuh_langkah.toml")


def test_a_mend_cannot_be_put_in_from_outside(service: World, visit: Visit, new_task: bytes) -> None:
    owner = visit("pemilik")
    broken = check(owner, semua__zip=new_task)
    answer = owner.post(UPLOAD, data=sent_along(broken.text) | {"action": "mend", "scenario": ["manifest.toml", "x"]})
    assert answer.status_code == 422 and live(service) == 1
    for candidate in ("%%%", "UEsDBA=="):
        answer = owner.post(UPLOAD, data={"candidate": candidate, "action": "mend", "scenario": ["x"]})
        assert answer.status_code in (400, 422)


@pytest.mark.parametrize("kind", REFUSED)
def test_each_kind_of_wrong_upload_is_answered_in_one_sentence_and_nothing_is_stored(
    service: World, visit: Visit, kind: str
) -> None:
    sent, said = REFUSED[kind]
    owner = visit("pemilik")
    files = [FileStorage(io.BytesIO(content), name) for name, content in sent]
    boundary, body = encode_multipart(MultiDict([*(("files", each) for each in files), ("action", "check")]))
    answer = owner.post(UPLOAD, data=body, content_type=f"multipart/form-data; boundary={boundary}")
    assert answer.status_code == 422
    page = html.unescape(answer.text)
    assert page.count("finding-error") == 1 and said in page
    assert 'value="deploy"' not in page and 'name="candidate"' not in page
    assert live(service) == 1 and len(service.rows(Deployment)) == 1
