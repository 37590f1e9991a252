"""What changed between two versions of a procedure, told by file and by step."""

from __future__ import annotations

from app.bundle.difference import difference
from app.bundle.read import bundle_of, read_folder
from tests.world import PROCESS, ROOT

NOW = read_folder(PROCESS, ROOT / "forms")
DIAGRAM = NOW.manifest.diagram


def changed(before: bytes, after: bytes) -> dict[str, bytes]:
    """The files of the procedure with one thing in its drawing written otherwise."""
    assert before in NOW.files[DIAGRAM]
    return {**NOW.files, DIAGRAM: NOW.files[DIAGRAM].replace(before, after)}


def test_nothing_differs_from_itself() -> None:
    found = difference(NOW, bundle_of(NOW.files))
    assert (found.files, dict(found.added), dict(found.removed), dict(found.changed)) == ((), {}, {}, {})


def test_a_renamed_step_is_told_under_its_new_name() -> None:
    after = bundle_of(changed(b"Menindaklanjuti aduan", b"Mengerjakan aduan"))
    found = difference(NOW, after)
    assert found.files == (DIAGRAM,)
    assert {id_: label.id for id_, label in found.changed.items()} == {"follow_up": "Mengerjakan aduan"}
    assert not found.added and not found.removed


def test_a_new_id_is_one_thing_gone_and_one_thing_new() -> None:
    after = bundle_of(changed(b'"f_function_yes"', b'"f_ours"'))
    found = difference(NOW, after)
    assert set(found.removed) == {"f_function_yes"} and set(found.added) == {"f_ours"}
    back = difference(after, NOW)
    assert set(back.removed) == {"f_ours"} and set(back.added) == {"f_function_yes"}


def test_files_are_compared_even_where_a_drawing_cannot_run() -> None:
    broken = {**NOW.files, DIAGRAM: NOW.files[DIAGRAM][:-40], "scenarios/baru.toml": b""}
    found = difference(NOW, bundle_of(broken))
    assert found.files == (DIAGRAM, "scenarios/baru.toml")
    assert not found.removed, "a drawing that cannot be read has not lost its steps"
