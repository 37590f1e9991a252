"""Walking along the arrows of a diagram: what can be reached from where, and which boxes lie on a circle."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from app.engine.check.model import Node

Successors = Callable[[Node], Iterable[Node]]


def following(node: Node) -> Iterable[Node]:
    """The boxes that may come next, those behind the events on the border included."""
    return node.successors()


def preceding(node: Node) -> Iterable[Node]:
    """The boxes that may come before; before an event on a border stands the box that carries it."""
    before = [edge.source for edge in node.incoming if edge.source is not None]
    return [*before, node.host] if node.host is not None else before


def reachable(starts: Iterable[Node], successors: Successors = following) -> set[Node]:
    """Everything that can be reached from `starts`, these included."""
    seen: set[Node] = set()
    pending = list(starts)
    while pending:
        node = pending.pop()
        if node not in seen:
            seen.add(node)
            pending.extend(successors(node))
    return seen


def circles(nodes: Iterable[Node], successors: Successors = following) -> list[list[Node]]:
    """The groups of boxes that lie on a common circle, using only `nodes`; each in the order of the file."""
    among = list(nodes)
    allowed = set(among)
    ahead = {node: reachable(_inside(successors(node), allowed), _limited(successors, allowed)) for node in among}
    found: list[list[Node]] = []
    done: set[Node] = set()
    for node in among:
        if node in done or node not in ahead[node]:
            continue
        circle = [other for other in among if other in ahead[node] and node in ahead[other]]
        done.update(circle)
        found.append(circle)
    return found


def _inside(nodes: Iterable[Node], allowed: set[Node]) -> list[Node]:
    return [node for node in nodes if node in allowed]


def _limited(successors: Successors, allowed: set[Node]) -> Successors:
    return lambda node: _inside(successors(node), allowed)
