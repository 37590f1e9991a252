"""A procedure's drawing on a page: in a window that moves over it, and on paper again in parts that can be read."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import defaultdict
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
HIGH = 400  # its height: three of them fill a sheet of A4
SHARED = (160, 100)  # what two neighbours both show at least: the breadth and height of the largest step


def install(app: Flask) -> None:
    """Give it to every template."""
    app.jinja_env.globals["drawn"] = drawn


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


def drawn(bundle: Bundle, title: str, highlight: Highlight | None = None) -> Shown:
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

    Every shape and label is whole in one of them; one that adds nothing to those before it is left out.
    """
    whole, plan = frame(drawn, file), read_plan(drawn, file)
    if whole.width <= READABLE:
        return ()
    missing = [shape.box for shape in plan.shapes if not is_area(shape)]
    missing += [shape.label for shape in plan.shapes if shape.label] + [line.label for line in plan.lines if line.label]
    tops, lefts = _spread(whole.y, whole.height, HIGH, SHARED[1]), _spread(whole.x, whole.width, READABLE, SHARED[0])
    shown: dict[tuple[int, int], set[Box]] = defaultdict(set)
    for box in missing:
        for row in _around(tops, HIGH, box.y, box.height):
            for column in _around(lefts, READABLE, box.x, box.width):
                shown[row, column].add(box)
    found, seen = [], set[Box]()
    for row, column in sorted(shown):
        if not shown[row, column] <= seen:
            seen |= shown[row, column]
            found.append(Part(row + 1, column + 1, Box(lefts[column], tops[row], READABLE, HIGH)))
    return tuple(found)


def _around(starts: list[float], part: float, start: float, length: float) -> range:
    """Which of the parts that begin at `starts` show this whole."""
    return range(bisect_left(starts, start + length - part), bisect_right(starts, start))


def _spread(start: float, length: float, part: float, shared: float) -> list[float]:
    """Where parts begin so that they cover the length evenly, each sharing that much with the next or more."""
    count = max(1, ceil((length - shared) / (part - shared)))
    return [start + (length - part) * n / max(1, count - 1) for n in range(count)]
