"""An uploaded file takes its place by what it is; what fits nowhere is named once, with what to do."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Mapping

import pytest

from app.bundle.read import read_folder
from app.bundle.upload import Upload, place
from app.standard.service import read_contents
from tests.world import PROCESS, ROOT

LIVE: Mapping[str, bytes] = read_folder(PROCESS, ROOT / "forms").files
SERVICE = read_contents(ROOT / "processes/service")
DIAGRAM = "pengaduan_sp4n.bpmn"
DRAWN = LIVE[DIAGRAM].replace(b"Menindaklanjuti aduan", b"Menindaklanjuti aduan segera")
OTHER = b"""<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" targetNamespace="x">
<process id="izin_usaha" isExecutable="true"><startEvent id="s"/></process></definitions>"""


def upload(*sent: tuple[str, bytes]) -> Upload:
    return place("pengaduan_sp4n", LIVE, sent, SERVICE)


def archive(files: Mapping[str, bytes], packing: int = zipfile.ZIP_DEFLATED) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", packing) as into:
        for name, content in files.items():
            into.writestr(name, content)
    return packed.getvalue()


@pytest.mark.parametrize(
    "name",
    [DIAGRAM, "pengaduan_sp4n-v1.bpmn", "pengaduan_sp4n-v1 (1).bpmn", "unduhan.xml", "C:\\Users\\Sari\\gambar.bpmn",
     "minta_kelengkapan.bpmn", "routing.dmn", "manifest.toml", "x"],
)  # fmt: skip
def test_a_drawing_is_known_by_its_process_whatever_its_name(name: str) -> None:
    found = upload((name, DRAWN))
    assert found.findings == ()
    assert found.places == ((name, DIAGRAM),)
    assert found.files == {**LIVE, DIAGRAM: DRAWN}


@pytest.mark.parametrize("path", sorted(LIVE))
@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
def test_every_file_of_the_procedure_is_known_by_its_content(path: str, mark: bytes) -> None:
    ending = path.rsplit(".", 1)[-1]
    found = upload((f"berkas tanpa arti.{ending}", mark + LIVE[path]))
    assert found.findings == ()
    assert [place for _, place in found.places] == [path]
    assert found.files == LIVE, "the mark at its beginning is no change"


@pytest.mark.parametrize("name", sorted(name for name in SERVICE if not name.startswith("templates/")))
def test_every_service_file_is_known_and_kept_apart(name: str) -> None:
    found = upload(("unduhan (2).toml", SERVICE[name]))
    assert found.findings == () and found.files == LIVE
    assert found.service == {name: SERVICE[name]}


def test_a_letter_is_known_by_its_name() -> None:
    found = upload(("archived.toml", SERVICE["templates/archived.toml"]))
    assert list(found.service) == ["templates/archived.toml"]


def test_labels_of_the_drawing_and_of_the_forms_are_told_apart() -> None:
    found = upload(
        ("labels.en.toml", b'follow_up = "Do it"\n'),
        ("labels.en (1).toml", b'[pengaduan.title]\nlabel = "Heading"\n'),
    )
    assert dict(found.places) == {"labels.en.toml": "labels.en.toml", "labels.en (1).toml": "forms/labels.en.toml"}


def test_a_new_scenario_and_a_changed_one_find_their_places() -> None:
    old = LIVE["scenarios/01_tujuh_langkah.toml"]
    new = old.replace(b"Tujuh langkah sampai pelapor puas", b"Jalan lurus dengan foto")
    found = upload(("53_foto.toml", new), ("salinan.toml", old.replace(b"Medono", b"Podosugih")))
    assert [place for _, place in found.places] == ["scenarios/53_foto.toml", "scenarios/01_tujuh_langkah.toml"]


def test_a_form_of_a_modeler_with_an_id_of_its_own_goes_by_its_name() -> None:
    form = LIVE["forms/tanggapan.form"].replace(b'"id": "tanggapan"', b'"id": "Form_0x1y"')
    assert upload(("tanggapan (3).form", form)).places == (("tanggapan (3).form", "forms/tanggapan.form"),)


def test_a_new_called_process_comes_with_the_manifest_that_names_it() -> None:
    manifest = LIVE["manifest.toml"].replace(
        b'calls = ["minta_kelengkapan.bpmn"', b'calls = ["minta_kelengkapan.bpmn", "izin.bpmn"'
    )
    found = upload(("izin.bpmn", OTHER), ("manifest.toml", manifest))
    assert found.findings == () and found.files["izin.bpmn"] == OTHER


def test_a_renamed_diagram_goes_where_its_manifest_says() -> None:
    renamed = {name: data for name, data in LIVE.items() if name != DIAGRAM}
    renamed |= {"baru.bpmn": DRAWN, "manifest.toml": LIVE["manifest.toml"].replace(DIAGRAM.encode(), b"baru.bpmn")}
    found = upload(("semua.zip", archive(renamed)))
    assert found.findings == () and found.whole
    assert found.files == renamed


def test_a_process_that_is_called_otherwise_comes_with_all_files() -> None:
    renamed = {name: data.replace(b'"minta_kelengkapan"', b'"kelengkapan_aduan"') for name, data in LIVE.items()}
    found = upload(("semua.zip", archive(renamed)))
    assert found.findings == () and found.files == renamed
    (alone,) = upload(("minta_kelengkapan.bpmn", renamed["minta_kelengkapan.bpmn"])).findings
    assert "kelengkapan_aduan" in alone.message.id


def test_an_archive_that_lies_about_its_sizes_is_not_unpacked() -> None:
    lying = bytearray(archive({"a.toml": b"x" * 6_000_000}))
    at = lying.rindex(b"PK\x01\x02") + 24  # the size in the index
    lying[at : at + 4] = (10).to_bytes(4, "little")
    (finding,) = upload(("a.zip", bytes(lying))).findings
    assert "ZIP" in finding.message.id


@pytest.mark.parametrize("outer", ["", "pengaduan_sp4n-v1/", "a/b/"])
def test_a_whole_archive_stands_for_all_files_in_whatever_folder(outer: str) -> None:
    less = {name: data for name, data in LIVE.items() if name != "scenarios/52_permintaan_informasi.toml"}
    clutter = {"__MACOSX/._x": b"x", f"{outer}.DS_Store": b"x", f"{outer}Thumbs.db": b"x"}
    found = upload(("x.zip", archive({f"{outer}{name}": data for name, data in less.items()} | clutter)))
    assert found.findings == () and found.whole
    assert found.files == less


def test_an_archive_of_some_files_changes_only_these() -> None:
    found = upload(("x.zip", archive({"gambar/lain.bpmn": DRAWN})))
    assert found.files == {**LIVE, DIAGRAM: DRAWN} and not found.whole


def test_the_same_file_twice_is_one_file() -> None:
    assert upload(("a.bpmn", DRAWN), ("b.bpmn", DRAWN)).findings == ()


def test_utf_16_is_read_like_everything_else() -> None:
    drawn = LIVE[DIAGRAM].decode().replace("UTF-8", "UTF-16").encode("utf-16")
    assert upload(("x.bpmn", drawn)).files == LIVE
    assert upload(("x.toml", LIVE["manifest.toml"].decode().encode("utf-16"))).files == LIVE


def test_what_costs_more_than_its_length_is_answered_all_the_same() -> None:
    declared = ("<?xml " * 80_000).encode("utf-16")
    assert upload(("a.bpmn", declared)).findings
    assert upload((" " * 60_000 + "(1", b"x")).findings
    listed = b'title = { id = [1], en = "x" }\nstart = 2026-11-23T09:00:00+07:00\nstep = []\nexpect = {}\n'
    assert upload(("a.toml", listed)).files["scenarios/a.toml"] == listed, "what is wrong in it is the rehearsal's"


FIRST = "scenarios/01_tujuh_langkah.toml"
CALLED = b'<bpmn:process id="minta_kelengkapan" />'
OTHER_DECISION = re.sub(rb'(<decision [^>]*id=")\w+', rb"\1tarif", LIVE["routing.dmn"])
UNTITLED = LIVE[FIRST].replace(b"Tujuh langkah sampai pelapor puas", b"Jalan lurus dengan foto")
CORRUPT = bytearray(archive({"a.toml": b'title = "x"\n' * 50}))
CORRUPT[36:38] = b"\xff\xff"  # within the packed bytes
FORM = b'{"components": []}'
HALF = LIVE["forms/tanggapan.form"].replace(b'"label": "', b'"label": "\\ud800')
BOMB = archive({"a.toml": b"x" * 6_000_000})
REFUSED: Mapping[str, tuple[tuple[tuple[str, bytes], ...], str]] = {
    "empty": ((("a.bpmn", b""),), "kosong"),
    "only blanks": ((("a.toml", b" \n"),), "kosong"),
    "only a mark": ((("a.bpmn", b"\xef\xbb\xbf"),), "kosong"),
    "10 MB": ((("a.bpmn", b"<a>" + b" " * 10_000_000),), "lebih besar dari 1 MB"),
    "picture": ((("a.bpmn", b"\x89PNG\r\n\x1a\n123"),), "PNG"),
    "pdf": ((("prosedur.pdf", b"%PDF-1.7 ..."),), "PDF"),
    "visio": ((("a.vsd", b"\xd0\xcf\x11\xe0...."),), "Visio"),
    "rar": ((("a.rar", b"Rar!\x1a\x07"),), "RAR"),
    "7z": ((("a.7z", b"7z\xbc\xaf\x27\x1c"),), "7z"),
    "gzip": ((("a.tar.gz", b"\x1f\x8b\x08"),), "gzip"),
    "text": ((("catatan.txt", b"Ubah syarat di langkah tiga."),), "bukan berkas prosedur"),
    "script": ((("a.py", b"import os"),), "bukan berkas prosedur"),
    "broken xml": ((("a.bpmn", DRAWN[:-30]),), "bukan XML yang sah"),
    "doctype": ((("a.bpmn", b"<!DOCTYPE a><a/>"),), "DOCTYPE"),
    "html": ((("a.bpmn", b"<html><body/></html>"),), "unsur utamanya “html”"),
    "svg": ((("a.svg", b'<svg xmlns="http://www.w3.org/2000/svg"/>'),), "unsur utamanya “svg”"),
    "xpdl": ((("a.xpdl", b'<Package xmlns="http://www.wfmc.org/2009/XPDL2.2"/>'),), "unsur utamanya “Package”"),
    "bpmn without namespace": ((("a.bpmn", b'<definitions><process id="x"/></definitions>'),), "bukan BPMN atau DMN"),
    "other process": ((("izin.bpmn", OTHER),), "izin_usaha"),
    "other process under a known name": (((DIAGRAM, OTHER),), "izin_usaha"),
    "no process": ((("a.bpmn", OTHER.replace(b"process", b"choreography")),), "“-”"),
    "other decision": ((("tarif.dmn", OTHER_DECISION),), "“tarif”"),
    "broken form": ((("tanggapan.form", b'{"components": ['),), "JSON"),
    "form of numbers": ((("tanggapan.form", b'{"components": 5}'),), "components"),
    "json": ((("package.json", b'{"name": "x"}'),), "bukan formulir"),
    "list": ((("a.form", b"[1, 2]"),), "bukan berkas prosedur"),
    "broken toml": ((("manifest.toml", b'key = "a'),), "TOML"),
    "latin-1 toml": ((("labels.en.toml", 'follow_up = "é"'.encode("latin-1")),), "TOML"),
    "strange toml": ((("pyproject.toml", b'[tool]\nx = "y"'),), "tidak satu pun isinya dikenal"),
    "other manifest": ((("manifest.toml", LIVE["manifest.toml"].replace(b'"pengaduan_sp4n"', b'"izin"')),), "“izin”"),
    "broken zip": ((("a.zip", archive(LIVE)[:-100]),), "ZIP"),
    "text called zip": ((("a.zip", b"halo"),), "ZIP"),
    "empty zip": ((("a.zip", archive({})),), "tidak memuat berkas"),
    "clutter zip": ((("a.zip", archive({"__MACOSX/x": b"x"})),), "tidak memuat berkas"),
    "corrupt zip": ((("a.zip", bytes(CORRUPT)),), "ZIP"),
    "bzip2": ((("a.zip", archive({"a.toml": b"x"}, zipfile.ZIP_BZIP2)),), "dimampatkan"),
    "lzma": ((("a.zip", archive({"a.toml": b"x"}, zipfile.ZIP_LZMA)),), "dimampatkan"),
    "key without end": ((("manifest.toml", b"key = 1\n" + b"a." * 200_000 + b"b = 1"),), "TOML"),
    "long number": ((("manifest.toml", b"key = 0x" + b"f" * 6_000),), "TOML"),
    "climbing form": ((("...form", FORM),), "id ini tidak diterima"),
    "script form": ((("<b onclick=x>.form", FORM),), "id ini tidak diterima"),
    "form of half a character": ((("tanggapan.form", HALF),), "JSON"),
    "ringing form": ((("x y\x07.form", FORM),), "id ini tidak diterima"),
    "bomb": ((("a.zip", BOMB),), "Arsip ini memuat lebih"),
    "many": ((("a.zip", archive({f"{n}.toml": b"x" for n in range(201)})),), "Arsip ini memuat lebih"),
    "zip in zip": ((("a.zip", archive({"b.zip": archive({"x.bpmn": DRAWN})})),), "bukan berkas prosedur"),
    "two of one id": ((("a.bpmn", DRAWN), ("b.bpmn", LIVE[DIAGRAM])), "“a.bpmn” dan “b.bpmn”"),
    "climbing name": ((("a.zip", archive({"../../x<y>.toml": UNTITLED})),), "Nama berkas"),
    "service mixed": ((("sla.toml", SERVICE["sla.toml"]), ("a.bpmn", DRAWN)), "Data layanan (sla.toml)"),
    "both drawings in one": (
        (("a.bpmn", LIVE[DIAGRAM].replace(b"</bpmn:definitions>", CALLED + b"</bpmn:definitions>")),),
        "pengaduan_sp4n.bpmn, minta_kelengkapan.bpmn",
    ),
}  # fmt: skip


@pytest.mark.parametrize("kind", REFUSED)
def test_what_fits_nowhere_is_refused_once_with_its_name_and_what_to_do(kind: str) -> None:
    sent, said = REFUSED[kind]
    found = upload(*sent)
    (finding,) = found.findings
    assert finding.severity == "error" and finding.file
    assert said in finding.message.id
    assert finding.message.en and finding.fix.id and finding.fix.en
    assert any(finding.file.startswith(name) for name, _ in sent) or kind in (
        "zip in zip",
        "climbing name",
        "climbing form",
        "hidden form",
    )


def test_every_file_that_fits_nowhere_is_named_at_once() -> None:
    found = upload(("a.png", b"\x89PNG"), ("b.bpmn", OTHER), ("c.toml", b"x ="))
    assert [finding.file for finding in found.findings] == ["a.png", "b.bpmn", "c.toml"]
