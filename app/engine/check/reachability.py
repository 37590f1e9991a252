"""Every box must be reachable from a start, and from every box there must be a way to an end."""

from __future__ import annotations

from collections.abc import Iterator

from app.domain.findings import Finding
from app.domain.text import Text
from app.engine.check.graph import circles, preceding, reachable
from app.engine.check.model import Diagram, Neighbours, Node, Scope
from app.engine.check.references import is_attached


def check(diagram: Diagram, bundle: Neighbours) -> Iterator[Finding]:
    """Boxes that are never reached, and circles that are never left."""
    for scope in diagram.scopes:
        if scope.runs and scope.starts:
            yield from _scope(diagram, scope)


def _scope(diagram: Diagram, scope: Scope) -> Iterator[Finding]:
    reached = reachable([*scope.starts, *(node for node in scope.nodes if _stands_alone(node))])
    for node in scope.nodes:
        if node not in reached and node.kind != "boundaryEvent":
            yield diagram.error(
                node,
                "unreachable",
                Text(
                    f"{node.label} tidak pernah dicapai: tidak ada jalur dari kejadian mulai.",
                    f"{node.label} is never reached: no path leads to it from a start event.",
                ),
                Text("Hubungkan dengan panah, atau hapus.", "Connect it with an arrow, or delete it."),
            )
    yield from _never_ends(diagram, scope, reached)


def _never_ends(diagram: Diagram, scope: Scope, reached: set[Node]) -> Iterator[Finding]:
    ending = _ending(scope)
    stuck = [node for node in scope.nodes if node in reached and node not in ending and not _stands_alone(node)]
    for circle in circles(stuck):
        names = ", ".join(node.label for node in circle[:5])
        yield diagram.error(
            circle[0],
            "no-way-to-end",
            Text(
                f"Dari {names} tidak ada jalur yang mengakhiri putarannya: proses berputar tanpa akhir. "
                "Jalur lain dari gerbang paralel dan kejadian tepi bergaris putus tidak mengakhirinya.",
                f"From {names} no path ends the round: the process goes round for ever. "
                "Another path of a parallel gateway, or a border event with a dashed line, does not end it.",
            ),
            Text("Tambahkan gerbang XOR dengan jalur keluar.", "Add an XOR gateway with a way out."),
        )


def _ending(scope: Scope) -> set[Node]:
    """The boxes from which a token can come to its end; behind a parallel gateway each of its tokens must."""
    ending = reachable([node for node in scope.nodes if "terminate" in node.events], preceding)
    ending |= {node for node in scope.nodes if node.kind == "endEvent" or not node.outgoing}
    waiting = [node for node in scope.nodes if node not in ending]
    while found := {node for node in waiting if _ends_behind(node, ending)}:
        ending |= found
        waiting = [node for node in waiting if node not in found]
    return ending


def _ends_behind(node: Node, ending: set[Node]) -> bool:
    ways = [edge.target in ending for edge in node.outgoing if edge.target is not None]
    if node.kind == "parallelGateway":
        return all(ways)
    return any(ways) or any(event in ending for event in node.boundaries if event.interrupting)


def _stands_alone(node: Node) -> bool:
    """Whether the shape is reported by another rule and needs no arrow into it."""
    if node.kind == "boundaryEvent" and not is_attached(node):
        return True
    return "true" in (node.xml.get("triggeredByEvent"), node.xml.get("isForCompensation"))
