"""Reads where a diagram's parts stand on paper: pools, lanes, shapes and lines with their labels."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from app.domain.errors import InvalidDiagram
from app.domain.findings import Finding
from app.domain.text import Text
from app.engine.xml import BPMN, local_name, parse_xml

DI = {
    "b": BPMN,
    "d": "http://www.omg.org/spec/BPMN/20100524/DI",
    "c": "http://www.omg.org/spec/DD/20100524/DC",
    "i": "http://www.omg.org/spec/DD/20100524/DI",
}
_BIOC = "{http://bpmn.io/schema/bpmn/biocolor/1.0}"
_COLOUR = re.compile(r"#[0-9A-Fa-f]{6}")
_LARGEST = 100_000.0  # pixels; nobody draws farther out

Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle on paper, in pixels."""

    x: float
    y: float
    width: float
    height: float

    @property
    def centre(self) -> Point:
        """The middle of the rectangle."""
        return self.x + self.width / 2, self.y + self.height / 2

    def lies_in(self, other: Box) -> bool:
        """Whether all of it lies in another rectangle."""
        right, low = self.x + self.width <= other.x + other.width, self.y + self.height <= other.y + other.height
        return other.x <= self.x and other.y <= self.y and right and low

    def within(self, margin: float) -> Box:
        """The rectangle inside it, `margin` from each side; around it for a negative one."""
        return Box(self.x + margin, self.y + margin, self.width - 2 * margin, self.height - 2 * margin)


@dataclass(frozen=True, slots=True)
class Shape:
    """One part with a place: `kind` is its BPMN name, `event` what kind of event (timer, message, ...)."""

    id: str
    kind: str
    name: str
    box: Box
    label: Box | None = None
    fill: str | None = None
    stroke: str | None = None
    event: str | None = None
    interrupting: bool = True
    expanded: bool = False
    repeated: str | None = None  # parallel | sequential | loop


@dataclass(frozen=True, slots=True)
class Line:
    """One drawn connection: sequenceFlow, messageFlow or association; `default` marks a gateway's default flow."""

    id: str
    kind: str
    name: str
    points: tuple[Point, ...]
    label: Box | None = None
    default: bool = False


@dataclass(frozen=True, slots=True)
class Plan:
    """Everything drawn in one file, back to front, and the rectangle that holds it all."""

    frame: Box
    shapes: tuple[Shape, ...]
    lines: tuple[Line, ...]


def read_plan(data: bytes, file: str) -> Plan:
    """What is drawn in a BPMN file. Raises InvalidDiagram when the file has no drawing."""
    root = parse_xml(data, file)
    by_id = {node.get("id"): node for node in root.iter() if node.get("id")}
    defaults = {node.get("default") for node in root.iter() if node.get("default")}
    drawn = [shape for node in root.iterfind(".//d:BPMNShape", DI) if (shape := _shape(node, by_id)) is not None]
    lines = [line for node in root.iterfind(".//d:BPMNEdge", DI) if (line := _line(node, by_id, defaults)) is not None]
    if not drawn:
        raise _undrawn(file)
    drawn.sort(key=lambda shape: -shape.box.width * shape.box.height if is_area(shape) else 0)
    return Plan(_frame(drawn, lines), tuple(drawn), tuple(lines))


def is_area(shape: Shape) -> bool:
    """Whether other parts stand inside it."""
    return shape.kind in ("participant", "lane") or shape.expanded


def _shape(node: Any, by_id: Mapping[str, Any]) -> Shape | None:
    part, bounds = by_id.get(node.get("bpmnElement")), node.find("c:Bounds", DI)
    if part is None or bounds is None:
        return None
    text = part.findtext("b:text", "", DI) if local_name(part) == "textAnnotation" else part.get("name", "")
    return Shape(
        part.get("id", ""),
        local_name(part),
        text.strip(),
        _box(bounds),
        _label(node),
        _colour(node, "fill"),
        _colour(node, "stroke"),
        _event(part),
        part.get("cancelActivity") != "false" and part.get("isInterrupting") != "false",
        local_name(part) in ("subProcess", "transaction", "adHocSubProcess") and node.get("isExpanded") != "false",
        _repeated(part),
    )


def _line(node: Any, by_id: Mapping[str, Any], defaults: set[str | None]) -> Line | None:
    part = by_id.get(node.get("bpmnElement"))
    points = tuple((_number(point, "x"), _number(point, "y")) for point in node.iterfind("i:waypoint", DI))
    if part is None or len(points) < 2:
        return None
    name = part.get("name", "").strip()
    return Line(part.get("id", ""), local_name(part), name, points, _label(node), part.get("id") in defaults)


def _label(node: Any) -> Box | None:
    bounds = node.find("d:BPMNLabel/c:Bounds", DI)
    return None if bounds is None else _box(bounds)


def _box(bounds: Any) -> Box:
    return Box(*(_number(bounds, name) for name in ("x", "y", "width", "height")))


def _number(node: Any, name: str) -> float:
    try:
        value = float(node.get(name, "0"))
    except ValueError:
        return 0.0
    return min(max(value, -_LARGEST), _LARGEST) if math.isfinite(value) else 0.0


def _colour(node: Any, name: str) -> str | None:
    value = node.get(_BIOC + name, "")
    return value if _COLOUR.fullmatch(value) else None


def _event(part: Any) -> str | None:
    for child in part:
        if local_name(child).endswith("EventDefinition"):
            return local_name(child).removesuffix("EventDefinition")
    return None


def _repeated(part: Any) -> str | None:
    for child in part:
        if local_name(child) == "multiInstanceLoopCharacteristics":
            return "sequential" if child.get("isSequential") == "true" else "parallel"
        if local_name(child) == "standardLoopCharacteristics":
            return "loop"
    return None


def _frame(shapes: list[Shape], lines: list[Line]) -> Box:
    corners = list(_corners(shapes, lines))
    left, top = min(x for x, _ in corners), min(y for _, y in corners)
    return Box(left, top, max(x for x, _ in corners) - left, max(y for _, y in corners) - top)


def _corners(shapes: list[Shape], lines: list[Line]) -> Iterator[Point]:
    parts: list[Shape | Line] = [*shapes, *lines]
    boxes = [shape.box for shape in shapes] + [part.label for part in parts if part.label]
    for box in boxes:
        yield box.x, box.y
        yield box.x + box.width, box.y + box.height
    for line in lines:
        yield from line.points


def _undrawn(file: str) -> InvalidDiagram:
    message = Text("Berkas ini tidak memuat gambar.", "This file holds no drawing.")
    fix = Text("Simpan ulang berkas dari aplikasi gambar BPMN.", "Save the file again from the BPMN modeler.")
    return InvalidDiagram(message, findings=[Finding(file, None, "no-drawing", "error", message, fix)])
