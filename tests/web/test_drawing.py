"""A wide drawing is printed again in parts of one size, with every shape and label whole in one of them."""

from __future__ import annotations

import re

import pytest

from app.drawing.draw import frame
from app.drawing.plan import is_area, read_plan
from app.web.drawing import HIGH, READABLE, parts
from tests.drawing.test_draw import small
from tests.processes.content import bundle
from tests.web.conftest import Visit

DRAWN = bundle().files[bundle().manifest.diagram]


def test_every_shape_and_label_is_whole_in_a_part() -> None:
    whole, found, plan = frame(DRAWN, "x"), parts(DRAWN, "x"), read_plan(DRAWN, "x")
    assert len(found) > 4
    for part in found:
        assert part.box.lies_in(whole) and (part.box.width, part.box.height) == (READABLE, HIGH)
        assert re.fullmatch(r"(-?\d+ ){3}\d+", part.view)
    boxes = [shape.box for shape in plan.shapes if not is_area(shape)]
    boxes += [shape.label for shape in plan.shapes if shape.label] + [line.label for line in plan.lines if line.label]
    assert [box for box in boxes if not any(box.lies_in(part.box) for part in found)] == []


def test_a_part_that_adds_nothing_is_left_out() -> None:
    places = {(part.row, part.column) for part in parts(DRAWN, "x")}
    assert len(places) < max(row for row, _ in places) * max(column for _, column in places)


def test_a_small_drawing_is_printed_once() -> None:
    assert frame(small(), "x").width < READABLE
    assert parts(small(), "x") == ()


@pytest.mark.parametrize("path", ["/proses/pengaduan_sp4n", "/proses/pengaduan_sp4n/versi/1"])
def test_pages_with_a_drawing_carry_its_parts_for_paper_only(visit: Visit, path: str) -> None:
    page = visit("pemilik").get(path).text
    assert page.count('class="drawing-part"') == len(parts(DRAWN, bundle().manifest.diagram))
    assert page.count('class="drawing-parts print-only" aria-hidden="true"') == 1
    assert "baris 2, kolom 1" in page
