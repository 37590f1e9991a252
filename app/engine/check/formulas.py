"""All expressions and scripts of a diagram with the place where each stands."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from app.domain.text import Text
from app.engine.check.model import DECIDING, Diagram, Edge, Neighbours, Node, definitions, text_of
from app.engine.elements import NS, camunda
from app.engine.expressions.expression import Expression, ExpressionError, Script, compile_expression, compile_script

DURATION = re.compile(r"(R\d*/)?[-+]?[pP]\s*[0-9tT]")
LANGUAGES = ("", "python", "text/python", "text/x-python", "application/x-python")
DATE = re.compile(r"\d{1,4}[-/.]\d\d?[-/.]\d")


@dataclass(frozen=True, slots=True)
class Formula:
    """One expression or script: where it stands (`place` is a noun phrase), and its compiled form or its fault."""

    where: Node | Edge
    place: Text
    text: str
    kind: str
    compiled: Expression | Script | None
    fault: ExpressionError | None

    @property
    def names(self) -> frozenset[str]:
        """The variables it needs."""
        return self.compiled.names if self.compiled is not None else frozenset()

    @property
    def calls(self) -> tuple[tuple[str, Any], ...]:
        """The functions it calls, each with its literal argument."""
        return self.compiled.calls if self.compiled is not None else ()


def formulas(diagram: Diagram) -> Iterator[Formula]:
    """Every condition, script, timer expression and multi-instance expression of a diagram."""
    for edge in diagram.edges():
        if edge.condition is not None:
            yield _compiled(edge, Text("Syarat panah", "The condition of the arrow"), edge.condition, "condition")
    for node in diagram.each():
        if node.kind == "scriptTask" and is_ours(node) and (script := text_of(node.xml, "script")):
            yield _compiled(node, Text("Skrip", "The script"), script, "script")
        for text in timer_texts(node):
            if not is_literal(text):
                yield _compiled(node, Text("Waktu tunggu", "The timer"), text, "timer")
        yield from _instances(node)


def is_ours(node: Node) -> bool:
    """Whether a script is meant in our notation; one in another language is a fault as a whole."""
    return (node.xml.get("scriptFormat") or "").strip().lower() in LANGUAGES


def timer_texts(node: Node) -> Iterator[str]:
    """The texts of the durations and dates of an event's timers."""
    for kind, definition in definitions(node):
        if kind == "timer":
            for child in ("timeDuration", "timeDate"):
                text = text_of(definition, child)
                if text:
                    yield text


def is_literal(text: str) -> bool:
    """Whether a timer's text is meant as a duration or date and not as an expression."""
    return bool(DURATION.match(text) or DATE.match(text))


def deciding_flows(node: Node) -> list[Edge]:
    """The arrows of an exclusive or inclusive gateway that are chosen by their condition."""
    if node.kind not in DECIDING or len(node.outgoing) < 2:
        return []
    return [edge for edge in node.outgoing if edge.id != node.xml.get("default")]


def assigned_names(bundle: Neighbours) -> set[str]:
    """The variables that diagrams set themselves: by scripts, decisions, called processes and lists."""
    names: set[str] = set()
    for diagram in bundle.diagrams:
        for formula in formulas(diagram):
            names |= formula.compiled.assigned if isinstance(formula.compiled, Script) else set()
        for node in diagram.each():
            names |= _set_by(node, bundle)
    return names


def set_in(node: Node, bundle: Neighbours) -> set[str]:
    """The variables that one box sets by itself."""
    script = text_of(node.xml, "script") if node.kind == "scriptTask" and is_ours(node) else None
    names = _set_by(node, bundle)
    if script:
        compiled = _compiled(node, Text("", ""), script, "script").compiled
        names |= compiled.assigned if isinstance(compiled, Script) else set()
    return names


def _set_by(node: Node, bundle: Neighbours) -> set[str]:
    found = {entry.get("target") for entry in node.xml.iterfind("b:extensionElements/c:out", NS)}
    found |= {entry.get("target") for entry in node.xml.iterfind("b:extensionElements/c:in", NS)}
    found |= set(bundle.decisions.get(camunda(node.xml, "decisionRef") or "", ()))
    for loop in node.xml.iterfind("b:multiInstanceLoopCharacteristics", NS):
        found |= {camunda(loop, "elementVariable"), "loopCounter"}
        found |= {item.get("name") or item.get("id") for item in loop.iterfind("b:inputDataItem", NS)}
        found |= {item.get("name") or item.get("id") for item in loop.iterfind("b:outputDataItem", NS)}
        found.add((loop.findtext("b:loopDataOutputRef", None, NS) or "").strip())
    return {name for name in found if name}


def _instances(node: Node) -> Iterator[Formula]:
    for kind in ("multiInstanceLoopCharacteristics", "standardLoopCharacteristics"):
        for loop in node.xml.iterfind(f"b:{kind}", NS):
            for child in ("loopCardinality", "completionCondition", "loopCondition"):
                text = text_of(loop, child)
                if text:
                    kind = "loop" if child == "loopCardinality" else "completion"
                    yield _compiled(node, Text(f"Pengulangan ({child})", f"The repetition ({child})"), text, kind)


def _compiled(where: Node | Edge, place: Text, text: str, kind: str) -> Formula:
    try:
        compiled = compile_script(text) if kind == "script" else compile_expression(text)
    except ExpressionError as fault:
        return Formula(where, place, text, kind, None, fault)
    return Formula(where, place, text, kind, compiled, None)
