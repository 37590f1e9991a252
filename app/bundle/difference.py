"""What is different between two versions of a procedure, value by value, in each kind of file."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from app.bundle.read import Bundle
from app.domain.errors import Refusal
from app.domain.json import parse_json
from app.domain.text import Text
from app.domain.toml import parse_toml
from app.engine.xml import FLOW_NODES, local_name, parse_xml

PARTS = FLOW_NODES | {
    "sequenceFlow", "lane", "participant", "process", "message", "error", "signal", "escalation", "textAnnotation",
    "dataObjectReference", "dataStoreReference",
}  # fmt: skip
UNSAID = ("id", "incoming", "outgoing", "type")
NAMES: Mapping[str, Text] = {
    "": Text("Isi", "Content"),
    "name": Text("Nama", "Name"),
    "conditionExpression": Text("Syarat", "Condition"),
    "documentation": Text("Penjelasan", "Explanation"),
    "formKey": Text("Formulir", "Form"),
    "candidateGroups": Text("Peran", "Role"),
    "sla": Text("Batas waktu", "Limit"),
    "timeDuration": Text("Lama waktu", "Duration"),
    "timeDate": Text("Waktu", "Time"),
    "timeCycle": Text("Pengulangan", "Repetition"),
    "sourceRef": Text("Dari", "From"),
    "targetRef": Text("Ke", "To"),
    "default": Text("Panah selain itu", "Default arrow"),
    "flowNodeRef": Text("Isi lajur", "Content of the lane"),
    "calledElement": Text("Proses yang dipanggil", "Called process"),
    "decisionRef": Text("Tabel keputusan", "Decision table"),
    "topic": Text("Kerja otomatis", "Automatic work"),
    "script": Text("Skrip", "Script"),
    "text": Text("Teks", "Text"),
    "rule": Text("Isi baris", "Cells"),
    "hitPolicy": Text("Aturan pilihan", "Hit policy"),
    "label": Text("Pertanyaan", "Question"),
    "description": Text("Keterangan", "Help"),
    "values": Text("Pilihan", "Choices"),
    "validate.required": Text("Wajib diisi", "Required"),
    "conditional.hide": Text("Disembunyikan bila", "Hidden if"),
}
CALLED = ("label", "rule", "name", "title.id")  # by which value people know a part
# One value that a file has: (where it stands, what it is called) -> how it reads.
Values = dict[tuple[str, str], str]


@dataclass(frozen=True, slots=True)
class Change:
    """One value: the part it belongs to, what it is called, and how it read and reads; None where it was not there."""

    part: str
    label: Text
    name: Text
    old: str | None
    new: str | None


@dataclass(frozen=True, slots=True)
class FileDifference:
    """One file: "new", "gone" or "changed"; what is new in it and gone from it by id, and values that differ.

    A changed file without any of these differs in layout or spelling only.
    """

    path: str
    state: str
    added: Mapping[str, Text] = field(default_factory=dict)
    removed: Mapping[str, Text] = field(default_factory=dict)
    changes: tuple[Change, ...] = ()


def difference(before: Bundle, after: Bundle) -> tuple[FileDifference, ...]:
    """What `after` has that `before` had not, and the other way round, file by file."""

    def label(id_: str) -> Text | None:
        return next((text for text in (_label(after, id_), _label(before, id_)) if text is not None), None)

    return file_differences(before.files, after.files, label)


def file_differences(
    before: Mapping[str, bytes], after: Mapping[str, bytes], label: Callable[[str], Text | None] = lambda id_: None
) -> tuple[FileDifference, ...]:
    """The files that differ; `label` gives what people call a part. What cannot be read is not compared."""
    paths = [path for path in sorted({*before, *after}) if before.get(path) != after.get(path)]
    return tuple(_compared(path, before.get(path), after.get(path), label) for path in paths)


def _compared(
    path: str, before: bytes | None, after: bytes | None, label: Callable[[str], Text | None]
) -> FileDifference:
    if before is None or after is None:
        return FileDifference(path, "new" if before is None else "gone")
    old, new = _values(path, before), _values(path, after)
    if old is None or new is None:
        return FileDifference(path, "changed")
    were, are = ({part for part, _ in values} for values in (old, new))

    def called(part: str, values: Values) -> Text:
        own = next((values[part, name] for name in CALLED if (part, name) in values), part)
        return label(part) or Text(own, own)

    return FileDifference(
        path,
        "changed",
        {part: called(part, new) for part, _ in new if part not in were},
        {part: called(part, old) for part, _ in old if part not in are},
        tuple(
            Change(
                part, called(part, new), NAMES.get(name, Text(name, name)), old.get((part, name)), new.get((part, name))
            )
            for part, name in dict.fromkeys((*new, *old))
            if part in were & are and old.get((part, name)) != new.get((part, name))
        ),
    )


def _values(path: str, data: bytes) -> Values | None:
    """Everything that a file says, value by value; None where it cannot be read or is a course of its own."""
    try:
        if path.endswith(".bpmn"):
            return dict(_drawn(parse_xml(data, path)))
        if path.endswith(".dmn"):
            return dict(_decided(parse_xml(data, path)))
        if path.endswith(".form"):
            return dict(_asked(parse_json(data)["components"]))
        if not path.startswith("scenarios/"):
            return dict(_told(parse_toml(data)))
    except (Refusal, ValueError, LookupError, TypeError, AttributeError, RecursionError):
        pass
    return None


def _drawn(root: Any) -> Iterator[tuple[tuple[str, str], str]]:
    for node in root.iter():
        if local_name(node) in PARTS and node.get("id"):
            for name, value in _said(node).items():
                yield (node.get("id"), name), value


def _said(node: Any) -> dict[str, str]:
    """What a part of a drawing says of itself: its attributes and what stands in it, other parts left out."""
    found: dict[str, list[str]] = {}
    for name, value in node.attrib.items():
        found.setdefault(name.rsplit("}", 1)[-1], []).append(value)
    rest = [child for child in node if local_name(child) not in PARTS]
    while rest:
        each = rest.pop(0)
        if local_name(each) == "property" and each.get("name"):
            found.setdefault(each.get("name"), []).append(each.get("value", ""))
            continue
        if (each.text or "").strip():
            found.setdefault(local_name(each), []).append(" ".join(each.text.split()))
        for name, value in each.attrib.items():
            found.setdefault(f"{local_name(each)}.{name.rsplit('}', 1)[-1]}", []).append(value)
        rest = [child for child in each if local_name(child) not in PARTS] + rest
    return {name: ", ".join(values) for name, values in found.items() if name.rsplit(".", 1)[-1] not in UNSAID}


def _decided(root: Any) -> Iterator[tuple[tuple[str, str], str]]:
    for decision in (node for node in root if local_name(node) == "decision"):
        number = 0
        for node in decision.iter():
            kind = local_name(node)
            if kind == "rule":
                number += 1
                yield (node.get("id") or f"#{number}", "rule"), _row(node)
            elif kind in ("decision", "decisionTable", "input", "output"):
                said = _said(node) if kind in ("input", "output") else dict(node.attrib)
                for name, value in said.items():
                    if name not in UNSAID:
                        yield (node.get("id") or kind, name), value


def _row(rule: Any) -> str:
    cells: dict[str, list[str]] = {"inputEntry": [], "outputEntry": []}
    for cell in rule:
        cells.setdefault(local_name(cell), []).append(" ".join("".join(cell.itertext()).split()) or "-")
    return " | ".join(cells["inputEntry"]) + " → " + " | ".join(cells["outputEntry"])


def _asked(components: list[Any]) -> Iterator[tuple[tuple[str, str], str]]:
    for component in components:
        key = component.get("key") or component.get("path") or component.get("id") or component.get("label", "")
        for name, value in component.items():
            if name == "components":
                yield from _asked(value)
            elif name == "values":
                yield (key, name), ", ".join(f"{each.get('label')} ({each.get('value')})" for each in value)
            elif name not in ("id", "key", "layout"):
                for rest, text in _flat(value, name):
                    yield (key, rest), text


def _told(table: Mapping[str, Any]) -> Iterator[tuple[tuple[str, str], str]]:
    for key, value in table.items():
        if isinstance(value, list) and all(isinstance(each, dict) for each in value):
            for number, each in enumerate(value, 1):
                own = each.get("key") or each.get("code") or each.get("value") or f"#{number}"
                since = f" ({each['valid_from']})" if "valid_from" in each else ""
                for rest, text in _flat(each, ""):
                    yield (f"{key} {own}{since}", rest), text
        elif isinstance(value, dict):
            for rest, text in _flat(value, ""):
                yield (key, rest), text
        else:
            yield (key, ""), _shown(value)


def _flat(value: Any, name: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, dict):
        for key, each in value.items():
            yield from _flat(each, f"{name}.{key}" if name else key)
    else:
        yield name, _shown(value)


def _shown(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return json.dumps(value, ensure_ascii=False, default=str) if isinstance(value, list | dict) else str(value)


def _label(bundle: Bundle, id_: str) -> Text | None:
    """What is drawn there; None where nothing is, or the drawing cannot be read."""
    try:
        return bundle.label(id_) if id_ in bundle.names else None
    except Refusal:
        return None
