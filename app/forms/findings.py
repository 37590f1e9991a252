"""Collects what is wrong with one form."""

from __future__ import annotations

from collections.abc import Iterable

from app.domain.findings import Finding, Severity
from app.domain.nearest import meant
from app.domain.text import Text


class Found:
    """The findings of one file so far."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.list: list[Finding] = []

    def error(self, element: str | None, rule: str, message: Text, fix: Text) -> None:
        """A fault that forbids the deployment."""
        self._add(element, rule, "error", message, fix)

    def warning(self, element: str | None, rule: str, message: Text, fix: Text) -> None:
        """A fault that people should know of."""
        self._add(element, rule, "warning", message, fix)

    def unknown_attribute(self, element: str | None, name: str, known: Iterable[str] = ()) -> None:
        """Something that the form editor can write and Alur does not honour."""
        self.error(
            element,
            "form-attribute",
            Text(f"“{name}” tidak didukung di sini.", f"“{name}” is not supported here."),
            meant(
                Text(
                    "Hapus; tanpa itu formulir akan berjalan seperti tertulis.",
                    "Remove it; the form must run as it is written.",
                ),
                name,
                known,
            ),
        )

    def _add(self, element: str | None, rule: str, severity: Severity, message: Text, fix: Text) -> None:
        self.list.append(Finding(self.file, element, rule, severity, message, fix))
