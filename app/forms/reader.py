"""Reads the form-js schema of a form and lists everything in it that Alur would not honour."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from app.domain.findings import Finding
from app.domain.json import parse_json
from app.domain.nearest import meant
from app.domain.text import PLACEHOLDER, Text
from app.engine.expressions.errors import ExpressionError
from app.forms.attributes import ATTRIBUTES, BUTTON, PROPERTIES, VALIDATORS
from app.forms.conditions import Condition, condition
from app.forms.fields import CHOICES, QUESTIONS, SOURCES, TYPES, Field, Option
from app.forms.findings import Found
from app.forms.values import DATE_RULES, RULES
from app.forms.words import Words

MOST_BYTES = 256 * 1024
MOST_COMPONENTS = 300
DEEPEST = 5
_KINDS, _SOURCES = ", ".join(sorted(TYPES)), ", ".join(sorted(SOURCES))
MOST_OPTIONS = 500
DATES = ("date", "time", "datetime")
ROOT_ATTRIBUTES = frozenset(
    {
        "type",
        "id",
        "components",
        "schemaVersion",
        "executionPlatform",
        "executionPlatformVersion",
        "exporter",
        "$schema",
        "versionTag",
    }
)


def read_components(
    content: bytes, file: str, labels_en: Mapping[str, Any] | None
) -> tuple[str, tuple[Field, ...], list[Finding]]:
    """The form's key, its components and every finding; what is wrong is left out, so that all can be told at once."""
    found = Found(file)
    schema = _document(content, found)
    if schema is None:
        return "", (), found.list
    key = schema.get("id")
    if not isinstance(key, str) or not key:
        found.error(
            None,
            "form-key",
            Text("Formulir ini tidak punya kunci (id).", "The form has no key (id)."),
            Text("Isi “id” dengan kunci formulir.", "Set “id” to the key of the form."),
        )
        key = ""
    elif "/" in file and file.rpartition("/")[2] != f"{key}.form":
        found.error(
            key,
            "form-key",
            Text(
                f"Kunci formulir “{key}” tidak sama dengan nama berkasnya.",
                f"The form's key “{key}” is not the name of its file.",
            ),
            Text(f"Namai berkas {key}.form.", f"Name the file {key}.form."),
        )
    for name in sorted(set(schema) - ROOT_ATTRIBUTES):
        found.unknown_attribute(key, str(name), ROOT_ATTRIBUTES)
    words = Words(found, labels_en)
    reading = _Reading(found, words)
    fields = reading.components(schema.get("components"), key, 1)
    reading.unplaced()
    words.leftover_english(key, reading.seen)
    return key, fields, found.list


def _document(content: bytes, found: Found) -> dict[str, Any] | None:
    fix = Text("Simpan ulang formulir dari penyunting formulir.", "Save the form again from the form editor.")
    if len(content) > MOST_BYTES:
        found.error(None, "form-size", Text("Berkas formulir terlalu besar.", "The form file is too large."), fix)
        return None
    try:
        schema = parse_json(content)
    except ValueError:
        schema = None
    if not isinstance(schema, dict):
        found.error(
            None,
            "form-json",
            Text("Berkas ini bukan formulir (JSON) yang dapat dibaca.", "This file is not a readable form (JSON)."),
            fix,
        )
        return None
    return schema


