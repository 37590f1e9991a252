"""The words of a form in both languages: Indonesian from the form itself, English from labels.en.toml beside it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import nh3

from app.domain.nearest import meant
from app.domain.permissions import Permission
from app.domain.text import Text
from app.forms.fields import QUESTIONS
from app.forms.findings import Found

# Only what words need: no pictures or frames from elsewhere, no styles, no handlers.
# A right in a sentence stands for the titles of the roles that have it: what is promised is the city's role table.
RIGHT = re.compile(r"\{([a-z]+\.[a-z]+)\}")
RIGHTS = frozenset(Permission)
HTML_TAGS = {"p", "br", "strong", "em", "b", "i", "ul", "ol", "li", "a", "h3", "h4", "blockquote", "code", "hr"}


class Words:
    """Takes labels, hints and texts out of a form's components and puts their English beside them."""

    def __init__(self, found: Found, english: Mapping[str, Any] | None) -> None:
        self.found = found
        self.english = english or {}
        self.demand_english = english is not None

    def of(self, raw: dict[str, Any], kind: str, name: str, properties: Mapping[str, str]) -> dict[str, Any]:
        label = (
            raw.get("label", "")
            if kind != "datetime"
            else raw.get("label") or raw.get("dateLabel") or raw.get("timeLabel", "")
        )
        help_, message = raw.get("description") or properties.get("help"), properties.get("message")
        content = raw.get("text" if kind == "text" else "content", "") if kind in ("text", "html") else ""
        if kind in QUESTIONS and not label:
            self.found.error(
                name,
                "form-label",
                Text("Isian ini tidak punya label.", "This field has no label."),
                Text("Tulis labelnya; pembaca layar membutuhkannya.", "Write its label; screen readers need it."),
            )
        for text in (label, help_, content):
            if isinstance(text, str) and (text.lstrip().startswith("=") or "{{" in text):
                self.found.error(
                    name,
                    "form-expression",
                    Text("Rumus di dalam teks tidak didukung.", "An expression inside a text is not supported."),
                    Text("Tulis teks biasa.", "Write plain text."),
                )
        for text in (help_, content):
            self._rights(name, text)
        both = self.both(name, content, "text") if content else Text("", "")
        return {
            "label": self.both(name, label, "label") if label else Text("", ""),
            "help": self.both(name, help_, "help") if help_ else None,
            "message": self.both(name, message, "message") if message else None,
            "content": Text(_sanitised(both.id), _sanitised(both.en)) if kind == "html" else both,
        }

    def both(self, name: str, indonesian: Any, part: str, option: str | None = None) -> Text:
        """The text with its English from labels.en.toml; without one the Indonesian stands in, and is reported."""
        given = self.english.get(name)
        english = given.get(part) if isinstance(given, Mapping) else None
        if option is not None:
            english = english.get(option) if isinstance(english, Mapping) else None
        if self.demand_english and not isinstance(english, str):
            what = f"{name}.{part}" + (f".{option}" if option else "")
            self.found.warning(
                name,
                "form-english",
                Text(f"Teks Inggris untuk {what} belum ada.", f"The English text for {what} is missing."),
                Text("Tambahkan di labels.en.toml.", "Add it to labels.en.toml."),
            )
        return Text(str(indonesian), english if isinstance(english, str) else str(indonesian))

    def _rights(self, name: str, text: Any) -> None:
        """Refuse a right that the product does not have: the sentence would name nobody."""
        for code in RIGHT.findall(text) if isinstance(text, str) else ():
            if code not in RIGHTS:
                self.found.error(
                    name,
                    "form-right",
                    Text(f"“{code}” bukan hak yang ada.", f"“{code}” is not a known right."),
                    Text("Tulis misalnya {identity.anonymous}.", "Write for instance {identity.anonymous}."),
                )

    def leftover_english(self, key: str, seen: set[str]) -> None:
        """English for a component that the form no longer has: often a renamed key whose text would be lost."""
        for name in sorted(set(map(str, self.english)) - seen):
            self.found.warning(
                name,
                "form-english",
                Text(
                    f"labels.en.toml menyebut {key}.{name}, yang tidak ada di formulir.",
                    f"labels.en.toml names {key}.{name}, which the form does not have.",
                ),
                meant(Text("Hapus, atau perbaiki namanya.", "Remove it, or mend its name."), name, seen),
            )


def _sanitised(html: str) -> str:
    return nh3.clean(html, tags=HTML_TAGS, attributes={"a": {"href"}}, url_schemes={"https", "mailto", "tel"})
