"""Arrows behind a gateway need conditions, and a condition anywhere else is never looked at."""

from __future__ import annotations

from collections.abc import Iterator

from app.domain.findings import Finding
from app.domain.text import Text
from app.engine.check.formulas import deciding_flows
from app.engine.check.model import ACTIVITIES, DECIDING, Diagram, Edge, Neighbours, Node

ADD_CONDITION = Text(
    "Tulis syarat pada panah ini, atau jadikan jalur bawaan (default).",
    "Write a condition on this arrow, or make it the default flow.",
)
ADD_GATEWAY = Text(
    "Taruh gerbang eksklusif (XOR) sesudah unsur ini.", "Put an exclusive gateway (XOR) behind this element."
)


def check(diagram: Diagram, bundle: Neighbours) -> Iterator[Finding]:
    """Missing conditions, ignored conditions, and boxes with several arrows out."""
    for node in diagram.each():
        if node.kind in DECIDING:
            yield from _gateway(diagram, node)
        elif node.kind != "complexGateway":
            yield from _elsewhere(diagram, node)


def _gateway(diagram: Diagram, node: Node) -> Iterator[Finding]:
    for edge in deciding_flows(node):
        if not edge.condition:
            yield diagram.error(
                edge,
                "condition-missing",
                Text(
                    f"Panah {_shown(edge)} dari gerbang {node.label} tidak punya syarat.",
                    f"The arrow {_shown(edge)} from the gateway {node.label} has no condition.",
                ),
                ADD_CONDITION,
            )
    ignored = [edge for edge in node.outgoing if edge.condition and edge not in deciding_flows(node)]
    for edge in ignored:
        yield diagram.warning(
            edge,
            "condition-ignored",
            Text(
                f"Syarat pada panah {_shown(edge)} diabaikan: panah ini jalur bawaan atau satu-satunya jalur.",
                f"The condition on the arrow {_shown(edge)} is ignored: it is the default or the only way.",
            ),
            Text("Hapus syaratnya, atau pilih jalur bawaan lain.", "Remove the condition, or choose another default."),
        )


def _elsewhere(diagram: Diagram, node: Node) -> Iterator[Finding]:
    for edge in node.outgoing:
        if edge.condition is not None:
            yield diagram.error(
                edge,
                "condition-ignored",
                Text(
                    f"Syarat pada panah {_shown(edge)} tidak pernah diperiksa, karena {node.label} bukan gerbang.",
                    f"The condition on the arrow {_shown(edge)} is never looked at, for {node.label} is no gateway.",
                ),
                ADD_GATEWAY,
            )
    if len(node.outgoing) > 1 and node.kind in (*ACTIVITIES, *EVENTS):
        yield diagram.error(
            node,
            "several-outgoing",
            Text(
                f"Dari {node.label} keluar {len(node.outgoing)} panah; mesin tidak tahu mana yang dipilih.",
                f"{len(node.outgoing)} arrows leave {node.label}; the engine does not know which to take.",
            ),
            Text(
                "Taruh gerbang: XOR bila satu dipilih, paralel bila semuanya berjalan.",
                "Put a gateway: XOR if one is chosen, parallel if all are taken.",
            ),
        )


EVENTS = ("startEvent", "intermediateCatchEvent", "intermediateThrowEvent", "boundaryEvent")


def _shown(edge: Edge) -> str:
    return f"“{edge.xml.get('name') or edge.id}”"
