"""One deployable set of files: manifest, diagrams, decisions, forms, labels and scenarios, named by its content."""

from __future__ import annotations

import hashlib
import io
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from types import MappingProxyType
from typing import Any

from app.bundle.manifest import MANIFEST, Manifest, read_manifest
from app.domain.errors import InvalidDiagram
from app.domain.findings import Finding
from app.domain.text import Text
from app.domain.toml import WrongToml, parse_toml
from app.engine.decisions.decision import Decision, read_decision
from app.engine.definition import Definition, define
from app.engine.elements import NS, read_elements
from app.engine.xml import local_name, parse_xml
from app.forms.form import Form, read_form

LABELS = "labels.en.toml"
FORM_LABELS = "forms/labels.en.toml"
UNREAD = ("message", "error", "signal", "escalation", "dataObject")  # named for the machine only
MAX_FILES = 200
MAX_UNPACKED = 5_000_000  # bytes of all files of an uploaded archive together
_EPOCH = (1980, 1, 1, 0, 0, 0)  # archives of one content are equal byte for byte


@dataclass(frozen=True, eq=False)
class Bundle:
    """All files of one deployment. `digest` is the SHA-256 of names and contents; what is read from them is cached.

    `deployed`: its drawing passed the check of its day; a check that became stricter must not stop what runs on it.
    """

    digest: str
    manifest: Manifest
    files: Mapping[str, bytes] = field(repr=False)
    deployed: bool = False

    @property
    def key(self) -> str:
        """The process key."""
        return self.manifest.key

    @cached_property
    def definition(self) -> Definition:
        """The executable process. Raises InvalidDiagram with all findings."""
        names = (self.manifest.diagram, *self.manifest.calls, *self.manifest.decisions)
        return define({name: self.files[name] for name in names if name in self.files}, checked=self.deployed)

    @cached_property
    def forms(self) -> Mapping[str, Form]:
        """The forms by key. Raises InvalidDiagram when one cannot be read."""
        labels = read_toml(self.files.get(FORM_LABELS, b""), FORM_LABELS)
        found = {}
        for name in self.files:
            if name.startswith("forms/") and name.endswith(".form"):
                key = name.removeprefix("forms/").removesuffix(".form")
                found[key] = read_form(self.files[name], labels.get(key, {}), name)
        return MappingProxyType(found)

    @cached_property
    def decisions(self) -> Mapping[str, Decision]:
        """The decision tables by file name."""
        return MappingProxyType({name: read_decision(self.files[name]) for name in self.manifest.decisions})

    @cached_property
    def labels(self) -> Mapping[str, str]:
        """Element, flow or lane id -> its English label."""
        return MappingProxyType({k: str(v) for k, v in read_toml(self.files.get(LABELS, b""), LABELS).items()})

    @cached_property
    def names(self) -> Mapping[str, str]:
        """Every id of the drawings -> the Indonesian label drawn there."""
        return MappingProxyType(dict(drawn_names(self.files)))

    @cached_property
    def ids(self) -> frozenset[str]:
        """Every id in the diagrams."""
        roots = [parse_xml(data, name) for name, data in self.files.items() if name.endswith(".bpmn")]
        return frozenset(node.get("id") for root in roots for node in root.iter() if node.get("id"))

    def label(self, id_: str) -> Text:
        """The label of an element, flow or lane; its id where nothing is drawn, Indonesian where English is missing."""
        drawn = self.names.get(id_) or id_
        return Text(drawn, self.labels.get(id_) or drawn)

    @property
    def scenarios(self) -> Iterator[tuple[str, bytes]]:
        """File name and content of each scenario, in the order of their names."""
        return ((name, self.files[name]) for name in sorted(self.files) if name.startswith("scenarios/"))


def bundle_of(files: Mapping[str, bytes], deployed: bool = False) -> Bundle:
    """The bundle of these files. Raises InvalidDiagram when the manifest is missing or cannot be read."""
    if MANIFEST not in files:
        raise _refused(MANIFEST, "Bundel tidak memuat manifest.toml.", "The bundle has no manifest.toml.")
    return Bundle(digest_of(files), read_manifest(files[MANIFEST]), MappingProxyType(dict(files)), deployed)


def digest_of(files: Mapping[str, bytes]) -> str:
    """The SHA-256 of names and contents."""
    total = hashlib.sha256()
    for name in sorted(files):
        total.update(hashlib.sha256(name.encode()).digest() + hashlib.sha256(files[name]).digest())
    return total.hexdigest()


def read_folder(folder: Path, forms: Path) -> Bundle:
    """The bundle of a process folder: what its manifest names, and of the folder `forms` the forms it uses."""
    files = {MANIFEST: _bytes(folder / MANIFEST)}
    manifest = read_manifest(files[MANIFEST])
    for name in (manifest.diagram, *manifest.calls, *manifest.decisions):
        files[name] = _bytes(folder / name)
    for path in sorted((folder / "scenarios").glob("*.toml")):
        files[f"scenarios/{path.name}"] = path.read_bytes()
    if (folder / LABELS).exists():
        files[LABELS] = (folder / LABELS).read_bytes()
    for key in sorted(forms_named(manifest, files)):
        if (forms / f"{key}.form").exists():
            files[f"forms/{key}.form"] = (forms / f"{key}.form").read_bytes()
    if (forms / LABELS).exists():
        files[FORM_LABELS] = (forms / LABELS).read_bytes()
    return bundle_of(files)


def forms_named(manifest: Manifest, files: Mapping[str, bytes]) -> set[str]:
    """Keys of all forms that the manifest or a user task of its diagrams names."""
    named = set(manifest.forms)
    for name, data in files.items():
        if name.endswith(".bpmn"):
            named |= {element.form_key for element in read_elements(parse_xml(data, name)) if element.form_key}
    return named


def write_files(files: Mapping[str, bytes]) -> bytes:
    """The files as an archive; the same files always give the same bytes."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in sorted(files):
            archive.writestr(zipfile.ZipInfo(name, _EPOCH), files[name], zipfile.ZIP_DEFLATED)
    return buffer.getvalue()


def read_files(archive: bytes) -> dict[str, bytes]:
    """The files in an archive that `write_files` wrote."""
    with zipfile.ZipFile(io.BytesIO(archive)) as zipped:
        return {name: zipped.read(name) for name in zipped.namelist()}


def drawn_names(files: Mapping[str, bytes]) -> Iterator[tuple[str, str]]:
    """Id and name of everything in the diagrams that people read; the texts of notes too."""
    for name, data in files.items():
        if name.endswith(".bpmn"):
            for node in parse_xml(data, name).iter():
                said = node.findtext("b:text", None, NS) if local_name(node) == "textAnnotation" else node.get("name")
                if node.get("id") and said and local_name(node) not in UNREAD:
                    yield node.get("id"), said.strip()


def read_toml(data: bytes, name: str) -> dict[str, Any]:
    """A TOML file's table. Raises InvalidDiagram naming the file when it is not TOML."""
    try:
        return parse_toml(data)
    except WrongToml as error:
        raise _refused(
            name, f"Berkas ini bukan TOML yang benar: {error}.", f"This file is not valid TOML: {error}."
        ) from error


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise _refused(path.name, "Berkas ini tidak ada.", "This file does not exist.") from error


def _refused(file: str, id_: str, en: str) -> InvalidDiagram:
    message = Text(id_, en)
    fix = Text("Periksa berkasnya lalu unggah lagi.", "Check the file and upload it again.")
    return InvalidDiagram(message, findings=[Finding(file, None, "bundle", "error", message, fix)])
