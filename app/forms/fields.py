"""The parts of a form: its questions, the choices they offer and the lists those come from."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

from app.domain.text import Text
from app.forms.conditions import Condition

NOTHING = Text("", "")
LISTS = frozenset({"checklist", "taglist"})
CHOICES = frozenset({"select", "radio", "checklist", "taglist"})
QUESTIONS = frozenset({"textfield", "textarea", "number", "checkbox", "datetime", "filepicker"}) | CHOICES
DECORATION = frozenset({"text", "html", "separator", "spacer"})
TYPES = QUESTIONS | DECORATION | {"group"}
SOURCES = frozenset({"units", "categories", "kelurahan"})


@dataclass(frozen=True, slots=True)
class Option:
    """One choice: the value that is kept, what people read, and the heading it stands under in a long list."""

    value: str
    label: Text
    group: str | None = None
    button: Text | None = None  # the verb of the button that sends this choice; {field} stands for another answer


@dataclass(frozen=True, slots=True)
class Sources:
    """What a form asks of its surroundings: the city's lists, and today's date in the service's own zone."""

    lists: Mapping[str, tuple[Option, ...]] = field(default_factory=dict)
    today: date | None = None


@dataclass(frozen=True, slots=True)
class Field:
    """One component of a form. `key` names the answer, "" for what only stands on the page; `id` is always there."""

    id: str
    type: str
    key: str = ""
    label: Text = NOTHING
    help: Text | None = None
    content: Text = NOTHING  # of text (plain, with **bold** and lists) and html (already sanitised)
    required: bool = False
    required_when: Condition | None = None
    message: Text | None = None  # said instead of the general sentence when the answer is missing
    hide: Condition | None = None
    options: tuple[Option, ...] = ()
    source: str | None = None
    only: frozenset[str] = frozenset()  # groups of the source that are offered; empty: all
    subtype: str = ""  # of datetime: date, time or datetime
    kind: str = ""  # of textfield: email or phone
    rule: str = ""
    oldest: int | None = None  # of a date: how many days back from today it may lie
    furthest: int | None = None  # and how many days ahead
    pattern: str = ""
    min_length: int | None = None
    max_length: int | None = None
    minimum: float | None = None
    maximum: float | None = None
    decimals: int | None = None
    multiple: bool = False
    accept: str = ""
    default: object = None
    preset: str = ""  # the variable whose value is offered first
    properties: Mapping[str, str] = field(default_factory=dict)
    children: tuple[Field, ...] = ()

    @property
    def is_list(self) -> bool:
        """Whether the answer is a list of texts."""
        return self.type in LISTS or self.type == "filepicker"

    @property
    def kind_of_answer(self) -> str:
        """What the answer is kept as: boolean, number, list or text; choices true/false or 1, 2, 3 are no texts."""
        values = {option.value for option in self.options}
        if self.type == "checkbox" or values == {"true", "false"}:
            return "boolean"
        if self.type == "number" or (values and self.type in CHOICES - LISTS and all(map(str.isdecimal, values))):
            return "number"
        return "list" if self.is_list else "text"

    @property
    def personal(self) -> bool:
        """Whether the answer belongs to the reporter's identity and must never leave its guarded place."""
        return self.properties.get("personal") == "true"

    def dates(self, today: date) -> tuple[date | None, date | None]:
        """The first and the last date that may be answered today; None where there is no bound."""
        first = None if self.oldest is None else today - timedelta(days=self.oldest)
        last = None if self.furthest is None else today + timedelta(days=self.furthest)
        return today if self.rule == "not_past" else first, today if self.rule == "not_future" else last

    @property
    def private(self) -> bool:
        """Whether the answer must not stay in the browser: the reporter's identity, and what the form names."""
        return self.personal or self.properties.get("private") == "true"

    def choices(self, sources: Sources) -> tuple[Option, ...]:
        """What may be chosen now: the form's own options, or those of its source."""
        if self.source is None:
            return self.options
        offered = sources.lists.get(self.source, ())
        return tuple(option for option in offered if not self.only or option.group in self.only)


def walk(fields: Iterable[Field], within: tuple[Field, ...] = ()) -> Iterator[tuple[Field, tuple[Field, ...]]]:
    """Every component with the groups around it, in the order of the page."""
    for each in fields:
        yield each, within
        yield from walk(each.children, (*within, each))
