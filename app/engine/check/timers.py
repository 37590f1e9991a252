"""Timers wait for a duration in a unit that fits their clock, or for a date; nothing is guessed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from app.domain.calendar import CLOCKS
from app.domain.durations import BadDuration, parse_duration
from app.domain.findings import Finding
from app.domain.nearest import meant
from app.domain.text import Text
from app.engine.check.formulas import is_literal, timer_texts
from app.engine.check.model import Diagram, Neighbours, Node, definitions, text_of
from app.engine.elements import RECURRENCES, read_properties, recurrence_of
from app.engine.expressions.expression import Expression, ExpressionError, compile_expression
from app.engine.timers import CYCLE, MOST_TIMES

EXAMPLES = Text(
    "Tulis misalnya PT4H (empat jam kerja), P3D (tiga hari kerja) atau ${sla('kunci')}.",
    "Write for example PT4H (four working hours), P3D (three working days) or ${sla('key')}.",
)


def check(diagram: Diagram, bundle: Neighbours) -> Iterator[Finding]:
    """Missing, repeating and unreadable timers, unknown clocks and units that do not fit them."""
    for node in diagram.each():
        if "timer" in node.events:
            yield from _timer(diagram, node, bundle)


def _timer(diagram: Diagram, node: Node, bundle: Neighbours) -> Iterator[Finding]:
    clock = read_properties(node.xml).get("clock", "working")
    if clock not in CLOCKS:
        yield diagram.error(
            node,
            "timer-clock",
            Text(
                f"Jam hitung “{clock}” pada {node.label} tidak dikenal.",
                f"The clock “{clock}” of {node.label} is unknown.",
            ),
            meant(Text("Pilih working, calendar atau wall.", "Choose working, calendar or wall."), clock, CLOCKS),
        )
    cycles = [cycle for kind, each in definitions(node) if kind == "timer" and (cycle := text_of(each, "timeCycle"))]
    for text in cycles:
        if recurrence_of(node.xml) is None:
            yield from _cycle(diagram, node, text, clock)
    if cycles:
        return
    if not list(timer_texts(node)):
        yield _finding(diagram, node, "timer-missing", Text(
            f"Waktu tunggu {node.label} belum diisi.", f"The timer {node.label} is not filled in."
        ))  # fmt: skip
    for text in timer_texts(node):
        yield from _text(diagram, node, text, clock, bundle)


def _cycle(diagram: Diagram, node: Node, text: str, clock: str) -> Iterator[Finding]:
    found = CYCLE.fullmatch(text)
    if node.kind == "boundaryEvent" and not node.interrupting and found and 1 <= int(found[1]) <= MOST_TIMES:
        yield from _duration(diagram, node, found[2], clock)
        return
    yield diagram.error(
        node,
        "timer-cycle",
        Text(
            f"Waktu berulang “{text[:60]}” pada {node.label} tidak didukung.",
            f"The repeating timer “{text[:60]}” at {node.label} is not supported.",
        ),
        Text(
            f"Berulang hanya dapat dengan kejadian tepi bergaris putus, 1 sampai {MOST_TIMES} kali, misalnya R3/PT4H, "
            f"dan pada kejadian mulai proses: {', '.join(RECURRENCES)}. Di tempat lain pakai satu waktu tunggu.",
            f"Only a border event with a dashed line can repeat, 1 to {MOST_TIMES} times, such as R3/PT4H, and the "
            f"start of a process: {', '.join(RECURRENCES)}. Elsewhere use a single wait.",
        ),
    )


def _text(diagram: Diagram, node: Node, text: str, clock: str, bundle: Neighbours) -> Iterator[Finding]:
    if is_literal(text):
        yield from _literal(diagram, node, text, clock)
        return
    try:
        expression = compile_expression(text)
    except ExpressionError:
        return  # reported with all other expressions
    if expression.constant:
        value = _constant(expression)
        if isinstance(value, str):
            yield from _literal(diagram, node, value, clock)
        else:
            yield _unreadable(diagram, node, text)
    elif text.isidentifier() and not _may_be_variable(text, bundle):
        yield _unreadable(diagram, node, text)


def _may_be_variable(word: str, bundle: Neighbours) -> bool:
    """Whether a bare word names a variable; where those are not known, nobody writes a time with an underscore."""
    return "_" in word if bundle.variables is None else word in bundle.variables


def _constant(expression: Expression) -> object:
    try:
        return expression.evaluate({}, {})
    except ExpressionError:
        return None


def _literal(diagram: Diagram, node: Node, text: str, clock: str) -> Iterator[Finding]:
    if text[:1] in "-+pP":
        yield from _duration(diagram, node, text, clock)
        return
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        yield _unreadable(diagram, node, text)
        return
    if at.tzinfo is None and len(text) > 10:
        yield diagram.warning(
            node,
            "timer-zone",
            Text(
                f"Waktu “{text}” pada {node.label} tanpa zona dihitung menurut zona kalender.",
                f"The instant “{text}” at {node.label} has no zone and is read in the zone of the calendar.",
            ),
            Text("Tambahkan zonanya, misalnya +07:00.", "Add the zone, such as +07:00."),
        )


def _duration(diagram: Diagram, node: Node, text: str, clock: str) -> Iterator[Finding]:
    try:
        span = parse_duration(text)
    except BadDuration as fault:
        months = "panjang bulan" in fault.message.id
        yield _finding(diagram, node, "timer-unit" if months else "timer-invalid", fault.message)
        return
    if clock == "wall":
        pass
    elif span.whole_days and span.micros:
        yield _finding(diagram, node, "timer-unit", Text(
            f"Waktu tunggu “{text}” pada {node.label} mencampur hari dan jam, yang dihitung dengan cara berbeda.",
            f"The timer “{text}” at {node.label} mixes days and hours, which are counted in different ways.",
        ))  # fmt: skip
    elif clock == "calendar" and span.micros:
        yield _finding(diagram, node, "timer-unit", Text(
            f"Hari kalender tidak dihitung dalam jam: “{text}” pada {node.label}.",
            f"Calendar days are not counted in hours: “{text}” at {node.label}.",
        ))  # fmt: skip
    elif clock == "working" and span.weeks:
        yield _finding(diagram, node, "timer-unit", Text(
            f"Minggu tidak jelas untuk hari kerja: “{text}” pada {node.label}; tulis misalnya P5D.",
            f"Weeks are unclear in working days: “{text}” at {node.label}; write for example P5D.",
        ))  # fmt: skip
    if span.is_zero:
        yield diagram.warning(
            node,
            "timer-zero",
            Text(f"Waktu tunggu {node.label} nol.", f"The timer {node.label} waits for no time at all."),
            EXAMPLES,
        )


def _unreadable(diagram: Diagram, node: Node, text: str) -> Finding:
    return _finding(diagram, node, "timer-invalid", Text(
        f"“{text[:60]}” pada {node.label} bukan lama waktu atau tanggal.",
        f"“{text[:60]}” at {node.label} is neither a duration nor a date.",
    ))  # fmt: skip


def _finding(diagram: Diagram, node: Node, rule: str, message: Text) -> Finding:
    return diagram.error(node, rule, message, EXAMPLES)
