"""Counts all due times of one case again: of the case, its open tasks, its notices and its drawn timers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from app.domain.calendar import Calendar, Due
from app.domain.limits import Limit
from app.engine.environment import Environment
from app.engine.instance import Instance, Recounted
from app.rules.limits import Counted, due_from
from app.rules.pauses import paired
from app.rules.voices import Voice, next_voice, strength_of, voices
from app.store.standing import Row, Standing


class Moved(NamedTuple):
    """A due time that is another one now, or certain now or no longer; `of`: the case, the task or the timer's wait."""

    of: str
    old: datetime
    new: datetime
    certain: bool | None = None  # drawn timers promise nothing


@dataclass(frozen=True)
class Recount:
    """What is to be stored: new due times of the case and of tasks, of each notice what it says next and when."""

    case: Due | None = None
    tasks: Mapping[str, Due] = field(default_factory=dict)
    notices: Mapping[str, Voice | None] = field(default_factory=dict)
    timers: tuple[Recounted, ...] = ()
    moved: tuple[Moved, ...] = ()

    @property
    def changes(self) -> bool:
        """Whether there is anything to store."""
        return bool(self.moved or self.notices)

    @property
    def times(self) -> int:
        """How many due times are at another instant now."""
        return sum(each.old != each.new for each in self.moved)


@dataclass(frozen=True)
class Figures:
    """By what is counted: the calendar, and the limits as they were in force when the case began."""

    calendar: Calendar
    limit: Callable[[str], Limit]

    def known(self, key: str | None) -> Limit | None:
        """The limit with this key; None where the policy has it no more: what was counted by it stays."""
        try:
            return None if key is None else self.limit(key)
        except KeyError:
            return None


def recount(
    standing: Standing,
    figures: Figures,
    now: datetime,
    instance: Instance | None = None,
    entered: Callable[[str], datetime | None] = lambda _task: None,
) -> Recount:
    """What a changed calendar or policy makes of a case's due times; nothing is stored here.

    `instance` is asked about drawn timers, and its timers are moved; `entered` tells when one of the first release
    began. Raises the calendar's refusal, or EngineStuck for a timer that can no longer be counted.
    """
    case, pauses = standing.case, paired(standing.stops)
    counted: dict[str | None, tuple[Limit, Counted]] = {}
    owners: list[tuple[str | None, Row, datetime | None]] = [(None, case, case["started_at"])]
    owners += [(task["id"], task, task["anchored_at"]) for task in standing.tasks]
    for owner, row, start in owners:
        limit = figures.known(row["limit_key"])
        if limit is not None and start is not None and row["due_at"] is not None:
            counted[owner] = limit, Counted(start, due_from(limit, figures.calendar, start, pauses))
    dues = {row["id"]: _new(row, counted[owner][1].due) for owner, row, _ in owners if owner in counted}
    notices: dict[str, Voice | None] = {}
    for job in standing.notices:
        if job["task_id"] in counted:
            limit, since = counted[job["task_id"]]
            voice = _voice(job, voices(limit, figures.calendar, since, pauses))
            waits = bool(job["attempts"]) and voice is not None and voice.at <= now  # until it is tried again
            if not waits and (voice is None or (voice.kind, voice.level, voice.at) != _says(job)):
                notices[job["id"]] = voice
    timers: tuple[Recounted, ...] = ()
    if instance is not None:
        timers = tuple(instance.recount(Environment(now, figures.calendar, figures.limit), entered))
    moved = [
        Moved(row["id"], row["due_at"], due.at, due.confirmed) for _, row, _ in owners if (due := dues.get(row["id"]))
    ]
    return Recount(
        dues.get(case["id"]),
        {task["id"]: due for task in standing.tasks if (due := dues.get(task["id"]))},
        notices,
        timers,
        (*moved, *(Moved(each.id, each.old, each.due) for each in timers)),
    )


def _new(row: Row, due: Due) -> Due | None:
    """The due time, if it is another one than is stored, or is certain now or no longer."""
    return None if (due.at, due.confirmed) == (row["due_at"], row["due_confirmed"]) else due


def _says(job: Row) -> tuple[str, int | None, datetime]:
    return job["kind"], job["payload"].get("level"), job["due_at"]


def _voice(job: Row, said: tuple[Voice, ...]) -> Voice | None:
    """What the job says, at its new time; where the policy has dropped that, what comes after it."""
    return next_voice(said, strength_of(job["kind"], job["payload"].get("level")) - 1)
