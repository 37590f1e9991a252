"""The small signs of BPMN: what kind of task, event or gateway it is, drawn with plain strokes."""

from __future__ import annotations

import math

from app.drawing.plan import Point

Paint = str
_THIN = 'fill="none" stroke-width="1.4" stroke-linejoin="round" stroke-linecap="round"'


def task_icon(kind: str, x: float, y: float, ink: Paint) -> str:
    """The sign in a task's corner, its top left at (x, y), 16 pixels wide; empty for a plain task."""
    paths = {
        "userTask": _USER,
        "manualTask": _HAND,
        "serviceTask": _gear(),
        "scriptTask": _SCRIPT,
        "businessRuleTask": _TABLE,
        "sendTask": _ENVELOPE_FULL,
        "receiveTask": _ENVELOPE,
    }
    drawn = paths.get(kind)
    return "" if drawn is None else _placed(drawn, x, y, 1.0, ink)


def event_icon(event: str, centre: Point, thrown: bool, ink: Paint) -> str:
    """The sign inside an event's circle; a thrown one is filled. Empty for an event without a definition."""
    if event == "message":
        return _placed(_ENVELOPE_FULL if thrown else _ENVELOPE, centre[0] - 8, centre[1] - 8, 1.0, ink)
    if event == "timer":
        return _clock(centre, ink)
    if event == "terminate":
        return f'<circle cx="{centre[0]:g}" cy="{centre[1]:g}" r="10" fill="{ink}"/>'
    drawn = _EVENTS.get(event)
    if drawn is None:
        return ""
    fill = ink if thrown else "none"
    return _placed(f'<path d="{drawn}" fill="{fill}" stroke="{ink}" stroke-width="1.4"/>', centre[0] - 8, centre[1] - 8)


def gateway_icon(kind: str, centre: Point, ink: Paint) -> str:
    """The sign inside a gateway's diamond."""
    x, y = centre
    bold = f'fill="none" stroke="{ink}" stroke-width="3" stroke-linecap="round"'
    if kind == "exclusiveGateway":
        return f'<path d="M{x - 7:g} {y - 7:g}L{x + 7:g} {y + 7:g}M{x + 7:g} {y - 7:g}L{x - 7:g} {y + 7:g}" {bold}/>'
    if kind == "parallelGateway":
        return f'<path d="M{x:g} {y - 10:g}V{y + 10:g}M{x - 10:g} {y:g}H{x + 10:g}" {bold}/>'
    if kind == "inclusiveGateway":
        return f'<circle cx="{x:g}" cy="{y:g}" r="10" {bold}/>'
    if kind == "eventBasedGateway":
        rings = "".join(
            f'<circle cx="{x:g}" cy="{y:g}" r="{r}" fill="none" stroke="{ink}" stroke-width="1"/>' for r in (14, 11.5)
        )
        turns = [math.tau * n / 5 for n in range(5)]
        corners = [(x + 7.5 * math.sin(turn), y - 7.5 * math.cos(turn)) for turn in turns]
        five = " ".join(f"{px:.4g},{py:.4g}" for px, py in corners)
        return f'{rings}<polygon points="{five}" fill="none" stroke="{ink}" stroke-width="1.2"/>'
    return ""


def _placed(drawing: str, x: float, y: float, scale: float = 1.0, ink: Paint = "") -> str:
    return f'<g transform="translate({x:g} {y:g}) scale({scale:g})">{drawing.replace("INK", ink)}</g>'


def _clock(centre: Point, ink: Paint) -> str:
    x, y = centre
    marks = "".join(
        f"M{x + 9.5 * math.sin(turn):.4g} {y - 9.5 * math.cos(turn):.4g}"
        f"L{x + 8 * math.sin(turn):.4g} {y - 8 * math.cos(turn):.4g}"
        for turn in (math.tau * n / 12 for n in range(12))
    )
    return (
        f'<circle cx="{x:g}" cy="{y:g}" r="10.5" fill="#ffffff" stroke="{ink}" stroke-width="1.2"/>'
        f'<path d="{marks}M{x:g} {y - 7:g}V{y:g}H{x + 5:g}" {_THIN} stroke="{ink}"/>'
    )


def _gear() -> str:
    teeth = "".join(
        f"M{8 + 5 * math.sin(turn):.4g} {8 - 5 * math.cos(turn):.4g}"
        f"L{8 + 7.4 * math.sin(turn):.4g} {8 - 7.4 * math.cos(turn):.4g}"
        for turn in (math.tau * n / 8 for n in range(8))
    )
    return (
        f'<path d="{teeth}" stroke="INK" stroke-width="2.6"/>'
        '<circle cx="8" cy="8" r="4.600" fill="#ffffff" stroke="INK" stroke-width="1.600"/>'
        '<circle cx="8" cy="8" r="1.600" fill="none" stroke="INK" stroke-width="1.200"/>'
    )


_USER = (
    f'<circle cx="8" cy="5" r="3.2" {_THIN} stroke="INK"/>'
    f'<path d="M1.5 15c0-4 2.6-6 6.5-6s6.5 2 6.5 6z" {_THIN} stroke="INK"/>'
)
_HAND = f'<path d="M2 8l4-4h7M6 7h8M6 9.5h8M6 12h7M2 8v5h5" {_THIN} stroke="INK"/>'
_SCRIPT = f'<path d="M4 1.5h9c-3 4 3 9 0 13H4c3-4-3-9 0-13zM5.5 5h5M6.5 8h5M6.5 11h5" {_THIN} stroke="INK"/>'
_TABLE = (
    '<rect x="1.5" y="2.5" width="13" height="3.5" fill="INK" stroke="INK" stroke-width="1.2"/>'
    f'<path d="M1.5 6v8h13V6M1.5 10h13M5.5 6v8" {_THIN} stroke="INK"/>'
)
_ENVELOPE = f'<path d="M1.5 3.5h13v9h-13zM1.5 3.5l6.500 5 6.500-5" {_THIN} stroke="INK"/>'
_ENVELOPE_FULL = '<path d="M1 3h14l-7 5.200z" fill="INK"/><path d="M1 4.600l7 5.200 7-5.200v8.400h-14z" fill="INK"/>'
_EVENTS = {
    "error": "M2 14l4-10 4 6 4-9-3.500 12-4-6z",
    "signal": "M8 2l7 12h-14z",
    "escalation": "M8 1l5 13-5-4-5 4z",
    "link": "M2 6h7v-3l6 5-6 5v-3h-7z",
    "conditional": "M3 1h10v14h-10zM5 4.500h6M5 8h6M5 11.500h6",
    "compensate": "M8 3v10l-6-5zM15 3v10l-6-5z",
    "cancel": "M3 5l2-2 3 3 3-3 2 2-3 3 3 3-2 2-3-3-3 3-2-2 3-3z",
}
