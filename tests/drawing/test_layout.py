"""Every procedure's drawing can be read: letters large enough, words where they belong, each arrow on its own way."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from itertools import combinations, pairwise
from typing import Any

import pytest
from lxml import etree

from app.bundle.pictures import pictures
from app.bundle.read import Bundle, read_folder
from app.drawing.draw import title_place
from app.drawing.plan import Box, Line, Plan, Point, Shape, is_area, read_plan
from app.drawing.text import STEP, text_width
from tests.processes.content import ROOT

SVG = "{http://www.w3.org/2000/svg}"
READ = 11  # pixels; smaller letters are not read
AIR = 2.0  # pixels at least between words and anything else
WAY = 12.0  # between two arrows side by side; the head of one is 9 wide
STUB = 130.0  # how far the arrows out of one gateway may run together before they part
BORDER = 10.0  # between an arrow and a shape that it passes, or the edge of a lane beside it
FOLDERS = sorted(path.parent for path in (ROOT / "processes").glob("*/manifest.toml"))


@dataclass(frozen=True)
class Words:
    """One text of a picture: whose it is, what it says, the size of its letters and the place that it fills."""

    of: str
    said: str
    size: float
    box: Box


@dataclass(frozen=True)
class Picture:
    """One drawn file in one language: what was to be drawn, and the words as they stand in it."""

    name: str
    plan: Plan
    names: dict[str, str]
    words: tuple[Words, ...]

    @property
    def shapes(self) -> dict[str, Shape]:
        """What stands in lanes, by id."""
        return {shape.id: shape for shape in self.plan.shapes if not is_area(shape)}

    @property
    def areas(self) -> dict[str, Shape]:
        """Pools and lanes."""
        return {shape.id: shape for shape in self.plan.shapes if is_area(shape)}

    def outside(self) -> list[Words]:
        """The words that stand free, beside their shape or arrow."""
        inside = [shape.id for shape in self.plan.shapes if _holds_its_name(shape)]
        return [words for words in self.words if words.of not in inside]


@cache
def drawn() -> tuple[Picture, ...]:
    """All pictures of all procedures."""
    return tuple(picture for folder in FOLDERS for picture in _drawn(read_folder(folder, ROOT / "forms")))


def _drawn(bundle: Bundle) -> Iterator[Picture]:
    files = [file for file in (bundle.manifest.diagram, *bundle.manifest.calls) for _ in ("id", "en")]
    for file, (name, svg) in zip(files, pictures(bundle), strict=True):
        plan = read_plan(bundle.files[file], file)
        labels = bundle.labels if name.endswith(".en.svg") else {}
        names = {part.id: labels.get(part.id) or part.name for part in (*plan.shapes, *plan.lines)}
        yield Picture(name, plan, names, tuple(_words(etree.fromstring(svg.encode()))))


def _words(root: Any) -> Iterator[Words]:
    for group in root.iter(f"{SVG}g"):
        for text in group.iterchildren(f"{SVG}text"):
            if len(text):  # the number of a step has no lines
                yield _measured(group.get("data-element"), text)


def _measured(of: str, text: Any) -> Words:
    size, weight = float(text.get("font-size")), int(text.get("font-weight", "400"))
    lines = [str(line.text) for line in text]
    width, height = max(text_width(line, size, weight) for line in lines), len(lines) * size * STEP
    x, y = float(text[0].get("x")), float(text[0].get("y")) - size * STEP / 2
    if turned := re.match(r"translate\((\S+) (\S+)\) rotate\(-90\)", text.get("transform", "")):
        place = Box(float(turned[1]) - height / 2, float(turned[2]) - width / 2, height, width)
    else:
        place = Box(x if text.get("text-anchor") == "start" else x - width / 2, y, width, height)
    return Words(of, " ".join(lines), size, place)


def _holds_its_name(shape: Shape) -> bool:
    return is_area(shape) or (not shape.kind.endswith(("Event", "Gateway")) and not shape.kind.startswith("data"))


PICTURES = pytest.mark.parametrize("picture", drawn(), ids=lambda picture: picture.name)


@PICTURES
def test_all_words_are_drawn_whole_and_large_enough(picture: Picture) -> None:
    said = {words.of: words.said for words in picture.words}
    for id_, name in picture.names.items():
        assert said.get(id_, "").replace(" ", "") == re.sub(r"^\d+\.|\s", "", name), id_
    assert all(words.size >= READ for words in picture.words)


@PICTURES
def test_what_a_shape_says_stays_inside_it_and_a_title_in_its_place(picture: Picture) -> None:
    place = {id_: title_place(area) for id_, area in picture.areas.items()}
    place |= {id_: shape.box.within(AIR) for id_, shape in picture.shapes.items() if _holds_its_name(shape)}
    assert [words for words in picture.words if words.of in place and not words.box.lies_in(place[words.of])] == []


@PICTURES
def test_no_two_shapes_overlap(picture: Picture) -> None:
    found = [(a.id, b.id) for a, b in combinations(picture.shapes.values(), 2) if _overlap(a.box.within(-AIR), b.box)]
    assert not found, found


@PICTURES
def test_words_beside_shapes_and_arrows_touch_nothing(picture: Picture) -> None:
    free = [(words, words.box.within(-AIR)) for words in picture.outside()]
    other = {shape.id: shape.box for shape in picture.shapes.values()}
    other |= {f"title of {id_}": title_place(area) for id_, area in picture.areas.items()}
    found = [(words.said, id_) for words, box in free for id_, each in other.items() if _overlap(box, each)]
    found += [(one.said, two.said) for (one, box), (two, _) in combinations(free, 2) if _overlap(box, two.box)]
    found += [(words.said, id_) for words, box in free for id_, run in runs(picture) if _overlap(box, run)]
    found += [(words.said, id_) for words, box in free for id_, edge in _edges(picture) if _overlap(box, edge)]
    assert not found, found


@PICTURES
def test_two_arrows_never_run_on_one_line(picture: Picture) -> None:
    """Side by side they keep apart; only where they leave one gateway may they share the first stretch."""
    lines = {line.id: line for line in picture.plan.lines}
    found = []
    for (a, one), (b, other) in combinations(runs(picture), 2):
        if a != b and _beside(one, other, WAY) and not _leaving(lines[a], lines[b], one, other):
            found.append((a, b))
    assert not found, found


@PICTURES
def test_arrows_keep_clear_of_shapes_and_of_the_edges_of_lanes(picture: Picture) -> None:
    lines = {line.id: (line.points[0], line.points[-1]) for line in picture.plan.lines}
    found = []
    for id_, run in runs(picture):
        for shape in picture.shapes.values():
            its = any(_overlap(Box(x, y, 0, 0).within(-1), shape.box) for x, y in lines[id_])
            if _overlap(run, shape.box.within(0.5 if its else -BORDER)) and not (its and _at_a_slope(run, shape)):
                found.append((id_, shape.id))
        found += [(id_, edge) for edge, border in _edges(picture) if _beside(run, border, BORDER)]
    assert not found, found


def runs(picture: Picture) -> list[tuple[str, Box]]:
    """The straight pieces of all arrows, as boxes without breadth."""
    return [(line.id, _run(one, other)) for line in picture.plan.lines for one, other in pairwise(line.points)]


def _run(one: Point, other: Point) -> Box:
    (ax, ay), (bx, by) = one, other
    return Box(min(ax, bx), min(ay, by), abs(ax - bx), abs(ay - by))


def _edges(picture: Picture) -> Iterator[tuple[str, Box]]:
    """The four edges of each pool and lane."""
    for id_, area in picture.areas.items():
        box = area.box
        corners = [(box.x, box.y), (box.x + box.width, box.y), (box.x + box.width, box.y + box.height)]
        for one, other in pairwise([*corners, (box.x, box.y + box.height), corners[0]]):
            yield f"edge of {id_}", _run(one, other)


def _overlap(one: Box, other: Box) -> bool:
    across = one.x < other.x + other.width and other.x < one.x + one.width
    return across and one.y < other.y + other.height and other.y < one.y + one.height


def _beside(one: Box, other: Box, apart: float) -> bool:
    """Whether two lines of the same direction run along each other, nearer than `apart`."""
    if (one.width > one.height) != (other.width > other.height):
        return False
    grown = one.within(-apart)
    narrow = Box(one.x, grown.y, one.width, grown.height) if one.width else Box(grown.x, one.y, grown.width, one.height)
    return _overlap(narrow, other)


def _leaving(a: Line, b: Line, one: Box, other: Box) -> bool:
    """Whether the two pieces are the first ones of two arrows from the same point, and part soon."""
    first = one == _run(*a.points[:2]) and other == _run(*b.points[:2])
    return first and a.points[0] == b.points[0] and min(one.width + one.height, other.width + other.height) <= STUB


def _at_a_slope(run: Box, shape: Shape) -> bool:
    """Whether it ends on the side of a gateway, inside the rectangle around it."""
    x, y = shape.box.centre
    near = min(
        abs(end_x - x) + abs(end_y - y) for end_x in (run.x, run.x + run.width) for end_y in (run.y, run.y + run.height)
    )
    return shape.kind.endswith("Gateway") and near >= shape.box.width / 2 - 0.5
