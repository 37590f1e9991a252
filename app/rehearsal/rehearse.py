"""Rehearses a process: plays every scenario and says whether the case went as written, and which flows were passed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import accumulate
from operator import or_

from app.bundle.read import Bundle
from app.bundle.scenario import Expected, Move, Scenario, WrongScenario, read_scenario
from app.domain.calendar import Calendar
from app.domain.durations import CalendarError
from app.domain.errors import Invalid, InvalidDiagram, Refusal
from app.domain.text import Text
from app.domain.words import instant_text
from app.rehearsal.stage import Mishap, Play, Stage
from app.sdk import Handlers, Outgoing
from app.standard.service import ServiceData

ANYTHING = "..."
FAULTS = (Refusal, CalendarError, ValueError, KeyError, OverflowError)  # what a scenario may run into


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """How one scenario went. `route` lists user tasks, events passed and the end; `failure` says what went wrong."""

    scenario: str
    title: Text
    passed: bool
    route: tuple[str, ...] = ()
    failure: Text | None = None
    flows: frozenset[str] = frozenset()
    sent: tuple[str, ...] = ()
    status: str = ""
    end: str | None = None
    due: Mapping[str, datetime] | None = None
    letters: tuple[Outgoing, ...] = ()


@dataclass(frozen=True, slots=True)
class Rehearsed:
    """All scenarios of a bundle. `missed` are the flows that no passing scenario went through, in the file's order."""

    rehearsals: tuple[Rehearsal, ...]
    flows: int
    missed: tuple[str, ...]
    wanted: float

    def __iter__(self) -> Iterator[Rehearsal]:
        return iter(self.rehearsals)

    def __len__(self) -> int:
        return len(self.rehearsals)

    @property
    def coverage(self) -> float:
        """Share of all flows that the passing scenarios went through, 0 to 1."""
        return 1 - len(self.missed) / self.flows if self.flows else 1.0

    @property
    def passed(self) -> bool:
        """Whether every scenario passed and together they reach the coverage that the manifest asks for."""
        return all(each.passed for each in self.rehearsals) and self.coverage >= self.wanted


def rehearse(bundle: Bundle, service: ServiceData, handlers: Handlers) -> Rehearsed:
    """Play all scenarios of a bundle. Raises InvalidDiagram when the diagram or a form cannot be used at all."""
    flows = bundle.definition.flows
    rehearsals = tuple(rehearse_one(bundle, service, handlers, name, data) for name, data in bundle.scenarios)
    passed: set[str] = set().union(*(each.flows for each in rehearsals if each.passed))
    missed = tuple(flow for flow in flows if flow not in passed)
    return Rehearsed(rehearsals, len(flows), missed, bundle.manifest.coverage)


def rehearse_one(bundle: Bundle, service: ServiceData, handlers: Handlers, name: str, data: bytes) -> Rehearsal:
    """Play one scenario; whatever goes wrong is told in the result."""
    try:
        scenario = read_scenario(data, name)
    except WrongScenario as error:
        return Rehearsal(name, Text(name, name), False, failure=error.message)
    play = Play(bundle, service, handlers, scenario.similar)
    stage, failure = None, None
    try:
        stage = Stage(play, scenario.start, scenario.data)
        failure = _played(stage, scenario) or _judged(stage, scenario.expected)
    except FAULTS as error:
        failure = _at("awal", "the start", error)
    if stage is None:
        return Rehearsal(name, scenario.title, False, failure=failure)
    return Rehearsal(
        name,
        scenario.title,
        failure is None,
        tuple(stage.route),
        failure,
        frozenset(stage.flows),
        tuple(stage.sent),
        stage.status,
        stage.end,
        stage.due,
        tuple(stage.letters),
    )


