"""What a limit says on the way: a reminder before it is due, that it is over, and escalations."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from fractions import Fraction
from functools import lru_cache
from typing import NamedTuple

from app.domain.calendar import Calendar
from app.domain.limits import Limit
from app.rules.limits import Counted
from app.rules.pauses import Pause, later, paused_time, since

NOTHING_YET = -1  # the strength of what has spoken before the first voice


class Voice(NamedTuple):
    """One thing a limit says: kind (reminder, overdue, escalation), of an escalation its level from 0 on, and when."""

    kind: str
    level: int | None
    at: datetime

    @property
    def strength(self) -> int:
        """The later a voice comes, the stronger it is."""
        return strength_of(self.kind, self.level)


def strength_of(kind: str, level: int | None) -> int:
    """How strong a voice is, by its kind and, of an escalation, its level."""
    return {"reminder": 0, "overdue": 1}.get(kind, 2 + (level or 0))


def voices(limit: Limit, calendar: Calendar, counted: Counted, pauses: Iterable[Pause] = ()) -> tuple[Voice, ...]:
    """Everything the limit says, in order. Shares are shares of its service time; what was paused counts for none."""
    start, due = counted.start, counted.due.at
    stood = since(start, pauses)
    span = calendar.working_time_between(start, due) - paused_time(calendar, start, due, stood)
    reminder = later(calendar, calendar.add_working_time(start, _share(span, limit.reminder)), stood).at
    found = [Voice("reminder", None, reminder)] if reminder < due else []
    found.append(Voice("overdue", None, due))
    for level, share in enumerate(limit.escalations):
        # Counted on from the due time, so that the share 1.0 is the due time itself even when it lies outside hours.
        over = _share(span, share) - span
        at = later(calendar, calendar.add_working_time(due, over), since(due, stood)).at if over > timedelta() else due
        found.append(Voice("escalation", level, at))
    return tuple(found)


def next_voice(said: Iterable[Voice], spoken: int) -> Voice | None:
    """The weakest voice that is stronger than the strength that has `spoken` (-1: none yet); None at the end."""
    return next((voice for voice in said if voice.strength > spoken), None)


def strongest(said: Iterable[Voice], now: datetime) -> Voice | None:
    """Of the voices that are due by now the one that leaves; the weaker ones have nothing to add."""
    return max((voice for voice in said if voice.at <= now), key=lambda voice: voice.strength, default=None)


def _share(span: timedelta, share: float) -> timedelta:
    return timedelta(microseconds=round(_exact(share) * (span // timedelta(microseconds=1))))


@lru_cache
def _exact(share: float) -> Fraction:
    """The share as it is written in the policy: 0.1 is a tenth."""
    return Fraction(str(share))
