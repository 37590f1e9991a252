"""A bundle is the same set of files whether it comes from a folder, an archive or the database."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.bundle.read import bundle_of, read_folder, write_files
from app.bundle.upload import place
from app.domain.errors import InvalidDiagram
from app.domain.text import Text
from tests.processes.content import FOLDER, ROOT, bundle


def test_a_folder_gives_the_files_it_names_and_the_forms_it_uses() -> None:
    files = set(bundle().files)
    assert {"manifest.toml", "pengaduan_sp4n.bpmn", "minta_kelengkapan.bpmn", "routing.dmn"} <= files
    assert {name for name in files if name.startswith("forms/")} == {
        *(f"forms/{key}.form" for key in bundle().forms),
        "forms/labels.en.toml",
    }
    assert len(bundle().forms) == 13


def test_an_archive_holds_the_same_bundle_and_is_the_same_every_time() -> None:
    packed = write_files(bundle().files)
    assert packed == write_files(dict(reversed(bundle().files.items())))
    again = bundle_of(place(bundle().key, {}, [("x.zip", packed)], {}).files)
    assert (again.digest, again.files) == (bundle().digest, bundle().files)


def test_the_digest_follows_every_byte_and_every_name() -> None:
    files = dict(bundle().files)
    changed = {**files, "labels.en.toml": files["labels.en.toml"] + b"\n"}
    renamed = {("x" + name if name.startswith("scenarios") else name): data for name, data in files.items()}
    assert len({bundle_of(each).digest for each in (files, changed, renamed)}) == 3


def test_labels_are_drawn_in_one_language_and_told_in_two() -> None:
    assert bundle().label("follow_up") == Text("Menindaklanjuti aduan", "Follow up the complaint")
    assert bundle().label("lane_opd").en == "OPD (city office)"
    assert bundle().label("nothing") == Text("nothing", "nothing")


def test_a_folder_without_its_diagram_is_refused_by_name(tmp_path: Path) -> None:
    (tmp_path / "manifest.toml").write_bytes((FOLDER / "manifest.toml").read_bytes())
    with pytest.raises(InvalidDiagram) as refused:
        read_folder(tmp_path, ROOT / "forms")
    assert refused.value.findings[0].file == "pengaduan_sp4n.bpmn"
