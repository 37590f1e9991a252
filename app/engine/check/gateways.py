"""A gateway with one way in and one way out decides, splits and joins nothing."""

from __future__ import annotations

from collections.abc import Iterator

from app.domain.findings import Finding
from app.domain.text import Text
from app.engine.check.model import Diagram, Neighbours

KINDS = ("exclusiveGateway", "inclusiveGateway", "parallelGateway")


def check(diagram: Diagram, bundle: Neighbours) -> Iterator[Finding]:
    """Gateways that could be left out; they run as an arrow would."""
    for node in diagram.each(*KINDS):
        if len(node.incoming) == 1 and len(node.outgoing) == 1:
            yield diagram.warning(
                node,
                "gateway-superfluous",
                Text(
                    f"Gerbang {node.label} punya satu jalur masuk dan satu jalur keluar, jadi tidak berbuat apa-apa.",
                    f"The gateway {node.label} has one way in and one way out, so it does nothing.",
                ),
                Text("Hapus gerbangnya, atau tambahkan panah yang kurang.", "Delete it, or add the arrow that lacks."),
            )