def _played(stage: Stage, scenario: Scenario) -> Text | None:
    for number, move in enumerate(scenario.moves, 1):
        try:
            make(stage, move)
        except FAULTS as error:
            return _at(f"langkah {number}", f"step {number}", error)
        if move.status is not None and stage.status != move.status:
            return Text(
                f"Langkah {number}: status {stage.status}, seharusnya {move.status}.",
                f"Step {number}: the status is {stage.status}, expected {move.status}.",
            )
    return None


def make(stage: Stage, move: Move) -> None:
    """Let the case go one move of a scenario further."""
    if move.kind == "task":
        stage.do(move.target, move.role, move.unit, move.answers)
    elif move.kind == "message":
        stage.send(move.target, move.answers)
    else:
        stage.wait(move.target if move.kind == "until" else stage.later(move.target, move.clock))


def _judged(stage: Stage, expected: Expected) -> Text | None:
    """The first thing that is not as expected; None when all is."""
    if expected.path is not None and not follows(stage.path, expected.path):
        return _differs("jalur", "path", ", ".join(stage.path), ", ".join(expected.path))
    if expected.end is not None and stage.end != expected.end:
        return _differs("akhir", "end", stage.end or "-", expected.end)
    if expected.status is not None and stage.status != expected.status:
        return _differs("status", "status", stage.status, expected.status)
    if expected.sent is not None and not contains(stage.sent, expected.sent):
        return _differs("pesan", "messages", ", ".join(stage.sent), ", ".join(expected.sent))
    for element, at in expected.due.items():
        found = stage.due.get(element)
        if found != at:
            calendar = stage.play.service.calendar
            said = "-" if found is None else _said(calendar, found)
            return _differs(f"jatuh tempo {element}", f"due time of {element}", said, _said(calendar, at))
    return None


def follows(path: Iterable[str], pattern: Iterable[str]) -> bool:
    """Whether `path` is exactly the pattern, in which "..." stands for any run of elements."""
    reached = [True]  # for each number of steps: whether the pattern so far can end there
    steps = list(path)
    reached += [False] * len(steps)
    for wanted in pattern:
        if wanted == ANYTHING:
            reached = list(accumulate(reached, or_))
        else:
            reached = [False] + [here and step == wanted for here, step in zip(reached, steps, strict=False)]
    return reached[-1]


def contains(sent: Iterable[str], wanted: Iterable[str]) -> bool:
    """Whether the wanted messages were sent in this order; others may lie between."""
    rest = iter(sent)
    return all(template in rest for template in wanted if template != ANYTHING)


def _said(calendar: Calendar, at: datetime) -> str:
    return instant_text(at.astimezone(calendar.zone)).id


def _differs(what_id: str, what_en: str, found: str, wanted: str) -> Text:
    return Text(
        f"{what_id.capitalize()}: {found}; seharusnya {wanted}.",
        f"{what_en.capitalize()}: {found}; expected {wanted}.",
    )


def _at(place_id: str, place_en: str, error: Exception) -> Text:
    if isinstance(error, Invalid):
        id_ = "; ".join(f"{name}: {text.id}" for name, texts in error.errors.items() for text in texts)
        en = "; ".join(f"{name}: {text.en}" for name, texts in error.errors.items() for text in texts)
    elif isinstance(error, InvalidDiagram) and error.findings:
        fault = error.findings[0]
        place = f"{fault.file} {fault.element}" if fault.element else fault.file
        id_, en = f"{place}: {fault.message.id}", f"{place}: {fault.message.en}"
    elif isinstance(error, Refusal | CalendarError):
        message = error.message
        id_, en = message.id, message.en
    else:
        id_ = en = f"{type(error).__name__}: {error}"
    if isinstance(error, Refusal) and not isinstance(error, Mishap | Invalid) and error.details.get("reason"):
        id_, en = f"{id_} ({error.details['reason']})", f"{en} ({error.details['reason']})"
    return Text(f"{place_id.capitalize()}: {id_}", f"{place_en.capitalize()}: {en}")
