"""Reads the texts of forms that a page describes itself: whole, or refused with the field named; never cut."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from flask import request

from app.commands.storable import is_broken
from app.domain.errors import Invalid
from app.domain.text import Text

Errors = Mapping[str, Sequence[Text]]


@dataclass(frozen=True, slots=True)
class Entry:
    """One text field; lengths in characters. `least` 0: it may stay empty; what must be written here is a reason."""

    name: str
    longest: int
    least: int = 0


REASON = Entry("reason", 1_000, 10)  # of what is done to others' work and kept for ever
SHORT_REASON = Entry("reason", 300, 1)


def read_entries(*entries: Entry) -> dict[str, str]:
    """The texts by name, without blanks around them; raises Invalid with a sentence for each field that is wrong."""
    texts = {entry.name: request.form.get(entry.name, "").strip() for entry in entries}
    faults = {entry.name: _fault(entry, texts[entry.name]) for entry in entries}
    if errors := {name: [fault] for name, fault in faults.items() if fault is not None}:
        raise Invalid(errors=errors)
    return texts


def read_entry(entry: Entry) -> str:
    """The text of one field; raises Invalid."""
    return read_entries(entry)[entry.name]


def _fault(entry: Entry, text: str) -> Text | None:
    if is_broken(text):
        return Text(
            "Teks ini memuat karakter yang rusak. Hapus dan ketik ulang.",
            "This text holds broken characters. Delete it and type it again.",
        )
    if len(text) > entry.longest:
        return Text(
            f"Terlalu panjang: {len(text)} karakter, paling banyak {entry.longest}.",
            f"Too long: {len(text)} characters, at most {entry.longest}.",
        )
    if len(text) < entry.least:
        enough = (
            Text("", "")
            if entry.least == 1
            else Text(f" sedikitnya {entry.least} karakter", f" of at least {entry.least} characters")
        )
        return Text(f"Tulis alasannya{enough.id}.", f"Give a reason{enough.en}.")
    return None
