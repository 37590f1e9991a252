"""Errors have a declared code, and no two border events of one box catch the same."""

from __future__ import annotations

from collections.abc import Iterator

from app.domain.findings import Finding
from app.domain.text import Text
from app.engine.check.model import Diagram, Neighbours, Node, Scope, definitions


def check(diagram: Diagram, bundle: Neighbours) -> Iterator[Finding]:
    """Undeclared error codes, doubtful and wrong error boundaries."""
    for node in diagram.each("boundaryEvent", "endEvent"):
        if "error" in node.events:
            yield from _code(diagram, node)
        if "error" in node.events and node.kind == "endEvent" and not _ends_whole(diagram, node, bundle):
            yield from _uncaught(diagram, node, bundle)
        if node.kind == "boundaryEvent" and "error" in node.events and not node.interrupting:
            yield diagram.error(
                node,
                "error-boundary-not-interrupting",
                Text(
                    f"Kejadian galat {node.label} harus menghentikan langkahnya.",
                    f"The error event {node.label} must interrupt its step.",
                ),
                Text("Gambarlah dengan garis utuh (interrupting).", "Draw it with a solid line (interrupting)."),
            )
    for node in diagram.each():
        yield from _same_code(diagram, node)


def error_code(diagram: Diagram, node: Node) -> str | None:
    """The code an error event throws or catches; "" where it names an undeclared error, None where it names none."""
    for kind, definition in definitions(node):
        if kind == "error":
            reference = definition.get("errorRef")
            return diagram.errors.get(reference.rsplit(":", 1)[-1], "") if reference else None
    return None


def _code(diagram: Diagram, node: Node) -> Iterator[Finding]:
    code = error_code(diagram, node)
    if code == "" or (code is None and node.kind == "endEvent"):
        yield diagram.error(
            node,
            "error-code-missing",
            Text(
                f"Kejadian galat {node.label} tidak menyebut kode galat yang dinyatakan di diagram.",
                f"The error event {node.label} names no error code that the diagram declares.",
            ),
            Text("Pilih galat dan isi kodenya di panel sifat.", "Choose the error and fill in its code."),
        )


def _ends_whole(diagram: Diagram, node: Node, bundle: Neighbours) -> bool:
    """Whether an error end stands in a process that nothing calls: there it is an end like others."""
    return node.scope.parent is None and not _calls(node.scope, bundle)


def _uncaught(diagram: Diagram, node: Node, bundle: Neighbours) -> Iterator[Finding]:
    code = error_code(diagram, node)
    if code and not _caught(node.scope, code, diagram, bundle, set()):
        yield diagram.error(
            node,
            "error-uncaught",
            Text(
                f"Galat “{code}” dari {node.label} tidak ditangkap: proses berjalan terus seolah-olah tidak ada galat.",
                f"Nothing catches the error “{code}” of {node.label}: the process would go on as if there were none.",
            ),
            Text(
                "Pasang kejadian galat di tepi subproses atau panggilannya.",
                "Put an error event on the border of the sub-process or call.",
            ),
        )


def _caught(scope: Scope, code: str, diagram: Diagram, bundle: Neighbours, seen: set[Scope]) -> bool:
    """Whether an error that leaves the scope is caught around it, wherever it is called from."""
    if scope in seen:
        return True
    hosts = [(diagram, scope.node)] if scope.node is not None else _calls(scope, bundle)
    return bool(hosts) and all(
        any("error" in event.events and error_code(place, event) in (None, code) for event in host.boundaries)
        or _caught(host.scope, code, place, bundle, seen | {scope})
        for place, host in hosts
    )


def _calls(scope: Scope, bundle: Neighbours) -> list[tuple[Diagram, Node]]:
    """The boxes that call a process."""
    return [
        (other, box)
        for other in bundle.diagrams
        for box in other.each("callActivity")
        if (found := bundle.process(box.xml.get("calledElement", ""), box.scope)) and found[1] is scope
    ]


def _same_code(diagram: Diagram, host: Node) -> Iterator[Finding]:
    seen: dict[str | None, Node] = {}
    for event in host.boundaries:
        if "error" not in event.events:
            continue
        code = error_code(diagram, event)
        if code in seen:
            yield diagram.error(
                event,
                "error-boundary-twice",
                Text(
                    f"Dua kejadian tepi pada {host.label} menangkap galat yang sama ({code or 'semua'}).",
                    f"Two border events on {host.label} catch the same error ({code or 'all'}).",
                ),
                Text("Sisakan satu.", "Keep one of them."),
            )
        seen.setdefault(code, event)
