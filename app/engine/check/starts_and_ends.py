"""Each process and sub-process begins at a start event and comes to an end."""

from __future__ import annotations

from collections.abc import Iterator

from app.domain.findings import Finding
from app.domain.text import Text
from app.engine.check.graph import reachable
from app.engine.check.model import Diagram, Neighbours, Node, Scope, message_name

ADD_START = Text("Tambahkan satu kejadian mulai.", "Add one start event.")


def check(diagram: Diagram, bundle: Neighbours) -> Iterator[Finding]:
    """Missing or doubtful starts, boxes where the path stops, and ends that leave something open."""
    for scope in diagram.scopes:
        if scope.runs and scope.nodes and (scope.node is None or scope.node.kind == "subProcess"):
            yield from _starts(diagram, scope)
            yield from _dead_ends(diagram, scope)
            yield from _stays_open(diagram, scope)
        elif scope.node is not None and scope.node.kind == "subProcess" and not scope.nodes:
            yield diagram.error(
                scope.node,
                "subprocess-empty",
                Text(f"Subproses {scope.node.label} kosong.", f"The sub-process {scope.node.label} is empty."),
                Text("Isilah, atau jadikan tugas biasa.", "Fill it, or make it a plain task."),
            )


def _starts(diagram: Diagram, scope: Scope) -> Iterator[Finding]:
    starts = scope.starts
    if not starts:
        yield diagram.error(
            scope,
            "start-missing",
            Text(
                "Proses atau subproses ini tidak punya kejadian mulai.",
                "This process or sub-process has no start event.",
            ),
            ADD_START,
        )
    if len(starts) > 1 and not all(start.events == ("message",) for start in starts):
        names = ", ".join(start.label for start in starts)
        yield diagram.error(
            starts[1],
            "start-several",
            Text(
                f"Ada beberapa kejadian mulai ({names}); itu hanya boleh bila semuanya kejadian mulai pesan.",
                f"There are several start events ({names}); that is allowed only if all are message starts.",
            ),
            Text("Sisakan satu, atau jadikan semuanya mulai pesan.", "Keep one, or make all of them message starts."),
        )
    yield from _same_message(diagram, starts)
    for start in starts:
        if scope.parent is not None and start.events:
            yield diagram.error(
                start,
                "start-typed-in-subprocess",
                Text(
                    f"Subproses harus mulai polos; {start.label} menunggu pemicu.",
                    f"A sub-process must begin with a plain start; {start.label} waits for a trigger.",
                ),
                Text("Jadikan kejadian mulai polos.", "Make it a plain start event."),
            )


def _same_message(diagram: Diagram, starts: list[Node]) -> Iterator[Finding]:
    first: dict[str, Node] = {}
    for start in starts:
        name = message_name(diagram, start)
        if name and first.setdefault(name, start) is not start:
            yield diagram.error(
                start,
                "start-same-message",
                Text(
                    f"{first[name].label} dan {start.label} mulai oleh pesan yang sama (“{name}”).",
                    f"{first[name].label} and {start.label} begin with the same message (“{name}”).",
                ),
                Text("Beri setiap kejadian mulai pesannya sendiri.", "Give each start event a message of its own."),
            )


def _dead_ends(diagram: Diagram, scope: Scope) -> Iterator[Finding]:
    drawn = {edge.xml.get("sourceRef") for edge in diagram.edges()}
    for node in scope.nodes:
        if node.kind != "endEvent" and node.id not in drawn and node.xml.get("triggeredByEvent") != "true":
            if node.xml.get("isForCompensation") == "true":
                continue
            yield diagram.error(
                node,
                "dead-end",
                Text(
                    f"Sesudah {node.label} tidak ada apa-apa: tidak ada panah keluar.",
                    f"Nothing comes after {node.label}: no arrow leaves it.",
                ),
                Text(
                    "Tarik panah ke langkah berikutnya atau ke kejadian selesai.",
                    "Draw an arrow to the next step or to an end event.",
                ),
            )


def _stays_open(diagram: Diagram, scope: Scope) -> Iterator[Finding]:
    """A sub-process with a non-interrupting border event: its side path may outlive it."""
    box = scope.node
    if box is None:
        return
    side = [event for event in box.boundaries if not event.interrupting and _holds_work(event)]
    ends = [node for node in box.scope.nodes if node.kind == "endEvent"]
    if side and any("terminate" not in end.events for end in ends):
        yield diagram.warning(
            side[0],
            "stays-open",
            Text(
                f"Selama tugas sesudah {side[0].label} terbuka, proses tidak selesai, walau jalur utamanya selesai.",
                f"While a task behind {side[0].label} is open, the process does not end, even if its main path has.",
            ),
            Text("Pakai kejadian selesai “terminate” pada jalur utama.", "Use terminate end events on the main path."),
        )


def _holds_work(event: Node) -> bool:
    return any(node.kind in ("userTask", "manualTask", "receiveTask") for node in reachable([event]))
