"""Reads tables of the service's data row by row, collecting every fault with its place instead of stopping at one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Any, TypeVar

from app.domain.findings import Finding, Severity
from app.domain.nearest import meant
from app.domain.text import Text
from app.domain.toml import parse_toml

R = TypeVar("R")

LARGEST = 1_000_000  # bytes of one file


class Source:
    """One file of the service's data and the findings about it."""

    def __init__(self, name: str, content: bytes | None) -> None:
        self.name = name
        self.findings: list[Finding] = []
        self.data = self._parsed(content)

    def _parsed(self, content: bytes | None) -> Mapping[str, Any]:
        if content is None:
            self.error(
                None,
                "service-missing",
                Text(f"Berkas {self.name} tidak ada.", f"The file {self.name} is missing."),
                Text("Tambahkan berkasnya.", "Add the file."),
            )
            return {}
        try:
            if len(content) > LARGEST:
                raise ValueError(f"more than {LARGEST} bytes")
            return parse_toml(content)
        except ValueError as fault:
            self.error(
                None,
                "service-toml",
                Text(f"Berkas ini bukan TOML yang benar: {fault}.", f"This file is not valid TOML: {fault}."),
                Text("Perbaiki tulisan pada tempat itu.", "Correct the writing at that place."),
            )
            return {}

    def add(self, severity: Severity, element: str | None, rule: str, message: Text, fix: Text) -> None:
        """Record a finding about this file."""
        self.findings.append(Finding(self.name, element, rule, severity, message, fix))

    def error(self, element: str | None, rule: str, message: Text, fix: Text) -> None:
        """Record a finding that forbids to use the file."""
        self.add("error", element, rule, message, fix)

    def warning(self, element: str | None, rule: str, message: Text, fix: Text) -> None:
        """Record a finding that a person should know of."""
        self.add("warning", element, rule, message, fix)

    def rows(self, table: str, key: str, keys: str) -> Iterator[Row]:
        """The rows of a list of tables; `key` names a row in findings, `keys` are those a row may have."""
        found = self.data.get(table, [])
        if not isinstance(found, list) or not all(isinstance(row, dict) for row in found):
            self.error(
                table,
                "service-shape",
                Text(f"“{table}” harus berupa daftar [[{table}]].", f"“{table}” must be a list of [[{table}]]."),
                Text(f"Tulis setiap baris di bawah [[{table}]].", f"Write each row below [[{table}]]."),
            )
            return
        for index, data in enumerate(found, start=1):
            row = Row(self, f"{table} {data.get(key, index)}", data)
            row.only(keys.split())
            yield row

    def row(self, name: str, keys: str) -> Row:
        """One table with a name, or the whole file when `name` is empty."""
        data = self.data.get(name, {}) if name else self.data
        row = Row(self, name or "-", data if isinstance(data, Mapping) else {})
        row.only(keys.split())
        return row


