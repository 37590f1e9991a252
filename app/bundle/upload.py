"""Places uploaded files in a bundle by what they are, whatever their names, and says why one fits nowhere."""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any

from app.bundle.manifest import MANIFEST
from app.bundle.read import FORM_LABELS, LABELS, MAX_FILES, MAX_UNPACKED
from app.domain.errors import InvalidDiagram, Refusal
from app.domain.findings import Finding
from app.domain.json import parse_json
from app.domain.text import Text
from app.domain.toml import WrongToml, parse_toml
from app.engine.elements import read_elements
from app.engine.xml import BPMN, MAX_BYTES, local_name, parse_xml

DMN = "omg.org/spec/DMN/"
MANIFEST_KEYS = frozenset({"diagram", "lanes", "variables", "calls", "decisions", "start_form"})
SCENARIO_KEYS = (frozenset({"step", "expect"}), frozenset({"title", "start"}))
PACKED = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
HIDDEN = ("__MACOSX", "Thumbs.db", "desktop.ini")  # what other systems put into archives
UTF8, UTF16 = b"\xef\xbb\xbf", (b"\xff\xfe", b"\xfe\xff")
COPY = re.compile(r"(?:[ _-]*\(\d+\)|-v\d+|[ _-]+(?:copy|salinan))+(?=\.\w+$)", re.IGNORECASE)
PLAIN_NAME = re.compile(r"(?!\.)[\w .()-]{1,100}")
LONGEST_NAME = 200
DECLARED = re.compile(r"""\A(<\?xml[^>]*encoding=)(["'])[^"']*\2""")
RULE = "upload"
AGAIN = Text("Periksa berkasnya lalu unggah lagi.", "Check the file and upload it again.")


@dataclass(frozen=True, slots=True)
class Upload:
    """What an upload makes of a bundle: all its files after it, and `places`, the uploaded name with the path it took.

    `service` holds files of the service's own data; `whole` says that an archive stands for all files.
    """

    files: Mapping[str, bytes]
    service: Mapping[str, bytes]
    places: tuple[tuple[str, str], ...]
    findings: tuple[Finding, ...]
    whole: bool = False


@dataclass(frozen=True, slots=True)
class _Sent:
    name: str
    content: bytes

    @property
    def plain(self) -> str:
        """The name without folders and without what a browser adds to a second download."""
        return COPY.sub("", PurePosixPath(self.name.replace("\\", "/")).name[-LONGEST_NAME:])


class _Misplaced(Exception):
    def __init__(self, findings: list[Finding]) -> None:
        self.findings = findings
        super().__init__()


def place(
    key: str, live: Mapping[str, bytes], sent: Iterable[tuple[str, bytes]], service: Mapping[str, bytes]
) -> Upload:
    """Put `sent` (names with contents, archives too) over the `live` files of the procedure `key`.

    `service` are the service's files in force, by which others of their kind are known. Never raises.
    """
    findings: list[Finding] = []
    files, archived = _all(sent, findings)
    manifests = [each for each in files if _is_manifest(each.content)]
    whole = archived and bool(manifests)
    base: Mapping[str, bytes] = {} if whole else live
    places = _Places(key, live, whole, files, service)
    taken: dict[str, _Sent] = {}
    for each in files:
        try:
            path = _plain_path(each, places.of(each))
        except _Misplaced as refused:
            findings += refused.findings
            continue
        if path in taken and taken[path].content != each.content:
            findings.append(_twice(each, taken[path], path))
        taken.setdefault(path, each)
    own = {path: each.content for path, each in taken.items() if path.startswith(SERVICE)}
    if own and len(own) < len(taken):
        findings.append(_mixed(sorted(path.removeprefix(SERVICE) for path in own)))
    placed = {path: each.content for path, each in taken.items() if path not in own}
    return Upload(
        {**base, **placed},
        {path.removeprefix(SERVICE): content for path, content in own.items()},
        tuple((each.name, path.removeprefix(SERVICE)) for path, each in taken.items()),
        tuple(dict.fromkeys(findings)),
        whole,
    )


SERVICE = "service:"  # stands before the path of a file of the service's own data


