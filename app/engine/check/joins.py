"""Paths that run at the same time must meet in a join, and no return arrow may lead into or out of such a part."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

from app.domain.findings import Finding
from app.domain.text import Text
from app.engine.check.graph import circles, reachable
from app.engine.check.model import Diagram, Neighbours, Node, Scope

PARALLEL = ("parallelGateway", "inclusiveGateway")


def check(diagram: Diagram, bundle: Neighbours) -> Iterator[Finding]:
    """Joins in a circle, joins as such, and parallel paths that meet without a join."""
    for scope in diagram.scopes:
        if not scope.runs:
            continue
        joins = [node for node in scope.nodes if is_join(node)]
        looping = {node for circle in circles(scope.nodes) for node in circle} if joins else set()
        for node in joins:
            yield _in_circle(diagram, node) if node in looping else _kept_whole(diagram, node)
        yield from _unjoined(diagram, scope)


def is_join(node: Node) -> bool:
    """Whether the box waits for several paths."""
    return node.kind in PARALLEL and len(node.incoming) > 1


def branches(node: Node) -> list[set[Node]]:
    """For each path that runs at the same time behind `node`: the boxes on it, up to the join that ends it."""

    def onward(box: Node) -> list[Node]:
        return [] if is_join(box) else list(box.successors())

    if node.kind in PARALLEL and len(node.outgoing) > 1:
        return [reachable([edge.target], onward) for edge in node.outgoing if edge.target is not None]
    side = [event for event in node.boundaries if not event.interrupting]
    if not side:
        return []
    main = reachable([edge.target for edge in node.outgoing if edge.target is not None], onward)
    return [main, *(reachable([event], onward) for event in side)]


def _unjoined(diagram: Diagram, scope: Scope) -> Iterator[Finding]:
    for node in scope.nodes:
        shared: set[Node] = set()
        for one, other in itertools.combinations(branches(node), 2):
            shared |= {box for box in one & other if box.kind != "endEvent" and not is_join(box)}
        meeting = [box for box in scope.nodes if box in shared and len(box.incoming) > 1]
        if meeting and node.kind in PARALLEL:
            yield _twice(diagram, node, meeting[0])
        elif meeting:
            yield _side_path(diagram, node, meeting[0])


def _in_circle(diagram: Diagram, node: Node) -> Finding:
    return diagram.error(
        node,
        "join-in-loop",
        Text(
            f"Panah kembali melintasi gerbang gabung {node.label}; putaran kedua akan salah hitung.",
            f"A return arrow passes the join {node.label}; the second round would count wrongly.",
        ),
        Text(
            "Taruh bagian paralel dalam subproses; panah kembali menuju subproses itu.",
            "Put the parallel part into a sub-process; lead the return arrow to that sub-process.",
        ),
    )


def _kept_whole(diagram: Diagram, node: Node) -> Finding:
    return diagram.warning(
        node,
        "join-kept-whole",
        Text(
            f"Karena gerbang gabung {node.label}, seluruh riwayat disimpan; setelah ratusan langkah proses terhenti.",
            f"Because of the join {node.label} the whole history is kept; after hundreds of steps the process stops.",
        ),
        Text(
            "Tidak apa-apa bila di luar gabungan ini tidak ada panah kembali yang sering dilalui.",
            "This is fine if no return arrow outside this join is taken very often.",
        ),
    )


def _twice(diagram: Diagram, node: Node, meeting: Node) -> Finding:
    return diagram.error(
        meeting,
        "parallel-without-join",
        Text(
            f"Jalur paralel dari {node.label} bertemu di {meeting.label} tanpa gerbang gabung: langkah sesudahnya "
            "berjalan lebih dari sekali.",
            f"The parallel paths of {node.label} meet at {meeting.label} without a join: what comes after runs more "
            "than once.",
        ),
        Text(
            "Gabungkan dengan gerbang yang sejenis sebelum langkah itu.",
            "Join them with a gateway of the same kind before that step.",
        ),
    )


def _side_path(diagram: Diagram, node: Node, meeting: Node) -> Finding:
    return diagram.warning(
        meeting,
        "side-path-joins-main",
        Text(
            f"Jalur samping dari tepi {node.label} masuk lagi ke jalur utama di {meeting.label}: langkah sesudahnya "
            "dapat berjalan dua kali.",
            f"The side path from the border of {node.label} enters the main path again at {meeting.label}: what comes "
            "after may run twice.",
        ),
        Text(
            "Akhiri jalur samping dengan kejadian selesainya sendiri.",
            "End the side path with an end event of its own.",
        ),
    )
