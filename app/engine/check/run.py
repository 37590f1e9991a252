"""Checks the files of a process and reports everything that is wrong with them at once, whatever they hold."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from typing import Any

from app.domain.errors import InvalidDiagram
from app.domain.findings import Finding, errors
from app.domain.text import Text
from app.engine.check import (
    calls,
    completeness,
    conditions,
    cycles,
    drawing,
    error_events,
    event_gateways,
    expressions,
    extensions,
    file_kind,
    gateways,
    ids,
    joins,
    limits,
    messages,
    multi_instance,
    reachability,
    references,
    scripts,
    service_tasks,
    soundness,
    starts_and_ends,
    timers,
    unsupported,
    user_tasks,
    variables,
)
from app.engine.check.decision_files import check_decisions
from app.engine.check.engine import check_engine
from app.engine.check.model import Diagram, Neighbours
from app.engine.check.read import is_bpmn, read_diagram
from app.engine.decisions.decision import compiled_tables, read_decisions
from app.engine.expressions.kinds import Kind
from app.engine.xml import parse_xml

Rule = Callable[[Diagram, Neighbours], Iterator[Finding]]
RULES: tuple[Rule, ...] = tuple(
    module.check
    for module in (
        file_kind, ids, references, unsupported, starts_and_ends, reachability, conditions, completeness, cycles,
        joins, gateways, soundness, event_gateways, messages, error_events, timers, scripts, multi_instance, calls,
        service_tasks, user_tasks, expressions, variables, limits, extensions, drawing,
    )
)  # fmt: skip
Names = Collection[str] | None


def check_files(
    files: Mapping[str, bytes],
    forms: Names = None,
    roles: Names = None,
    limits: Names = None,
    variables: Names | Mapping[str, Kind] = None,
    topics: Names = None,
    answers: Mapping[str, Collection[Any]] | None = None,
    offices: Mapping[str, Collection[str]] | None = None,
) -> list[Finding]:
    """All findings of the .bpmn and .dmn files, errors first; never raises.

    `forms`, `roles`, `limits`, `variables` and `topics` are the names that may be used; None leaves them unchecked.
    Variables that come with their kinds are also looked at for what can never be computed with them.
    `answers` gives the values of the variables that can have no others, such as those that a form offers;
    `offices` names the variables that hold an office, each with the codes that exist.
    """
    found: list[Finding] = []
    diagrams: list[Diagram] = []
    for file, data in sorted(files.items()):
        if file.lower().endswith(".bpmn"):
            found += _guarded(file, lambda file=file, data=data: _read(file, data, diagrams))  # type: ignore[misc]
    tables = {file: data for file, data in sorted(files.items()) if file.lower().endswith(".dmn")}
    decisions: dict[str, tuple[str, ...]] = {}
    holders: dict[str, tuple[str, ...]] = {}
    for file, data in tables.items():
        inside = _decisions(file, data)
        decisions |= inside
        holders |= {key: (*holders.get(key, ()), file) for key in inside}
    bundle = Neighbours(
        tuple(diagrams), decisions, forms, roles, limits, variables, topics, holders, answers or {}, offices or {}
    )
    for diagram in diagrams:
        for rule in RULES:
            found += _guarded(diagram.file, lambda rule=rule, diagram=diagram: rule(diagram, bundle))  # type: ignore[misc]
    for file, data in tables.items():
        found += _guarded(file, lambda file=file, data=data: check_decisions(data, file, bundle))  # type: ignore[misc]
    faulty = {finding.file for finding in errors(found)}
    sound = Neighbours(tuple(diagram for diagram in diagrams if diagram.file not in faulty))
    asked = {key: decision for file, data in tables.items() if file not in faulty for key, decision in
             read_decisions(data, file).items()}  # fmt: skip
    for diagram in sound.diagrams:
        found += _guarded(diagram.file, lambda diagram=diagram: check_engine(diagram, sound, asked))  # type: ignore[misc]
    return _in_order(found)


def _read(file: str, data: bytes, diagrams: list[Diagram]) -> list[Finding]:
    try:
        root = parse_xml(data, file)
    except InvalidDiagram as refused:
        return refused.findings
    if not is_bpmn(root):
        return [_not_bpmn(file, root)]
    diagrams.append(read_diagram(root, file))
    return []


def _decisions(file: str, data: bytes) -> dict[str, tuple[str, ...]]:
    try:
        compiled = compiled_tables(data, file)
    except Exception:  # reported by the check of that file
        return {}
    return {one.table.id: tuple(column.name for column in one.table.outputs) for one in compiled}


def _guarded(file: str, rule: Callable[[], Iterable[Finding]]) -> list[Finding]:
    """The findings of one rule; a rule that breaks on a strange file becomes a finding itself."""
    found: list[Finding] = []
    try:
        found.extend(rule())
    except Exception as fault:
        found.append(_broken(file, fault))
    return found


def _broken(file: str, fault: Any) -> Finding:
    kind = type(fault).__name__
    return Finding(
        file,
        None,
        "check-incomplete",
        "error",
        Text(
            f"Berkas ini tidak dapat diperiksa sampai tuntas ({kind}).",
            f"This file could not be checked fully ({kind}).",
        ),
        Text("Simpan ulang dari aplikasi gambar lalu periksa lagi.", "Save it again from the modeler and check again."),
    )


def _not_bpmn(file: str, root: Any) -> Finding:
    tag = str(root.tag).rsplit("}", 1)[-1][:60]
    return Finding(
        file,
        None,
        "not-bpmn",
        "error",
        Text(
            f"Berkas ini bukan diagram BPMN 2.0 (unsur pertamanya “{tag}”).",
            f"This file is not a BPMN 2.0 diagram (its first element is “{tag}”).",
        ),
        Text("Simpan dari aplikasi gambar sebagai BPMN 2.0.", "Save it from the modeler as BPMN 2.0."),
    )


def _in_order(found: list[Finding]) -> list[Finding]:
    """Without repetitions, errors before warnings, file by file."""
    return sorted(dict.fromkeys(found), key=lambda finding: (finding.severity != "error", finding.file))
