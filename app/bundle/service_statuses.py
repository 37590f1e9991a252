"""The public words of a service: the steps of its procedure and the statuses of a complaint."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from app.bundle.service_reader import Source, by_key
from app.domain.text import Text

TONES = ("green", "amber", "red", "blue", "grey")


@dataclass(frozen=True, slots=True)
class PublicStep:
    """One step of the procedure as citizens see it; `elements` are the ids in the diagram that belong to it.

    `exceptional` are those of them that happen only when something went wrong: shown when they happen, not promised.
    """

    number: int
    title: Text
    done: Text
    office: Text
    elements: tuple[str, ...] = ()
    exceptional: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Stage:
    """One of the few plain stages that stand for all steps; `answers`: reaching it, the reporter has the answer."""

    number: int
    title: Text
    answers: bool = False


@dataclass(frozen=True, slots=True)
class Status:
    """A status in public words, the step it belongs to, and how it is shown."""

    code: str
    name: Text
    step: int
    note: Text | None = None
    tone: str = "grey"
    icon: str = "circle"
    closed: bool = False
    stage: int = 0  # 0: none, as for a case that ended without an answer


@dataclass(frozen=True, slots=True)
class ActionWords:
    """What the reporter can do, named by the message of the diagram (or "withdraw"), as heading and as button.

    `settles` says which answer it is to the question whether the problem is solved, in the words of `choice`.
    """

    name: str
    title: Text
    button: Text
    settles: bool | None = None
    choice: Text | None = None


def actions(source: Source) -> dict[str, ActionWords]:
    """The [[action]] rows of statuses.toml by name."""
    found = []
    for row in source.rows("action", "name", "name title button settles choice"):
        settles = row.truth("settles") if "settles" in row.data else None
        choice = row.both("choice") if settles is not None else row.optional_both("choice")
        found.append(ActionWords(row.text("name"), row.both("title"), row.both("button"), settles, choice))
    return by_key(source, "action", [(each.name, each) for each in found])


def stages(source: Source) -> tuple[Stage, ...]:
    """The [[stage]] rows of statuses.toml, in the order of their numbers; none in data of the former release."""
    rows = source.rows("stage", "number", "number title answers")
    found = [Stage(row.whole("number"), row.both("title"), row.truth("answers")) for row in rows]
    return tuple(sorted(found, key=lambda stage: stage.number))


@dataclass(frozen=True, slots=True)
class Emergency:
    """Whom to call when a complaint is too slow."""

    number: str
    text: Text


def emergency(source: Source) -> Emergency | None:
    """The [emergency] table of statuses.toml; None where the city names no number."""
    if "emergency" not in source.data:
        return None
    row = source.row("emergency", "number text")
    return Emergency(row.text("number"), row.both("text"))


def steps(source: Source) -> tuple[PublicStep, ...]:
    """The [[step]] rows of statuses.toml, in the order of their numbers."""
    found = [
        PublicStep(
            row.whole("number"),
            row.both("title"),
            row.both("done"),
            row.both("office"),
            row.words("elements"),
            frozenset(row.words("exceptional")),
        )
        for row in source.rows("step", "number", "number title done office elements exceptional")
    ]
    return tuple(sorted(found, key=lambda step: step.number))


def statuses(source: Source, plain: Collection[Stage]) -> dict[str, Status]:
    """The [[status]] rows of statuses.toml by code."""
    found = []
    known = {stage.number for stage in plain}
    for row in source.rows("status", "code", "code name note step stage tone icon closed"):
        note = row.optional_both("note")
        tone = row.text("tone", "grey")
        if tone not in TONES:
            row.unknown("tone", tone, TONES, f"warna ({', '.join(TONES)})", "tone")
        icon, closed, stage = row.text("icon", "circle"), row.truth("closed"), row.whole("stage", 0)
        if stage and stage not in known:
            row.unknown("stage", str(stage), map(str, known), "tahap", "stage")
        status = Status(row.text("code"), row.both("name"), row.whole("step"), note, tone, icon, closed, stage)
        found.append((status.code, status))
    return by_key(source, "status", found)
