"""Work of the system is done by topic; decisions come from a decision table of the same bundle."""

from __future__ import annotations

from collections.abc import Iterator

from app.domain.findings import Finding
from app.domain.nearest import meant
from app.domain.text import Text
from app.engine.check.model import Diagram, Neighbours, Node
from app.engine.elements import camunda, topic_of

CODE = ("class", "delegateExpression", "expression")
SET_TOPIC = Text(
    "Pilih “Implementation: External” dan isi topiknya.", "Choose “Implementation: External” and fill in its topic."
)


def check(diagram: Diagram, bundle: Neighbours) -> Iterator[Finding]:
    """Service tasks without a topic, unknown topics and unknown decisions."""
    for node in diagram.each():
        if node.kind in ("serviceTask", "sendTask") and topic_of(node.xml) is None:
            yield _no_topic(diagram, node)
        if node.kind == "businessRuleTask" and topic_of(node.xml) is None:
            yield from _decision(diagram, node, bundle)
        topic = topic_of(node.xml)
        if topic is not None and bundle.topics is not None and topic not in bundle.topics:
            yield diagram.warning(
                node,
                "topic-unknown",
                Text(
                    f"Tidak ada penangan untuk topik “{topic}” ({node.label}); langkah ini menunggu pekerja dari luar.",
                    f"There is no handler for the topic “{topic}” ({node.label}); it waits for an outside worker.",
                ),
                meant(Text("Periksa ejaan topiknya.", "Check the spelling of the topic."), topic, bundle.topics),
            )


def _no_topic(diagram: Diagram, node: Node) -> Finding:
    code = next((camunda(node.xml, name) for name in CODE if camunda(node.xml, name)), None)
    if code is not None:
        message = Text(
            f"{node.label} memanggil program (“{code[:60]}”), yang tidak dijalankan di sini.",
            f"{node.label} calls program code (“{code[:60]}”), which is not run here.",
        )
    else:
        message = Text(
            f"Tugas {node.label} tidak punya topik, jadi tidak ada yang mengerjakannya.",
            f"The task {node.label} has no topic, so nothing would do it.",
        )
    return diagram.error(node, "service-without-topic", message, SET_TOPIC)


def _decision(diagram: Diagram, node: Node, bundle: Neighbours) -> Iterator[Finding]:
    reference = camunda(node.xml, "decisionRef")
    if reference is None:
        yield diagram.error(
            node,
            "decision-missing",
            Text(f"{node.label} tidak menyebut tabel keputusannya.", f"{node.label} does not name its decision table."),
            Text(
                "Pilih “Implementation: DMN” dan isi id keputusan.", "Choose “Implementation: DMN” and its decision id."
            ),
        )
    elif reference not in bundle.decisions:
        yield diagram.error(
            node,
            "decision-unknown",
            Text(
                f"Keputusan “{reference}” ({node.label}) tidak ada dalam berkas DMN yang disertakan.",
                f"The decision “{reference}” ({node.label}) is in none of the DMN files given.",
            ),
            meant(
                Text("Sertakan berkas DMN-nya, atau perbaiki id-nya.", "Add its DMN file, or correct the id."),
                reference,
                bundle.decisions,
            ),
        )
    elif len(bundle.holders.get(reference, ())) > 1:
        files = ", ".join(bundle.holders[reference])
        yield diagram.error(
            node,
            "decision-twice",
            Text(
                f"Keputusan “{reference}” ({node.label}) ada di beberapa berkas: {files}.",
                f"The decision “{reference}” ({node.label}) is in several files: {files}.",
            ),
            Text("Beri setiap keputusan id sendiri.", "Give each decision an id of its own."),
        )