class _Places:
    """Knows every place that a file may take, by what stands in it."""

    def __init__(
        self,
        key: str,
        live: Mapping[str, bytes],
        whole: bool,
        sent: list[_Sent],
        service: Mapping[str, bytes],
    ) -> None:
        self.key = key
        self.live = live
        self.whole = whole
        self.service = {name: _keys(content) for name, content in service.items()}
        manifest = next((each.content for each in sent if _is_manifest(each.content)), live.get(MANIFEST, b""))
        self.named = frozenset(_named(_toml(manifest)))
        drawn = [data for name, data in live.items() if name.endswith(".bpmn")] + [each.content for each in sent]
        roots = [root for root in map(_xml, drawn) if root is not None]
        self.elements = frozenset(node.get("id") for root in roots for node in root.iter() if node.get("id"))
        asked = (each.form_key for root in roots for each in read_elements(root) if each.form_key)
        self.forms = frozenset((*asked, *(PurePosixPath(name).stem for name in live if name.endswith(".form"))))
        self.processes = _owners(live, ".bpmn", "process")
        self.decisions = _owners(live, ".dmn", "decision")
        scenarios = ((name, _title(data)) for name, data in live.items() if name.startswith("scenarios/"))
        self.titles = {title: name for name, title in scenarios if title}

    def of(self, each: _Sent) -> str:
        """The path of a file in the bundle; raises _Misplaced."""
        if not each.content.strip():
            raise _refused(each, Text("Berkas ini kosong.", "This file is empty."))
        if len(each.content) > MAX_BYTES:
            size = f"{MAX_BYTES // 1_000_000} MB"
            raise _refused(each, Text(f"Berkas ini lebih besar dari {size}.", f"This file is larger than {size}."))
        if each.content.lstrip().startswith(b"<"):
            return self._xml(each)
        if each.content.lstrip().startswith(b"{"):
            return self._form(each)
        if each.plain.lower().endswith(".toml"):
            return self._toml(each)
        raise _refused(each, Text(
            f"Ini bukan berkas prosedur{_looks_like(each.content).id}. Yang diterima: diagram (.bpmn), "
            "tabel keputusan (.dmn), formulir (.form), .toml, atau satu .zip.",
            f"This is not a procedure file{_looks_like(each.content).en}. Accepted: diagrams (.bpmn), decision "
            "tables (.dmn), forms (.form), .toml, or one .zip.",
        ))  # fmt: skip

    def _xml(self, each: _Sent) -> str:
        try:
            root = parse_xml(each.content, each.name)
        except InvalidDiagram as refused:
            raise _Misplaced([*refused.findings]) from None
        if local_name(root) == "definitions" and str(root.tag).startswith(f"{{{BPMN}}}"):
            return self._drawn(each, _declared(root, "process"), self.processes, Text("proses", "process"), ".bpmn")
        if local_name(root) == "definitions" and DMN in str(root.tag):
            return self._drawn(each, _declared(root, "decision"), self.decisions, Text("keputusan", "decision"), ".dmn")
        raise _refused(each, Text(
            f"Berkas XML ini bukan BPMN atau DMN (unsur utamanya “{local_name(root)}”).",
            f"This XML file is neither BPMN nor DMN (its root is “{local_name(root)}”).",
        ), Text("Simpan dari aplikasi gambar sebagai BPMN 2.0.", "Save it from the modeler as BPMN 2.0."))  # fmt: skip

    def _drawn(self, each: _Sent, ids: list[str], owners: Mapping[str, str], what: Text, ending: str) -> str:
        paths = dict.fromkeys(owners[id_] for id_ in ids if id_ in owners)
        another = ending == ".bpmn" and each.plain in owners.values() and not self.whole
        if each.plain in self.named and not paths.keys() & self.named and not another:
            return each.plain  # a manifest calls it so, and it is no other procedure's under a known name
        if len(paths) == 1:
            return next(iter(paths))
        if len(paths) > 1:
            several = ", ".join(paths)
            raise _refused(each, Text(
                f"Berkas ini memuat isi beberapa berkas prosedur: {several}.",
                f"This file holds what belongs to several files of the procedure: {several}.",
            ), Text("Simpan masing-masing dalam berkasnya sendiri.", "Save each in a file of its own."))  # fmt: skip
        found, known = ", ".join(ids) or "-", ", ".join(sorted(owners)) or "-"
        raise _refused(each, Text(
            f"Prosedur ini tidak memakai {what.id} “{found}”; yang dipakai: {known}.",
            f"This procedure does not use the {what.en} “{found}”; it uses: {known}.",
        ), Text(
            f"Samakan id {what.id}-nya, atau sebut berkas {each.plain} di manifest.toml dan unggah keduanya.",
            f"Give the {what.en} the same id, or name the file {each.plain} in manifest.toml and upload both.",
        ))  # fmt: skip

    def _form(self, each: _Sent) -> str:
        try:
            form = parse_json(each.content)
        except ValueError as error:
            if each.plain.lower().endswith(".form"):
                raise _refused(each, Text(
                    f"Formulir ini bukan JSON yang benar: {error}.", f"This form is not valid JSON: {error}."
                )) from None  # fmt: skip
            form = {}
        if isinstance(form, dict) and isinstance(form.get("components"), list):
            names = [name for name in (form.get("id"), PurePosixPath(each.plain).stem) if isinstance(name, str)]
            used = [name for name in names if name in self.forms]
            return f"forms/{(used or names[-1:])[0]}.form"
        raise _refused(each, Text(
            "Berkas JSON ini bukan formulir: tidak ada daftar “components”.",
            "This JSON file is not a form: it has no list “components”.",
        ))  # fmt: skip

    def _toml(self, each: _Sent) -> str:
        try:
            table = parse_toml(each.content)
        except WrongToml as error:
            raise _refused(each, Text(
                f"Berkas ini bukan TOML yang benar: {error}.", f"This file is not valid TOML: {error}."
            )) from None  # fmt: skip
        if _is_manifest(each.content):
            return self._manifest(each, table)
        if all(some & table.keys() for some in SCENARIO_KEYS):
            path = f"scenarios/{each.plain}"
            return path if path in self.live else self.titles.get(_title(each.content) or "", path)
        keys = frozenset(table)
        known = {SERVICE + name: names for name, names in self.service.items()}
        known |= {LABELS: self.elements, FORM_LABELS: self.forms}
        fit = {path: (len(keys & names), -len(names - keys)) for path, names in known.items()}
        best = max(fit.values())
        alike = [path for path in fit if fit[path] == best]
        if best[0]:
            so_named = [path for path in alike if PurePosixPath(path.removeprefix(SERVICE)).name == each.plain]
            return (so_named or alike)[0]
        raise _refused(each, Text(
            "Berkas TOML ini bukan manifes, label, skenario, atau data layanan: tidak satu pun isinya dikenal.",
            "This TOML file is no manifest, labels, scenario or service data: nothing in it is known.",
        ))  # fmt: skip

    def _manifest(self, each: _Sent, table: Mapping[str, Any]) -> str:
        if table.get("key", self.key) == self.key:
            return MANIFEST
        raise _refused(each, Text(
            f"Kiriman ini milik prosedur “{table['key']}”, bukan “{self.key}”.",
            f"This upload belongs to the procedure “{table['key']}”, not “{self.key}”.",
        ), Text("Unggah di halaman prosedur itu.", "Upload it on the page of that procedure."))  # fmt: skip


