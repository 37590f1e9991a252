"""The public words of a service: the steps of its procedure and the statuses of a complaint, with what they mean."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from app.domain.text import Text
from app.standard.reader import Row, Source, by_key

TONES = ("green", "amber", "red", "blue", "grey")
REPORTER, OFFICE, DATE, NOBODY = "reporter", "office", "date", "nobody"
WAITS_FOR = (OFFICE, REPORTER, DATE, NOBODY)
CANCELLED = "cancelled"  # the one status that the product gives by itself: somebody ended the case from outside


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
class Words:
    """What a status is called for the complaints of a category with a flag of its own."""

    name: Text
    staff: Text
    note: Text | None = None


@dataclass(frozen=True, slots=True)
class Status:
    """A status in words for the reporter (`name`, `note`) and for staff (`staff`), what it means, and how it looks.

    `waits_for`: whose turn it is; `returned`: the case went back, `why` where the form gives no reason of its own;
    `answered`: its stage gives the reporter the answer; `outcome`: what a case that ends so has as its outcome;
    `letter`: what the product itself sends the reporter where no task of the diagram does.
    """

    code: str
    name: Text
    staff: Text
    step: int = 0
    note: Text | None = None
    tone: str = "grey"
    icon: str = "circle"
    closed: bool = False
    waits_for: str = OFFICE
    returned: bool = False
    why: Text | None = None
    answered: bool = False
    stage: int = 0  # 0: none, as for a case that ended without an answer
    outcome: str | None = None
    letter: str | None = None
    flagged: Mapping[str, Words] = field(default_factory=dict)

    def for_flag(self, flag: str | None) -> Status:
        """The same status in the words that complaints with this flag of their category have."""
        own = self.flagged.get(flag or "")
        return self if own is None else replace(self, name=own.name, staff=own.staff, note=own.note or self.note)


@dataclass(frozen=True, slots=True)
class Cancellation:
    """Why a case may be ended from outside, in words for its reporter, and what they can do."""

    code: str
    name: Text
    reason: Text
    advice: Text


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


def cancellations(source: Source) -> dict[str, Cancellation]:
    """The [[cancellation]] rows of statuses.toml by code."""
    rows = source.rows("cancellation", "code", "code name reason advice")
    found = [Cancellation(row.text("code"), row.both("name"), row.both("reason"), row.both("advice")) for row in rows]
    return by_key(source, "cancellation", [(each.code, each) for each in found])


def statuses(source: Source, plain: tuple[Stage, ...], flags: frozenset[str]) -> dict[str, Status]:
    """The [[status]] rows of statuses.toml by code; `flags` are those of the categories."""
    keys = "code name staff note step tone icon closed waits_for returned why stage outcome letter"
    rows = source.rows("status", "code", " ".join([keys, *sorted(flags)]))
    found = by_key(source, "status", [(row.text("code"), _status(row, plain, flags)) for row in rows])
    if source.data and CANCELLED not in found:
        source.error(
            f"status {CANCELLED}",
            "status-missing",
            Text(f"Status “{CANCELLED}” belum ada.", f"The status “{CANCELLED}” is missing."),
            Text("Tambahkan status itu: aduan yang dihentikan petugas.", "Add it: a case that was ended by staff."),
        )
    return found


def _status(row: Row, plain: tuple[Stage, ...], flags: frozenset[str]) -> Status:
    closed, returned = row.truth("closed"), row.truth("returned")
    number = row.whole("stage", 0 if closed else None)
    stage = next((each for each in plain if each.number == number), None)
    if number and stage is None:
        row.unknown("stage", str(number), [str(each.number) for each in plain], "tahap", "stage")
    status = Status(
        row.text("code"),
        row.both("name"),
        row.both("staff"),
        row.whole("step", 0 if closed else None),
        row.optional_both("note"),
        row.text("tone", "grey"),
        row.text("icon", "circle"),
        closed,
        row.text("waits_for", NOBODY if closed else None),
        returned,
        row.both("why") if returned else None,
        stage is not None and stage.answers,
        number,
        row.optional("outcome"),
        row.optional("letter"),
        {flag: _words(row, flag) for flag in flags if flag in row.data},
    )
    if status.tone not in TONES:
        row.unknown("tone", status.tone, TONES, f"warna ({', '.join(TONES)})", "tone")
    if status.waits_for and status.waits_for not in WAITS_FOR:
        row.unknown(
            "waits_for", status.waits_for, WAITS_FOR, f"yang ditunggu ({', '.join(WAITS_FOR)})", "kind of waiting"
        )
    return status


def _words(row: Row, flag: str) -> Words:
    data = row.data[flag]
    own = Row(row.source, f"{row.where}.{flag}", data if isinstance(data, Mapping) else {})
    own.only(("name", "staff", "note"))
    return Words(own.both("name"), own.both("staff"), own.optional_both("note"))
