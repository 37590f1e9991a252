"""The manifest ties a diagram to roles, forms, variables, messages, limits and public statuses."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Literal, get_args

from app.bundle.meaning import FORMER, JUDGED, Meaning
from app.domain.errors import InvalidDiagram
from app.domain.findings import Finding
from app.domain.nearest import asked_after
from app.domain.recurrence import DAYS, EVERY, OPENING, Recurrence
from app.domain.text import Text
from app.domain.toml import WrongToml, parse_toml

MANIFEST = "manifest.toml"
CLOCK_TIME = re.compile(r"([01][0-9]|2[0-3]):[0-5][0-9]")
VariableType = Literal["text", "number", "boolean", "date", "unit"]
Subject = Literal["complaint", "record", "none"]
COMPLAINT: Subject = "complaint"


@dataclass(frozen=True, slots=True)
class Lane:
    """Who may do the user tasks of a lane: any of the roles, for a fixed unit or for the unit held by a variable."""

    roles: tuple[str, ...]
    unit: str | None = None
    unit_from: str | None = None


@dataclass(frozen=True, slots=True)
class Variable:
    """A decision variable: its type, and the form fields it is taken from (none: set by the service itself)."""

    name: str
    type: VariableType
    sources: tuple[tuple[str, str], ...] = ()  # (form key, field key)

    @property
    def form(self) -> str | None:
        """The first form it is taken from."""
        return self.sources[0][0] if self.sources else None

    @property
    def field(self) -> str | None:
        """The field of that form."""
        return self.sources[0][1] if self.sources else None


@dataclass(frozen=True, slots=True)
class ReporterMessage:
    """A message that may be sent into a running instance, by whom (a role) and with which form."""

    name: str
    sender: str
    form: str | None = None


@dataclass(frozen=True, slots=True)
class Withdraw:
    """Who may end the whole instance at any time, with which form, and the outcome it then has."""

    sender: str
    form: str | None
    end: str


@dataclass(frozen=True, slots=True)
class InstanceRules:
    """Rules of the whole instance: its limit (by condition, other limits), withdrawal, statuses that stop the clock."""

    sla: str | None = None
    sla_when: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))  # limit key -> condition
    withdraw: Withdraw | None = None
    pauses: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Start:
    """Who begins a case with the start form (roles, for a case that is no complaint), and when one begins by itself."""

    roles: tuple[str, ...] = ()
    calendar: Recurrence | None = None


@dataclass(frozen=True, slots=True)
class Manifest:
    """Everything `manifest.toml` says. `statuses` maps an element or flow id to the status that entering it gives.

    `subject` says what a case is about: a complaint, a record (the answers of its own forms), or none.
    """

    key: str
    title: Text
    diagram: str
    decisions: tuple[str, ...] = ()
    calls: tuple[str, ...] = ()
    owner: str | None = None
    coverage: float = 0.0
    subject: Subject = "none"
    start_form: str | None = None
    start: Start = Start()
    lanes: Mapping[str, Lane] = field(default_factory=dict)
    variables: Mapping[str, Variable] = field(default_factory=dict)
    messages: Mapping[str, ReporterMessage] = field(default_factory=dict)
    instance: InstanceRules = InstanceRules()
    statuses: Mapping[str, str] = field(default_factory=dict)
    topics: tuple[str, ...] = ()  # topics left to outside workers: no handler is expected
    meaning: Meaning = field(default_factory=Meaning)

    @property
    def forms(self) -> frozenset[str]:
        """Keys of the forms that the manifest itself names."""
        named = [self.start_form, *(message.form for message in self.messages.values())]
        named += [form for variable in self.variables.values() for form, _ in variable.sources]
        named += [self.instance.withdraw.form] if self.instance.withdraw else []
        return frozenset(form for form in named if form)


def read_manifest(data: bytes) -> Manifest:
    """The manifest in a file's bytes. Raises InvalidDiagram, with a finding that names the place, when it is wrong."""
    try:
        return _manifest(_Table(parse_toml(data), ""))
    except WrongToml as error:
        raise _refused(
            None, "Berkas ini bukan TOML yang benar", "This file is not valid TOML", Text(*2 * [str(error)])
        ) from error
    except _WrongValue as error:
        id_, en = "Isian ini salah atau tidak ada", "This entry is wrong or missing"
        raise _refused(error.place, id_, en, error.hope) from None


TEXT = Text("harus berupa teks", "a text is expected")
TEXTS = Text("harus berupa teks atau daftar teks", "a text or a list of texts is expected")
NUMBER = Text("harus berupa bilangan", "a number is expected")
TABLE = Text("harus berupa tabel", "a table is expected")
UNKNOWN = Text("kunci ini tidak dikenal di sini", "this key is not known here")


class _WrongValue(Exception):
    def __init__(self, place: str, hope: Text) -> None:
        self.place, self.hope = place, hope


