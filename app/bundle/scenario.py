"""A scenario: who does what when in a rehearsed case, and what must have come of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from app.domain.errors import Refusal
from app.domain.nearest import asked_after
from app.domain.text import Text
from app.domain.toml import WrongToml, parse_toml

KINDS = ("task", "wait", "until", "message")
YEARS = range(2000, 2200)  # at the ends of all years no time can be added
MOST_STEPS = 500  # each is played at every check
_STEP = frozenset({*KINDS, "as", "unit", "clock", "answers", "status"})
_EXPECT = frozenset({"path", "end", "due", "sent", "status"})
_TOP = frozenset({"title", "start", "data", "similar", "step", "expect"})


class WrongScenario(Refusal):
    """The scenario's file cannot be understood."""

    code = "wrong-scenario"
    status = 422
    title = Text("Skenario ini tidak dapat dibaca.", "The scenario's file cannot be understood.")


@dataclass(frozen=True, slots=True)
class Move:
    """One step: a task done, a message sent, or time passing; `target` is the element, message, span or instant.

    `status` is the public status that must stand after it, `unit` the office that must be asked for a task.
    """

    kind: str
    target: Any
    role: str | None = None
    unit: str | None = None
    clock: str = "wall"
    answers: Mapping[str, Any] = field(default_factory=dict)
    status: str | None = None


@dataclass(frozen=True, slots=True)
class Expected:
    """What must hold at the end; what is None is not looked at. In `path` and `sent`, "..." stands for anything."""

    path: tuple[str, ...] | None = None
    end: str | None = None
    due: Mapping[str, datetime] = field(default_factory=dict)
    sent: tuple[str, ...] | None = None
    status: str | None = None


@dataclass(frozen=True, slots=True)
class Scenario:
    """One file of a process's `scenarios/`."""

    file: str
    title: Text
    start: datetime
    data: Mapping[str, Any]
    similar: tuple[str, ...]
    moves: tuple[Move, ...]
    expected: Expected


def read_scenario(data: bytes, file: str) -> Scenario:
    """The scenario in a file's bytes; raises WrongScenario naming the file and the place."""
    try:
        table = parse_toml(data)
    except WrongToml as error:
        raise _wrong(file, Text(str(error), str(error))) from error
    _known(file, table, _TOP, "")
    steps = _of(file, table, "step", list, [])
    if len(steps) > MOST_STEPS:
        raise _wrong(file, Text(f"paling banyak {MOST_STEPS} langkah", f"{MOST_STEPS} steps at most"))
    return Scenario(
        file,
        _title(file, _of(file, table, "title", dict)),
        _instant(file, table.get("start"), "start"),
        _of(file, table, "data", dict, {}),
        _names(file, table, "similar") or (),
        tuple(_move(file, step, f"step {number}") for number, step in enumerate(steps, 1)),
        _expected(file, _of(file, table, "expect", dict, {})),
    )


def read_moves(steps: Sequence[Mapping[str, Any]], file: str) -> tuple[Move, ...]:
    """The moves in steps that are written as in a scenario, instants as ISO 8601; raises WrongScenario."""
    told = [{**step, "until": datetime.fromisoformat(step["until"])} if "until" in step else step for step in steps]
    return tuple(_move(file, step, f"step {number}") for number, step in enumerate(told, 1))


def _title(file: str, table: dict[str, Any]) -> Text:
    _known(file, table, frozenset({"id", "en"}), "title: ")
    return Text(_of(file, table, "id", str), _of(file, table, "en", str))


def _move(file: str, step: Any, place: str) -> Move:
    if not isinstance(step, dict):
        raise _wrong(file, Text(f"{place}: harus berupa tabel", f"{place}: a table is expected"))
    _known(file, step, _STEP, f"{place}: ")
    named = [kind for kind in KINDS if kind in step]
    if len(named) != 1:
        kinds = ", ".join(KINDS)
        said = Text(f"{place}: harus tepat satu dari {kinds}", f"{place}: exactly one of {kinds} is expected")
        raise _wrong(file, asked_after(said, next(iter(step), ""), KINDS))
    kind = named[0]
    target = _instant(file, step[kind], place) if kind == "until" else _of(file, step, kind, str)
    return Move(
        kind,
        target,
        _of(file, step, "as", str, None),
        _of(file, step, "unit", str, None),
        _of(file, step, "clock", str, "wall"),
        _of(file, step, "answers", dict, {}),
        _of(file, step, "status", str, None),
    )


def _expected(file: str, table: dict[str, Any]) -> Expected:
    _known(file, table, _EXPECT, "expect: ")
    due = {key: _instant(file, at, f"expect.due.{key}") for key, at in _of(file, table, "due", dict, {}).items()}
    return Expected(
        _names(file, table, "path"),
        _of(file, table, "end", str, None),
        due,
        _names(file, table, "sent"),
        _of(file, table, "status", str, None),
    )


_REQUIRED: Any = object()


def _of(file: str, table: Mapping[str, Any], key: str, kind: type, default: Any = _REQUIRED) -> Any:
    value = table.get(key, default)
    if value is _REQUIRED or (value is not default and not isinstance(value, kind)):
        raise _wrong(file, Text(f"{key}: harus berupa {kind.__name__}", f"{key}: a {kind.__name__} is expected"))
    return value


def _names(file: str, table: Mapping[str, Any], key: str) -> tuple[str, ...] | None:
    found = _of(file, table, key, list, None)
    if found is not None and not all(isinstance(each, str) for each in found):
        raise _wrong(file, Text(f"{key}: harus berupa daftar nama", f"{key}: a list of names is expected"))
    return None if found is None else tuple(found)


def _instant(file: str, value: Any, place: str) -> datetime:
    if isinstance(value, datetime) and value.year not in YEARS:
        first, last = YEARS[0], YEARS[-1]
        said = Text(f"{place}: tahunnya {first} sampai {last}", f"{place}: a year from {first} to {last} is expected")
        raise _wrong(file, said)
    if not isinstance(value, datetime) or value.tzinfo is None:
        raise _wrong(
            file,
            Text(
                f"{place}: harus berupa waktu dengan zonanya, seperti 2026-11-23T09:00:00+07:00",
                f"{place}: an instant with its zone is expected, such as 2026-11-23T09:00:00+07:00",
            ),
        )
    return value


def _known(file: str, table: Mapping[str, Any], keys: frozenset[str], place: str) -> None:
    if strange := sorted(set(table) - keys):
        said = Text(f"{place}{strange[0]} tidak dikenal di sini", f"{place}{strange[0]} is not known here")
        raise _wrong(file, asked_after(said, strange[0], keys))


def _wrong(file: str, what: Text) -> WrongScenario:
    return WrongScenario(Text(f"{file} tidak dapat dibaca: {what.id}.", f"{file} cannot be read: {what.en}."))
