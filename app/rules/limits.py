"""The one rule of time limits: which limit, from when it counts, what pauses take of it, and when it is due.

Everybody who needs a due time asks here: commands that store it, the rehearsal, previews, the recount. What is left
of it, in words, is `app.rules.remaining`; what it says on the way `app.rules.voices`; how it was counted, line by
line, `app.rules.explanation`.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

from app.bundle.read import Bundle
from app.domain.calendar import Calendar, Due
from app.domain.durations import parse_duration
from app.domain.limits import Limit
from app.engine.environment import Environment
from app.engine.expressions.expression import compile_expression
from app.rules.pauses import Pause, later, paused_days, since

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Past:
    """What has happened in a case that its limits depend on, before the step that is taken now.

    `entered` says when each element was last entered; `pauses` are those that have ended, in order.
    """

    started: datetime
    entered: Mapping[str, datetime] = field(default_factory=dict)
    pauses: Sequence[Pause] = ()


class Counted(NamedTuple):
    """From when a limit counts, and when it is due."""

    start: datetime
    due: Due


def key_of_task(bundle: Bundle, element: str) -> str | None:
    """The key of the limit that counts for a user task: its property `sla`."""
    return bundle.definition.elements[element].properties.get("sla")


def key_of_case(bundle: Bundle, variables: Mapping[str, Any]) -> str | None:
    """The key of the whole case's limit: the first whose condition holds, else the plain one."""
    rules = bundle.manifest.instance
    for key, condition in rules.sla_when.items():
        expression = compile_expression(condition)
        if all(name in variables for name in expression.names) and expression.evaluate(variables, {}):
            return key
    return rules.sla


def stands_still(bundle: Bundle, status: str) -> bool:
    """Whether the clocks of a case's limits stand still while it has this status: nobody in office can act."""
    return status in bundle.manifest.instance.pauses


def of_task(
    limit: Limit, calendar: Calendar, past: Past, element: str, now: datetime, entering: Collection[str] = ()
) -> Counted:
    """The limit of the user task `element` that opens at `now`, in a step that enters the elements `entering`.

    A limit that spans several steps counts from its anchor, but for the first visit only: a step that is asked for
    again counts from its own opening, and so does one whose anchor was skipped or whose limit is over already.
    """
    start = _start(limit, past, element, now, entering)
    due = due_from(limit, calendar, start, past.pauses)
    if start < now and due.at <= now:  # nobody could keep it; that it took so long is told by the case's own limit
        return Counted(now, due_from(limit, calendar, now, past.pauses))
    return Counted(start, due)


def of_case(limit: Limit, calendar: Calendar, past: Past) -> Counted:
    """The limit of the whole case."""
    return Counted(past.started, due_from(limit, calendar, past.started, past.pauses))


def due_from(limit: Limit, calendar: Calendar, start: datetime, pauses: Iterable[Pause] = ()) -> Due:
    """When a limit that counts from `start` is due, later by what the pauses since then took of it.

    Hours of service and of the wall clock move by exactly what was paused; day limits by whole days (`paused_days`),
    so that they stay at a closing time.
    """
    span, stood = parse_duration(limit.limit), since(start, pauses)
    due = calendar.add(start, span, limit.clock)
    if not stood:
        return due
    if limit.clock == "wall":
        for began, ended in stood:
            due = calendar.add_wall(due.at, ended - began) if began < due.at else due
        return due
    if not span.whole_days:
        return later(calendar, due, stood)
    paused = paused_days(limit, calendar, start, stood)
    count = _calendar_days if limit.clock == "calendar" else _working_days
    return count(calendar, start, span.whole_days, paused)


def until(env: Environment, past: Callable[[Limit], Past]) -> Callable[[str], datetime | None]:
    """What a Case's `until` answers: when a limit would end for work that opened at this instant; None if unknown.

    One that spans several steps counts from its anchor here too, so that a letter promises what is stored later.
    """

    def end(key: str) -> datetime | None:
        try:
            limit = env.limit(key)
        except KeyError:
            return None
        return of_task(limit, env.calendar, past(limit), "", env.now).due.at

    return end


def nearest(*dues: datetime | None) -> datetime | None:
    """The earliest of several due times; None where nothing is due. Lists are ordered by that of step and case."""
    return min((due for due in dues if due is not None), default=None)


def _start(limit: Limit, past: Past, element: str, now: datetime, entering: Collection[str]) -> datetime:
    if limit.anchor == "task":
        return now
    if limit.anchor == "instance":
        start = past.started
    else:
        start = now if limit.anchor in entering else past.entered.get(limit.anchor, now)
    again = past.entered.get(element)
    return now if again is not None and again >= start else start


def _working_days(calendar: Calendar, start: datetime, wanted: int, paused: frozenset[date]) -> Due:
    """Closing of the `wanted`-th working day after the date of the start that was not paused."""
    first, skipped = calendar.local_date(start), 0
    while True:
        due = calendar.add_working_days(start, wanted + skipped)
        last = calendar.local_date(due.at)
        count = sum(first < day <= last for day in paused)
        if count == skipped:
            return due
        skipped = count


def _calendar_days(calendar: Calendar, start: datetime, wanted: int, paused: frozenset[date]) -> Due:
    """Closing of the `wanted`-th date after the start's that was not paused, or of the next one it can fall on."""
    first = day = calendar.local_date(start)
    while wanted:
        day += _DAY
        wanted -= day not in paused
    while True:
        due = calendar.add_calendar_days(start, (day - first).days)
        reached = calendar.local_date(due.at)
        if reached not in paused:
            return due
        day = reached + _DAY