def plain_text(content: bytes) -> bytes:
    """The content in UTF-8 without a byte-order mark; what is not text stays as it is."""
    if content.startswith(UTF8):
        return content[len(UTF8) :]
    if not content.startswith(UTF16):
        return content
    try:
        return DECLARED.sub(r"\1\2UTF-8\2", content.decode("utf-16"), count=1).encode()
    except UnicodeError:
        return content


def _all(sent: Iterable[tuple[str, bytes]], findings: list[Finding]) -> tuple[list[_Sent], bool]:
    """The files sent with those in archives, and whether one of them was an archive."""
    files: list[_Sent] = []
    archived = False
    for name, content in sent:
        if content.startswith(b"PK\x03\x04") or name.lower().endswith(".zip"):
            archived = True
            try:
                files += _unpacked(name, content)
            except _Misplaced as refused:
                findings += refused.findings
        else:
            files.append(_Sent(name, plain_text(content)))
    return files, archived


def _unpacked(name: str, content: bytes) -> Iterator[_Sent]:
    archive = _Sent(name, content)
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as zipped:
            entries = [entry for entry in zipped.infolist() if not entry.is_dir() and not _hidden(entry.filename)]
            if len(entries) > MAX_FILES or sum(entry.file_size for entry in entries) > MAX_UNPACKED:
                raise _too_large(archive)
            if not entries:
                raise _refused(archive, Text("Arsip ini tidak memuat berkas.", "This archive holds no files."))
            if any(entry.compress_type not in PACKED for entry in entries):
                raise _refused(archive, Text(
                    "Arsip ini dimampatkan dengan cara yang tidak dibaca di sini.",
                    "This archive is compressed in a way that is not read here.",
                ), Text("Buat lagi sebagai ZIP biasa.", "Make it again as an ordinary ZIP file."))  # fmt: skip
            for entry in entries:  # of what is packed so, no more is unpacked than the size that the entry gives
                yield _Sent(entry.filename, plain_text(zipped.read(entry)))
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError, OSError, ValueError):
        raise _refused(
            archive, Text("Berkas ini bukan arsip ZIP yang utuh.", "This is not a sound ZIP file.")
        ) from None


