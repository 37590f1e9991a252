"""Everything that is wrong with a bundle at once: its diagrams, decisions, forms, manifest, labels and scenarios."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from app.bundle.manifest import MANIFEST
from app.bundle.manifest_findings import Known, check_manifest
from app.bundle.read import FORM_LABELS, LABELS, Bundle, forms_named, read_toml
from app.bundle.scenario import WrongScenario, read_scenario
from app.domain.errors import InvalidDiagram
from app.domain.findings import Finding
from app.domain.nearest import meant
from app.domain.text import Text
from app.engine.check.run import check_files
from app.engine.expressions.kinds import Kind
from app.engine.xml import local_name, parse_xml
from app.forms import form as form_files
from app.forms.fields import walk

KINDS: Mapping[str, Kind] = {"text": "text", "unit": "text", "date": "text", "number": "number", "boolean": "truth"}


def findings(
    bundle: Bundle,
    roles: Collection[str],
    limits: Collection[str],
    topics: Collection[str] | None,
    units: Collection[str] | None = None,
    statuses: Collection[str] | None = None,
) -> list[Finding]:
    """All findings, errors first. The collections are the names that exist; None leaves that check out.

    Never raises: what cannot be read at all is a finding too.
    """
    handled = None if topics is None else frozenset({*topics, *bundle.manifest.topics})
    drawn = {name: data for name, data in bundle.files.items() if name.endswith((".bpmn", ".dmn"))}
    forms = frozenset(
        name.removeprefix("forms/").removesuffix(".form") for name in bundle.files if name.endswith(".form")
    )
    variables = {name: KINDS.get(each.type) for name, each in bundle.manifest.variables.items()}
    places = offices(bundle, units)
    found = check_files(drawn, forms, frozenset(roles), frozenset(limits), variables, handled, answers(bundle), places)
    found += _forms(bundle)
    known = Known(forms, frozenset(roles), frozenset(limits), _frozen(units), _frozen(statuses))
    found += _guarded(check_manifest(bundle, known))
    found += _guarded(_labels(bundle))
    found += _scenarios(bundle)
    found += _guarded(_unused(bundle, forms))
    found += _guarded(_processes_twice(bundle))
    seen = dict.fromkeys(found)
    return sorted(seen, key=lambda each: (each.severity != "error", each.file))


def offices(bundle: Bundle, units: Collection[str] | None) -> dict[str, Collection[str]]:
    """The variables that hold an office, each with the codes of all offices; none where these are not known."""
    declared = bundle.manifest.variables.values()
    return {} if units is None else {each.name: units for each in declared if each.type == "unit"}


def answers(bundle: Bundle) -> dict[str, set[Any]]:
    """The values of each variable that is answered by choosing among the options of a form and nothing else."""
    found: dict[str, set[Any]] = {}
    for variable in bundle.manifest.variables.values():
        offered = [_offered(bundle, form, field) for form, field in variable.sources]
        if offered and all(offered):
            found[variable.name] = set().union(*offered)
    return found


def _offered(bundle: Bundle, form: str, key: str) -> set[Any]:
    """The values that a question offers, None among them where it may be left open; empty where any value will do."""
    try:
        asked = walk(bundle.forms[form].fields)
        field, within = next((each, within) for each, within in asked if each.key == key)
    except (InvalidDiagram, LookupError, StopIteration):
        return set()
    if field.type not in ("radio", "select") or field.source is not None:
        return set()
    values = {_value(option.value, field.kind_of_answer) for option in field.options}
    must = field.required and not any(each.hide for each in (field, *within))
    return values if must else values | {None}


def _value(text: str, kind: str) -> str | int | bool:
    return text == "true" if kind == "boolean" else int(text) if kind == "number" else text


def _frozen(names: Collection[str] | None) -> frozenset[str] | None:
    return None if names is None else frozenset(names)


def _guarded(check: Iterator[Finding]) -> Iterator[Finding]:
    """The findings of one check; a file it cannot read at all ends it with the reader's own findings."""
    try:
        yield from check
    except InvalidDiagram as error:
        yield from error.findings


