"""A circle must pass a choice and a person or an event, or the engine would run round it for ever."""

from __future__ import annotations

from collections.abc import Iterator

from app.domain.durations import BadDuration, parse_duration
from app.domain.findings import Finding
from app.domain.text import Text
from app.engine.check.formulas import is_literal, timer_texts
from app.engine.check.graph import circles, reachable
from app.engine.check.model import Diagram, Neighbours, Node, Scope
from app.engine.elements import NS, topic_of
from app.engine.expressions.expression import ExpressionError, compile_expression

CHOICES = ("exclusiveGateway", "inclusiveGateway", "eventBasedGateway")
PEOPLE = ("task", "userTask", "manualTask", "receiveTask", "eventBasedGateway", "intermediateCatchEvent")
MAX_NESTING = 20


def check(diagram: Diagram, bundle: Neighbours) -> Iterator[Finding]:
    """Circles without a choice, and circles that nothing stops."""
    for scope in diagram.scopes:
        if not scope.runs:
            continue
        plain = [node for node in scope.nodes if node.kind not in CHOICES and not node.boundaries]
        for circle in circles(plain):
            yield _without_choice(diagram, circle)
        quick = [node for node in scope.nodes if passes_by_itself(node, bundle) or _left_at_once(node)]
        endless = circles(quick, _onward)
        for circle in endless:
            yield _endless(diagram, circle)
        reported = {node for circle in endless for node in circle}
        for circle in circles([node for node in scope.nodes if node.kind not in PEOPLE]):
            served = any(_is_service(node) for node in circle)
            if served and not reported & set(circle) and not _waits_inside(circle, bundle):
                yield _without_person(diagram, circle)


def passes_by_itself(node: Node, bundle: Neighbours, depth: int = 0) -> bool:
    """Whether a token can pass the box without anybody or anything outside doing something."""
    if waits_for_no_time(node) or _is_asked_before(node):
        return True
    if node.kind in PEOPLE or _is_service(node):
        return False
    if node.kind == "boundaryEvent":
        return node.events == ("error",)
    if node.inner is not None:
        return depth < MAX_NESTING and _runs_through(node.inner, bundle, depth + 1)
    if node.kind == "callActivity":
        called = bundle.process(node.xml.get("calledElement", ""), node.scope)
        return called is not None and depth < MAX_NESTING and _runs_through(called[1], bundle, depth + 1)
    return True


def _is_asked_before(node: Node) -> bool:
    """Whether the box repeats while a condition holds that is asked before the first time: perhaps not at all."""
    loop = node.xml.find("b:standardLoopCharacteristics", NS)
    return loop is not None and bool(loop.get("testBefore") == "true")


def waits_for_no_time(node: Node) -> bool:
    """Whether the event is a timer whose text is a time of nought."""
    texts = list(timer_texts(node))
    return bool(texts) and all(_is_nought(text) for text in texts)


def _is_nought(text: str) -> bool:
    try:
        if not is_literal(text):
            value = compile_expression(text).evaluate({}, {})
            text = value if isinstance(value, str) else ""
        return parse_duration(text.removeprefix("+")).is_zero
    except (BadDuration, ExpressionError):
        return False


def _onward(node: Node) -> Iterator[Node]:
    """What comes next by itself: a step is left at once by an event on its border that waits for no time."""
    at_once = [event for event in node.boundaries if event.interrupting and waits_for_no_time(event)]
    yield from at_once if at_once and node.kind in (*PEOPLE, "serviceTask", "sendTask") else node.successors()


def _left_at_once(node: Node) -> bool:
    return any(event.interrupting and waits_for_no_time(event) for event in node.boundaries)


def _runs_through(scope: Scope, bundle: Neighbours, depth: int) -> bool:
    automatic = {node for node in scope.nodes if passes_by_itself(node, bundle, depth)}
    starts = [node for node in scope.starts if node in automatic]
    passed = reachable(starts, lambda node: (after for after in node.successors() if after in automatic))
    return any(node.kind == "endEvent" for node in passed)


def _is_service(node: Node) -> bool:
    return node.kind in ("serviceTask", "sendTask") or topic_of(node.xml) is not None


def _waits_inside(circle: list[Node], bundle: Neighbours) -> bool:
    return any(
        (node.inner is not None or node.kind in ("callActivity", "boundaryEvent"))
        and not passes_by_itself(node, bundle)
        for node in circle
    )


def _names(circle: list[Node]) -> str:
    return ", ".join(node.label for node in circle[:6]) + (" …" if len(circle) > 6 else "")


def _without_choice(diagram: Diagram, circle: list[Node]) -> Finding:
    return diagram.error(
        circle[0],
        "cycle-without-choice",
        Text(
            f"Lingkaran {_names(circle)} tidak melewati gerbang: tanpa jalan keluar, tidak dapat dijalankan.",
            f"The circle {_names(circle)} passes no gateway, so there is no way out and it cannot be run.",
        ),
        Text("Tambahkan gerbang XOR dengan jalur keluar.", "Add an XOR gateway with a way out."),
    )


def _endless(diagram: Diagram, circle: list[Node]) -> Finding:
    return diagram.error(
        circle[0],
        "endless-loop",
        Text(
            f"Lingkaran {_names(circle)} berjalan sendiri: tidak ada orang, pesan atau waktu yang ditunggu.",
            f"The circle {_names(circle)} runs by itself: it waits for no person, message or time.",
        ),
        Text(
            "Taruh tugas pengguna atau kejadian tunggu di dalam lingkaran.",
            "Put a user task or a waiting event into the circle.",
        ),
    )


def _without_person(diagram: Diagram, circle: list[Node]) -> Finding:
    return diagram.warning(
        circle[0],
        "loop-without-person",
        Text(
            f"Lingkaran {_names(circle)} hanya berisi pekerjaan sistem; bila hasilnya tetap sama, ia berputar terus.",
            f"The circle {_names(circle)} holds system work only; if its result stays the same, it goes on for ever.",
        ),
        Text(
            "Batasi dengan returns('id panah') atau kejadian waktu.", "Limit it by returns('flow id') or a timer event."
        ),
    )
