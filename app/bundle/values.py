"""What a file of a procedure says, value by value and as a whole, whatever its layout and spelling."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from app.domain.errors import Refusal
from app.domain.json import parse_json
from app.domain.toml import parse_toml
from app.engine.xml import BPMN, CAMUNDA, FLOW_NODES, local_name, parse_xml

PARTS = FLOW_NODES | {
    "sequenceFlow", "lane", "participant", "process", "message", "error", "signal", "escalation", "textAnnotation",
    "dataObjectReference", "dataStoreReference",
}  # fmt: skip
DMN = "omg.org/spec/DMN/"
TYPE = "{http://www.w3.org/2001/XMLSchema-instance}type"
UNSAID = ("id", TYPE)  # of an attribute: its part is called so, and its kind is not told
DERIVED = ("incoming", "outgoing")  # the arrows say it
PLACES = ("BPMNDiagram", "DMNDI")
WRITTEN_BY = ("exporter", "exporterVersion", "executionPlatform", "executionPlatformVersion", "schemaVersion", "layout")
PROSE = (f"{{{BPMN}}}documentation", f"{{{BPMN}}}text")  # of a note; blanks between its words mean nothing
SEEMS_OTHER = re.compile(r"(?:true|false|[-+]?[0-9][-+:.0-9TZ_eE ]*|)")

ORDER = "#order"  # of what stands in a part: told only where things changed places
HOLDER = "#holder"  # in what a part stands; no value of a file is called like these two

# One value that a file has: (where it stands, what it is called) -> how it reads.
Values = dict[tuple[str, str], str]


def values_of(path: str, data: bytes) -> Values | None:
    """Everything that a file says, value by value; None where it cannot be read or is a course of its own."""
    try:
        if path.endswith(".bpmn"):
            return dict(_drawn(parse_xml(data, path)))
        if path.endswith(".dmn"):
            return dict(_decided(parse_xml(data, path)))
        if path.endswith(".form"):
            return dict(_asked(parse_json(data)["components"], "", Counter()))
        if not path.startswith("scenarios/"):
            return dict(_told(parse_toml(data)))
    except (Refusal, ValueError, LookupError, TypeError, AttributeError, RecursionError):
        pass
    return None


def whole_of(path: str, data: bytes) -> Any:
    """What a file says as a whole, to be compared: without places on paper, comments and which program wrote it.

    The bytes themselves where the file cannot be read.
    """
    try:
        if path.endswith((".bpmn", ".dmn")):
            return _tree(parse_xml(data, path))
        if path.endswith(".form"):
            return json.dumps(_written(parse_json(data)))
        return json.dumps(parse_toml(data), default=repr)
    except (Refusal, ValueError, RecursionError):
        return data


def _tree(node: Any) -> Any:
    kept = sorted((name, value) for name, value in node.attrib.items() if local(name) not in WRITTEN_BY)
    inner = [(_tree(each), (each.tail or "").strip()) for each in node if _counts(each)]
    return node.tag, kept, _text(node), inner


def _counts(node: Any) -> bool:
    return isinstance(node.tag, str) and local_name(node) not in PLACES


def _text(node: Any) -> str:
    text = (node.text or "").strip()
    return " ".join(text.split()) if node.tag in PROSE else text


def _written(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _written(each) for name, each in value.items() if name not in WRITTEN_BY}
    return [_written(each) for each in value] if isinstance(value, list) else value


def local(name: str) -> str:
    """A name as it is written by hand, without its namespace."""
    return name.rsplit("}", 1)[-1]


def _called(name: str) -> str:
    """What a tag or attribute is called: one of a strange namespace by all of its name, for it is another thing."""
    space = name[1:].split("}", 1)[0] if name.startswith("{") else ""
    return local(name) if space in ("", BPMN, CAMUNDA) or DMN in space else name


def _drawn(root: Any) -> Iterator[tuple[tuple[str, str], str]]:
    unnamed: Counter[str] = Counter()
    rest = [(root, "")]
    while rest:
        node, holder = rest.pop()
        part = holder
        if local_name(node) in PARTS:
            part = node.get("id") or _of_its_kind(node, unnamed)
            for name, value in _said(node).items():
                yield (part, name), value
            if holder:
                yield (part, HOLDER), holder
        rest += [(child, part) for child in reversed(node) if isinstance(child.tag, str)]


def _of_its_kind(node: Any, unnamed: Counter[str]) -> str:
    """What a part without an id goes by: its kind with its name, or with its number."""
    kind = f"{local_name(node)} {node.get('name', '')}".strip()
    unnamed[kind] += 1
    return kind if unnamed[kind] == 1 else f"{kind} #{unnamed[kind]}"


def _said(node: Any) -> dict[str, str]:
    """What a part of a drawing says of itself: its attributes and what stands in it, other parts left out."""
    found: dict[str, list[str]] = {}

    def say(name: str, value: str) -> None:
        found.setdefault(name, []).append(value)

    for name, value in node.attrib.items():
        if name not in UNSAID:
            say(_called(name), value)
    rest = [child for child in node if _stands_in(child)]
    while rest:
        each = rest.pop(0)
        kind = _called(each.tag)
        if each.tag == f"{{{CAMUNDA}}}property" and each.get("name"):
            say(each.get("name"), each.get("value", ""))
            continue
        if (each.text or "").strip():
            say(kind, _text(each))
        for name, value in each.attrib.items():
            if name not in UNSAID:
                say(f"{kind}.{_called(name)}", value)
        if not len(each) and not each.attrib and not _text(each):
            say(kind, "")
        rest = [child for child in each if _stands_in(child)] + rest
    return {name: ", ".join(values) for name, values in found.items()}


def _stands_in(node: Any) -> bool:
    return isinstance(node.tag, str) and local_name(node) not in PARTS and local_name(node) not in DERIVED


def _decided(root: Any) -> Iterator[tuple[tuple[str, str], str]]:
    for decision in (node for node in root if local_name(node) == "decision"):
        rules: list[str] = []
        for node in decision.iter():
            kind = local_name(node)
            if kind == "rule":
                rules.append(node.get("id") or f"#{len(rules) + 1}")
                yield (rules[-1], "rule"), _row(node)
            elif kind in ("decision", "decisionTable", "input", "output"):
                said = _said(node) if kind in ("input", "output") else {_called(n): v for n, v in node.attrib.items()}
                for name, value in said.items():
                    if name not in UNSAID:
                        yield (node.get("id") or kind, name), value
        yield (decision.get("id") or "decision", ORDER), ", ".join(rules)


def _row(rule: Any) -> str:
    cells: dict[str, list[str]] = {"inputEntry": [], "outputEntry": []}
    for cell in rule:
        cells.setdefault(local_name(cell), []).append("".join(cell.itertext()).strip() or "-")
    return " | ".join(cells["inputEntry"]) + " → " + " | ".join(cells["outputEntry"])


def _asked(components: list[Any], group: str, keys: Counter[str]) -> Iterator[tuple[tuple[str, str], str]]:
    listed = []
    for component in components:
        own = component.get("key") or component.get("path") or component.get("id") or component.get("label", "")
        keys[own] += 1
        key = own if keys[own] == 1 else f"{own} #{keys[own]}"
        listed.append(key)
        if group:
            yield (key, HOLDER), group
        for name, value in component.items():
            if name == "components":
                yield from _asked(value, key, keys)
            elif name == "values":
                yield (key, name), ", ".join(f"{each.get('label')} ({_shown(each.get('value'))})" for each in value)
            elif name not in ("id", "key", "layout"):
                for rest, text in _flat(value, name):
                    yield (key, rest), text
    yield (group, ORDER), ", ".join(listed)


def _told(table: Mapping[str, Any]) -> Iterator[tuple[tuple[str, str], str]]:
    for key, value in table.items():
        if value and isinstance(value, list) and all(isinstance(each, dict) for each in value):
            rows: Counter[str] = Counter()
            for number, each in enumerate(value, 1):
                own = each.get("key") or each.get("code") or each.get("value") or f"#{number}"
                since = f" ({each['valid_from']})" if "valid_from" in each else ""
                row = f"{key} {own}{since}"
                rows[row] += 1
                for rest, text in _flat(each, ""):
                    yield (row if rows[row] == 1 else f"{row} #{rows[row]}", rest), text
            yield (key, ORDER), ", ".join(rows)
        elif isinstance(value, dict):
            for rest, text in _flat(value, ""):
                yield (key, rest), text
        else:
            yield (key, ""), _shown(value)


def _flat(value: Any, name: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, dict) and value:
        for key, each in value.items():
            yield from _flat(each, f"{name}.{key}" if name else key)
    else:
        yield name, _shown(value)


def _shown(value: Any) -> str:
    """How a value reads; a text that could be taken for something else in quotes."""
    if isinstance(value, str):
        return json.dumps(value) if SEEMS_OTHER.fullmatch(value) else value
    return json.dumps(value, ensure_ascii=False, default=str) if isinstance(value, bool | list | dict) else str(value)
