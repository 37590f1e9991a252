"""A procedure's drawing on a page: in a window that moves over it, and on paper again in parts that can be read."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from math import ceil

from flask import Flask
from markupsafe import Markup

from app.bundle.read import Bundle
from app.drawing.draw import Highlight, draw, frame
from app.drawing.plan import Box, is_area, read_plan
from app.web.language import language

READABLE = 800  # width of a part in the drawing's own measure; printed on 165 mm its labels are 7 points high
OVERLAP = 0.04  # of a part, so that what is cut at one edge is whole in the neighbour


def install(app: Flask) -> None:
    """Give it to every template."""
    app.jinja_env.globals["shown"] = shown


@dataclass(frozen=True, slots=True)
class Part:
    """One part of the drawing: its row and column, from 1, and what of the picture it shows."""

    row: int
    column: int
    box: Box

    @property
    def view(self) -> str:
        """What it shows, as an SVG says it."""
        box = self.box
        return f"{box.x:.0f} {box.y:.0f} {box.width:.0f} {box.height:.0f}"


@dataclass(frozen=True, slots=True)
class Shown:
    """The main drawing of a bundle as a page holds it; `first` is the element that is in view at first."""

    picture: Markup
    first: str
    parts: tuple[Part, ...]


def shown(bundle: Bundle, title: str, highlight: Highlight | None = None) -> Shown:
    """The drawing in the reader's language, where the case stands in view, else where the procedure begins."""
    file, definition = bundle.manifest.diagram, bundle.definition
    labels = bundle.labels if language() == "en" else None
    mine = {id_: each.kind for id_, each in definition.elements.items() if each.process_id == definition.process_id}
    marked = [*highlight.incidents, *highlight.tokens] if highlight else []
    places = [id_ for id_ in marked if id_ in mine] + [id_ for id_, kind in mine.items() if kind == "startEvent"]
    # The picture escapes every word that it draws.
    picture = Markup(draw(bundle.files[file], file, title, labels, highlight))
    return Shown(picture, places[0] if places else "", parts(bundle.files[file], file))


@lru_cache(maxsize=16)
def parts(drawn: bytes, file: str) -> tuple[Part, ...]:
    """The parts of the drawing in these bytes, row by row; none where it can be read whole.

    All have the proportions of the whole; those in which nothing stands are left out.
    """
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
