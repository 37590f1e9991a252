"""A wide drawing is printed again in parts: in the proportions of the whole, with every shape whole in one of them."""

from __future__ import annotations

import re

import pytest

from app.drawing.draw import frame
from app.drawing.plan import is_area, read_plan
from app.web.drawing import READABLE, parts
from tests.drawing.test_draw import small
from tests.processes.content import bundle
from tests.web.conftest import Visit

DRAWN = bundle().files[bundle().manifest.diagram]


def test_the_parts_cover_every_shape_in_the_proportions_of_the_whole() -> None:
    whole, found = frame(DRAWN, "x"), parts(DRAWN, "x")
    assert len(found) > 4
    for part in found:
        box = part.box
        assert box.width < READABLE and abs(box.width / box.height - whole.width / whole.height) < 0.01
        assert whole.x <= box.x and box.x + box.width <= whole.x + whole.width + 0.01
        assert whole.y <= box.y and box.y + box.height <= whole.y + whole.height + 0.01
        assert re.fullmatch(r"(-?\d+ ){3}\d+", part.view)
    for shape in read_plan(DRAWN, "x").shapes:
        x, y = shape.box.centre
        assert is_area(shape) or any(
            part.box.x <= x <= part.box.x + part.box.width and part.box.y <= y <= part.box.y + part.box.height
            for part in found
        ), shape.id


def test_a_part_in_which_nothing_stands_is_left_out() -> None:
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
