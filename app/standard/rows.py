"""The rows of the service's own data: units, categories, channels, roles, the standard, questions and messages."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from app.domain.text import PLACEHOLDER, Text

INTEGRITY = "integrity"  # flag of categories about officials themselves: confidential, and never to the office meant


@dataclass(frozen=True, slots=True)
class Unit:
    """An office: `type` is ministry, office, opd, enterprise or district."""

    code: str
    name: Text
    type: str
    aliases: tuple[str, ...] = ()
    confirmed: bool = False


@dataclass(frozen=True, slots=True)
class Category:
    """A kind of complaint and the unit that usually handles it; `flag` marks a special path (ppid, integrity)."""

    code: str
    name: Text
    default_unit: str | None = None
    flag: str | None = None
    active: bool = True
    confirmed: bool = False


@dataclass(frozen=True, slots=True)
class Kelurahan:
    """A ward; its name is its key."""

    name: str
    kecamatan: str
    confirmed: bool = False


@dataclass(frozen=True, slots=True)
class Recorded:
    """Another address that the same source gives for a channel."""

    address: str
    where: Text


@dataclass(frozen=True, slots=True)
class Channel:
    """A way to complain. `address` is the one in use, `raw` what the source wrote where that cannot be used."""

    code: str
    kind: str
    name: Text
    address: str = ""
    more: tuple[str, ...] = ()
    raw: str = ""
    also_recorded: tuple[Recorded, ...] = ()
    note: Text | None = None
    active: bool = True
    source: str = ""
    confirmed: bool = False


@dataclass(frozen=True, slots=True)
class Role:
    """A role and its permission codes; `per_unit` roles are granted for one unit."""

    code: str
    title: Text
    per_unit: bool
    permissions: frozenset[str]


@dataclass(frozen=True, slots=True)
class LegalBasis:
    """A law or decree; `valid_from` and `valid_to` are its first and last day, None where unknown or open."""

    kind: str
    number: str
    year: int
    title: Text
    in_source: bool
    valid_from: date | None = None
    valid_to: date | None = None
    replaced_by: str | None = None
    note: Text | None = None

    def in_force(self, day: date) -> bool:
        """Whether nothing recorded says that it does not hold on `day`."""
        started = self.valid_from is None or self.valid_from <= day
        return started and self.replaced_by is None and (self.valid_to is None or day <= self.valid_to)


@dataclass(frozen=True, slots=True)
class Component:
    """One of the 14 components of a service standard; `number` is the source's, 0 for its head.

    `here` says what of it this service does today, where that is less or more than the document says.
    """

    code: str
    number: int
    title: Text
    text: Text
    items: tuple[Text, ...] = ()
    here: Text | None = None


@dataclass(frozen=True, slots=True)
class Inconsistency:
    """A contradiction or gap of the source document and what is done with it."""

    code: str
    text: Text
    handling: Text


@dataclass(frozen=True, slots=True)
class Standard:
    """The service standard as data."""

    service: str
    title: Text
    unit: str
    unit_name: Text
    fee: int
    publish: str
    approval: str  # of changes to a procedure: single or two (whoever proposes does not approve)
    identity_retention_days: int
    evaluation_months: int
    decree_no: str | None
    legal_basis: tuple[LegalBasis, ...]
    components: tuple[Component, ...]
    inconsistencies: tuple[Inconsistency, ...]
    confirmed: bool = False
    city: Text | None = None  # whose service it is, at the head of pages and papers


@dataclass(frozen=True, slots=True)
class Question:
    """A question only the process owner can answer, with the default used until then."""

    number: int
    question: Text
    default: Text
    where: str
    answered: bool = False


@dataclass(frozen=True, slots=True)
class Wording:
    """One message in one language: `short` is for channels without room, such as SMS (None: not sent there)."""

    subject: str
    body: str
    short: str | None = None


@dataclass(frozen=True, slots=True)
class Template:
    """A message in both languages and the names that may stand in it; `plain` those also of a confidential case."""

    key: str
    placeholders: frozenset[str]
    id: Wording
    en: Wording
    plain: frozenset[str] = frozenset()

    def say(self, lang: str) -> Wording:
        """The message in one language, its fields not filled in; anything but "en" is answered in Indonesian."""
        return self.en if lang == "en" else self.id

    def render(self, lang: str, fields: Mapping[str, str]) -> Wording:
        """The message with its fields filled in; a line that asks for a field that is missing or empty is left out."""
        wording = self.say(lang)
        short = wording.short
        return Wording(
            " ".join(filled(wording.subject, fields).split()),
            filled_lines(wording.body, fields),
            None if short is None else filled(short, fields),
        )


ENDS = (".", "!", "?", "…")
FIELD = re.compile(PLACEHOLDER.pattern + r"(\.(?!\w))?")  # with the full stop behind it


def filled(text: str, fields: Mapping[str, str]) -> str:
    """The text with its fields filled in, each once: what stands in a value is never read as a field.

    A value that ends its own sentence takes the full stop of the text with it.
    """

    def fill(found: re.Match[str]) -> str:
        value = fields.get(found[1], "")
        return value if value.rstrip().endswith(ENDS) else value + (found[2] or "")

    return FIELD.sub(fill, text)


def filled_lines(body: str, fields: Mapping[str, str]) -> str:
    """The same for a body of lines; a line that asks for a field that is missing or empty is left out."""
    kept = [
        filled(line, fields)
        for line in body.splitlines()
        if all(fields.get(name) for name in PLACEHOLDER.findall(line))
    ]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(kept)).strip() + "\n"
