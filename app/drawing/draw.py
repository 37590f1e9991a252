"""Draws a BPMN diagram as a picture for people: one self-contained SVG without scripts or references."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from xml.sax.saxutils import quoteattr

from app.drawing import strokes
from app.drawing.icons import event_icon, gateway_icon, task_icon
from app.drawing.plan import Box, Line, Plan, Shape, is_area, read_plan
from app.drawing.strokes import ACCENT, INK, PALE, PAPER, rect, text

FONT = "'Public Sans', 'Liberation Sans', Arial, sans-serif"
PATH, TOKEN, INCIDENT = "#15803d", "#b45309", "#b42318"
MARGIN = 20
TASK_TEXT, STEP_TEXT, LABEL_TEXT, TITLE_TEXT = 13.0, 14.0, 12.0, 14.0
TITLE_MARGIN = 2.0
_STEP = re.compile(r"(\d{1,2})\.\s+(.+)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Highlight:
    """What to show on top of the drawing, by element or flow id.

    `tokens`: how many tokens stand there now; `passed`: flows and elements of the path taken; `counts`: how often;
    `incidents`: where the case stopped.
    """

    tokens: Mapping[str, int] = field(default_factory=dict)
    passed: frozenset[str] = frozenset()
    counts: Mapping[str, int] = field(default_factory=dict)
    incidents: frozenset[str] = frozenset()


def draw(
    data: bytes, file: str, title: str, labels: Mapping[str, str] | None = None, highlight: Highlight | None = None
) -> str:
    """The drawing in the bytes of a BPMN file as SVG text.

    `labels` (id -> text) replaces what is drawn, for another language; ids without one keep their drawn name.
    A page that holds it reaches all of it as `#gambar` and a shape as `#gambar-<id>`.
    Raises InvalidDiagram when the file has no drawing.
    """
    plan = read_plan(data, file)
    pen = _Pen(labels or {}, highlight or Highlight())
    box = plan.frame.within(-MARGIN)
    x, y, width, height = box.x, box.y, box.width, box.height
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="{x:g} {y:g} {width:g} {height:g}"'
            f' width="{width:g}" height="{height:g}" role="img" aria-label={quoteattr(title)} font-family="{FONT}">',
            f'<rect x="{x:g}" y="{y:g}" width="{width:g}" height="{height:g}" fill="{PAPER}"/>',
            '<g id="gambar">',
            *pen.parts(plan),
            "</g>",
            "</svg>\n",
        ]
    )


def frame(data: bytes, file: str) -> Box:
    """The rectangle that the drawing of these bytes fills."""
    return read_plan(data, file).frame.within(-MARGIN)


def title_place(area: Shape) -> Box:
    """Where the title of a pool or lane stands: at its left, a lane's with room for two lines."""
    box = area.box
    return Box(box.x, box.y, 30 if area.kind == "participant" else 40, box.height)


