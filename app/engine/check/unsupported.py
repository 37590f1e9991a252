"""Shapes that the engine refuses, or accepts and then runs wrongly."""

from __future__ import annotations

from collections.abc import Iterator

from app.domain.findings import Finding
from app.domain.text import Text
from app.engine.check.model import Diagram, Neighbours, Node
from app.engine.elements import NS, topic_of

SHAPES = {
    "complexGateway": Text("Gerbang kompleks", "A complex gateway"),
    "adHocSubProcess": Text("Subproses ad hoc", "An ad hoc sub-process"),
    "transaction": Text("Transaksi", "A transaction"),
}
EVENTS = {
    "signal": Text("Kejadian sinyal", "A signal event"),
    "link": Text("Kejadian tautan (link)", "A link event"),
    "compensate": Text("Kompensasi", "A compensation"),
    "compensation": Text("Kompensasi", "A compensation"),
    "escalation": Text("Kejadian eskalasi", "An escalation event"),
    "conditional": Text("Kejadian bersyarat", "A conditional event"),
    "cancel": Text("Kejadian batal transaksi", "A cancel event"),
}
# What each kind of event can do here; a missing definition is a plain start, pass-through or end.
ALLOWED = {
    "startEvent": ("message", "timer"),
    "intermediateCatchEvent": ("message", "timer"),
    "boundaryEvent": ("message", "timer", "error"),
    "intermediateThrowEvent": ("message",),
    "endEvent": ("terminate", "error", "message"),
}
INSTEAD = {
    "link": Text("Hubungkan dengan panah biasa.", "Connect with a plain arrow."),
    "signal": Text("Pakai kejadian pesan.", "Use a message event."),
    "escalation": Text(
        "Pakai sifat sla pada tugas; pengingat dan eskalasi berasal dari sana.",
        "Use the property sla of the task; reminders and escalations come from there.",
    ),
}
REDRAW = Text(
    "Gambarlah dengan gerbang, tugas dan kejadian pesan atau waktu.",
    "Draw it with gateways, tasks, and message or timer events.",
)


def check(diagram: Diagram, bundle: Neighbours) -> Iterator[Finding]:
    """Shapes and events that cannot be run."""
    for node in diagram.each():
        if node.kind in SHAPES:
            yield _refused(diagram, node, "unsupported-shape", SHAPES[node.kind], REDRAW)
        if node.kind == "subProcess" and node.xml.get("triggeredByEvent") == "true":
            yield _refused(diagram, node, "event-subprocess", EVENT_SUBPROCESS, INSTANCE_RULE)
        if node.xml.get("isForCompensation") == "true":
            yield _refused(diagram, node, "unsupported-event", EVENTS["compensation"], REDRAW)
        if node.kind in ("receiveTask", "eventBasedGateway") and node.xml.get("instantiate") == "true":
            yield _refused(diagram, node, "unsupported-shape", INSTANTIATE, MESSAGE_START)
        if node.kind == "task":
            yield _abstract(diagram, node)
        if node.kind in ALLOWED:
            yield from _events(diagram, node)


EVENT_SUBPROCESS = Text("Subproses kejadian (event sub-process)", "An event sub-process")
INSTANCE_RULE = Text(
    "Pakai kejadian tepi pada subproses, atau aturan [instance] di manifest.",
    "Use a border event on a sub-process, or the rules [instance] of the manifest.",
)
INSTANTIATE = Text("Unsur yang memulai proses tanpa kejadian mulai", "An element that starts the process by itself")
MESSAGE_START = Text("Mulailah dengan kejadian mulai pesan.", "Begin with a message start event.")


def _abstract(diagram: Diagram, node: Node) -> Finding:
    return diagram.error(
        node,
        "task-abstract",
        Text(
            f"Tugas {node.label} belum punya jenis, jadi mesin tidak tahu siapa atau apa yang mengerjakannya.",
            f"The task {node.label} has no type, so the engine does not know who or what does it.",
        ),
        Text(
            "Ubah menjadi tugas pengguna, tugas layanan atau jenis lain.",
            "Change it into a user task, a service task or another type.",
        ),
    )


def _events(diagram: Diagram, node: Node) -> Iterator[Finding]:
    for event in node.events:
        if event not in ALLOWED[node.kind]:
            what = EVENTS.get(event, Text(f"Kejadian {event} di tempat ini", f"A {event} event at this place"))
            yield _refused(diagram, node, "unsupported-event", what, INSTEAD.get(event, REDRAW))
    if len(node.events) > 1 or node.xml.get("parallelMultiple") == "true":
        yield _refused(diagram, node, "event-multiple", MULTIPLE, ONE_EACH)
    if node.xml.find("b:eventDefinitionRef", NS) is not None:
        yield _refused(diagram, node, "unsupported-event", SHARED, ONE_EACH)
    elif not node.events and node.kind in ("intermediateCatchEvent", "boundaryEvent"):
        yield diagram.error(
            node,
            "event-empty",
            Text(
                f"Kejadian {node.label} tidak mengatakan apa yang ditunggu.",
                f"The event {node.label} does not say what it waits for.",
            ),
            Text("Ubah menjadi kejadian pesan atau waktu.", "Change it into a message or timer event."),
        )
    if "message" in node.events and node.kind in ("intermediateThrowEvent", "endEvent") and topic_of(node.xml) is None:
        yield diagram.error(
            node,
            "message-send-no-topic",
            Text(
                f"Pesan yang dikirim di {node.label} tidak punya topik, jadi tidak ada yang mengirimnya.",
                f"The message sent at {node.label} has no topic, so nothing would send it.",
            ),
            Text(
                "Isi “Implementation: External” dan topiknya, atau pakai tugas kirim (send task).",
                "Set “Implementation: External” and its topic, or use a send task.",
            ),
        )


MULTIPLE = Text("Kejadian dengan beberapa pemicu sekaligus", "An event with several triggers at once")
SHARED = Text("Pemicu yang dipakai bersama", "A shared trigger")
ONE_EACH = Text("Gambarlah satu kejadian untuk setiap pemicu.", "Draw one event for each trigger.")


def _refused(diagram: Diagram, node: Node, rule: str, what: Text, fix: Text) -> Finding:
    return diagram.error(
        node,
        rule,
        Text(f"{what.id} ({node.label}) tidak dapat dijalankan.", f"{what.en} ({node.label}) cannot be run."),
        fix,
    )
