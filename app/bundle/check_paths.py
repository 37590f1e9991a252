"""Gathers the findings of files and folders on disk, each under the name that the person gave."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from app.domain.errors import Refusal
from app.domain.findings import Finding
from app.domain.text import Text
from app.engine.check.run import check_files
from app.engine.xml import MAX_BYTES

MANIFEST = "manifest.toml"
DRAWN = (".bpmn", ".dmn")
FORM = ".form"
MAX_SIBLINGS = 40
UNRESOLVED = ("call-unknown", "decision-unknown")
LOOK = Text("Periksa nama dan tempatnya.", "Check its name and place.")


@dataclass(slots=True)
class Checked:
    """What was found; `unread` says that a file or folder could not be read at all."""

    findings: list[Finding] = field(default_factory=list)
    unread: bool = False


def check_paths(paths: Iterable[str], content: Path, topics: Collection[str] | None = None) -> Checked:
    """The findings of these files and folders; never raises.

    `content` is the city's folder, for what a process folder does not have beside it: service data and forms.
    """
    checked = Checked()
    files: dict[str, Path] = {}
    for name in dict.fromkeys(paths):
        if not _gather(name, Path(name), files, checked, content, topics):
            _unread(name, FileNotFoundError(), checked)
    _single_files(files, checked, content)
    return checked


def _gather(
    name: str, path: Path, files: dict[str, Path], checked: Checked, content: Path, topics: Collection[str] | None
) -> bool:
    """Check a process folder at once; collect single files, so that those which belong together are seen together.

    False where there was nothing to check.
    """
    try:
        if not path.is_dir():
            files[name] = path
        elif (path / MANIFEST).is_file():
            checked.findings += _process_folder(name, path, content, topics)
        else:
            walked = [inner for inner in sorted(path.iterdir()) if _worth_checking(inner)]
            return any([_gather(str(inner), inner, files, checked, content, topics) for inner in walked])
    except (OSError, ValueError) as fault:
        _unread(name, fault, checked)
    return True


def _worth_checking(path: Path) -> bool:
    if path.is_dir():
        return not path.is_symlink() and not path.name.startswith(".")
    return path.suffix.lower() in (*DRAWN, FORM)


def _process_folder(name: str, path: Path, content: Path, topics: Collection[str] | None) -> list[Finding]:
    """The findings of a whole process: its files, and what they say about each other and about the service."""
    from app.bundle.findings import findings
    from app.bundle.read import read_folder
    from app.standard.service import inspect_service, read_contents

    found: list[Finding] = []
    try:
        bundle = read_folder(path, _first(path.parent.parent / "forms", content / "forms"))
        contents = read_contents(_first(path.parent / "service", content / "processes" / "service"))
        service, about_service = inspect_service(contents)
        if service is None:
            found += [one for one in about_service if one.severity == "error"]
            found += check_files(bundle.files)
        else:
            units, statuses = frozenset(service.units), frozenset(service.statuses)
            found += findings(bundle, service.roles, service.limits, topics, units, statuses)
    except Refusal as refused:
        found += refused.details.get("findings") or [_broken(MANIFEST, refused.message)]
    except (OSError, ValueError, LookupError) as fault:
        found.append(_broken(MANIFEST, _reason(fault)))
    return [replace(finding, file=str(Path(name) / finding.file)) for finding in found]


def _single_files(files: dict[str, Path], checked: Checked, content: Path) -> None:
    """Check the collected files; those that call others are checked together with their neighbours on disk."""
    drawn: dict[str, bytes] = {}
    for name, path in files.items():
        try:
            data = _read(path)
        except (OSError, ValueError) as fault:
            _unread(name, fault, checked)
            continue
        if path.suffix.lower() == FORM:
            checked.findings += _form(data, name)
        else:
            drawn[name] = data
    about = _process_of(drawn, content)
    found = _drawn(drawn, *about)
    if any(finding.rule in UNRESOLVED for finding in found):
        found = [finding for finding in _drawn(_neighbours(drawn) | drawn, *about) if finding.file in drawn]
    checked.findings += found


def _process_of(names: Iterable[str], content: Path) -> tuple[Mapping[str, Any], Mapping[str, Any]]:
    """The answers that the forms of a process allow and the offices that exist, where all files lie in its folder."""
    from app.bundle.findings import answers, offices
    from app.bundle.read import read_folder
    from app.standard.service import inspect_service, read_contents

    folder, *others = {Path(name).parent for name in names} or {content}
    try:
        if not others and (folder / MANIFEST).is_file():
            bundle = read_folder(folder, _first(folder.parent.parent / "forms", content / "forms"))
            contents = read_contents(_first(folder.parent / "service", content / "processes" / "service"))
            service, _ = inspect_service(contents)
            return answers(bundle), offices(bundle, None if service is None else frozenset(service.units))
    except (Refusal, OSError, ValueError, LookupError):
        pass  # then any answer and any office is thought possible
    return {}, {}


def _drawn(files: dict[str, bytes], answers: Mapping[str, Any], offices: Mapping[str, Any]) -> list[Finding]:
    """The findings of diagrams and decisions, whatever the endings of their names."""
    known = {name if Path(name).suffix.lower() in DRAWN else name + _kind(data): name for name, data in files.items()}
    found = check_files({alias: files[name] for alias, name in known.items()}, answers=answers, offices=offices)
    return [replace(finding, file=known[finding.file]) for finding in found]


def _kind(data: bytes) -> str:
    return ".dmn" if b"omg.org/spec/DMN/" in data[:4000] else ".bpmn"


def _neighbours(files: dict[str, bytes]) -> dict[str, bytes]:
    """The other diagrams and decisions in the folders of these files."""
    found: dict[str, bytes] = {}
    given = {Path(name).resolve() for name in files}
    for folder in dict.fromkeys(Path(name).parent for name in files):
        for path in sorted(path for path in folder.iterdir() if path.suffix.lower() in DRAWN)[:MAX_SIBLINGS]:
            if path.is_file() and path.resolve() not in given:
                found[str(path)] = _read(path)
    return found


def _form(data: bytes, name: str) -> list[Finding]:
    from app.forms.form import findings

    return findings(data, name)


def _read(path: Path) -> bytes:
    """The content; of a file that is too large anyway only so much that the check sees it."""
    with path.open("rb") as file:
        return file.read(MAX_BYTES + 1)


def _first(*folders: Path) -> Path:
    return next((folder for folder in folders if folder.is_dir()), folders[-1])


def _unread(name: str, fault: Exception, checked: Checked) -> None:
    checked.unread = True
    if isinstance(fault, FileNotFoundError):
        message = (
            Text("Folder ini tidak memuat diagram.", "This folder holds no diagram.")
            if Path(name).is_dir()
            else Text("Berkas atau folder ini tidak ada.", "This file or folder does not exist.")
        )
    else:
        reason = _reason(fault)
        message = Text(f"Berkas ini tidak dapat dibaca: {reason.id}", f"This file cannot be read: {reason.en}")
    checked.findings.append(Finding(name, None, "file-missing", "error", message, LOOK))


def _reason(fault: Exception) -> Text:
    words = getattr(fault, "strerror", None) or str(fault) or type(fault).__name__
    return Text(f"{words}.", f"{words}.")


def _broken(file: str, message: Text) -> Finding:
    return Finding(file, None, "bundle", "error", message, LOOK)
