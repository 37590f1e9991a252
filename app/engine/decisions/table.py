"""Reads the decision tables of a DMN file as they were drawn, before anything in them is understood."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from app.engine.xml import local_name

_DMN = re.compile(r"\{https?://www\.omg\.org/spec/DMN/[^}]*\}")


@dataclass(frozen=True, slots=True)
class Entry:
    """One cell: its id in the file and its text."""

    id: str
    text: str


@dataclass(frozen=True, slots=True)
class Column:
    """An input (`text` is its expression) or an output (`name` is the variable it sets)."""

    id: str
    name: str
    label: str
    text: str
    type: str
    values: str
    default: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """One rule: its input cells and its output cells."""

    id: str
    inputs: tuple[Entry, ...]
    outputs: tuple[Entry, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """One decision as drawn; `kind` is the name of its XML element, which is decisionTable for those that can run."""

    id: str
    name: str
    kind: str
    hit_policy: str
    aggregation: str
    inputs: tuple[Column, ...]
    outputs: tuple[Column, ...]
    rows: tuple[Row, ...]
    requires: tuple[str, ...]
    names: tuple[str, ...] = ()  # names with blanks that the file declares


def is_dmn(root: Any) -> bool:
    """Whether the root element belongs to a DMN file."""
    return _DMN.match(str(root.tag)) is not None


def read_tables(root: Any) -> Iterator[Table]:
    """Every decision of a parsed DMN file."""
    declared = {" ".join((node.get("name") or "").split()) for node in root.iter() if local_name(node) in DECLARING}
    names = tuple(sorted(name for name in declared if " " in name))
    for decision in _children(root, "decision"):
        logic = next((node for node in _elements(decision) if local_name(node) in LOGIC), None)
        yield replace(_table(decision, logic), names=names)


DECLARING = ("inputData", "variable")
LOGIC = ("decisionTable", "literalExpression", "context", "invocation", "list", "relation", "functionDefinition")


def _table(decision: Any, logic: Any) -> Table:
    table = logic if logic is not None and local_name(logic) == "decisionTable" else None
    return Table(
        id=decision.get("id", ""),
        name=decision.get("name", ""),
        kind="" if logic is None else local_name(logic),
        hit_policy="" if table is None else table.get("hitPolicy", "UNIQUE").upper(),
        aggregation="" if table is None else table.get("aggregation", "").upper(),
        inputs=tuple(_input(node) for node in _children(table, "input")),
        outputs=tuple(_output(node, decision) for node in _children(table, "output")),
        rows=tuple(_row(node) for node in _children(table, "rule")),
        requires=tuple(
            node.get("href", "").removeprefix("#")
            for requirement in _children(decision, "informationRequirement")
            for node in _children(requirement, "requiredDecision")
        ),
    )


def _input(node: Any) -> Column:
    expression = next(_children(node, "inputExpression"), None)
    kind = "" if expression is None else expression.get("typeRef", "")
    text = "" if expression is None else _text(expression)
    return Column(node.get("id", ""), "", node.get("label") or text, text, kind, _text_of(node, "inputValues"))


def _output(node: Any, decision: Any) -> Column:
    name = node.get("name") or decision.get("id", "")
    return Column(
        node.get("id", ""), name, node.get("label") or name, "", node.get("typeRef", ""),
        _text_of(node, "outputValues"), _text_of(node, "defaultOutputEntry"),
    )  # fmt: skip


def _row(node: Any) -> Row:
    return Row(
        node.get("id", ""),
        tuple(Entry(cell.get("id", ""), _text(cell)) for cell in _children(node, "inputEntry")),
        tuple(Entry(cell.get("id", ""), _text(cell)) for cell in _children(node, "outputEntry")),
    )


def _elements(node: Any) -> Iterator[Any]:
    if node is not None:
        yield from (child for child in node if isinstance(child.tag, str) and _DMN.match(child.tag))


def _children(node: Any, name: str) -> Iterator[Any]:
    return (child for child in _elements(node) if local_name(child) == name)


def _text(node: Any) -> str:
    return "".join("".join(text.itertext()) for text in _children(node, "text")).strip()


def _text_of(node: Any, name: str) -> str:
    return "".join(_text(child) for child in _children(node, name))
