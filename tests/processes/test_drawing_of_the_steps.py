"""The drawing of the seven steps: straight lines that hardly cross, each step in its lane, and fresh pictures."""

from __future__ import annotations

from itertools import combinations, pairwise

import pytest

from app.bundle.pictures import pictures
from app.drawing.plan import Box, Plan, read_plan
from tests.processes.content import FOLDER, ROOT, bundle

FILES = ("pengaduan_sp4n.bpmn", "minta_kelengkapan.bpmn")
Segment = tuple[str, Box]


def plan(file: str) -> Plan:
    return read_plan((FOLDER / file).read_bytes(), file)


def labels(drawn: Plan) -> dict[str, Box]:
    parts = [*drawn.shapes, *drawn.lines]
    return {part.id: part.label for part in parts if part.label is not None and part.name}


def segments(drawn: Plan) -> list[Segment]:
    found = []
    for line in drawn.lines:
        for (ax, ay), (bx, by) in pairwise(line.points):
            found.append((line.id, Box(min(ax, bx) - 0.1, min(ay, by) - 0.1, abs(ax - bx) + 0.2, abs(ay - by) + 0.2)))
    return found


@pytest.mark.parametrize("file", FILES)
def test_lines_run_straight_and_hardly_ever_cross(file: str) -> None:
    drawn = plan(file)
    for line in drawn.lines:
        assert all(a[0] == b[0] or a[1] == b[1] for a, b in pairwise(line.points)), line.id
    crossings = {
        frozenset((a, b))
        for (a, one), (b, other) in combinations(segments(drawn), 2)
        if a != b and _crosses(one, other)
    }
    # Left on purpose, each at a right angle: what comes back from the far right goes to two neighbouring boxes, and
    # what came back too often leaves these for the lane below.
    assert crossings <= {
        frozenset(("f_plan_due", "f_reopen_explain")),
        frozenset(("f_confirm_no", "f_rounds_limit")),
        frozenset(("f_authority_limit", "f_supervisor_back")),
    }


@pytest.mark.parametrize("file", FILES)
def test_every_element_lies_within_its_lane(file: str) -> None:
    drawn = plan(file)
    lanes = {shape.name: shape.box for shape in drawn.shapes if shape.kind == "lane"}
    for shape in drawn.shapes:
        element = bundle().definition.elements.get(shape.id)
        if element is not None:
            lane = lanes[element.lane or ""]
            assert lane.x < shape.box.x and shape.box.x + shape.box.width < lane.x + lane.width, shape.id
            assert lane.y < shape.box.y and shape.box.y + shape.box.height < lane.y + lane.height, shape.id
    for id_, box in labels(drawn).items():
        inside = [
            name for name, lane in lanes.items() if lane.y <= box.y and box.y + box.height <= lane.y + lane.height
        ]
        assert inside, id_


def test_everything_that_runs_is_drawn() -> None:
    drawn = {part.id for file in FILES for part in (*plan(file).shapes, *plan(file).lines)}
    assert set(bundle().definition.elements) <= drawn
    assert set(bundle().definition.flows) <= drawn


def test_the_pictures_are_fresh() -> None:
    """`make diagrams` draws them again."""
    made = dict(pictures(bundle()))
    kept = {path.name: path.read_text("utf-8") for path in (ROOT / "diagrams").glob("pengaduan_sp4n*.svg")}
    assert kept == made


def _crosses(one: Box, other: Box) -> bool:
    upright = [box for box in (one, other) if box.width < 0.5]
    level = [box for box in (one, other) if box.height < 0.5]
    if len(upright) != 1 or len(level) != 1:
        return False
    (x, top, bottom), (y, left, right) = (
        (upright[0].centre[0], upright[0].y, upright[0].y + upright[0].height),
        (level[0].centre[1], level[0].x, level[0].x + level[0].width),
    )
    return left + 1 < x < right - 1 and top + 1 < y < bottom - 1
