"""A script task holds a short script in our notation, and nothing else runs."""

from __future__ import annotations

from collections.abc import Iterator

from app.domain.findings import Finding
from app.domain.text import Text
from app.engine.check.formulas import is_ours
from app.engine.check.model import Diagram, Neighbours, Node, text_of
from app.engine.elements import camunda


def check(diagram: Diagram, bundle: Neighbours) -> Iterator[Finding]:
    """Empty scripts, scripts in files, and other languages."""
    for node in diagram.each("scriptTask"):
        yield from _script(diagram, node)


def _script(diagram: Diagram, node: Node) -> Iterator[Finding]:
    if not text_of(node.xml, "script"):
        yield diagram.error(
            node,
            "script-missing",
            Text(f"Tugas skrip {node.label} tidak memuat skrip.", f"The script task {node.label} holds no script."),
            Text("Tulis skripnya di sini, atau pakai tugas layanan.", "Write the script here, or use a service task."),
        )
    language = (node.xml.get("scriptFormat") or "").strip().lower()
    if not is_ours(node):
        yield diagram.error(
            node,
            "script-language",
            Text(
                f"Bahasa skrip “{language[:40]}” pada {node.label} tidak dijalankan.",
                f"The script language “{language[:40]}” at {node.label} is not run.",
            ),
            Text(
                "Kosongkan bahasanya dan tulis “nama = rumus”, atau pakai tugas layanan.",
                "Leave the language empty and write “name = expression”, or use a service task.",
            ),
        )
    if camunda(node.xml, "resultVariable"):
        yield diagram.warning(
            node,
            "script-result-variable",
            Text(
                f"Nama hasil skrip {node.label} diabaikan.",
                f"The result variable of the script {node.label} is ignored.",
            ),
            Text("Tulis nama = rumus di dalam skripnya.", "Write name = expression in the script itself."),
        )
