"""What changed between two versions of a procedure, told by file and value by value."""

from __future__ import annotations

import pytest

from app.bundle.difference import Change, FileDifference, difference, file_differences
from app.bundle.read import bundle_of, read_folder
from app.domain.text import Text
from tests.world import PROCESS, ROOT

NOW = read_folder(PROCESS, ROOT / "forms")
DIAGRAM = NOW.manifest.diagram
STEP = "2. Mendisposisi aduan ke Dinkominfo"


def one(path: str, before: str, after: str) -> FileDifference:
    """The difference of the one file in which `before` is written as `after` once."""
    assert before in NOW.files[path].decode()
    files = {**NOW.files, path: NOW.files[path].replace(before.encode(), after.encode(), 1)}
    (found,) = difference(NOW, bundle_of(files))
    assert (found.path, found.state) == (path, "changed")
    return found


def test_nothing_differs_from_itself() -> None:
    assert difference(NOW, bundle_of(NOW.files)) == ()


@pytest.mark.parametrize(
    ("path", "before", "after", "change"),
    [
        (
            DIAGRAM, "${origin == 'direct'}", "${origin == 'langsung'}",
            (
                "f_origin_direct", "Tidak, langsung ke Dinkominfo", "Syarat",
                "${origin == 'direct'}", "${origin == 'langsung'}",
            ),
        ),
        (
            DIAGRAM, 'name="sla" value="ministry_disposition"', 'name="sla" value="verify_opd"',
            ("ministry_disposition", STEP, "Batas waktu", "ministry_disposition", "verify_opd"),
        ),
        (
            DIAGRAM, 'camunda:formKey="disposisi_kementerian"', 'camunda:formKey="tanggapan"',
            ("ministry_disposition", STEP, "Formulir", "disposisi_kementerian", "tanggapan"),
        ),
        (
            "forms/tindak_lanjut.form", '"label": "Hasil tindak lanjut"', '"label": "Hasilnya"',
            ("outcome", "Hasilnya", "Pertanyaan", "Hasil tindak lanjut", "Hasilnya"),
        ),
        (
            "forms/tindak_lanjut.form", '"required": true', '"required": false',
            ("outcome", "Hasil tindak lanjut", "Wajib diisi", "true", "false"),
        ),
        ("manifest.toml", "coverage = 0.9", "coverage = 0.8", ("coverage", "coverage", "Isi", "0.9", "0.8")),
    ],
)  # fmt: skip
def test_a_changed_value_is_told_as_it_was_and_as_it_is(
    path: str, before: str, after: str, change: tuple[str, str, str, str, str]
) -> None:
    found = one(path, before, after)
    (each,) = found.changes
    assert (each.part, each.label.id, each.name.id, each.old, each.new) == change
    assert not found.added and not found.removed


def test_a_changed_row_of_a_decision_is_told_whole() -> None:
    found = one("routing.dmn", '"DLH"', '"DPUPR"')
    (each,) = found.changes
    assert each.name == Text("Isi baris", "Cells")
    assert each.old is not None and each.new is not None
    assert '"DLH"' in each.old and " → " in each.old and '"DPUPR"' in each.new


def test_a_renamed_step_is_told_under_its_new_name() -> None:
    (each,) = one(DIAGRAM, "Menindaklanjuti aduan", "Mengerjakan aduan").changes
    assert each.part == "follow_up" and "Mengerjakan aduan" in each.label.id and each.name.id == "Nama"


def test_a_new_id_is_one_thing_gone_and_one_thing_new() -> None:
    files = {**NOW.files, DIAGRAM: NOW.files[DIAGRAM].replace(b'"f_function_yes"', b'"f_ours"')}
    (found,) = difference(NOW, bundle_of(files))
    assert set(found.removed) == {"f_function_yes"} and set(found.added) == {"f_ours"}
    assert "f_ours" not in {each.part for each in found.changes}, "what is new is not told value by value"
    (back,) = difference(bundle_of(files), NOW)
    assert set(back.removed) == {"f_ours"} and set(back.added) == {"f_function_yes"}


def test_a_new_question_is_told_by_its_words() -> None:
    more = '"components": [{"type": "textfield", "key": "nota", "label": "Nomor nota"},'
    assert one("forms/tindak_lanjut.form", '"components": [', more).added == {"nota": Text("Nomor nota", "Nomor nota")}


def test_what_was_not_there_is_told_as_missing() -> None:
    found = one(DIAGRAM, '<bpmn:sequenceFlow id="f_start" ', '<bpmn:sequenceFlow id="f_start" name="Mulai" ')
    (each,) = found.changes
    assert (each.old, each.new) == (None, "Mulai")


def test_a_moved_shape_changes_nothing_that_is_said() -> None:
    found = one(DIAGRAM, "<dc:Bounds x=", "<dc:Bounds  x=")
    assert (found.added, found.removed, found.changes) == ({}, {}, ())


def test_whole_files_are_new_or_gone() -> None:
    less = {path: data for path, data in NOW.files.items() if path != "forms/tanggapan.form"}
    (gone,) = difference(NOW, bundle_of(less))
    assert (gone.path, gone.state) == ("forms/tanggapan.form", "gone")
    (new,) = difference(bundle_of(less), NOW)
    assert (new.path, new.state) == ("forms/tanggapan.form", "new")


def test_files_are_compared_even_where_a_drawing_cannot_be_read() -> None:
    broken = {**NOW.files, DIAGRAM: NOW.files[DIAGRAM][:-40], "scenarios/baru.toml": b""}
    found = difference(NOW, bundle_of(broken))
    assert [each.path for each in found] == [DIAGRAM, "scenarios/baru.toml"]
    assert not found[0].removed, "a drawing that cannot be read has not lost its steps"


def test_a_limit_is_told_by_its_key_and_since_when_it_holds() -> None:
    before = (ROOT / "processes/service/sla.toml").read_bytes()
    (found,) = file_differences({"sla.toml": before}, {"sla.toml": before.replace(b'"P3D"', b'"P4D"', 1)})
    assert found.changes == (
        Change(
            "limit ministry_disposition (2026-01-01)",
            Text("KemenPANRB memverifikasi dan mendisposisi", "KemenPANRB memverifikasi dan mendisposisi"),
            Text("limit", "limit"), "P3D", "P4D",
        ),
    )  # fmt: skip
