"""Extensions of other engines that a modeler writes and that have no effect here."""

from __future__ import annotations

from collections.abc import Iterator

from app.domain.findings import Finding
from app.domain.text import Text
from app.engine.check.model import Diagram, Neighbours, Node
from app.engine.elements import NS
from app.engine.xml import local_name

ZEEBE = "{http://camunda.org/schema/zeebe/1.0}"
SPIFF = "{http://spiffworkflow.org/bpmn/schema/1.0/core}"
IGNORED = {
    "taskListener": Text("Pendengar tugas (task listener)", "A task listener"),
    "executionListener": Text("Pendengar langkah (execution listener)", "An execution listener"),
    "inputOutput": Text("Pemetaan masukan/keluaran", "An input/output mapping"),
    "connector": Text("Konektor", "A connector"),
}


def check(diagram: Diagram, bundle: Neighbours) -> Iterator[Finding]:
    """Listeners, mappings and connectors of Camunda 7, and diagrams made for other engines."""
    for node in diagram.each():
        yield from _ignored(diagram, node)
    for prefix, engine in ((ZEEBE, "Camunda 8 (zeebe)"), (SPIFF, "SpiffArena")):
        foreign = [xml for xml in diagram.root.iter() if xml.tag.startswith(prefix)]
        if foreign:
            kinds = ", ".join(sorted({local_name(xml) for xml in foreign})[:6])
            yield diagram.warning(
                None,
                "other-engine",
                Text(
                    f"Diagram ini memuat isian untuk {engine} ({kinds}), yang diabaikan.",
                    f"This diagram holds settings for {engine} ({kinds}), which are ignored.",
                ),
                Text(
                    "Buat di Modeler sebagai “Camunda 7”: Form key, External topic, Decision ref.",
                    "Make it in the Modeler as “Camunda 7”: form key, external topic, decision ref.",
                ),
            )


def _ignored(diagram: Diagram, node: Node) -> Iterator[Finding]:
    found = {local_name(xml) for xml in node.xml.iterfind("b:extensionElements/c:*", NS)}
    for name in sorted(found & set(IGNORED)):
        what = IGNORED[name]
        yield diagram.warning(
            node,
            "extension-ignored",
            Text(f"{what.id} pada {node.label} diabaikan.", f"{what.en} at {node.label} is ignored."),
            Text("Pindahkan ke penangan topik, atau hapus.", "Move it into the handler of a topic, or remove it."),
        )
