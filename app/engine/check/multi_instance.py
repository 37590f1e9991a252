"""A step done for each entry of a list needs that list, and names of its own for entry and result."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

from app.domain.findings import Finding
from app.domain.text import Text
from app.engine.check.formulas import formulas
from app.engine.check.model import Diagram, Neighbours, Node, text_of
from app.engine.elements import NS, camunda
from app.engine.expressions.expression import ExpressionError, compile_expression
from app.engine.specs import MAX_INSTANCES


def check(diagram: Diagram, bundle: Neighbours) -> Iterator[Finding]:
    """Repetitions without a list, without an item, with clashing names, and standard loops."""
    used: Counter[str] = Counter()
    for node in diagram.each():
        for loop in node.xml.iterfind("b:multiInstanceLoopCharacteristics", NS):
            used.update(name for name in _own_names(loop) if name)
    for node in diagram.each():
        for loop in node.xml.iterfind("b:multiInstanceLoopCharacteristics", NS):
            yield from _instances(diagram, node, loop, used)
        for loop in node.xml.iterfind("b:standardLoopCharacteristics", NS):
            if node.xml.find("b:multiInstanceLoopCharacteristics", NS) is not None:
                yield _both_markers(diagram, node)
            elif not text_of(loop, "loopCondition"):
                yield diagram.error(
                    node,
                    "loop-without-condition",
                    Text(
                        f"Pengulangan pada {node.label} tidak punya syarat berhenti.",
                        f"The loop at {node.label} has no condition to stop.",
                    ),
                    Text(
                        "Gambarlah panah kembali dengan gerbang XOR.",
                        "Draw a return arrow with an XOR gateway instead.",
                    ),
                )


def _both_markers(diagram: Diagram, node: Node) -> Finding:
    return diagram.error(
        node,
        "loop-both-markers",
        Text(
            f"{node.label} ditandai berulang sampai syarat benar dan sekaligus berulang untuk setiap isi daftar.",
            f"{node.label} is marked to repeat until a condition is true and at once for each entry of a list.",
        ),
        Text("Pilih salah satu tanda.", "Choose one of the two markers."),
    )


def _own_names(loop: Any) -> tuple[str | None, ...]:
    """The names of the entry and of the result of one repetition."""
    item, result = loop.find("b:inputDataItem", NS), loop.find("b:outputDataItem", NS)
    return (
        camunda(loop, "elementVariable") or (None if item is None else item.get("name") or item.get("id")),
        None if result is None else result.get("name") or result.get("id"),
    )


def _instances(diagram: Diagram, node: Node, loop: Any, used: Counter[str]) -> Iterator[Finding]:
    collection = camunda(loop, "collection") or text_of(loop, "loopDataInputRef")
    cardinality = text_of(loop, "loopCardinality")
    if not collection and not cardinality:
        yield diagram.error(
            node,
            "instances-without-list",
            Text(
                f"{node.label} diulang untuk setiap isi daftar, tetapi daftarnya tidak disebut.",
                f"{node.label} is repeated for each entry of a list, but the list is not named.",
            ),
            Text("Isi “Collection” di panel sifat.", "Fill in “Collection” in the properties panel."),
        )
    elif cardinality and not _possible(cardinality):
        yield diagram.error(
            node,
            "instances-number",
            Text(
                f"{node.label} diulang “{cardinality[:40]}” kali; jumlahnya harus bilangan bulat 1 sampai "
                f"{MAX_INSTANCES}.",
                f"{node.label} is repeated “{cardinality[:40]}” times; the number must be whole, from 1 to "
                f"{MAX_INSTANCES}.",
            ),
            Text(
                "Perbaiki jumlahnya, atau pakai daftar (Collection).", "Correct the number, or use a list (Collection)."
            ),
        )
    item, _result = _own_names(loop)
    if collection and not item:
        yield diagram.error(
            node,
            "instances-without-item",
            Text(
                f"Isi daftar pada {node.label} tidak punya nama.", f"The entry of the list at {node.label} has no name."
            ),
            Text("Isi “Element variable” di panel sifat.", "Fill in “Element variable” in the properties panel."),
        )
    if cardinality and text_of(loop, "loopDataOutputRef"):
        yield diagram.error(
            node,
            "instances-count-with-output",
            Text(
                f"{node.label} memakai jumlah tetap bersama daftar hasil; itu gagal saat dijalankan.",
                f"{node.label} uses a fixed number together with a result list; that fails when it runs.",
            ),
            Text("Pakai daftar (Collection) saja.", "Use a list (Collection) only."),
        )
    for name in _own_names(loop):
        elsewhere = {found for formula in formulas(diagram) if formula.where is not node for found in formula.names}
        if name and (used[name] > 1 or (name in elsewhere and not _inside(diagram, node, name))):
            yield diagram.warning(
                node,
                "instances-name-shared",
                Text(
                    f"Nama “{name}” pada {node.label} juga dipakai di tempat lain.",
                    f"The name “{name}” of {node.label} is also used elsewhere.",
                ),
                Text("Pakai nama yang hanya muncul di sini.", "Use a name that appears only here."),
            )


def _possible(cardinality: str) -> bool:
    """Whether a fixed number of repetitions can be run; one that is worked out is judged when it runs."""
    try:
        number = compile_expression(cardinality)
    except ExpressionError:
        return True  # reported with all other expressions
    try:
        value = number.evaluate({}, {}) if number.constant else 1
    except ExpressionError:
        return False
    return type(value) is int and 1 <= value <= MAX_INSTANCES


def _inside(diagram: Diagram, node: Node, name: str) -> bool:
    """Whether the name is read only inside the repeated sub-process itself."""
    if node.inner is None:
        return False
    inner = {id(xml) for xml in node.xml.iter()}
    return all(id(f.where.xml) in inner for f in formulas(diagram) if name in f.names)