def _too_large(archive: _Sent) -> _Misplaced:
    return _refused(archive, Text(
        f"Arsip ini memuat lebih dari {MAX_FILES} berkas atau {MAX_UNPACKED // 1_000_000} MB.",
        f"This archive holds more than {MAX_FILES} files or {MAX_UNPACKED // 1_000_000} MB.",
    ))  # fmt: skip


def _hidden(name: str) -> bool:
    return any(part in HIDDEN or (part.startswith(".") and part not in (".", "..")) for part in name.split("/"))


def _refused(each: _Sent, message: Text, fix: Text = AGAIN) -> _Misplaced:
    return _Misplaced([Finding(each.name[:120], None, RULE, "error", message, fix)])


def _plain_path(each: _Sent, path: str) -> str:
    """The path, if all its parts are plain names; what the content gives (a form's id) is as foreign as a name."""
    if all(PLAIN_NAME.fullmatch(part) for part in path.removeprefix(SERVICE).split("/")):
        return path
    raise _refused(each, Text("Nama berkas atau id ini tidak diterima.", "This file name or id is not accepted."), Text(
        "Pakai huruf, angka, titik, dan garis bawah.", "Use letters, digits, dots and underscores."
    ))  # fmt: skip


def _twice(each: _Sent, other: _Sent, path: str) -> Finding:
    return Finding(each.name, None, RULE, "error", Text(
        f"Dua berkas kiriman sama-sama {path}: “{other.name}” dan “{each.name}”.",
        f"Two uploaded files are both {path}: “{other.name}” and “{each.name}”.",
    ), Text("Unggah hanya yang benar.", "Upload only the right one."))  # fmt: skip


def _mixed(names: list[str]) -> Finding:
    shown = ", ".join(names)
    return Finding(names[0], None, RULE, "error", Text(
        f"Data layanan ({shown}) berlaku untuk semua prosedur, jadi dimuat tersendiri.",
        f"Service data ({shown}) holds for all procedures, so it is loaded on its own.",
    ), Text(
        "Unggah berkas itu lebih dulu, lalu berkas prosedurnya.", "Upload that file first, then the procedure's files."
    ))  # fmt: skip


def _looks_like(content: bytes) -> Text:
    kinds = {b"%PDF": "PDF", b"\x89PNG": "PNG", b"\xff\xd8\xff": "JPEG", b"Rar!": "RAR", b"7z\xbc\xaf": "7z",
             b"\x1f\x8b": "gzip", b"GIF8": "GIF", b"\xd0\xcf\x11\xe0": "Word/Excel/Visio"}  # fmt: skip
    found = next((kind for start, kind in kinds.items() if content.startswith(start)), None)
    return Text(f", melainkan {found}", f", but {found}") if found else Text("", "")


def _is_manifest(content: bytes) -> bool:
    table = _toml(content)
    return len(MANIFEST_KEYS & table.keys()) > 1 or ("key" in table and "title" in table)


def _toml(content: bytes) -> Mapping[str, Any]:
    if content[:1] in (b"<", b"{", b"P") or len(content) > MAX_BYTES:
        return {}
    try:
        return parse_toml(content)
    except WrongToml:
        return {}


def _keys(content: bytes) -> frozenset[str]:
    return frozenset(_toml(content))


def _title(content: bytes) -> str | None:
    title = _toml(content).get("title")
    said = title.get("id") if isinstance(title, dict) else None
    return said if isinstance(said, str) else None


def _named(manifest: Mapping[str, Any]) -> Iterator[str]:
    """The diagrams and decisions that a manifest names."""
    for name in (manifest.get("diagram"), *_list(manifest.get("calls")), *_list(manifest.get("decisions"))):
        if isinstance(name, str):
            yield name


def _list(value: Any) -> Collection[Any]:
    return value if isinstance(value, list) else ()


def _owners(files: Mapping[str, bytes], ending: str, what: str) -> dict[str, str]:
    """Id of each process (or decision) -> the file that holds it."""
    found: dict[str, str] = {}
    for name, data in files.items():
        if name.endswith(ending):
            found |= dict.fromkeys(_declared(parse_xml(data, name), what), name)
    return found


def _declared(root: Any, what: str) -> list[str]:
    return [node.get("id") for node in root if local_name(node) == what and node.get("id")]


def _xml(data: bytes) -> Any:
    """The root of a file that holds XML, else None."""
    try:
        return parse_xml(data, "") if data.lstrip().startswith(b"<") else None
    except Refusal:
        return None
