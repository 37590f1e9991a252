"""The last word: what the engine itself refuses although no rule found it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from copy import deepcopy
from typing import Any

from SpiffWorkflow.bpmn.parser.ValidationException import ValidationException

from app.domain.findings import Finding
from app.domain.text import Text
from app.engine.check.model import Diagram, Neighbours
from app.engine.elements import camunda
from app.engine.names import rename_clashes
from app.engine.parser import DiagramParser

FIX = Text("Gambar ulang bagian ini, lalu periksa lagi.", "Draw this part again, then check once more.")


def check_engine(diagram: Diagram, sound: Neighbours, decisions: Mapping[str, Any]) -> Iterator[Finding]:
    """What the library's parser refuses in a diagram; `sound` are the diagrams in which no rule found an error.

    A diagram that leans on one with errors is not tried: it would be blamed for them.
    """
    needed = _needed(diagram, sound)
    if needed is None or any(_asked(one) - decisions.keys() for one in needed):
        return
    for process in diagram.processes:
        if not process.runs:
            continue
        roots = {one.file: deepcopy(one.root) for one in needed}  # the library writes into what it reads
        drawn = rename_clashes(roots.values())
        try:
            _parse(roots, decisions, process.id)
        except ValidationException as refused:
            yield _finding(diagram.file, drawn.get(refused.id, refused.id) or process.id, str(refused))
        except RecursionError:
            yield _finding(diagram.file, process.id, "the diagram is too long")
        except Exception as refused:  # the library raises whatever Python raises in it
            yield _finding(diagram.file, process.id, f"{type(refused).__name__} {refused}")


def _needed(diagram: Diagram, sound: Neighbours) -> list[Diagram] | None:
    """The diagram and all that it calls; None where one of these is not sound."""
    needed = [diagram]
    for one in needed:
        for node in one.each("callActivity"):
            found = sound.process(node.xml.get("calledElement", ""), node.scope)
            if found is None:
                return None
            if found[0] not in needed:
                needed.append(found[0])
    return needed


def _asked(diagram: Diagram) -> set[str]:
    """The decisions that a diagram asks for."""
    return {name for node in diagram.each("businessRuleTask") if (name := camunda(node.xml, "decisionRef"))}


def _parse(roots: Mapping[str, Any], decisions: Mapping[str, Any], process_id: str) -> None:
    parser = DiagramParser(decisions)
    for name, root in roots.items():
        parser.add_bpmn_xml(root, name)
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
