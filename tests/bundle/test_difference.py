"""What changed between two versions of a procedure, told by file and value by value."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

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


def changed(path: str, *changes: tuple[str, str]) -> FileDifference:
    """The difference that each regular expression, replaced once, makes of a file of the procedure or the service."""
    old = new = (NOW.files.get(path) or (ROOT / "processes/service" / path).read_bytes()).decode()
    for pattern, replacement in changes:
        new, count = re.subn(pattern, replacement, new, count=1, flags=re.DOTALL)
        assert count == 1, pattern
    (found,) = file_differences({path: old.encode()}, {path: new.encode()})
    return found


FORM = "forms/tindak_lanjut.form"
EXPRESSION = r"<text>[^<]*</text>(?=\s*</inputExpression>)"
STRANGE = ("<bpmn:definitions ", '<bpmn:definitions xmlns:x="urn:x" ')
GROUP = '"components": [{"type": "group", "label": "Kelompok", "components": ['
QUESTION = "({[^{}]*({[^{}]*}[^{}]*)*})"


@pytest.mark.parametrize(
    ("path", "changes", "part", "name"),
    [
        ("routing.dmn", [(r"(<rule .*?</rule>)(\s*)(<rule .*?</rule>)", r"\3\2\1")], None, "Urutan"),
        ("routing.dmn", [('"DLH"', '"D  LH"')], None, "Isi baris"),
        ("routing.dmn", [(EXPRESSION, "<text>kelurahan</text>")], None, "Teks"),
        ("routing.dmn", [(EXPRESSION, '<text>if category = "a b" then 1 else 2</text>')], None, "Teks"),
        (DIAGRAM, [("origin == 'direct'", "origin == 'di  rect'")], "f_origin_direct", "Syarat"),
        (DIAGRAM, [('camunda:property name="sla"', 'x:property xmlns:x="urn:x" name="sla"')], None, "Batas waktu"),
        (DIAGRAM, [STRANGE, ("camunda:formKey", "x:formKey")], None, "Formulir"),
        (DIAGRAM, [('name="sla" value="ministry', 'name="id" value="ministry')], "ministry_disposition", "id"),
        (DIAGRAM, [('camunda:type="external"', 'camunda:type="internal"')], None, "type"),
        (FORM, [('"components": \\[', GROUP), ("\\]\\s*}\\s*$", "]}]}")], "outcome", "Di dalam"),
        (FORM, [(f"{QUESTION},\\s*{QUESTION}", r"\3, \1")], "", "Urutan"),
        (FORM, [('"required": true', '"required": "true"')], "outcome", "Wajib diisi"),
        ("manifest.toml", [("coverage = 0.9", 'coverage = "0.9"')], "coverage", "Isi"),
        ("manifest.toml", [("withdraw = {[^}]*}", "withdraw = {}")], None, None),
        ("sla.toml", [(r"(\[\[limit\]\].*?)(\[\[limit\]\].*?)(?=\[\[limit\]\])", r"\2\1")], "limit", "Urutan"),
    ],
)  # fmt: skip
def test_what_has_an_effect_is_told_and_never_called_spelling(
    path: str, changes: list[tuple[str, str]], part: str | None, name: str | None
) -> None:
    found = changed(path, *changes)
    assert not found.respelt
    told = [(each.part, each.name.id) for each in found.changes]
    assert any(part in (None, at) and name in (None, called) for at, called in told), (told, found.added)


def test_a_step_is_followed_from_lane_to_lane_and_part_to_part_whether_or_not_these_have_ids() -> None:
    drawn = re.sub(r'<bpmn:lane id="[^"]*" ', "<bpmn:lane ", NOW.files[DIAGRAM].decode())
    lanes = re.findall(r'<bpmn:lane name="([^"]*)">', drawn)
    ref = "<bpmn:flowNodeRef>follow_up</bpmn:flowNodeRef>"
    moved = drawn.replace(ref, "").replace(f'<bpmn:lane name="{lanes[0]}">', f'<bpmn:lane name="{lanes[0]}">{ref}')
    (found,) = file_differences({DIAGRAM: drawn.encode()}, {DIAGRAM: moved.encode()})
    assert {each.part for each in found.changes} > {f"lane {lanes[0]}"}
    task = re.search(r'<bpmn:userTask id="follow_up".*?</bpmn:userTask>', drawn, re.DOTALL)
    assert task is not None
    outer = drawn.replace(task[0], f'<bpmn:subProcess id="inner">{task[0]}</bpmn:subProcess>')
    (found,) = file_differences({DIAGRAM: drawn.encode()}, {DIAGRAM: outer.encode()})
    assert ("follow_up", "Di dalam", "inner") in {(each.part, each.name.id, each.new) for each in found.changes}


@pytest.mark.parametrize(
    ("path", "changes"),
    [
        (DIAGRAM, [('<dc:Bounds x="', '<dc:Bounds x="9')]),
        (DIAGRAM, [("<bpmn:process ", "<!-- rapat 3 Mei --><bpmn:process\n  ")]),
        (DIAGRAM, [("<bpmn:definitions ", '<bpmn:definitions exporterVersion="9.9" ')]),
        (FORM, [('"components"', '"schemaVersion": 99, "components"')]),
        ("manifest.toml", [("coverage = 0.9", "# cukup\ncoverage   =   0.90")]),
        ("scenarios/01_tujuh_langkah.toml", [("start = ", "start   = ")]),
    ],
)
def test_what_has_no_effect_is_called_spelling(path: str, changes: list[tuple[str, str]]) -> None:
    found = changed(path, *changes)
    assert found.respelt and not found.changes


VALUE = re.compile(rb'(?<=value=")[^"]+|(?<=>)[^<>\s][^<>]*(?=<)|(?<=: ")[^"]+(?=")|(?<== ")[^"]+(?=")|(?<== )\d+')
TEXTS = {path: data[: data.find(b"<bpmndi:")] if b"<bpmndi:" in data else data for path, data in NOW.files.items()}


@given(st.data())
def test_no_changed_value_of_any_file_is_called_spelling(data: st.DataObject) -> None:
    path = data.draw(st.sampled_from(sorted(path for path, text in TEXTS.items() if VALUE.search(text))))
    at = data.draw(st.sampled_from([found.span() for found in VALUE.finditer(TEXTS[path])]))
    old = NOW.files[path]
    new = data.draw(st.sampled_from([b"1", b"true", b"x", b"a  b"]).filter(lambda each: each != old[at[0] : at[1]]))
    (found,) = file_differences({path: old}, {path: old[: at[0]] + new + old[at[1] :]})
    line = old[old.rfind(b"\n", 0, at[0]) + 1 : at[0]]
    assert (
        not found.respelt or b"#" in line or any(name in line for name in (b"exporter", b"Version", b"layout", b"row"))
    )


LANE = "<lane><flowNodeRef>{}</flowNodeRef></lane>"
ASKED = '{{"type": "text", "key": "a", "label": "{}"}}'
MODEL = "http://www.omg.org/spec/BPMN/20100524/MODEL"


def drawn(inner: str) -> str:
    return f'<definitions xmlns="{MODEL}"><process id="p">{inner}</process></definitions>'


def condition(text: str) -> str:
    return drawn(f"<sequenceFlow id='f'><conditionExpression>{text}</conditionExpression></sequenceFlow>")


def script(text: str) -> str:
    return drawn(f"<scriptTask id='s'><script>{text}</script></scriptTask>")


def lanes(*steps: str) -> str:
    return drawn(f"<laneSet>{''.join(map(LANE.format, steps))}</laneSet>")


def end(inner: str) -> str:
    return drawn(f"<endEvent id='e'>{inner}</endEvent>")


def asked(*labels: str) -> str:
    return '{"components": [' + ", ".join(map(ASKED.format, labels)) + "]}"


def rows(*values: int) -> str:
    return "".join(f'[[row]]\nkey = "a"\nx = {each}\n' for each in values)


@pytest.mark.parametrize(
    ("path", "before", "after", "told"),
    [
        ("a.bpmn", condition("x == 'a  b'"), condition("x == 'a b'"), "f"),
        ("a.bpmn", script("if a:\n  b = 1\nc = 1"), script("if a:\n  b = 1\n  c = 1"), "s"),
        ("a.bpmn", lanes("a", "c"), lanes("b", "c"), "lane"),
        ("a.bpmn", end(""), end("<terminateEventDefinition/>"), "e"),
        ("a.form", asked("x", "z"), asked("y", "z"), "a"),
        ("a.toml", rows(1, 3), rows(2, 3), "row a"),
        ("a.toml", 'a = "1"', "a = 1", "a"),
        ("a.toml", 'a = "true"', "a = true", "a"),
        ("a.toml", "a = 1", "a = 1\n[b]", "b"),
    ],
)
def test_what_looks_alike_and_is_not_is_told(path: str, before: str, after: str, told: str) -> None:
    (found,) = file_differences({path: before.encode()}, {path: after.encode()})
    assert not found.respelt
    assert told in {each.part for each in found.changes} | set(found.added)


def test_blanks_between_the_words_of_a_note_mean_nothing() -> None:
    note = "<textAnnotation id='n'><text>dua{}kata</text></textAnnotation>"
    before, after = (drawn(note.format(blanks)).encode() for blanks in (" ", "\n    "))
    assert file_differences({"a.bpmn": before}, {"a.bpmn": after})[0].respelt


def test_what_is_added_or_taken_out_changes_no_order() -> None:
    labelled = '{{"type": "text", "key": "{0}", "label": "{0}"}}'
    before, after = ('{"components": [' + ", ".join(map(labelled.format, each)) + "]}" for each in ("abd", "acd"))
    (found,) = file_differences({"a.form": before.encode()}, {"a.form": after.encode()})
    assert (set(found.added), set(found.removed), found.changes) == ({"c"}, {"b"}, ())