class _Table:
    """A TOML table that says where a wrong value stands and refuses keys nobody reads."""

    def __init__(self, data: Any, place: str) -> None:
        if not isinstance(data, dict):
            raise _WrongValue(place, TABLE)
        self.data, self.place = dict(data), place
        self.asked: list[str] = []

    def _take(self, key: str, kinds: tuple[type, ...], default: Any, hope: Text) -> Any:
        self.asked.append(key)
        value = self.data.pop(key, default)
        if value is not default and (not isinstance(value, kinds) or (bool not in kinds and isinstance(value, bool))):
            raise _WrongValue(self.at(key), hope)
        if value is _REQUIRED:
            raise _WrongValue(self.at(key), Text(f"{hope.id}; wajib ada", f"{hope.en}; it is required"))
        return value

    def at(self, key: str) -> str:
        return f"{self.place}.{key}" if self.place else key

    def text(self, key: str) -> str:
        return str(self._take(key, (str,), _REQUIRED, TEXT))

    def maybe(self, key: str) -> str | None:
        value: str | None = self._take(key, (str,), None, TEXT)
        return value

    def one_of(self, key: str, known: tuple[str, ...], default: str = "") -> Any:
        """One of these words; `default` where nothing stands there, which must not be where it is empty."""
        value = self.maybe(key) or default
        if value not in known:
            listed = ", ".join(known)
            raise _WrongValue(self.at(key), Text(f"harus salah satu dari {listed}", f"one of {listed} is expected"))
        return value

    def number(self, key: str) -> float:
        return float(self._take(key, (int, float), 0.0, NUMBER))

    def texts(self, key: str) -> tuple[str, ...]:
        value = self._take(key, (str, list), (), TEXTS)
        items = (value,) if isinstance(value, str) else tuple(value)
        if not all(isinstance(item, str) for item in items):
            raise _WrongValue(self.at(key), TEXTS)
        return items

    def table(self, key: str) -> _Table:
        return _Table(self._take(key, (dict,), {}, TABLE), self.at(key))

    def tables(self, key: str) -> dict[str, _Table]:
        inner = self.table(key)
        return {name: _Table(value, inner.at(name)) for name, value in inner.data.items()}

    def words(self, key: str) -> dict[str, str]:
        inner = self.table(key)
        if wrong := next((name for name, value in inner.data.items() if not isinstance(value, str)), None):
            raise _WrongValue(inner.at(wrong), TEXT)
        return inner.data

    def done(self) -> None:
        if self.data:
            key = next(iter(self.data))
            raise _WrongValue(self.at(key), asked_after(UNKNOWN, key, self.asked))


_REQUIRED: Any = object()


def _manifest(table: _Table) -> Manifest:
    title = table.table("title")
    manifest = Manifest(
        key=table.text("key"),
        title=Text(title.text("id"), title.text("en")),
        diagram=table.text("diagram"),
        decisions=table.texts("decisions"),
        calls=table.texts("calls"),
        owner=table.maybe("owner"),
        coverage=table.number("coverage"),
        subject=table.one_of("subject", get_args(Subject), "none"),
        start_form=table.maybe("start_form"),
        start=_start(table.table("start")),
        lanes={name: _lane(row) for name, row in table.tables("lanes").items()},
        variables={name: _variable(name, row) for name, row in table.tables("variables").items()},
        messages={name: _message(name, row) for name, row in table.tables("messages").items()},
        instance=_instance(table.table("instance")),
        statuses=table.words("statuses"),
        topics=_topics(table.table("topics")),
        meaning=_meaning(table.table("meaning")),
    )
    title.done()
    table.done()
    return manifest


def _lane(row: _Table) -> Lane:
    lane = Lane(row.texts("role"), row.maybe("unit"), row.maybe("unit_from"))
    row.done()
    if not lane.roles:
        raise _WrongValue(row.at("role"), Text("sedikitnya satu peran harus disebut", "at least one role is expected"))
    return lane


def _variable(name: str, row: _Table) -> Variable:
    kind = row.one_of("type", get_args(VariableType))
    forms, fields = row.texts("form"), row.texts("field") or (name,)
    row.done()
    if len(fields) not in (1, len(forms)):
        raise _WrongValue(
            row.at("field"),
            Text(
                "satu isian, atau satu untuk setiap formulir, harus disebut",
                "one field, or one for each form, is expected",
            ),
        )
    spread = fields * len(forms) if len(fields) == 1 else fields
    return Variable(name, kind, tuple(zip(forms, spread, strict=True)))


def _start(table: _Table) -> Start:
    recurrence = None
    if "calendar" in table.data:
        row = table.table("calendar")
        every, day = row.one_of("every", EVERY), row.one_of("day", DAYS, "first-working")
        recurrence = Recurrence(every, day, row.maybe("at") or OPENING)
        if recurrence.at != OPENING and not CLOCK_TIME.fullmatch(recurrence.at):
            hope = Text("harus opening atau jam seperti 09:00", "opening or a time such as 09:00 is expected")
            raise _WrongValue(row.at("at"), hope)
        row.done()
    start = Start(table.texts("by"), recurrence)
    table.done()
    return start


def _message(name: str, row: _Table) -> ReporterMessage:
    message = ReporterMessage(name, row.text("from"), row.maybe("form"))
    row.done()
    return message


def _instance(table: _Table) -> InstanceRules:
    withdraw = None
    if "withdraw" in table.data:
        row = table.table("withdraw")
        withdraw = Withdraw(row.text("from"), row.maybe("form"), row.text("end"))
        row.done()
    rules = InstanceRules(table.maybe("sla"), table.words("sla_when"), withdraw, table.texts("pauses"))
    table.done()
    return rules


def _topics(table: _Table) -> tuple[str, ...]:
    topics = table.texts("external")
    table.done()
    return topics


def _meaning(table: _Table) -> Meaning:
    given = {name: table.texts(name) for name in (*FORMER, JUDGED) if name in table.data}
    table.done()
    return Meaning.of(given)


def _refused(place: str | None, id_: str, en: str, detail: Text) -> InvalidDiagram:
    where_id, where_en = (f" ({place})", f" ({place})") if place else ("", "")
    message = Text(f"{id_}{where_id}: {detail.id}.", f"{en}{where_en}: {detail.en}.")
    fix = Text("Perbaiki manifest.toml di tempat itu.", "Correct manifest.toml at that place.")
    return InvalidDiagram(message, findings=[Finding(MANIFEST, place, "manifest", "error", message, fix)])
