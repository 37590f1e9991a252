"""Expressions read only variables that the manifest lets into the engine or that the diagram sets itself."""

from __future__ import annotations

from collections.abc import Iterator

from app.domain.findings import Finding
from app.domain.nearest import meant
from app.domain.text import Text
from app.engine.check.formulas import Formula, assigned_names, formulas, set_in
from app.engine.check.graph import reachable
from app.engine.check.model import Diagram, Edge, Neighbours, Node


def check(diagram: Diagram, bundle: Neighbours) -> Iterator[Finding]:
    """Unknown variables, and variables that are not known yet on a path from the border of a sub-process."""
    if bundle.variables is not None:
        known = set(bundle.variables) | assigned_names(bundle)
        for formula in formulas(diagram):
            if formula.kind == "timer" and formula.text.isidentifier():
                continue  # a bare word such as "besok": the check of timers says so in better words
            for name in sorted(formula.names - known):
                yield _unknown(diagram, formula, name, known)
    for node in diagram.each("subProcess", "transaction", "callActivity"):
        if node.boundaries:
            yield from _from_border(diagram, node, bundle)


def _unknown(diagram: Diagram, formula: Formula, name: str, known: set[str]) -> Finding:
    return diagram.error(
        formula.where,
        "variable-unknown",
        Text(
            f"{formula.place.id} membaca “{name}”, yang tidak dinyatakan di manifest dan tidak diisi oleh diagram.",
            f"{formula.place.en} reads “{name}”, which the manifest does not declare and the diagram does not set.",
        ),
        meant(
            Text(
                f'Nyatakan “{name}” di [variables], atau beri tanda kutip bila maksudnya teks: "{name}".',
                f'Declare “{name}” in [variables], or put quotes around it if text is meant: "{name}".',
            ),
            name,
            known,
        ),
    )


def _from_border(diagram: Diagram, node: Node, bundle: Neighbours) -> Iterator[Finding]:
    """A path from the border sees the data as they were when the sub-process was entered."""
    if node.inner is None:
        return
    inner = {name for scope in diagram.scopes if _lies_in(scope.node, node) for box in scope.nodes
             for name in set_in(box, bundle)}  # fmt: skip
    outer = {name for box in diagram.each() if not _lies_in(box.scope.node, node) for name in set_in(box, bundle)}
    fresh = inner - outer - set(bundle.variables or ())
    path = reachable(node.boundaries)
    for formula in formulas(diagram):
        box = formula.where.source if isinstance(formula.where, Edge) else formula.where
        if box in path and formula.names & fresh:
            names = ", ".join(sorted(formula.names & fresh))
            yield diagram.warning(
                formula.where,
                "border-reads-inner",
                Text(
                    f"{formula.place.id} membaca {names} yang diisi di dalam {node.label}; jalur tepi belum tahu.",
                    f"{formula.place.en} reads {names}, set inside {node.label}; paths from its border do not see it.",
                ),
                Text("Isi nilainya sebelum subproses.", "Set the value before the sub-process."),
            )


def _lies_in(box: Node | None, node: Node) -> bool:
    while box is not None:
        if box is node:
            return True
        box = box.scope.node
    return False