def _forms(bundle: Bundle) -> list[Finding]:
    try:
        labels = read_toml(bundle.files.get(FORM_LABELS, b""), FORM_LABELS)
    except InvalidDiagram as error:
        return error.findings
    found: list[Finding] = []
    for name, data in sorted(bundle.files.items()):
        if name.startswith("forms/") and name.endswith(".form"):
            key = name.removeprefix("forms/").removesuffix(".form")
            found += form_files.findings(data, name, labels.get(key, {}))
    return found


def _labels(bundle: Bundle) -> Iterator[Finding]:
    names: Mapping[str, str] = bundle.names
    for id_ in names:
        if id_ not in bundle.labels:
            yield Finding(
                LABELS,
                id_,
                "label-missing",
                "warning",
                Text(f"“{names[id_]}” belum punya label Inggris.", f"“{names[id_]}” has no English label yet."),
                Text(f"Tambahkan {id_} di {LABELS}.", f"Add {id_} to {LABELS}."),
            )
    ids = set(bundle.ids)
    for id_ in bundle.labels:
        if id_ not in ids:
            yield Finding(
                LABELS,
                id_,
                "label-unknown",
                "warning",
                Text("Label ini bukan milik unsur mana pun.", "This label belongs to no element."),
                meant(Text("Perbaiki id-nya atau hapus barisnya.", "Correct the id or remove the line."), id_, ids),
            )


def _unused(bundle: Bundle, forms: Collection[str]) -> Iterator[Finding]:
    """Files that would lie in the version and do nothing."""
    manifest = bundle.manifest
    used = {MANIFEST, LABELS, FORM_LABELS, manifest.diagram, *manifest.calls, *manifest.decisions}
    used |= {f"forms/{key}.form" for key in forms_named(manifest, bundle.files)}
    for path in bundle.files:
        if path in used or (path.startswith("scenarios/") and path.endswith(".toml")):
            continue
        message = Text(f"Prosedur ini tidak memakai {path}.", f"This procedure does not use {path}.")
        if path.endswith(".form"):
            key = path.removeprefix("forms/").removesuffix(".form")
            fix = Text(
                f"Sebut formulir {key} pada sebuah tugas, atau buang berkasnya.",
                f"Name the form {key} at a task, or leave the file out.",
            )
        else:
            fix = Text(
                "Sebut berkas itu di manifest.toml, atau buang berkasnya.",
                "Name the file in manifest.toml, or leave it out.",
            )
        yield Finding(path, None, "file-unused", "error", message, fix)


def _processes_twice(bundle: Bundle) -> Iterator[Finding]:
    """One process drawn in two files: nobody could say which of them runs."""
    seen: dict[str, str] = {}
    for path, data in sorted(bundle.files.items()):
        for node in parse_xml(data, path) if path.endswith(".bpmn") else ():
            id_ = node.get("id")
            if local_name(node) == "process" and id_ and seen.setdefault(id_, path) != path:
                yield Finding(path, id_, "process-twice", "error", Text(
                    f"Proses “{id_}” ada di dua berkas: {seen[id_]} dan {path}.",
                    f"The process “{id_}” is in two files: {seen[id_]} and {path}.",
                ), Text("Beri salah satunya id sendiri, atau buang berkasnya.",
                        "Give one of them an id of its own, or leave the file out."))  # fmt: skip


def _scenarios(bundle: Bundle) -> list[Finding]:
    found = []
    fix = Text("Perbaiki berkas skenario di tempat itu.", "Correct the scenario's file at that place.")
    for name, data in bundle.scenarios:
        try:
            read_scenario(data, name)
        except WrongScenario as error:
            found.append(Finding(name, None, "scenario", "error", error.message, fix))
    return found