class _Pen:
    """Draws the parts of one plan in one language with one highlight."""

    def __init__(self, labels: Mapping[str, str], highlight: Highlight) -> None:
        self.labels = labels
        self.highlight = highlight

    def parts(self, plan: Plan) -> Iterator[str]:
        """Areas first, then lines, then what stands on them, then labels; titles of lanes last, as pages move them."""
        lanes = sorted((shape for shape in plan.shapes if shape.kind == "lane"), key=lambda lane: lane.box.y)
        ground = {lane.id: "#f1f5f9" if number % 2 else PAPER for number, lane in enumerate(lanes)}
        for shape in plan.shapes:
            if is_area(shape):
                yield self._group(shape.id, self._area(shape, ground.get(shape.id, PAPER)))
        for line in sorted(plan.lines, key=lambda line: line.id in self.highlight.passed):
            yield self._group(line.id, self._line(line))
        for shape in plan.shapes:
            if not is_area(shape):
                yield self._group(shape.id, self._shape(shape), f" id={quoteattr('gambar-' + shape.id)}")
        for line in plan.lines:
            if line.name:
                place = line.label or strokes.middle(line)
                yield self._group(line.id, text(self._name(line), place, LABEL_TEXT, INK, halo=True))
        for lane in lanes:
            yield self._group(lane.id, self._title(lane, ground[lane.id], PALE, INK), ' data-title=""')

    def _name(self, part: Shape | Line) -> str:
        return self.labels.get(part.id) or part.name

    def _group(self, id_: str, inside: str, anchor: str = "") -> str:
        return f"<g data-element={quoteattr(id_)}{anchor}>{inside}</g>"

    def _area(self, shape: Shape, ground: str) -> str:
        box = shape.box
        if shape.expanded:
            return rect(box, PAPER, INK, 1.5, 10) + text(
                self._name(shape), Box(box.x + 8, box.y + 4, box.width - 16, 20), TASK_TEXT, INK
            )
        if shape.kind == "participant":
            return rect(box, PAPER, PALE, 1.5) + self._title(shape, ACCENT, ACCENT, PAPER)
        return rect(box, ground, PALE, 1)

    def _title(self, area: Shape, ground: str, edge: str, ink: str) -> str:
        head = title_place(area)
        return rect(head, ground, edge, 1) + strokes.upright(
            self._name(area), head.within(TITLE_MARGIN), TITLE_TEXT, ink
        )

    def _line(self, line: Line) -> str:
        passed = line.id in self.highlight.passed
        ink, width = (PATH, 3.5) if passed else (INK, 1.5)
        if line.kind == "association":
            return f'<path d="{strokes.bent(line.points)}" fill="none" stroke="{PALE}" stroke-dasharray="2 4"/>'
        dashes = ' stroke-dasharray="8 5"' if line.kind == "messageFlow" else ""
        tick = strokes.tick(line.points, ink) if line.default else ""
        count = self.highlight.counts.get(line.id)
        told = strokes.pill(strokes.along(line.points, 0.85), str(count), PATH) if count else ""
        return (
            f'<path d="{strokes.bent(line.points)}" fill="none" stroke="{ink}" stroke-width="{width:g}"{dashes}/>'
            f"{strokes.arrow(line.points, ink)}{tick}{told}"
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
        if shape.id in self.highlight.incidents:
            return INCIDENT, 4
        if shape.id in self.highlight.tokens:
            return TOKEN, 3
        return (PATH, 2.5) if shape.id in self.highlight.passed else (shape.stroke or INK, 1.5)

    def _fill(self, shape: Shape) -> str:
        if shape.id in self.highlight.incidents:
            return "#fde8e6"
        return "#fef3c7" if shape.id in self.highlight.tokens else shape.fill or PAPER

    def _task(self, shape: Shape) -> str:
        box = shape.box
        ink, width = self._ink(shape)
        width += 2 if shape.kind == "callActivity" else 0
        step = _STEP.fullmatch(self._name(shape))
        name = step[2] if step else self._name(shape)
        upper = 4 if shape.kind == "callActivity" else 20  # room for the sign of a task's kind
        lower = 18 if shape.kind == "callActivity" or shape.repeated else 4
        inner = Box(box.x + 5, box.y + upper, box.width - 10, box.height - upper - lower)
        plus = (
            strokes.plus(box.centre[0], box.y + box.height - 9, INK)
            if shape.kind in ("callActivity", "subProcess")
            else ""
        )
        fill = self._fill(shape)
        return (
            rect(box, fill, ink, width, 10)
            + task_icon(shape.kind, box.x + (22 if step else 6), box.y + 5, INK)
            + text(name, inner, STEP_TEXT if step else TASK_TEXT, INK, weight=600 if step else 400)
            + plus
            + strokes.repetition(shape, INK)
            + (strokes.badge(step[1], box.x + 6, box.y + 4) if step else "")
        )

    def _gateway(self, shape: Shape) -> str:
        (x, y), half = shape.box.centre, shape.box.width / 2
        ink, width = self._ink(shape)
        fill = self._fill(shape)
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
        fill = self._fill(shape)
        round_ = f'<circle cx="{x:g}" cy="{y:g}"{dashes} stroke="{ink}"'
        ring = f'{round_} r="{radius:g}" fill="{fill}" stroke-width="{width:g}"/>'
        if shape.kind.startswith("intermediate") or shape.kind == "boundaryEvent":
            ring += f'{round_} r="{radius - 3.5:g}" fill="none" stroke-width="1.2"/>'
        thrown = shape.kind in ("endEvent", "intermediateThrowEvent")
        icon = event_icon(shape.event, (x, y), thrown, INK) if shape.event else ""
        step = _STEP.fullmatch(self._name(shape))
        badge = strokes.badge(step[1], shape.box.x - 14, y) if step else ""
        return ring + icon + self._outside(shape) + badge

    def _outside(self, shape: Shape) -> str:
        name = self._name(shape)
        if not name:
            return ""
        step = _STEP.fullmatch(name)
        below = Box(shape.box.centre[0] - 55, shape.box.y + shape.box.height + 4, 110, 15)
        weight = 600 if step else 400
        return text(step[2] if step else name, shape.label or below, LABEL_TEXT, INK, halo=True, weight=weight)

    def _note(self, shape: Shape) -> str:
        box = shape.box
        low, inner = box.y + box.height, Box(box.x + 8, box.y, box.width - 8, box.height)
        bracket = f"M{box.x + 10:g} {box.y:g}H{box.x:g}V{low:g}H{box.x + 10:g}"
        return f'<path d="{bracket}" fill="none" stroke="{PALE}" stroke-width="1.5"/>' + text(
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
        right, top, low = shape.box.x + shape.box.width, shape.box.y, shape.box.y + shape.box.height
        tokens, count = self.highlight.tokens.get(shape.id), self.highlight.counts.get(shape.id)
        here = "●" if tokens == 1 else f"● {tokens}"
        marks = ((tokens and here, (right, top), TOKEN), (count and f"{count}×", (right + 8, low), PATH))
        drawn = [strokes.pill(at, said, colour) for said, at, colour in marks if said]
        stopped = shape.id in self.highlight.incidents
        return "".join(drawn) + (strokes.pill((shape.box.x, low), "!", INCIDENT) if stopped else "")
