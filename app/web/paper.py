"""A drawing on paper: too wide to read on one sheet, it is printed again in parts, all of one picture."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from math import ceil

from flask import Flask

from app.bundle.read import Bundle
from app.drawing.draw import frame
from app.drawing.plan import Box, is_area, read_plan

READABLE = 800  # width of a part in the drawing's own measure; printed on 165 mm its labels are 7 points high
OVERLAP = 0.04  # of a part, so that what is cut at one edge is whole in the neighbour


def install(app: Flask) -> None:
    """Give it to every template."""
    app.jinja_env.globals["paper_parts"] = paper_parts


@dataclass(frozen=True, slots=True)
class Part:
    """One part of the drawing: its row and column, from 1, and what of the picture it shows."""

    row: int
    column: int
    box: Box

    @property
    def fragment(self) -> str:
        """The end of the picture's address that shows this part only."""
        box = self.box
        return f"#svgView(viewBox({box.x:.0f},{box.y:.0f},{box.width:.0f},{box.height:.0f}))"


def paper_parts(bundle: Bundle) -> tuple[Part, ...]:
    """The parts of its main drawing, those left out in which nothing stands; none where it can be read whole."""
    return parts(bundle.files[bundle.manifest.diagram], bundle.manifest.diagram)


@lru_cache(maxsize=16)
def parts(drawn: bytes, file: str) -> tuple[Part, ...]:
    """The parts of the drawing in these bytes, row by row; all have the proportions of the whole."""
    whole = frame(drawn, file)
    across = ceil(whole.width / READABLE)
    if across < 2:
        return ()
    standing = [shape.box for shape in read_plan(drawn, file).shapes if not is_area(shape)]
    cells = [(row, column) for row in range(across) for column in range(across)]
    found = [Part(row + 1, column + 1, _cell(whole, row, column, across)) for row, column in cells]
    return tuple(part for part in found if any(_shows(part.box, box) for box in standing))


def _cell(whole: Box, row: int, column: int, across: int) -> Box:
    left, width = _stretch(column, whole.width, across)
    top, height = _stretch(row, whole.height, across)
    return Box(whole.x + left, whole.y + top, width, height)


def _stretch(index: int, length: float, across: int) -> tuple[float, float]:
    """Where a part begins and how long it is: half an overlap more at each side, and within the drawing."""
    step = length / across
    size = step * (1 + OVERLAP)
    return max(0.0, min(index * step - step * OVERLAP / 2, length - size)), size


def _shows(part: Box, box: Box) -> bool:
    """Whether the middle of a shape lies in the part."""
    x, y = box.centre
    return part.x <= x <= part.x + part.width and part.y <= y <= part.y + part.height
