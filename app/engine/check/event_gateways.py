"""Behind an event gateway stand only events that are waited for, and each of them once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from app.domain.findings import Finding
from app.domain.text import Text
from app.engine.check.model import Diagram, Neighbours, Node, message_name


def check(diagram: Diagram, bundle: Neighbours) -> Iterator[Finding]:
    """What stands behind each event gateway."""
    for gateway in diagram.each("eventBasedGateway"):
        targets = [edge.target for edge in gateway.outgoing if edge.target is not None]
        if len(targets) < 2:
            yield diagram.error(
                gateway,
                "event-gateway-single",
                Text(
                    f"Gerbang kejadian {gateway.label} perlu sedikitnya dua kejadian di belakangnya.",
                    f"The event gateway {gateway.label} needs at least two events behind it.",
                ),
                Text("Tambahkan kejadian pesan atau waktu.", "Add a message or timer event."),
            )
        for target in targets:
            yield from _target(diagram, gateway, target)
        yield from _twice(diagram, gateway, targets)


def _target(diagram: Diagram, gateway: Node, target: Node) -> Iterator[Finding]:
    catching = target.kind == "intermediateCatchEvent" and target.events in (("message",), ("timer",))
    if not catching:
        yield diagram.error(
            target,
            "event-gateway-target",
            Text(
                f"Di belakang gerbang kejadian {gateway.label} hanya boleh ada kejadian tunggu pesan atau waktu; "
                f"{target.label} bukan.",
                f"Behind the event gateway {gateway.label} only message or timer catch events may stand; "
                f"{target.label} is none.",
            ),
            Text("Ganti dengan kejadian tunggu.", "Replace it by a catch event."),
        )
    if len(target.incoming) > 1:
        yield diagram.error(
            target,
            "event-gateway-shared-target",
            Text(
                f"{target.label} di belakang gerbang kejadian juga dicapai dari tempat lain.",
                f"{target.label} behind the event gateway is also reached from elsewhere.",
            ),
            Text("Arahkan panah lain ke gerbangnya.", "Lead the other arrow to the gateway."),
        )


def _twice(diagram: Diagram, gateway: Node, targets: list[Node]) -> Iterator[Finding]:
    names = Counter(name for target in targets if (name := message_name(diagram, target)))
    for name, count in names.items():
        if count > 1:
            yield diagram.error(
                gateway,
                "event-gateway-same-message",
                Text(
                    f"Gerbang {gateway.label} menunggu pesan “{name}” dua kali.",
                    f"The gateway {gateway.label} waits for the message “{name}” twice.",
                ),
                Text("Sisakan satu kejadian untuk pesan itu.", "Keep one event for that message."),
            )
