"""A file must hold a process that is meant to run."""

from __future__ import annotations

from collections.abc import Iterator

from app.domain.findings import Finding
from app.domain.nearest import meant
from app.domain.text import Text
from app.engine.check.model import Diagram, Neighbours, Scope
from app.engine.elements import NS

TICK = Text(
    "Centang “Executable” pada panel sifat proses ini.", "Tick “Executable” in the properties panel of this process."
)


def check(diagram: Diagram, bundle: Neighbours) -> Iterator[Finding]:
    """Findings about the processes of the file as such."""
    processes = diagram.processes
    if not processes:
        yield diagram.error(
            None,
            "process-missing",
            Text("Berkas BPMN ini tidak memuat proses.", "This BPMN file holds no process."),
            Text("Gambarlah prosesnya, lalu simpan lagi.", "Draw the process and save the file again."),
        )
    running = [process for process in processes if process.runs]
    for process in processes:
        if process not in running:
            yield _not_executable(diagram, process, bool(running))
    for process in running:
        if not process.nodes:
            yield diagram.error(
                process,
                "process-empty",
                Text("Proses ini kosong.", "This process is empty."),
                Text(
                    "Gambarlah kejadian mulai, tugas dan kejadian selesai.",
                    "Draw a start event, tasks and an end event.",
                ),
            )
    yield from _several(diagram, bundle, running)
    yield from _participants(diagram)


def _not_executable(diagram: Diagram, process: Scope, others: bool) -> Finding:
    report = diagram.warning if others else diagram.error
    return report(
        process,
        "process-not-executable",
        Text(
            "Proses ini ditandai tidak untuk dijalankan (isExecutable=false), jadi diabaikan.",
            "This process is marked as not to be run (isExecutable=false), so it is ignored.",
        ),
        TICK,
    )


def _several(diagram: Diagram, bundle: Neighbours, running: list[Scope]) -> Iterator[Finding]:
    called = {node.xml.get("calledElement") for other in bundle.diagrams for node in other.each("callActivity")}
    free = [process for process in running if process.id not in called]
    if len(free) > 1:
        names = ", ".join(process.id for process in free[:10])
        yield diagram.error(
            free[1],
            "process-several",
            Text(
                f"Berkas memuat beberapa proses utama ({names}); hanya satu yang dapat dijalankan bersama.",
                f"The file holds several main processes ({names}); only one of them can be run together.",
            ),
            Text("Simpan setiap proses dalam berkasnya sendiri.", "Save each process in a file of its own."),
        )


def _participants(diagram: Diagram) -> Iterator[Finding]:
    known = {process.id for process in diagram.processes}
    for pool in diagram.root.iterfind("b:collaboration/b:participant", NS):
        reference = pool.get("processRef")
        if reference and reference.rsplit(":", 1)[-1] not in known:
            yield diagram.error(
                pool.get("id"),
                "pool-process-missing",
                Text(
                    f"Kolam (pool) ini menunjuk proses “{reference}” yang tidak ada.",
                    f"This pool refers to the process “{reference}”, which does not exist.",
                ),
                meant(Text("Gambar ulang kolam itu.", "Draw the pool again."), reference, known),
            )
