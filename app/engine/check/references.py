"""Every arrow, border event and lane must point to something that exists, in the same process or sub-process."""

from __future__ import annotations

from collections.abc import Iterator

from app.domain.findings import Finding
from app.domain.nearest import meant
from app.domain.text import Text
from app.engine.check.model import ACTIVITIES, Diagram, Edge, Neighbours, Node
from app.engine.elements import NS

RECONNECT = Text("Hapus panah ini lalu tarik lagi.", "Delete this arrow and draw it again.")


def check(diagram: Diagram, bundle: Neighbours) -> Iterator[Finding]:
    """Arrows, default flows, border events and lanes that point nowhere or across a border."""
    for edge in diagram.edges():
        yield from _ends(diagram, edge)
    for node in diagram.each():
        yield from _default(diagram, node)
        if node.kind == "boundaryEvent":
            yield from _host(diagram, node)
    yield from _lanes(diagram)


def _ends(diagram: Diagram, edge: Edge) -> Iterator[Finding]:
    name = edge.id or edge.xml.get("sourceRef", "")
    for end, node, id_word, en_word in (
        ("sourceRef", edge.source, "awal", "start"),
        ("targetRef", edge.target, "ujung", "end"),
    ):
        if node is None:
            missing = edge.xml.get(end, "")
            why = Text(f": “{missing}” tidak ada", f": “{missing}” does not exist") if missing else Text("", "")
            yield diagram.error(
                edge,
                "flow-dangling",
                Text(
                    f"Panah “{name}” tidak punya {id_word}{why.id}.",
                    f"The arrow “{name}” has no {en_word}{why.en}.",
                ),
                meant(RECONNECT, missing, diagram.nodes),
            )
    if edge.source is None or edge.target is None:
        return
    if edge.source.scope is not edge.target.scope or edge.source.scope is not edge.scope:
        yield diagram.error(
            edge,
            "flow-crosses-border",
            Text(
                f"Panah “{name}” melintasi batas subproses atau kolam ({edge.source.label} ke {edge.target.label}).",
                f"The arrow “{name}” crosses the border of a sub-process or pool "
                f"({edge.source.label} to {edge.target.label}).",
            ),
            Text(
                "Hubungkan ke subprosesnya sendiri; di dalamnya mulailah dari kejadian mulai.",
                "Connect to the sub-process itself; inside it, begin at a start event.",
            ),
        )
    yield from _wrong_ends(diagram, edge, edge.source, edge.target)


def _wrong_ends(diagram: Diagram, edge: Edge, source: Node, target: Node) -> Iterator[Finding]:
    if target.kind in ("startEvent", "boundaryEvent"):
        yield diagram.error(
            edge,
            "flow-into-start",
            Text(
                f"Panah tidak boleh menuju {target.label}, yang mengawali jalurnya sendiri.",
                f"No arrow may lead to {target.label}, which begins a path of its own.",
            ),
            Text("Arahkan panah ke langkah sesudahnya.", "Lead the arrow to the step after it."),
        )
    if source.kind == "endEvent":
        yield diagram.error(
            edge,
            "flow-from-end",
            Text(
                f"Panah keluar dari kejadian selesai {source.label}.", f"An arrow leaves the end event {source.label}."
            ),
            Text("Hapus panah ini, atau ganti kejadiannya.", "Delete the arrow, or change the event."),
        )


def _default(diagram: Diagram, node: Node) -> Iterator[Finding]:
    default = node.xml.get("default")
    if default and default not in {edge.id for edge in node.outgoing}:
        yield diagram.error(
            node,
            "default-missing",
            Text(
                f"Jalur bawaan {node.label} (“{default}”) bukan panah yang keluar darinya.",
                f"The default of {node.label} (“{default}”) is not an arrow that leaves it.",
            ),
            meant(
                Text("Pilih jalur bawaannya lagi.", "Choose the default flow again."),
                default,
                [edge.id for edge in node.outgoing],
            ),
        )


def _host(diagram: Diagram, node: Node) -> Iterator[Finding]:
    if not is_attached(node):
        yield diagram.error(
            node,
            "boundary-detached",
            Text(
                f"Kejadian tepi {node.label} tidak menempel pada tugas atau subproses.",
                f"The border event {node.label} does not sit on a task or sub-process.",
            ),
            Text("Seret ke tepi tugasnya.", "Drag it onto the border of its task."),
        )


def is_attached(node: Node) -> bool:
    """Whether an event on a border sits on a task or sub-process of its own scope."""
    return node.host is not None and node.host.scope is node.scope and node.host.kind in ACTIVITIES


def _lanes(diagram: Diagram) -> Iterator[Finding]:
    lane_of: dict[str, str] = {}
    for reference in diagram.root.iterfind(".//b:lane/b:flowNodeRef", NS):
        lane, name = reference.getparent(), (reference.text or "").strip()
        if name not in diagram.nodes:
            yield diagram.warning(
                lane.get("id"),
                "lane-reference",
                Text(
                    f"Lajur “{lane.get('name') or lane.get('id')}” menyebut unsur “{name}” yang tidak ada.",
                    f"The lane “{lane.get('name') or lane.get('id')}” names “{name}”, which does not exist.",
                ),
                meant(
                    Text("Simpan ulang dari aplikasi gambar.", "Save the file again from the modeler."),
                    name,
                    diagram.nodes,
                ),
            )
        elif lane.find("b:childLaneSet", NS) is None and lane_of.setdefault(name, lane.get("id")) != lane.get("id"):
            yield diagram.warning(
                name,
                "lane-twice",
                Text("Unsur ini tercantum di dua lajur.", "This element is listed in two lanes."),
                Text("Geser ke satu lajur saja.", "Move it into one lane only."),
            )
