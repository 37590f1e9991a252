"""A message needs a name, and the same message should be awaited at one place at a time."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

from app.domain.findings import Finding
from app.domain.text import Text
from app.engine.check.graph import reachable
from app.engine.check.joins import branches
from app.engine.check.model import Diagram, Neighbours, Node, Scope, message_name

CATCHING = ("startEvent", "intermediateCatchEvent", "boundaryEvent")


def check(diagram: Diagram, bundle: Neighbours) -> Iterator[Finding]:
    """Messages without a name, and messages that may be awaited twice at once."""
    waiting = [node for node in diagram.each() if waits_for_message(node)]
    for node in waiting:
        if not message_name(diagram, node):
            yield diagram.error(
                node,
                "message-missing",
                Text(f"{node.label} tidak menyebut nama pesannya.", f"{node.label} does not name its message."),
                Text(
                    "Pilih atau buat pesannya di panel sifat.", "Choose or create the message in the properties panel."
                ),
            )
        if node.kind == "boundaryEvent" and not node.interrupting:
            yield diagram.warning(
                node,
                "message-boundary-once",
                Text(
                    f"{node.label} menerima pesannya sekali saja setiap kali langkah ini dikunjungi.",
                    f"{node.label} takes its message only once for each visit of this step.",
                ),
                Text(
                    "Untuk catatan yang dapat datang berkali-kali, pakai perintah di luar diagram.",
                    "For notes that may come many times, use a command outside the diagram.",
                ),
            )
    yield from _twice(diagram, waiting)


def waits_for_message(node: Node) -> bool:
    """Whether the element waits for a message."""
    return node.kind == "receiveTask" or (node.kind in CATCHING and "message" in node.events)


def _twice(diagram: Diagram, waiting: list[Node]) -> Iterator[Finding]:
    named = [(node, message_name(diagram, node)) for node in waiting if node.kind != "startEvent"]
    starts = {
        scope: [set(_flat(branch)) for node in scope.nodes for branch in branches(node)] for scope in diagram.scopes
    }
    for (one, name), (other, same) in itertools.combinations(named, 2):
        if name and name == same and (_encloses(one, other) or _together(one, other, starts)):
            yield diagram.warning(
                other,
                "message-awaited-twice",
                Text(
                    f"Pesan “{name}” dapat ditunggu bersamaan di {one.label} dan {other.label}.",
                    f"The message “{name}” may be awaited at {one.label} and {other.label} at the same time.",
                ),
                Text("Beri kedua pesan nama yang berbeda.", "Give the two messages different names."),
            )


def _flat(nodes: set[Node]) -> Iterator[Node]:
    for node in nodes:
        yield node
        if node.inner is not None:
            yield from _flat(reachable(node.inner.nodes))


def _encloses(one: Node, other: Node) -> bool:
    """Whether one is an event on the border of a box that holds, or is, the place of the other."""
    return _inside(one.host, other) or _inside(other.host, one)


def _inside(host: Node | None, node: Node) -> bool:
    if host is None:
        return False
    scope: Scope | None = node.scope
    while scope is not None:
        if scope.node is host:
            return True
        scope = scope.parent
    return host is node or (node.host is host and node.kind == "boundaryEvent")


def _together(one: Node, other: Node, parts: dict[Scope, list[set[Node]]]) -> bool:
    """Whether two elements lie on different paths that run at the same time."""
    return any(
        one in first and other in second and one not in second and other not in first
        for branches_of_scope in parts.values()
        for first, second in itertools.permutations(branches_of_scope, 2)
    )
