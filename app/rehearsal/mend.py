"""Proposes how scenarios follow a procedure that changed; nothing is changed before somebody has looked at it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import tomlkit
from tomlkit.items import AoT, Table

from app.bundle.read import Bundle
from app.bundle.scenario import Move, Scenario, WrongScenario, read_scenario
from app.domain.durations import CalendarError
from app.domain.errors import Invalid, Refusal
from app.domain.text import Text
from app.rehearsal.rehearse import ANYTHING, Rehearsal, follows, make, rehearse, rehearse_one
from app.rehearsal.samples import sample, samples
from app.rehearsal.stage import Play, Stage
from app.sdk import Handlers
from app.standard.service import ServiceData
from app.standard.sources import sources_of

MOST = 40  # changes to one scenario; a scenario that needs more tells another story
FAULTS = (Refusal, CalendarError, ValueError, KeyError)


@dataclass(frozen=True, slots=True)
class Mend:
    """One change to a scenario, said in one sentence; equal ones in other scenarios are the same change."""

    said: Text


@dataclass(frozen=True, slots=True)
class Proposal:
    """One broken scenario: how it parts from the procedure, and its mended content (None where no mend is known)."""

    scenario: str
    title: Text
    failure: Text
    mends: tuple[Mend, ...] = ()
    content: bytes | None = None


def propose(
    bundle: Bundle, service: ServiceData, handlers: Handlers, before: Bundle | None = None
) -> tuple[Proposal, ...]:
    """A proposal for each scenario that fails. `before` is the procedure that the scenarios were written for.

    Without it a user task is new when no scenario does it.
    """
    broken = [each for each in rehearse(bundle, service, handlers) if not each.passed]
    tasks = {id_ for id_, element in bundle.definition.elements.items() if element.kind == "userTask"}
    new = frozenset(tasks - (_done(bundle) if before is None else set(before.definition.elements)))
    mender = _Mender(bundle, service, handlers, new)
    return tuple(mender.proposal(each) for each in broken)


def grouped(proposals: Iterable[Proposal]) -> dict[Mend, list[Proposal]]:
    """The mends with the scenarios that each would change, those of most scenarios first."""
    found: dict[Mend, list[Proposal]] = {}
    for proposal in proposals:
        for mend in dict.fromkeys(proposal.mends if proposal.content is not None else ()):
            found.setdefault(mend, []).append(proposal)
    return dict(sorted(found.items(), key=lambda each: -len(each[1])))


def _done(bundle: Bundle) -> set[str]:
    """The user tasks that some scenario does."""
    found: set[str] = set()
    for name, data in bundle.scenarios:
        try:
            found |= {str(move.target) for move in read_scenario(data, name).moves if move.kind == "task"}
        except WrongScenario:
            continue
    return found


@dataclass(slots=True)
class _Parted:
    """Where a scenario parts from the procedure: before which move (or after the last), on which stage and why."""

    number: int
    stage: Stage
    why: Exception | None = None


class _NoMend(Exception):
    """Nobody but a person can say how this scenario should go on."""


@dataclass(slots=True)
class _Mender:
    bundle: Bundle
    service: ServiceData
    handlers: Handlers
    new: frozenset[str]
    known: dict[str, Mapping[str, Any]] = field(default_factory=dict)  # answers that served before

    def proposal(self, broken: Rehearsal) -> Proposal:
        """How one broken scenario could be mended."""
        name, failure = broken.scenario, broken.failure or broken.title
        try:
            mends, content = self._mended(name, self.bundle.files[name])
        except (_NoMend, *FAULTS):
            return Proposal(name, broken.title, failure)
        return Proposal(name, broken.title, failure, tuple(mends), content)

    def _mended(self, name: str, content: bytes) -> tuple[list[Mend], bytes]:
        mends: list[Mend] = []
        document = tomlkit.parse(content.decode())
        for _ in range(MOST):
            scenario = read_scenario(_bytes(document), name)
            parted = self._part(scenario)
            over = parted.number == len(scenario.moves)
            mend = self._expectations(document, scenario, parted) if over else self._move(document, scenario, parted)
            if mend is None:
                break
            mends.append(mend)
        content = _bytes(document)
        if not rehearse_one(self.bundle, self.service, self.handlers, name, content).passed:
            raise _NoMend
        return mends, content

    def _part(self, scenario: Scenario) -> _Parted:
        stage = Stage(Play(self.bundle, self.service, self.handlers, scenario.similar), scenario.start, scenario.data)
        for number, move in enumerate(scenario.moves):
            try:
                make(stage, move)
            except FAULTS as error:
                return _Parted(number, stage, error)
            if move.status is not None and stage.status != move.status:
                return _Parted(number, stage)
        return _Parted(len(scenario.moves), stage)

    def _move(self, document: Any, scenario: Scenario, parted: _Parted) -> Mend:
        """Change the document so that it gets past the move at which it parts."""
        stage, move = parted.stage, scenario.moves[parted.number]
        step = document["step"][parted.number]
        if parted.why is None:
            step["status"] = stage.status
            return Mend(Text(
                f"Status sesudah “{self._called(move)}” menjadi {stage.status} (dulu {move.status}).",
                f"The status after “{self._called(move, 'en')}” becomes {stage.status} (was {move.status}).",
            ))  # fmt: skip
        if isinstance(parted.why, Invalid):
            return self._answers(step, stage, move, parted.why)
        waiting, fresh = self._waiting(stage), self._fresh(stage)
        if move.kind == "task" and move.target in waiting:
            return self._asked(step, stage, move)
        if fresh is not None and (move.kind != "task" or move.target in self.bundle.definition.elements):
            return self._insert(document, scenario, parted, fresh)
        if move.kind == "task" and move.target not in self.bundle.definition.elements:
            return self._gone(document, step, parted.number, move, fresh)
        raise _NoMend

    def _waiting(self, stage: Stage) -> list[str]:
        return [work.element for work in stage.instance.open() if work.kind == "user"]

    def _fresh(self, stage: Stage) -> str | None:
        """A new task that waits to be done."""
        return next((element for element in self._waiting(stage) if element in self.new), None)

    def _insert(self, document: Any, scenario: Scenario, parted: _Parted, element: str) -> Mend:
        """Put in a step that does the new task, with answers after which the scenario goes on."""
        roles, unit = parted.stage.asked(element).roles, parted.stage.asked(element).unit
        for answers in self._possible(parted.stage, element):
            move = Move("task", element, roles[0] if roles else None, unit, answers=answers)
            moves = (*scenario.moves[: parted.number], move, *scenario.moves[parted.number :])
            tried = Scenario(
                scenario.file, scenario.title, scenario.start, scenario.data, scenario.similar, moves, scenario.expected
            )
            found = self._part(tried)
            if found.number > parted.number + 1 or (found.number == parted.number + 1 and found.why is None):
                break
        else:
            raise _NoMend
        self.known[element] = answers
        step = tomlkit.table()
        step["task"] = element
        if move.role:
            step["as"] = move.role
        if unit:
            step["unit"] = unit
        if answers:
            step["answers"] = _inline(answers)
        step.add(tomlkit.nl())
        _insert(document, parted.number, step)
        following = scenario.moves[parted.number : parted.number + 1]
        before = next((f"sebelum “{self._called(each)}”" for each in following), "di akhir")
        before_en = next((f"before “{self._called(each, 'en')}”" for each in following), "at the end")
        told = ", ".join(f"{key} = {value}" for key, value in answers.items()) or "-"
        label = self.bundle.label(element)
        return Mend(Text(
            f"Sisipkan langkah “{label.id}” oleh {move.role}, jawaban: {told}, {before}.",
            f"Put in the step “{label.en}” by {move.role}, answers: {told}, {before_en}.",
        ))  # fmt: skip

    def _possible(self, stage: Stage, element: str) -> Iterator[Mapping[str, Any]]:
        key = self.bundle.definition.elements[element].form_key
        if key is None:
            yield {}
            return
        if element in self.known:
            yield self.known[element]
        yield from samples(self.bundle.forms[key], sources_of(self.service, stage.now), stage.instance.variables)

    def _gone(self, document: Any, step: Any, number: int, move: Move, fresh: str | None) -> Mend:
        """Take out the step of a task that is drawn no more, or do the one that took its place."""
        if fresh is not None:
            step["task"] = fresh
            label = self.bundle.label(fresh)
            return Mend(Text(
                f"Langkah {move.target} kini {fresh} (“{label.id}”).",
                f"The step {move.target} is now {fresh} (“{label.en}”).",
            ))  # fmt: skip
        _remove(document, number)
        return Mend(Text(
            f"Buang langkah {move.target}, yang tidak ada lagi pada gambar.",
            f"Take out the step {move.target}, which is drawn no more.",
        ))  # fmt: skip

    def _asked(self, step: Any, stage: Stage, move: Move) -> Mend:
        """Let the step be done by whom the procedure asks now."""
        wanted = stage.asked(str(move.target))
        if move.role is not None and move.role not in wanted.roles and wanted.roles:
            step["as"] = wanted.roles[0]
            return Mend(Text(
                f"“{self._called(move)}” kini dikerjakan {wanted.roles[0]} (dulu {move.role}).",
                f"“{self._called(move, 'en')}” is now done by {wanted.roles[0]} (was {move.role}).",
            ))  # fmt: skip
        if move.unit is not None and move.unit != wanted.unit and wanted.unit is not None:
            step["unit"] = wanted.unit
            return Mend(Text(
                f"“{self._called(move)}” kini untuk unit {wanted.unit} (dulu {move.unit}).",
                f"“{self._called(move, 'en')}” is now for the unit {wanted.unit} (was {move.unit}).",
            ))  # fmt: skip
        raise _NoMend

    def _answers(self, step: Any, stage: Stage, move: Move, why: Invalid) -> Mend:
        """Answer what is asked now, and leave out what is asked no more."""
        manifest = self.bundle.manifest
        if move.kind == "task":
            key = self.bundle.definition.elements[str(move.target)].form_key
        else:
            key = manifest.messages[str(move.target)].form if move.target in manifest.messages else None
        asked = {} if key is None else self.bundle.forms[key].by_key
        answers = dict(move.answers)
        said: list[str] = []
        for name in why.errors:
            if name not in asked:
                answers.pop(name, None)
                said.append(f"− {name}")
                continue
            value = sample(asked[name], sources_of(self.service, stage.now))
            if value is None or answers.get(name) == value:
                raise _NoMend
            answers[name] = value
            said.append(f"{name} = {value}")
        step["answers"] = _inline(answers)
        told = ", ".join(said)
        return Mend(Text(
            f"Jawaban “{self._called(move)}”: {told}.", f"Answers of “{self._called(move, 'en')}”: {told}."
        ))  # fmt: skip

    def _expectations(self, document: Any, scenario: Scenario, parted: _Parted) -> Mend | None:
        """Set right one expectation that follows from the change; None where all hold or none can be set."""
        stage, expected, table = parted.stage, scenario.expected, document.get("expect", {})
        if expected.path is not None and not follows(stage.path, expected.path):
            path, fresh = self._path(stage.path, expected.path), self._fresh(stage)
            if path is None and fresh is not None:
                return self._insert(document, scenario, parted, fresh)
            if path is None:
                raise _NoMend
            table["path"] = _list(path)
            return Mend(Text("Jalur yang diharapkan mengikuti gambar baru.", "The expected path follows the drawing."))
        for element, at in expected.due.items():
            found = stage.due.get(element)
            if found == at:
                continue
            if found is None:
                del table["due"][element]
                return Mend(Text(
                    f"Jatuh tempo {element} tidak diharapkan lagi.", f"The due time of {element} is expected no more."
                ))  # fmt: skip
            table["due"][element] = found.astimezone(at.tzinfo)
            return Mend(Text(
                f"Jatuh tempo {element} dihitung ulang.", f"The due time of {element} is counted again."
            ))  # fmt: skip
        return None

    def _path(self, path: list[str], pattern: tuple[str, ...]) -> list[str] | None:
        """The pattern without tasks that are drawn no more and with the new ones where they came; None: no such."""
        wanted = [step for step in pattern if step == ANYTHING or step in self.bundle.definition.elements]
        if ANYTHING not in wanted:
            same = [step for step in path if step not in self.new] == [step for step in wanted if step not in self.new]
            return list(path) if same else None
        for at, step in enumerate(path):
            if follows(path, wanted):
                break
            if step in self.new and step not in wanted and at and path[at - 1] in wanted:
                wanted.insert(wanted.index(path[at - 1]) + 1, step)
        return wanted if follows(path, wanted) else None

    def _called(self, move: Move, language: str = "id") -> str:
        if isinstance(move.target, datetime):
            return move.target.isoformat()
        return self.bundle.label(str(move.target)).say(language) if move.kind == "task" else str(move.target)


def _bytes(document: Any) -> bytes:
    return tomlkit.dumps(document).encode()


def _inline(answers: Mapping[str, Any]) -> Any:
    found = tomlkit.inline_table()
    found.update({key: value for key, value in answers.items() if value is not None})
    return found


def _list(values: list[str]) -> Any:
    found = tomlkit.array()
    found.extend(values)
    return found.multiline(True)


def _insert(document: Any, number: int, step: Table) -> None:
    steps: AoT = document["step"]
    steps.insert(number, step)


def _remove(document: Any, number: int) -> None:
    del document["step"][number]
