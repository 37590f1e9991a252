"""The strokes of a drawing: boxes, bent lines with arrowheads, labels, and the small signs on top of them."""

from __future__ import annotations

import math
from itertools import pairwise
from xml.sax.saxutils import escape

from app.drawing.plan import Box, Line, Point, Shape
from app.drawing.text import STEP, fit, wrap

INK, PALE, PAPER, ACCENT = "#1f2937", "#64748b", "#ffffff", "#3730a3"


def rect(box: Box, fill: str, ink: str, width: float, radius: float = 0) -> str:
    """A rectangle, with round corners where `radius` is given."""
    round_ = f' rx="{radius:g}"' if radius else ""
    return (
        f'<rect x="{box.x:g}" y="{box.y:g}" width="{box.width:g}" height="{box.height:g}"{round_}'
        f' fill="{fill}" stroke="{ink}" stroke-width="{width:g}"/>'
    )


def text(
    text: str, box: Box, size: float, ink: str, *, halo: bool = False, weight: int = 400, start: bool = False
) -> str:
    """The lines of a label in the middle of its place (or from its left edge).

    One with a halo stands free and keeps its size; any other stays in its place, in smaller letters where it must.
    """
    if not text:
        return ""
    if halo:
        lines = wrap(text, box.width, size, weight=weight)
    else:
        size, lines = fit(text, box.width, box.height, size, weight)
    x, anchor = (box.x + 2, "start") if start else (box.centre[0], "middle")
    edge = f' paint-order="stroke" stroke="{PAPER}" stroke-width="3" stroke-linejoin="round"' if halo else ""
    return _lines(lines, (x, box.centre[1]), size, f'text-anchor="{anchor}"{_heavy(weight)} fill="{ink}"{edge}')


def upright(text: str, box: Box, size: float, ink: str) -> str:
    """A heading that is read from below, in the middle of its place."""
    size, lines = fit(text, box.height, box.width, size, 600)
    turn = f'transform="translate({box.centre[0]:g} {box.centre[1]:g}) rotate(-90)"'
    return _lines(lines, (0, 0), size, f'{turn} text-anchor="middle"{_heavy(600)} fill="{ink}"')


def _lines(lines: list[str], middle: Point, size: float, how: str) -> str:
    x, top = middle[0], middle[1] - size * STEP * (len(lines) - 1) / 2
    spans = (f'<tspan x="{x:g}" y="{top + size * STEP * n:.5g}">{escape(line)}</tspan>' for n, line in enumerate(lines))
    return f'<text {how} dominant-baseline="central" font-size="{size:g}">{"".join(spans)}</text>'


def _heavy(weight: int) -> str:
    return f' font-weight="{weight}"' if weight != 400 else ""


def badge(number: str, x: float, y: float) -> str:
    """The number of a step, white in a filled circle."""
    return (
        f'<circle cx="{x:g}" cy="{y:g}" r="15" fill="{ACCENT}" stroke="{PAPER}" stroke-width="2"/>'
        f'<text x="{x:g}" y="{y:g}" text-anchor="middle" dominant-baseline="central" font-size="18" font-weight="700"'
        f' fill="{PAPER}">{number}</text>'
    )


def pill(at: Point, said: str, colour: str) -> str:
    """A number or another short sign on top of the drawing."""
    width = 14 + 8 * len(said)
    return (
        rect(Box(at[0] - width / 2, at[1] - 10, width, 20), colour, PAPER, 1.5, 10)
        + f'<text x="{at[0]:g}" y="{at[1]:g}" text-anchor="middle" dominant-baseline="central" font-size="12"'
        f' font-weight="700" fill="{PAPER}">{said}</text>'
    )


def plus(x: float, y: float, ink: str) -> str:
    """The sign of a called process."""
    return (
        rect(Box(x - 7, y - 7, 14, 14), PAPER, ink, 1.2)
        + f'<path d="M{x:g} {y - 4:g}V{y + 4:g}M{x - 4:g} {y:g}H{x + 4:g}" stroke="{ink}" stroke-width="1.4"/>'
    )


def repetition(shape: Shape, ink: str) -> str:
    """The sign of work that is done several times."""
    x, y = shape.box.centre[0], shape.box.y + shape.box.height - 9
    marks = {
        "parallel": f"M{x - 4:g} {y - 5:g}V{y + 5:g}M{x:g} {y - 5:g}V{y + 5:g}M{x + 4:g} {y - 5:g}V{y + 5:g}",
        "sequential": f"M{x - 5:g} {y - 4:g}H{x + 5:g}M{x - 5:g} {y:g}H{x + 5:g}M{x - 5:g} {y + 4:g}H{x + 5:g}",
        "loop": f"M{x - 3:g} {y + 5:g}A6 6 0 1 1 {x + 3:g} {y + 5:g}M{x - 3:g} {y + 5:g}v-4m0 4h-4",
    }
    path = marks.get(shape.repeated or "")
    return f'<path d="{path}" fill="none" stroke="{ink}" stroke-width="2"/>' if path else ""


def bent(points: tuple[Point, ...], radius: float = 7) -> str:
    """The path of a line with rounded bends, ending just before its arrowhead."""
    path = f"M{points[0][0]:g} {points[0][1]:g}"
    for before, bend, after in zip(points, points[1:], points[2:], strict=False):
        near = min(radius, math.dist(before, bend) / 2, math.dist(bend, after) / 2)
        into, out = toward(bend, before, near), toward(bend, after, near)
        path += f"L{into[0]:g} {into[1]:g}Q{bend[0]:g} {bend[1]:g} {out[0]:g} {out[1]:g}"
    end = toward(points[-1], points[-2], min(6, math.dist(points[-2], points[-1])))
    return f"{path}L{end[0]:g} {end[1]:g}"


def toward(start: Point, goal: Point, by: float) -> Point:
    """The point `by` pixels from `start` in the direction of `goal`."""
    length = math.dist(start, goal) or 1
    return start[0] + (goal[0] - start[0]) * by / length, start[1] + (goal[1] - start[1]) * by / length


def arrow(points: tuple[Point, ...], ink: str) -> str:
    """The head at a line's end."""
    tip, before = points[-1], points[-2]
    back = toward(tip, before, 11)
    across = (before[1] - tip[1]), (tip[0] - before[0])
    length = math.hypot(*across) or 1
    dx, dy = across[0] * 4.5 / length, across[1] * 4.5 / length
    corners = f"{tip[0]:g},{tip[1]:g} {back[0] + dx:g},{back[1] + dy:g} {back[0] - dx:g},{back[1] - dy:g}"
    return f'<polygon points="{corners}" fill="{ink}"/>'


def tick(points: tuple[Point, ...], ink: str) -> str:
    """The stroke across the default flow of a gateway."""
    x, y = toward(points[0], points[1], 10)
    return f'<path d="M{x - 4:g} {y + 5:g}L{x + 4:g} {y - 5:g}" stroke="{ink}" stroke-width="1.5"/>'


def along(points: tuple[Point, ...], share: float) -> Point:
    """A point on the longest stretch of a line, `share` of the way."""
    (ax, ay), (bx, by) = max(pairwise(points), key=lambda pair: math.dist(*pair))
    return ax + (bx - ax) * share, ay + (by - ay) * share


def middle(line: Line) -> Box:
    """Where the label of a line goes that has no place of its own."""
    x, y = along(line.points, 0.5)
    return Box(x - 45, y - 14, 90, 14)
