"""Every element needs an id of its own, because tasks, timers and history are kept under it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from app.domain.findings import Finding
from app.domain.text import Text
from app.engine.check.model import Diagram, Neighbours
from app.engine.xml import BPMN, FLOW_NODES, local_name

_ID = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]*")
OWN_ID = Text("Beri unsur ini id sendiri di panel sifat.", "Give the element an id of its own in the properties panel.")


def check(diagram: Diagram, bundle: Neighbours) -> Iterator[Finding]:
    """Ids used twice, missing ids, and ids that machines cannot use."""
    drawn = [xml for xml in diagram.root.iter() if xml.tag.startswith(f"{{{BPMN}}}")]
    count = Counter(xml.get("id") for xml in drawn if xml.get("id"))
    for twice in (name for name, times in count.items() if times > 1):
        yield diagram.error(
            twice,
            "duplicate-id",
            Text(
                f"Id “{twice}” dipakai {count[twice]} kali dalam berkas ini.",
                f"The id “{twice}” is used {count[twice]} times in this file.",
            ),
            OWN_ID,
        )
    drawn_ids = [(node.id, node.kind) for node in diagram.each()]
    for identity, kind in [*((scope.id, "process") for scope in diagram.processes), *drawn_ids]:
        if not identity:
            yield diagram.error(
                None,
                "id-missing",
                Text(f"Ada unsur {kind} tanpa id.", f"There is an element {kind} without an id."),
                OWN_ID,
            )
        elif not _ID.fullmatch(identity):
            yield diagram.error(
                identity,
                "id-invalid",
                Text(f"Id “{identity[:80]}” tidak sah.", f"The id “{identity[:80]}” is not valid."),
                Text("Pakai huruf, angka dan garis bawah saja.", "Use letters, digits and underscores only."),
            )
    yield from _across_files(diagram, bundle)
    yield from _misplaced(diagram)


def _misplaced(diagram: Diagram) -> Iterator[Finding]:
    """Boxes and arrows inside of something that is no process: they would be kept but never run."""
    placed = {edge.xml for edge in diagram.edges()} | {node.xml for node in diagram.each()}
    for xml in diagram.root.iter(f"{{{BPMN}}}*"):
        kind = local_name(xml)
        if (kind in FLOW_NODES or kind == "sequenceFlow") and xml not in placed:
            yield diagram.error(
                xml.get("id"),
                "element-misplaced",
                Text(
                    f"Unsur {kind} ini berada di dalam unsur lain, bukan di dalam proses.",
                    f"This element {kind} stands inside another element and not in a process.",
                ),
                Text("Hapus unsur itu lalu gambar lagi.", "Delete this element and draw it again."),
            )


def _across_files(diagram: Diagram, bundle: Neighbours) -> Iterator[Finding]:
    """Ids shared with a file whose process this one calls: both run as one."""
    own = set(diagram.nodes)
    called = {node.xml.get("calledElement") for node in diagram.each("callActivity")}
    called -= {process.id for process in diagram.processes}
    for other in bundle.diagrams:
        if other is diagram or not any(process.id in called for process in other.processes):
            continue
        for shared in sorted(own & set(other.nodes)):
            yield diagram.error(
                shared,
                "duplicate-id",
                Text(
                    f"Id “{shared}” juga dipakai di {other.file}, yang dipanggil dari sini.",
                    f"The id “{shared}” is also used in {other.file}, which is called from here.",
                ),
                OWN_ID,
            )
