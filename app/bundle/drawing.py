"""Draws a BPMN diagram as a picture for people: one self-contained SVG without scripts or references."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from xml.sax.saxutils import escape, quoteattr

from app.bundle.drawing_icons import event_icon, gateway_icon, task_icon
from app.bundle.drawing_plan import Box, Line, Plan, Point, Shape, is_area, read_plan
from app.bundle.drawing_text import text_width, wrap

FONT = "'Public Sans', 'Liberation Sans', Arial, sans-serif"
INK, PALE, PAPER, ACCENT = "#1f2937", "#64748b", "#ffffff", "#3730a3"
PATH, TOKEN = "#15803d", "#b45309"
MARGIN = 20
TASK_TEXT, STEP_TEXT, LABEL_TEXT, LANE_TEXT = 13.0, 15.0, 12.0, 17.0
_STEP = re.compile(r"(\d{1,2})\.\s+(.+)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Highlight:
    """What to show on top of the drawing, by element or flow id.

    `tokens`: how many tokens stand there now; `passed`: flows and elements of the path taken; `counts`: how often.
    """

    tokens: Mapping[str, int] = field(default_factory=dict)
    passed: frozenset[str] = frozenset()
    counts: Mapping[str, int] = field(default_factory=dict)


def draw(
    data: bytes, file: str, title: str, labels: Mapping[str, str] | None = None, highlight: Highlight | None = None
) -> str:
    """The drawing in the bytes of a BPMN file as SVG text.

    `labels` (id -> text) replaces what is drawn, for another language; ids without one keep their drawn name.
    Raises InvalidDiagram when the file has no drawing.
    """
    plan = read_plan(data, file)
    pen = _Pen(labels or {}, highlight or Highlight())
    frame = plan.frame
    x, y, width, height = frame.x - MARGIN, frame.y - MARGIN, frame.width + 2 * MARGIN, frame.height + 2 * MARGIN
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="{x:g} {y:g} {width:g} {height:g}"'
            f' width="{width:g}" height="{height:g}" role="img" aria-label={quoteattr(title)} font-family="{FONT}">',
            f"<title>{escape(title)}</title>",
            f'<rect x="{x:g}" y="{y:g}" width="{width:g}" height="{height:g}" fill="{PAPER}"/>',
            *pen.parts(plan),
            "</svg>\n",
        ]
    )


class _Pen:
    """Draws the parts of one plan in one language with one highlight."""

    def __init__(self, labels: Mapping[str, str], highlight: Highlight) -> None:
        self.labels = labels
        self.highlight = highlight

    def parts(self, plan: Plan) -> Iterator[str]:
        """Areas first, then lines, then what stands on them, labels last."""
        lanes = sorted((shape for shape in plan.shapes if shape.kind == "lane"), key=lambda lane: lane.box.y)
        shaded = [lane.id for lane in lanes[1::2]]
        for shape in plan.shapes:
            if is_area(shape):
                yield self._group(shape.id, self._area(shape, shape.id in shaded))
        for line in sorted(plan.lines, key=lambda line: line.id in self.highlight.passed):
            yield self._group(line.id, self._line(line))
        for shape in plan.shapes:
            if not is_area(shape):
                yield self._group(shape.id, self._shape(shape))
        for line in plan.lines:
            if line.name:
                yield _text(self._name(line), line.label or _middle(line), LABEL_TEXT, INK, halo=True)

    def _name(self, part: Shape | Line) -> str:
        return self.labels.get(part.id) or part.name

    def _group(self, id_: str, inside: str) -> str:
        return f"<g data-element={quoteattr(id_)}>{inside}</g>"

    def _area(self, shape: Shape, shaded: bool) -> str:
        box = shape.box
        if shape.expanded:
            return _rect(box, PAPER, INK, 1.5, 10) + _text(
                self._name(shape), Box(box.x + 8, box.y + 4, box.width - 16, 20), TASK_TEXT, INK
            )
        if shape.kind == "participant":
            head = Box(box.x, box.y, 30, box.height)
            return _rect(box, PAPER, PALE, 1.5) + _rect(head, ACCENT, ACCENT, 1.5) + self._upright(shape, PAPER)
        return _rect(box, "#f1f5f9" if shaded else PAPER, PALE, 1) + self._upright(shape, INK)

    def _upright(self, shape: Shape, ink: str) -> str:
        x, y = shape.box.x + 15, shape.box.y + shape.box.height / 2
        size = min(LANE_TEXT, LANE_TEXT * (shape.box.height - 12) / max(text_width(self._name(shape), LANE_TEXT), 1))
        return (
            f'<text transform="translate({x:g} {y:g}) rotate(-90)" text-anchor="middle" dominant-baseline="central"'
            f' font-size="{size:.3g}" font-weight="600" fill="{ink}">{escape(self._name(shape))}</text>'
        )

    def _line(self, line: Line) -> str:
        passed = line.id in self.highlight.passed
        ink, width = (PATH, 3.5) if passed else (INK, 1.5)
        if line.kind == "association":
            return f'<path d="{_bent(line.points)}" fill="none" stroke="{PALE}" stroke-dasharray="2 4"/>'
        dashes = ' stroke-dasharray="8 5"' if line.kind == "messageFlow" else ""
        tick = _tick(line.points, ink) if line.default else ""
        count = self.highlight.counts.get(line.id)
        return (
            f'<path d="{_bent(line.points)}" fill="none" stroke="{ink}" stroke-width="{width:g}"{dashes}/>'
            f"{_arrow(line.points, ink)}{tick}{_pill(_half_way(line.points), count, PATH) if count else ''}"
        )

    def _shape(self, shape: Shape) -> str:
        kind = shape.kind
        if kind.endswith("Event"):
            body = self._event(shape)
        elif kind.endswith("Gateway"):
            body = self._gateway(shape)
        elif kind == "textAnnotation":
            body = self._note(shape)
        elif kind.startswith("data"):
            body = self._data(shape)
        else:
            body = self._task(shape)
        return body + self._marks(shape)

    def _ink(self, shape: Shape) -> tuple[str, float]:
        if shape.id in self.highlight.tokens:
            return TOKEN, 3
        return (PATH, 2.5) if shape.id in self.highlight.passed else (shape.stroke or INK, 1.5)

    def _task(self, shape: Shape) -> str:
        box = shape.box
        ink, width = self._ink(shape)
        width += 2 if shape.kind == "callActivity" else 0
        step = _STEP.fullmatch(self._name(shape))
        name = step[2] if step else self._name(shape)
        upper = 4 if shape.kind == "callActivity" else 20  # room for the sign of a task's kind
        lower = 18 if shape.kind == "callActivity" or shape.repeated else 4
        inner = Box(box.x + 5, box.y + upper, box.width - 10, box.height - upper - lower)
        plus = _plus(box.centre[0], box.y + box.height - 9, INK) if shape.kind in ("callActivity", "subProcess") else ""
        fill = "#fef3c7" if shape.id in self.highlight.tokens else shape.fill or PAPER
        return (
            _rect(box, fill, ink, width, 10)
            + task_icon(shape.kind, box.x + (22 if step else 6), box.y + 5, INK)
            + _text(name, inner, STEP_TEXT if step else TASK_TEXT, INK, weight=600 if step else 400)
            + plus
            + _repetition(shape, INK)
            + (_badge(step[1], box.x + 6, box.y + 4) if step else "")
        )

    def _gateway(self, shape: Shape) -> str:
        (x, y), half = shape.box.centre, shape.box.width / 2
        ink, width = self._ink(shape)
        fill = "#fef3c7" if shape.id in self.highlight.tokens else shape.fill or PAPER
        diamond = f"{x:g},{y - half:g} {x + half:g},{y:g} {x:g},{y + half:g} {x - half:g},{y:g}"
        body = f'<polygon points="{diamond}" fill="{fill}" stroke="{ink}" stroke-width="{width:g}"/>'
        return body + gateway_icon(shape.kind, (x, y), INK) + self._outside(shape)

    def _event(self, shape: Shape) -> str:
        x, y = shape.box.centre
        ink, width = self._ink(shape)
        radius = shape.box.width / 2
        dashes = "" if shape.interrupting else ' stroke-dasharray="4 3"'
        if shape.kind == "endEvent":
            width = 4
        fill = "#fef3c7" if shape.id in self.highlight.tokens else shape.fill or PAPER
        round_ = f'<circle cx="{x:g}" cy="{y:g}"{dashes} stroke="{ink}"'
        ring = f'{round_} r="{radius:g}" fill="{fill}" stroke-width="{width:g}"/>'
        if shape.kind.startswith("intermediate") or shape.kind == "boundaryEvent":
            ring += f'{round_} r="{radius - 3.5:g}" fill="none" stroke-width="1.2"/>'
        thrown = shape.kind in ("endEvent", "intermediateThrowEvent")
        icon = event_icon(shape.event, (x, y), thrown, INK) if shape.event else ""
        step = _STEP.fullmatch(self._name(shape))
        badge = _badge(step[1], shape.box.x - 14, y) if step else ""
        return ring + icon + self._outside(shape) + badge

    def _outside(self, shape: Shape) -> str:
        name = self._name(shape)
        if not name:
            return ""
        step = _STEP.fullmatch(name)
        below = Box(shape.box.centre[0] - 55, shape.box.y + shape.box.height + 4, 110, 14)
        weight = 600 if step else 400
        return _text(step[2] if step else name, shape.label or below, LABEL_TEXT, INK, halo=True, weight=weight)

    def _note(self, shape: Shape) -> str:
        box = shape.box
        low, inner = box.y + box.height, Box(box.x + 8, box.y, box.width - 8, box.height)
        bracket = f"M{box.x + 10:g} {box.y:g}H{box.x:g}V{low:g}H{box.x + 10:g}"
        return f'<path d="{bracket}" fill="none" stroke="{PALE}" stroke-width="1.5"/>' + _text(
            self._name(shape), inner, TASK_TEXT, INK, start=True
        )

    def _data(self, shape: Shape) -> str:
        box = shape.box
        right, low = box.x + box.width, box.y + box.height
        page = (
            f"M{box.x:g} {box.y:g}H{right - 10:g}L{right:g} {box.y + 10:g}V{low:g}H{box.x:g}z"
            f"M{right - 10:g} {box.y:g}V{box.y + 10:g}H{right:g}"
        )
        return f'<path d="{page}" fill="{PAPER}" stroke="{INK}" stroke-width="1.3"/>' + self._outside(shape)

    def _marks(self, shape: Shape) -> str:
        corner = shape.box.x + shape.box.width, shape.box.y
        tokens, count = self.highlight.tokens.get(shape.id), self.highlight.counts.get(shape.id)
        drawn = _pill(corner, tokens, TOKEN) if tokens else ""
        return drawn + (_pill((corner[0], corner[1] + shape.box.height), count, PATH) if count else "")


def _rect(box: Box, fill: str, ink: str, width: float, radius: float = 0) -> str:
    round_ = f' rx="{radius:g}"' if radius else ""
    return (
        f'<rect x="{box.x:g}" y="{box.y:g}" width="{box.width:g}" height="{box.height:g}"{round_}'
        f' fill="{fill}" stroke="{ink}" stroke-width="{width:g}"/>'
    )


def _text(
    text: str, box: Box, size: float, ink: str, *, halo: bool = False, weight: int = 400, start: bool = False
) -> str:
    if not text:
        return ""
    lines = wrap(text, box.width + (14 if halo else 0), size)
    step = size * 1.2
    while len(lines) * step > box.height + 4 and size > 9:  # a long name in a small shape: smaller letters
        size, step = size - 0.5, (size - 0.5) * 1.2
        lines = wrap(text, box.width + (14 if halo else 0), size)
    x, anchor = (box.x + 2, "start") if start else (box.centre[0], "middle")
    top = box.centre[1] - step * (len(lines) - 1) / 2
    edge = f' paint-order="stroke" stroke="{PAPER}" stroke-width="3" stroke-linejoin="round"' if halo else ""
    spans = "".join(f'<tspan x="{x:g}" y="{top + step * n:.5g}">{escape(line)}</tspan>' for n, line in enumerate(lines))
    heavy = f' font-weight="{weight}"' if weight != 400 else ""
    return (
        f'<text text-anchor="{anchor}" dominant-baseline="central" font-size="{size:g}"{heavy} fill="{ink}"{edge}>'
        f"{spans}</text>"
    )


def _badge(number: str, x: float, y: float) -> str:
    return (
        f'<circle cx="{x:g}" cy="{y:g}" r="15" fill="{ACCENT}" stroke="{PAPER}" stroke-width="2"/>'
        f'<text x="{x:g}" y="{y:g}" text-anchor="middle" dominant-baseline="central" font-size="18" font-weight="700"'
        f' fill="{PAPER}">{number}</text>'
    )


def _pill(at: Point, number: int, colour: str) -> str:
    width = 14 + 8 * len(str(number))
    return (
        _rect(Box(at[0] - width / 2, at[1] - 10, width, 20), colour, PAPER, 1.5, 10)
        + f'<text x="{at[0]:g}" y="{at[1]:g}" text-anchor="middle" dominant-baseline="central" font-size="12"'
        f' font-weight="700" fill="{PAPER}">{number}</text>'
    )


def _plus(x: float, y: float, ink: str) -> str:
    return (
        _rect(Box(x - 7, y - 7, 14, 14), PAPER, ink, 1.2)
        + f'<path d="M{x:g} {y - 4:g}V{y + 4:g}M{x - 4:g} {y:g}H{x + 4:g}" stroke="{ink}" stroke-width="1.4"/>'
    )


def _repetition(shape: Shape, ink: str) -> str:
    x, y = shape.box.centre[0], shape.box.y + shape.box.height - 9
    marks = {
        "parallel": f"M{x - 4:g} {y - 5:g}V{y + 5:g}M{x:g} {y - 5:g}V{y + 5:g}M{x + 4:g} {y - 5:g}V{y + 5:g}",
        "sequential": f"M{x - 5:g} {y - 4:g}H{x + 5:g}M{x - 5:g} {y:g}H{x + 5:g}M{x - 5:g} {y + 4:g}H{x + 5:g}",
        "loop": f"M{x - 3:g} {y + 5:g}A6 6 0 1 1 {x + 3:g} {y + 5:g}M{x - 3:g} {y + 5:g}v-4m0 4h-4",
    }
    path = marks.get(shape.repeated or "")
    return f'<path d="{path}" fill="none" stroke="{ink}" stroke-width="2"/>' if path else ""


def _bent(points: tuple[Point, ...], radius: float = 7) -> str:
    path = f"M{points[0][0]:g} {points[0][1]:g}"
    for before, bend, after in zip(points, points[1:], points[2:], strict=False):
        near = min(radius, math.dist(before, bend) / 2, math.dist(bend, after) / 2)
        into, out = _toward(bend, before, near), _toward(bend, after, near)
        path += f"L{into[0]:g} {into[1]:g}Q{bend[0]:g} {bend[1]:g} {out[0]:g} {out[1]:g}"
    end = _toward(points[-1], points[-2], min(6, math.dist(points[-2], points[-1])))
    return f"{path}L{end[0]:g} {end[1]:g}"


def _toward(start: Point, goal: Point, by: float) -> Point:
    length = math.dist(start, goal) or 1
    return start[0] + (goal[0] - start[0]) * by / length, start[1] + (goal[1] - start[1]) * by / length


def _arrow(points: tuple[Point, ...], ink: str) -> str:
    tip, before = points[-1], points[-2]
    back = _toward(tip, before, 11)
    across = (before[1] - tip[1]), (tip[0] - before[0])
    length = math.hypot(*across) or 1
    dx, dy = across[0] * 4.5 / length, across[1] * 4.5 / length
    corners = f"{tip[0]:g},{tip[1]:g} {back[0] + dx:g},{back[1] + dy:g} {back[0] - dx:g},{back[1] - dy:g}"
    return f'<polygon points="{corners}" fill="{ink}"/>'


def _tick(points: tuple[Point, ...], ink: str) -> str:
    x, y = _toward(points[0], points[1], 10)
    return f'<path d="M{x - 4:g} {y + 5:g}L{x + 4:g} {y - 5:g}" stroke="{ink}" stroke-width="1.5"/>'


def _half_way(points: tuple[Point, ...]) -> Point:
    longest = max(pairwise(points), key=lambda pair: math.dist(*pair))
    return (longest[0][0] + longest[1][0]) / 2, (longest[0][1] + longest[1][1]) / 2


def _middle(line: Line) -> Box:
    x, y = _half_way(line.points)
    return Box(x - 45, y - 14, 90, 14)
