"""Plays a trial: the steps of its owner, on the stage on which scenarios are rehearsed, up to where it stands now."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import tomlkit

from app.bundle.read import Bundle
from app.bundle.scenario import read_moves
from app.domain.errors import Refusal
from app.domain.text import Text
from app.engine.instance import OpenWork
from app.rehearsal.rehearse import make
from app.rehearsal.stage import WITHDRAW, Play, Stage
from app.sdk import Handlers
from app.standard.service import ServiceData

FILE = "trial"


@dataclass(frozen=True, slots=True)
class Played:
    """A trial as it stands. `broken` tells the step (from 1) that can no longer be played, and why."""

    stage: Stage
    broken: tuple[int, Refusal] | None = None

    @property
    def tasks(self) -> list[OpenWork]:
        """The user tasks that wait."""
        return [work for work in self.stage.instance.open() if work.kind == "user"]

    @property
    def messages(self) -> dict[str, str | None]:
        """What the reporter may send now -> its form."""
        manifest = self.stage.play.bundle.manifest
        waiting = [wait.name for wait in self.stage.instance.waits() if wait.kind == "message"]
        known = [name for name in waiting if name and name in manifest.messages]
        found: dict[str, str | None] = {name: manifest.messages[name].form for name in known}
        if manifest.instance.withdraw and not self.stage.instance.completed:
            found[WITHDRAW] = manifest.instance.withdraw.form
        return found

    @property
    def next_instant(self) -> datetime | None:
        """When something happens by itself or becomes due next; None where nothing does."""
        timers = [wait.due for wait in self.stage.instance.waits() if wait.kind == "timer" and wait.due]
        due = [self.stage.due[work.element] for work in self.tasks if work.element in self.stage.due]
        return min((at for at in (*timers, *due) if at > self.stage.now), default=None)


def play(
    bundle: Bundle, service: ServiceData, handlers: Handlers, starts_at: datetime, filed: Mapping[str, Any],
    steps: Sequence[Mapping[str, Any]],
) -> Played:  # fmt: skip
    """Replay all steps. Raises Refusal when the case cannot even begin."""
    stage = Stage(Play(bundle, service, handlers), starts_at.astimezone(service.calendar.zone), filed)
    for number, move in enumerate(read_moves(steps, FILE), 1):
        try:
            make(stage, move)
        except Refusal as refused:
            return Played(stage, (number, refused))
    return Played(stage)


def as_scenario(
    title: Text, starts_at: datetime, filed: Mapping[str, Any], steps: Sequence[Mapping[str, Any]], stage: Stage
) -> str:
    """The trial as the file of a scenario that expects what was seen."""
    zone = stage.env.calendar.zone
    document = tomlkit.document()
    document["title"] = _inline({"id": title.id, "en": title.en})
    document["start"] = starts_at.astimezone(zone)
    document["data"] = _inline(filed)
    moves = tomlkit.aot()
    for step in steps:
        table = tomlkit.table()
        for name, value in step.items():
            if name == "until":
                table[name] = datetime.fromisoformat(value).astimezone(zone)
            elif value not in (None, {}):
                table[name] = _inline(value) if isinstance(value, Mapping) else value
        moves.append(table)
    if steps:
        document["step"] = moves
    expect = tomlkit.table()
    path = tomlkit.array()
    path.extend(stage.path)
    expect["path"] = path.multiline(True)
    if stage.end is not None:
        expect["end"] = stage.end
    expect["status"] = stage.status
    sent = tomlkit.array()
    sent.extend(stage.sent)
    expect["sent"] = sent
    due = tomlkit.table()
    for element, at in stage.due.items():
        due[element] = at.astimezone(zone)
    if stage.due:
        expect["due"] = due
    document["expect"] = expect
    return tomlkit.dumps(document)


def _inline(values: Mapping[str, Any]) -> Any:
    found = tomlkit.inline_table()
    found.update({name: value for name, value in values.items() if value is not None})
    return found