class _Reading:
    """One reading of a form and what it has seen so far."""

    def __init__(self, found: Found, words: Words) -> None:
        self.found = found
        self.words = words
        self.seen: set[str] = set()
        self.placed: list[tuple[str, str]] = []  # questions that buttons ask for the answer of
        self.count = 0

    def components(self, raw: Any, holder: str, depth: int) -> tuple[Field, ...]:
        if not isinstance(raw, list):
            self.found.error(
                holder,
                "form-components",
                Text("Daftar komponennya tidak ada.", "The list of components is missing."),
                Text("Isi “components” dengan sebuah daftar.", "Give “components” a list."),
            )
            return ()
        if depth > DEEPEST:
            self.found.error(
                holder,
                "form-size",
                Text(
                    f"Kelompok bersarang lebih dari {DEEPEST} tingkat.", f"Groups are nested more than {DEEPEST} deep."
                ),
                Text("Ratakan kelompoknya.", "Flatten the groups."),
            )
            return ()
        read = []
        for number, each in enumerate(raw, 1):
            self.count += 1
            if self.count > MOST_COMPONENTS:
                if self.count == MOST_COMPONENTS + 1:
                    self.found.error(
                        holder,
                        "form-size",
                        Text(
                            f"Formulir punya lebih dari {MOST_COMPONENTS} komponen.",
                            f"The form has more than {MOST_COMPONENTS} components.",
                        ),
                        Text("Pecah formulirnya.", "Split the form."),
                    )
                break
            field = self.component(each, f"{holder}.{number}", depth)
            if field is not None:
                read.append(field)
        return tuple(read)

    def component(self, raw: Any, place: str, depth: int) -> Field | None:
        kind = raw.get("type") if isinstance(raw, dict) else None
        name = self.name_of(raw, place)
        if not isinstance(raw, dict) or kind not in TYPES:
            self.found.error(
                name,
                "form-component",
                Text(f"Komponen “{kind}” tidak didukung.", f"The component “{kind}” is not supported."),
                meant(
                    Text(f"Hapus komponen ini atau ganti dengan: {_KINDS}.", f"Remove it, or use one of: {_KINDS}."),
                    str(kind),
                    TYPES,
                ),
            )
            return None
        for attribute in sorted(set(raw) - ATTRIBUTES[kind]):
            self.found.unknown_attribute(name, str(attribute), ATTRIBUTES[kind])
        self.check_fixed(raw, name)
        self.check_key(raw, kind, name)
        validate = self.mapping(raw, "validate", name)
        properties = self.properties(raw, kind, name)
        self.check_dates(raw, kind, name, properties)
        values = {
            **self.words.of(raw, kind, name, properties),
            **VALIDATORS.read(validate, kind, name, self.found),
            **PROPERTIES.read(properties, kind, name, self.found),
        }
        return Field(
            id=name,
            type=kind,
            key=raw.get("key", "") if kind in QUESTIONS else "",
            hide=self.condition(self.mapping(raw, "conditional", name).get("hide"), name),
            required_when=self.condition(properties.get("required_when"), name),
            options=self.options(raw, kind, name, properties),
            subtype=self.subtype(raw, kind, name),
            multiple=raw.get("multiple") is True,
            accept=str(raw.get("accept", "")),
            decimals=raw.get("decimalDigits"),
            default=raw.get("defaultValue"),
            properties=properties,
            children=self.components(raw.get("components"), name, depth + 1) if kind == "group" else (),
            **values,
        )

    # The parts of one component

    def name_of(self, raw: Any, place: str) -> str:
        for attribute in ("key", "id"):
            value = raw.get(attribute) if isinstance(raw, dict) else None
            if isinstance(value, str) and value:
                return value
        return place

    def check_fixed(self, raw: dict[str, Any], name: str) -> None:
        for attribute in ("readonly", "disabled"):
            if raw.get(attribute, False) is not False:
                self.found.error(
                    name,
                    "form-attribute",
                    Text(f"“{attribute}” tidak didukung.", f"“{attribute}” is not supported."),
                    Text("Pakai komponen teks untuk menampilkan sesuatu.", "Use a text component to show something."),
                )
        if raw.get("path"):
            self.found.error(
                name,
                "form-attribute",
                Text("Kelompok dengan “path” tidak didukung.", "A group with a “path” is not supported."),
                Text("Kosongkan “path”.", "Leave “path” empty."),
            )

    def check_dates(self, raw: dict[str, Any], kind: str, name: str, properties: Mapping[str, str]) -> None:
        """What bounds a date bounds nothing else: on a time or a text it would be ignored."""
        bounds = {key for key in ("oldest", "furthest") if key in properties}
        if properties.get("rule") in DATE_RULES:
            bounds.add("rule")
        if kind == "datetime" and raw.get("subtype", "date") == "date":
            bounds = {"rule"} if properties.get("rule") in RULES else set()
        for key in sorted(bounds):
            self.found.unknown_attribute(name, f"properties.{key}")

    def check_key(self, raw: dict[str, Any], kind: str, name: str) -> None:
        if kind in QUESTIONS:
            key = raw.get("key")
            if not (isinstance(key, str) and key.isascii() and key.isidentifier() and len(key) <= 64):
                self.found.error(
                    name,
                    "form-key",
                    Text(f"Kunci isian {key!r} tidak dapat dipakai.", f"The field key {key!r} cannot be used."),
                    Text(
                        "Pakai huruf, angka dan garis bawah, paling panjang 64.",
                        "Use letters, digits and underscores, at most 64.",
                    ),
                )
        if name in self.seen:
            self.found.error(
                name,
                "form-duplicate",
                Text(f"“{name}” dipakai dua kali.", f"“{name}” is used twice."),
                Text("Beri setiap komponen kunci sendiri.", "Give each component a key of its own."),
            )
        self.seen.add(name)

    def mapping(self, raw: dict[str, Any], attribute: str, name: str) -> dict[str, Any]:
        value = raw.get(attribute, {})
        if isinstance(value, dict):
            for extra in sorted(set(value) - {"hide"}) if attribute == "conditional" else ():
                self.found.unknown_attribute(name, f"conditional.{extra}")
            return value
        self.found.unknown_attribute(name, attribute)
        return {}

    def properties(self, raw: dict[str, Any], kind: str, name: str) -> dict[str, str]:
        given = self.mapping(raw, "properties", name)
        return {str(key): value for key, value in given.items() if isinstance(value, str)} | {
            str(key): json.dumps(value) for key, value in given.items() if not isinstance(value, str)
        }

    def condition(self, text: Any, name: str) -> Condition | None:
        if text in (None, ""):
            return None
        try:
            return condition(text if isinstance(text, str) else json.dumps(text))
        except ExpressionError as error:
            self.found.error(
                name,
                "form-condition",
                Text(f"Syarat {text!r}: {error.message.id}", f"Condition {text!r}: {error.message.en}"),
                Text('Tulis misalnya: =alasan != "other"', 'Write for instance: =reason != "other"'),
            )
            return None

    def subtype(self, raw: dict[str, Any], kind: str, name: str) -> str:
        if kind != "datetime":
            return ""
        subtype = raw.get("subtype", "date")
        if subtype not in DATES:
            self.found.error(
                name,
                "form-attribute",
                Text(f"Jenis tanggal {subtype!r} tidak dikenal.", f"The kind of date {subtype!r} is not known."),
                meant(Text("Pilih date, time atau datetime.", "Choose date, time or datetime."), str(subtype), DATES),
            )
            return "date"
        return str(subtype)

    def options(self, raw: dict[str, Any], kind: str, name: str, properties: Mapping[str, str]) -> tuple[Option, ...]:
        if kind not in CHOICES:
            return ()
        source, values = properties.get("source"), raw.get("values")
        if source is not None:
            if source not in SOURCES:
                self.found.error(
                    name,
                    "form-source",
                    Text(
                        f"Sumber pilihan “{source}” tidak dikenal.", f"The source of choices “{source}” is not known."
                    ),
                    meant(Text(f"Pilih: {_SOURCES}.", f"Choose: {_SOURCES}."), str(source), SOURCES),
                )
            return ()
        if not isinstance(values, list) or not 0 < len(values) <= MOST_OPTIONS or not all(map(_is_option, values)):
            self.found.error(
                name,
                "form-options",
                Text(
                    "Daftar pilihannya tidak ada atau tidak terbaca.", "The list of choices is missing or not readable."
                ),
                Text(
                    "Isi “values” dengan label dan value, atau sebut properties.source.",
                    "Give “values” labels and values, or name properties.source.",
                ),
            )
            return ()
        if len({each["value"] for each in values}) < len(values):
            self.found.error(
                name,
                "form-options",
                Text("Ada dua pilihan dengan nilai yang sama.", "Two choices have the same value."),
                Text("Beri setiap pilihan nilai sendiri.", "Give each choice a value of its own."),
            )
        buttons = self.buttons(values, name, properties)
        return tuple(
            Option(
                each["value"],
                self.words.both(name, each["label"], "options", each["value"]),
                button=buttons.get(each["value"]),
            )
            for each in values
        )

    def buttons(self, values: list[dict[str, str]], name: str, properties: Mapping[str, str]) -> dict[str, Text]:
        """The verbs of the choices that name one: button.<value>."""
        given = {key.removeprefix(BUTTON): text for key, text in properties.items() if key.startswith(BUTTON) and text}
        for value in sorted(set(given) - {each["value"] for each in values}):
            self.found.warning(
                name,
                "form-button",
                Text(
                    f"Tidak ada pilihan “{value}” untuk tombol ini.", f"There is no choice “{value}” for this button."
                ),
                Text("Tulis button. dengan nilai sebuah pilihan.", "Write button. with the value of a choice."),
            )
        self.placed += [(name, place) for text in given.values() for place in PLACEHOLDER.findall(text)]
        return {value: self.words.both(name, text, "button", value) for value, text in given.items()}

    def unplaced(self) -> None:
        """Say where a button asks for an answer that the form has no question for."""
        for name, place in self.placed:
            if place not in self.seen:
                self.found.error(
                    name,
                    "form-button",
                    Text(f"Tombol menyebut isian “{place}” yang tidak ada.", f"A button names “{place}”, no question."),
                    Text("Tulis kunci sebuah isian di antara { dan }.", "Write the key of a question in { and }."),
                )


def _is_option(each: Any) -> bool:
    if not isinstance(each, dict) or set(each) - {"label", "value"}:
        return False
    label, value = each.get("label"), each.get("value")
    return isinstance(label, str) and bool(label) and isinstance(value, str) and 0 < len(value) <= 100
