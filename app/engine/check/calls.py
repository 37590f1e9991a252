"""A called process must be there, must not call itself in the end, and should say which data it takes and gives."""

from __future__ import annotations

from collections.abc import Iterator

from app.domain.findings import Finding
from app.domain.nearest import meant
from app.domain.text import Text
from app.engine.check.model import Diagram, Neighbours, Node, Scope
from app.engine.elements import NS


def check(diagram: Diagram, bundle: Neighbours) -> Iterator[Finding]:
    """Unknown, unclear and circular calls."""
    for node in diagram.each("callActivity"):
        called = (node.xml.get("calledElement") or "").strip()
        if not called or "{" in called:
            yield diagram.error(
                node,
                "call-missing",
                Text(
                    f"{node.label} tidak menyebut proses tetap yang dipanggil.",
                    f"{node.label} names no fixed process to call.",
                ),
                Text("Isi “Called element” dengan id proses.", "Fill in “Called element” with the id of a process."),
            )
            continue
        found = bundle.process(called, node.scope)
        if found is None or not found[1].runs:
            yield _unknown(diagram, node, called, bundle)
        elif called in _called_from(found[1], bundle):
            yield _circular(diagram, node, called)
        if node.xml.find("b:extensionElements/c:in", NS) is None:
            yield _unnamed(diagram, node, called)


def _called_from(scope: Scope, bundle: Neighbours) -> set[str]:
    """The ids of all processes that a process calls, directly or through others."""
    seen: set[str] = set()
    pending = [scope]
    while pending:
        calling = pending.pop()
        for name in {xml.get("calledElement", "") for xml in calling.xml.iterfind(".//b:callActivity", NS)} - seen:
            seen.add(name)
            found = bundle.process(name, calling)
            if found is not None:
                pending.append(found[1])
    return seen


def _unknown(diagram: Diagram, node: Node, called: str, bundle: Neighbours) -> Finding:
    there = [process.id for other in bundle.diagrams for process in other.processes if process.runs]
    return diagram.error(
        node,
        "call-unknown",
        Text(
            f"{node.label} memanggil proses “{called}”, yang tidak ada dalam berkas ini atau tidak dapat dijalankan.",
            f"{node.label} calls the process “{called}”, which is not in these files or cannot be run.",
        ),
        meant(Text("Sertakan berkasnya, atau perbaiki id-nya.", "Add its file, or correct the id."), called, there),
    )


def _circular(diagram: Diagram, node: Node, called: str) -> Finding:
    return diagram.error(
        node,
        "call-circular",
        Text(
            f"Proses “{called}” pada akhirnya memanggil dirinya sendiri, tanpa henti.",
            f"The process “{called}” calls itself in the end, without stopping.",
        ),
        Text("Ganti salah satu panggilan dengan panah kembali.", "Replace one of the calls by a return arrow."),
    )


def _unnamed(diagram: Diagram, node: Node, called: str) -> Finding:
    return diagram.warning(
        node,
        "call-data-unnamed",
        Text(
            f"{node.label} menyerahkan semua data ke “{called}”, karena tidak ada data masukan yang disebut.",
            f"{node.label} passes all data to “{called}”, for no input data is named.",
        ),
        Text(
            "Sebutkan data masuk dan keluar (camunda:in, camunda:out).",
            "Name the data that go in and come out (camunda:in, camunda:out).",
        ),
    )
