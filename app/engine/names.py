"""Names at the border to the library, which keeps some for itself in the very space where the ids of elements stand."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from app.engine.elements import NS
from app.engine.xml import BPMN, FLOW_NODES, local_name

KEPT = ("Start", "End", "Root")
BEHIND_AN_ID = (".EndJoin", ".BoundaryEventSplit", ".BoundaryEventJoin", " [child]")
REFERENCES = ("sourceRef", "targetRef", "attachedToRef")
MARK = "~"  # ends the name of a renamed element; no XML id has one


def rename_clashes(roots: Iterable[Any]) -> Mapping[str, str]:
    """Give every element with an id that the library uses itself another one in these trees: new id -> drawn id.

    All others keep theirs, because a stored state numbers its tasks by their sorted names (see `numbered`).
    """
    trees = list(roots)
    processes = {process.get("id") for root in trees for process in root.iterfind("b:process", NS)}
    nodes = [node for root in trees for node in root.iter(f"{{{BPMN}}}*") if local_name(node) in FLOW_NODES]
    taken = processes | {node.get("id") for node in nodes}
    clashing = {node.get("id") for node in nodes if _clashes(node.get("id") or "", processes, taken)}
    renamed = {drawn: _free(drawn, taken) for drawn in sorted(clashing)}
    for node in nodes:
        node.set("id", renamed.get(node.get("id"), node.get("id", "")))
    for root in trees:
        for element in root.iter(f"{{{BPMN}}}*"):
            for name in REFERENCES:
                if element.get(name) in renamed:
                    element.set(name, renamed[element.get(name)])
            if local_name(element) == "flowNodeRef" and (element.text or "").strip() in renamed:
                element.text = renamed[element.text.strip()]
    return {new: drawn for drawn, new in renamed.items()}


def _clashes(drawn: str, processes: set[str], taken: set[str]) -> bool:
    own = any(drawn.endswith(end) and drawn.removesuffix(end) in taken for end in BEHIND_AN_ID)
    return own or drawn in KEPT or drawn in processes


def _free(drawn: str, taken: set[str]) -> str:
    new = drawn
    while new in taken or new == drawn:
        new += MARK
    taken.add(new)
    return new


def numbered(names: Iterable[str]) -> tuple[str, ...]:
    """The names of a process's task specs in the order of the numbers under which a stored state knows them.

    That order is the first release's, which renamed nothing and had one spec for each name: sorted as drawn. Names of
    the library that an element of the drawing has as well come after them.
    """
    drawn = {name.replace(MARK, ""): name for name in sorted(names)}
    first = [drawn[name] for name in sorted(drawn)]
    return (*first, *sorted(set(names) - set(first)))
