"""A join must not wait for a token that can never come."""

from __future__ import annotations

from collections.abc import Iterator

from app.domain.findings import Finding
from app.domain.text import Text
from app.engine.check.model import Diagram, Edge, Neighbours, Node, Scope
from app.engine.check.token_net import WAITING, Net, TooManyStates


def check(diagram: Diagram, bundle: Neighbours) -> Iterator[Finding]:
    """Deadlocks, found by playing through every course of each scope that has a join."""
    for scope in diagram.scopes:
        if scope.runs and any(node.kind in WAITING and len(node.incoming) > 1 for node in scope.nodes):
            yield from _scope(diagram, scope)


def _scope(diagram: Diagram, scope: Scope) -> Iterator[Finding]:
    try:
        stuck = Net(scope).deadlocks()
    except TooManyStates:
        yield diagram.warning(
            scope,
            "not-analysed",
            Text(
                "Diagram ini terlalu bercabang untuk diperiksa kebuntuannya sampai tuntas.",
                "This diagram has too many courses to be searched for deadlocks completely.",
            ),
            Text("Bagilah menjadi beberapa subproses.", "Divide it into sub-processes."),
        )
        return
    for node, missing in stuck.items():
        yield _deadlock(diagram, node, missing)


def _deadlock(diagram: Diagram, node: Node, missing: Edge) -> Finding:
    source = missing.source.label if missing.source is not None else missing.id
    return diagram.error(
        node,
        "deadlock",
        Text(
            f"Gerbang gabung {node.label} dapat menunggu selamanya: jalur dari {source} tidak selalu dilalui.",
            f"The join {node.label} may wait for ever: the path from {source} is not always taken.",
        ),
        Text(
            "Gabungkan jalur pilihan (XOR) dengan gerbang XOR, dan jalur paralel dengan gerbang paralel.",
            "Join alternative paths (XOR) with an XOR gateway, and parallel paths with a parallel gateway.",
        ),
    )
