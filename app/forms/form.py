"""A form: what it asks, which of it is asked now, and whether the answers are right."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from marshmallow import ValidationError

from app.domain.errors import Invalid, InvalidDiagram
from app.domain.findings import Finding, errors
from app.domain.identity import Unfit
from app.forms.fields import QUESTIONS, Field, Option, Sources, walk
from app.forms.reader import read_components
from app.forms.schema import FormSchema, schema_of, sentences
from app.forms.values import read_value

__all__ = ["Field", "Form", "Option", "Sources", "findings", "read_form"]

MOST_ERRORS = 50
LONGEST_NAME = 100


@dataclass(frozen=True)
class Form:
    """One form: `fields` are its components in order, groups with their children inside."""

    key: str
    fields: tuple[Field, ...]
    questions: tuple[Field, ...] = field(init=False)
    _readers: threading.local = field(default_factory=threading.local, init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        asked = tuple(each for each, _ in walk(self.fields) if each.type in QUESTIONS)
        object.__setattr__(self, "questions", asked)

    @cached_property
    def by_key(self) -> dict[str, Field]:
        """Each question under the key of its answer."""
        return {each.key: each for each in self.questions}

    @property
    def names(self) -> frozenset[str]:
        """The variables of the case that its conditions and first choices ask for (questions of its own left out)."""
        return frozenset((self._compared | {each.preset for each in self.questions if each.preset}) - set(self.by_key))

    @cached_property
    def _compared(self) -> frozenset[str]:
        """The answers and variables that its conditions ask for."""
        rules = (rule for each, _ in self._walked for rule in (each.hide, each.required_when) if rule)
        return frozenset(name for rule in rules for name in rule.names)

    @cached_property
    def _walked(self) -> tuple[tuple[Field, tuple[Field, ...]], ...]:
        return tuple(walk(self.fields))

    @property
    def personal(self) -> frozenset[str]:
        """The keys whose answers belong to the reporter's identity."""
        return frozenset(each.key for each in self.questions if each.personal)

    def load(
        self, data: Mapping[str, Any], sources: Sources, variables: Mapping[str, Any] | None = None
    ) -> dict[str, Any]:
        """The answers as kept: JSON values, None where nothing was answered, hidden questions left out.

        Takes texts from a page and JSON alike; raises Invalid with the sentences for each field, or under "".
        """
        try:
            loaded: dict[str, Any] = self._reader(sources, variables or {}).load(data)
        except ValidationError as invalid:
            raise Invalid(errors=_by_field(invalid.messages)) from None
        return loaded

    def _reader(self, sources: Sources, variables: Mapping[str, Any]) -> FormSchema:
        """A schema object for this case. Making one costs more than using it, so each thread keeps its own."""
        reader: FormSchema | None = getattr(self._readers, "own", None)
        if reader is None:
            reader = self._readers.own = self.schema(sources, variables)()
        reader.sources, reader.variables = sources, variables
        return reader

    def schema(self, sources: Sources, variables: Mapping[str, Any] | None = None) -> type[FormSchema]:
        """The marshmallow schema of this form for one case."""
        return schema_of(self, sources, variables or {})

    def split(self, answers: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
        """The answers without, and only with, the reporter's identity."""
        personal = self.personal
        kept = {key: value for key, value in answers.items() if key not in personal}
        return kept, {key: value for key, value in answers.items() if key in personal}

    def gathered(self, pairs: Iterable[tuple[str, str]]) -> dict[str, Any]:
        """The names and texts that a page sent, lists where the question takes several; nothing is dropped."""
        lists = {each.key for each in self.questions if each.is_list}
        found: dict[str, Any] = {}
        for name, text in pairs:
            if name in lists:
                found.setdefault(name, []).append(text)
            elif name in found:
                found[name] = [*found[name], text] if isinstance(found[name], list) else [found[name], text]
            else:
                found[name] = text
        return found

    def first_values(self, variables: Mapping[str, Any] | None = None) -> dict[str, Any]:
        """What stands in the form before anybody typed: defaults, and choices offered by the case's variables."""
        known = variables or {}
        offered = {each.key: known.get(each.preset) if each.preset else None for each in self.questions}
        return {
            each.key: value
            for each in self.questions
            if (value := offered[each.key] if offered[each.key] is not None else each.default) is not None
        }

    def asked(
        self, data: Mapping[str, Any], sources: Sources, variables: Mapping[str, Any] | None = None
    ) -> dict[str, bool]:
        """Each question that is asked with these answers -> whether it must be answered."""
        hidden, values = self._hidden(self._values(data, sources, variables))
        return {
            each.key: each.required or (each.required_when is not None and each.required_when.holds(values))
            for each in self.questions
            if each.id not in hidden
        }

    def hidden(
        self, data: Mapping[str, Any], sources: Sources, variables: Mapping[str, Any] | None = None
    ) -> frozenset[str]:
        """Ids of the components that these answers hide; what stands in a hidden group goes with it."""
        return self._hidden(self._values(data, sources, variables))[0]

    def _values(self, data: Mapping[str, Any], sources: Sources, variables: Mapping[str, Any] | None) -> dict[str, Any]:
        """What the conditions ask for, as it would be kept; what cannot be read counts as nothing."""
        values = dict(variables or {})
        for key in self._compared & self.by_key.keys():
            try:
                values[key] = read_value(self.by_key[key], data.get(key), sources)
            except Unfit:
                values[key] = None
        return values

    def _hidden(self, values: dict[str, Any]) -> tuple[frozenset[str], dict[str, Any]]:
        """The ids, and the values without those of hidden questions, which may hide or show others in turn."""
        hidden: frozenset[str] = frozenset()
        known = values
        for _ in range(len(self.questions) + 1):
            found: set[str] = set()
            for each, within in self._walked:
                if any(group.id in found for group in within) or (each.hide is not None and each.hide.holds(known)):
                    found.add(each.id)
            if found == hidden:
                break
            hidden = frozenset(found)
            gone = {each.key for each in self.questions if each.id in hidden}
            known = {name: None if name in gone else value for name, value in values.items()}
        return hidden, known


def read_form(content: bytes, labels_en: Mapping[str, Any] | None = None, file: str = "form") -> Form:
    """The form of a form-js schema; `labels_en` is its table in forms/labels.en.toml. Raises InvalidDiagram."""
    key, fields, found = read_components(content, file, labels_en)
    if errors(found):
        raise InvalidDiagram(findings=found)
    return Form(key, fields)


def findings(content: bytes, file: str, labels_en: Mapping[str, Any] | None = None) -> list[Finding]:
    """Everything that is wrong with the form, at once; missing English is a warning when `labels_en` is given."""
    return read_components(content, file, labels_en)[2]


def _by_field(messages: Any) -> dict[str, list[Any]]:
    if not isinstance(messages, Mapping):
        return {"": sentences(messages)}
    found = {_printable(name): sentences(each) for name, each in list(messages.items())[:MOST_ERRORS]}
    if "_schema" in found:
        found[""] = [*found.get("", []), *found.pop("_schema")]
    return found


def _printable(name: object) -> str:
    """A field name that somebody sent, fit to be shown again."""
    return str(name)[:LONGEST_NAME].encode(errors="replace").decode()
