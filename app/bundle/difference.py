"""What is different between two versions of a procedure, value by value, in each kind of file."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from app.bundle.read import Bundle
from app.bundle.values import HOLDER, ORDER, Values, values_of, whole_of
from app.domain.errors import Refusal
from app.domain.text import Text

NAMES: Mapping[str, Text] = {
    "": Text("Isi", "Content"),
    ORDER: Text("Urutan", "Order"),
    HOLDER: Text("Di dalam", "Within"),
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

    `respelt`: it differs in its layout or spelling only. Without any of all these it differs in what is not told.
    """

    path: str
    state: str
    added: Mapping[str, Text] = field(default_factory=dict)
    removed: Mapping[str, Text] = field(default_factory=dict)
    changes: tuple[Change, ...] = ()
    respelt: bool = False


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
    if whole_of(path, before) == whole_of(path, after):
        return FileDifference(path, "changed", respelt=True)
    old, new = values_of(path, before), values_of(path, after)
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
            Change(part, called(part, new), NAMES.get(name, Text(name, name)), was, is_)
            for part, name in dict.fromkeys((*new, *old))
            if part in were & are and _differ(name, was := old.get((part, name)), is_ := new.get((part, name)))
        ),
    )


def _differ(name: str, old: str | None, new: str | None) -> bool:
    if name != ORDER or old is None or new is None:
        return old != new
    before, after = old.split(", "), new.split(", ")
    return [each for each in before if each in after] != [each for each in after if each in before]


def _label(bundle: Bundle, id_: str) -> Text | None:
    """What is drawn there; None where nothing is, or the drawing cannot be read."""
    try:
        return bundle.label(id_) if id_ in bundle.names else None
    except Refusal:
        return None
