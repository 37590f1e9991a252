"""Plays through every course that tokens can take in one scope, to find where they would wait for ever."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

from app.engine.check.graph import reachable
from app.engine.check.model import Edge, Node, Scope

MAX_STATES = 5_000
MAX_TOKENS = 3  # on one arrow; more means a circle that makes tokens without end
MAX_SUBSETS = 8  # arrows of an inclusive split that are combined in every way
Marking = frozenset[tuple[int, int]]  # (number of the arrow, tokens on it)
WAITING = ("parallelGateway", "inclusiveGateway")


class TooManyStates(Exception):
    """The diagram has more courses than are played through."""


class Net:
    """The arrows of a scope as places for tokens."""

    def __init__(self, scope: Scope) -> None:
        self.scope = scope
        self.edges: list[Edge] = [edge for node in scope.nodes for edge in node.outgoing]
        self.number = {edge: number for number, edge in enumerate(self.edges)}
        self.behind = {edge: reachable([edge.target]) for edge in self.edges if edge.target is not None}

    def deadlocks(self) -> dict[Node, Edge]:
        """The joins at which tokens may wait for ever, each with an arrow on which no token comes.

        Raises TooManyStates. Because a token in front of a box that is no join is its own affair, it is enough to
        move one such token at a time; this keeps the number of states small and hides no deadlock.
        """
        pending = [self._put(frozenset(), start.outgoing) for start in self.scope.starts]
        seen: set[Marking] = set(pending)
        stuck: dict[Node, Edge] = {}
        while pending:
            marking = pending.pop()
            following = self._following(marking)
            if following is None:
                stuck |= self._waiting(marking)
                continue
            for after in following:
                if after not in seen:
                    seen.add(after)
                    pending.append(after)
            if len(seen) > MAX_STATES:
                raise TooManyStates
        return stuck

    def _following(self, marking: Marking) -> list[Marking] | None:
        """The markings after the next move; empty where all is done, None where tokens are left that cannot move."""
        if not marking:
            return []
        for number, _ in sorted(marking):
            node = self.edges[number].target
            if node is None or (node.kind == "endEvent" and "terminate" in node.events):
                return []
            if not self._joins(node):
                rest = self._take(marking, [self.edges[number]])
                return [self._put(rest, edges) for edges in self._ways(node)]
        for number, _ in sorted(marking):
            node = self.edges[number].target
            if node is not None and self._may_pass(node, marking):
                rest = self._take(marking, [edge for edge in node.incoming if self._has(marking, edge)])
                return [self._put(rest, edges) for edges in self._ways(node)]
        return None

    def _joins(self, node: Node) -> bool:
        return node.kind in WAITING and len(node.incoming) > 1

    def _may_pass(self, node: Node, marking: Marking) -> bool:
        """Whether a join has all its tokens; an inclusive one waits only for tokens that can still come."""
        missing = [edge for edge in node.incoming if not self._has(marking, edge)]
        if not missing or node.kind == "parallelGateway":
            return not missing
        coming = [self.edges[number] for number, _ in marking if self.edges[number].target is not node]
        behind = [self._behind_without(edge, node) for edge in coming]
        return not any(edge.source in nodes for edge in missing for nodes in behind)

    def _behind_without(self, edge: Edge, join: Node) -> set[Node]:
        if edge.target is None or join not in self.behind[edge]:
            return set()
        return reachable([edge.target], lambda node: () if node is join else node.successors())

    def _ways(self, node: Node) -> Iterator[list[Edge]]:
        """The sets of arrows that may get a token when the box is left."""
        if node.kind == "parallelGateway":
            yield node.outgoing
        elif node.kind == "inclusiveGateway" and len(node.outgoing) <= MAX_SUBSETS:
            for size in range(1, len(node.outgoing) + 1):
                yield from (list(chosen) for chosen in itertools.combinations(node.outgoing, size))
        elif not node.outgoing:
            yield []
        else:
            yield from ([edge] for edge in node.outgoing)
        for event in node.boundaries:
            for edge in event.outgoing:
                if event.interrupting:
                    yield [edge]
                else:
                    yield from ([edge, onward] for onward in node.outgoing)

    def _waiting(self, marking: Marking) -> dict[Node, Edge]:
        found: dict[Node, Edge] = {}
        for number, _ in marking:
            node = self.edges[number].target
            if node is not None:
                missing = [edge for edge in node.incoming if not self._has(marking, edge)]
                found[node] = missing[0] if missing else self.edges[number]
        return found

    def _has(self, marking: Marking, edge: Edge) -> bool:
        number = self.number[edge]
        return any(place == number for place, _ in marking)

    def _take(self, marking: Marking, edges: list[Edge]) -> Marking:
        return self._changed(marking, edges, -1)

    def _put(self, marking: Marking, edges: list[Edge]) -> Marking:
        return self._changed(marking, edges, 1)

    def _changed(self, marking: Marking, edges: list[Edge], by: int) -> Marking:
        tokens = dict(marking)
        for edge in edges:
            number = self.number[edge]
            tokens[number] = min(MAX_TOKENS, tokens.get(number, 0) + by)
        return frozenset((number, count) for number, count in tokens.items() if count > 0)