class Row:
    """One table of a file; each getter records a finding when the value is missing or of the wrong kind."""

    def __init__(self, source: Source, where: str, data: Mapping[str, Any]) -> None:
        self.source = source
        self.where = where
        self.data = data

    def only(self, keys: Sequence[str]) -> None:
        """Complain about keys nobody reads: most often a spelling mistake."""
        for key in sorted(set(self.data) - set(keys)):
            self._fault(
                "service-key",
                Text(f"“{key}” tidak dikenal.", f"“{key}” is unknown."),
                meant(Text(f"Pakai hanya: {', '.join(keys)}.", f"Use only: {', '.join(keys)}."), key, keys),
            )

    def text(self, key: str, default: str | None = None) -> str:
        """A line of text; required unless there is a default."""
        value = self.data.get(key, default)
        if isinstance(value, str) and (value or default is not None):
            return value
        self._wrong(key, "teks", "a text")
        return ""

    def optional(self, key: str) -> str | None:
        """A line of text or None."""
        return self.text(key) if key in self.data else None

    def both(self, key: str) -> Text:
        """A text in both languages."""
        value = self.data.get(key)
        if isinstance(value, Mapping) and all(
            isinstance(value.get(lang), str) and value[lang] for lang in ("id", "en")
        ):
            return Text(value["id"], value["en"])
        self._wrong(key, "teks dalam kedua bahasa { id, en }", "a text in both languages { id, en }")
        return Text("", "")

    def optional_both(self, key: str) -> Text | None:
        """A text in both languages or None."""
        return self.both(key) if key in self.data else None

    def truth(self, key: str, default: bool = False) -> bool:
        """true or false."""
        value = self.data.get(key, default)
        if isinstance(value, bool):
            return value
        self._wrong(key, "true atau false", "true or false")
        return default

    def whole(self, key: str, default: int | None = None) -> int:
        """A whole number of at least zero."""
        value = self.data.get(key, default)
        if isinstance(value, int) and not isinstance(value, bool) and value >= 0:
            return value
        self._wrong(key, "bilangan bulat", "a whole number")
        return 0

    def share(self, key: str, default: float) -> float:
        """A share of a time limit, from 0 to 10."""
        return self._share(key, self.data.get(key, default))

    def shares(self, key: str, default: tuple[float, ...]) -> tuple[float, ...]:
        """Several shares of a time limit."""
        value = self.data.get(key, list(default))
        if isinstance(value, list):
            return tuple(self._share(key, share) for share in value)
        self._wrong(key, "daftar bilangan", "a list of numbers")
        return ()

    def _share(self, key: str, value: object) -> float:
        if isinstance(value, (int, float)) and not isinstance(value, bool) and 0 <= value <= 10:
            return float(value)
        self._wrong(key, "bilangan dari 0 sampai 10", "a number from 0 to 10")
        return 0.0

    def words(self, key: str) -> tuple[str, ...]:
        """A list of texts, empty when missing."""
        value = self.data.get(key, [])
        if isinstance(value, list) and all(isinstance(word, str) for word in value):
            return tuple(value)
        self._wrong(key, "daftar teks", "a list of texts")
        return ()

    def both_list(self, key: str) -> tuple[Text, ...]:
        """A list of texts in both languages, empty when missing."""
        value = self.data.get(key, [])
        if not isinstance(value, list):
            self._wrong(key, "daftar teks { id, en }", "a list of texts { id, en }")
            return ()
        return tuple(Row(self.source, self.where, {key: item}).both(key) for item in value)

    def day(self, key: str) -> date | None:
        """A date or None."""
        value = self.data.get(key)
        if value is None or (isinstance(value, date) and not isinstance(value, datetime)):
            return value
        self._wrong(key, "tanggal seperti 2026-01-01", "a date such as 2026-01-01")
        return None

    def unknown(self, key: str, value: str, known: Iterable[str], known_id: str, known_en: str) -> None:
        """Record that a value names something that does not exist."""
        self._fault(
            f"service-unknown-{known_en.replace(' ', '-')}",
            Text(
                f"“{value}” pada “{key}” bukan {known_id} yang ada.", f"“{value}” in “{key}” is not a known {known_en}."
            ),
            meant(Text(f"Tulis kode {known_id} yang ada.", f"Write the code of a known {known_en}."), value, known),
        )

    def _wrong(self, key: str, kind_id: str, kind_en: str) -> None:
        if key in self.data:
            message = Text(f"“{key}” harus berupa {kind_id}.", f"“{key}” must be {kind_en}.")
        else:
            message = Text(f"“{key}” belum diisi.", f"“{key}” is missing.")
        self._fault("service-value", message, Text(f"Tulis {key} = {kind_id}.", f"Write {key} as {kind_en}."))

    def _fault(self, rule: str, message: Text, fix: Text) -> None:
        self.source.error(self.where, rule, message, fix)


def by_key(source: Source, table: str, rows: Iterable[tuple[str, R]]) -> dict[str, R]:
    """Rows by their key; a key that occurs twice is a fault."""
    found: dict[str, R] = {}
    for key, row in rows:
        if key in found:
            source.error(
                f"{table} {key}",
                "service-twice",
                Text(f"“{key}” tertulis dua kali.", f"“{key}” occurs twice."),
                Text("Hapus atau ganti kode salah satunya.", "Remove one of them or change its code."),
            )
        found.setdefault(key, row)
    return found
