"""What is in the process should also be in the drawing, so that people see what runs."""

from __future__ import annotations

from collections.abc import Iterator

from app.domain.findings import Finding
from app.domain.nearest import meant
from app.domain.text import Text
from app.engine.check.model import Diagram, Edge, Neighbours, Node

DI = "{http://www.omg.org/spec/BPMN/20100524/DI}"
REDRAW = Text(
    "Buka berkas di aplikasi gambar dan gambarlah unsur ini.", "Open the file in the modeler and draw this element."
)


def check(diagram: Diagram, bundle: Neighbours) -> Iterator[Finding]:
    """Elements without a shape or line, and shapes without an element."""
    shapes = {xml.get("bpmnElement", "").rsplit(":", 1)[-1] for xml in diagram.root.iter(f"{DI}BPMNShape")}
    lines = {xml.get("bpmnElement", "").rsplit(":", 1)[-1] for xml in diagram.root.iter(f"{DI}BPMNEdge")}
    if not shapes and not lines:
        if diagram.nodes:
            yield diagram.warning(
                None,
                "drawing-missing",
                Text("Berkas ini tidak memuat gambar.", "This file holds no drawing."),
                Text("Gambarlah prosesnya di aplikasi gambar.", "Draw the process in the modeler."),
            )
        return
    for node in diagram.each():
        if node.id and node.id not in shapes:
            yield _undrawn(diagram, node, node.label)
    for edge in diagram.edges():
        if edge.id and edge.id not in lines:
            yield _undrawn(diagram, edge, f"“{edge.id}”")
    known = {xml.get("id") for xml in diagram.root.iter() if not xml.tag.startswith(DI)}
    for orphan in sorted((shapes | lines) - known - {""}):
        yield diagram.warning(
            orphan,
            "drawing-orphan",
            Text(
                f"Gambar memuat “{orphan}”, yang tidak ada dalam proses.",
                f"The drawing shows “{orphan}”, which is not in the process.",
            ),
            meant(
                Text("Hapus bentuk itu dari gambar.", "Delete that shape from the drawing."),
                orphan,
                known - shapes - lines,
            ),
        )


def _undrawn(diagram: Diagram, where: Node | Edge, label: str) -> Finding:
    return diagram.warning(
        where,
        "drawing-incomplete",
        Text(f"{label} tidak tampak dalam gambar.", f"{label} does not appear in the drawing."),
        REDRAW,
    )
