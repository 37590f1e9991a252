"""The last word: what the engine itself refuses although no rule found it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from copy import deepcopy
from typing import Any

from SpiffWorkflow.bpmn.parser.ValidationException import ValidationException

from app.domain.findings import Finding
from app.domain.text import Text
from app.engine.check.model import Bundle, Diagram
from app.engine.elements import camunda
from app.engine.parser import DiagramParser

FIX = Text("Gambar ulang bagian ini, lalu periksa lagi.", "Draw this part again, then check once more.")


def check_engine(diagram: Diagram, sound: Bundle, decisions: Mapping[str, Any]) -> Iterator[Finding]:
    """What the library's parser refuses in a diagram; `sound` are the diagrams in which no rule found an error.

    A diagram that leans on one with errors is not tried: it would be blamed for them.
    """
    called = {node.xml.get("calledElement", "") for other in sound.diagrams for node in other.each("callActivity")}
    asked = {camunda(node.xml, "decisionRef") for other in sound.diagrams for node in other.each("businessRuleTask")}
    if any(sound.process(name) is None for name in called) or asked - {None, *decisions}:
        return
    for process in diagram.processes:
        if not process.runs:
            continue
        try:
            _parse(sound, decisions, process.id)
        except ValidationException as refused:
            yield _finding(diagram.file, refused.id or process.id, str(refused))
        except RecursionError:
            yield _finding(diagram.file, process.id, "the diagram is too long")
        except Exception as refused:  # the library raises whatever Python raises in it
            yield _finding(diagram.file, process.id, f"{type(refused).__name__} {refused}")


def _parse(sound: Bundle, decisions: Mapping[str, Any], process_id: str) -> None:
    parser = DiagramParser(decisions)
    for diagram in sound.diagrams:
        parser.add_bpmn_xml(deepcopy(diagram.root), diagram.file)  # the library writes into what it reads
    parser.get_spec(process_id)
    parser.get_subprocess_specs(process_id)


def _finding(file: str, element: str, reason: str) -> Finding:
    shown = re.sub(r"\s+", " ", re.sub(r"(File|Source Details)\b.*|<Element.*", "", reason, flags=re.DOTALL)).strip()
    return Finding(
        file,
        element,
        "engine-refuses",
        "error",
        Text(f"Mesin proses menolak diagram ini: {shown[:200]}", f"The engine refuses this diagram: {shown[:200]}"),
        FIX,
    )
