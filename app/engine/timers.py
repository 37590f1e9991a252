"""Timers of a diagram: when they are due, counted by our clock and calendar, and never by the library's."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any, Protocol

from SpiffWorkflow.bpmn.specs.event_definitions.timer import TimerEventDefinition

from app.engine.environment import Environment, to_micros

DUE = "due"  # internal data of a waiting task: microseconds since 1970
_DURATION = re.compile(r"P[0-9TYMWDHS.,]+")
_DATE = re.compile(r"\d{4}-\d\d-\d\d([T ][0-9:.,]+(Z|[+-]\d\d:?\d\d)?)?")


class BadTimer(ValueError):
    """The text of a timer, or what it evaluates to, is neither a duration nor an instant."""


class Evaluator(Protocol):
    """Whoever can evaluate an expression for a task."""

    def __call__(self, text: str) -> Any:
        """The value of the expression."""
        ...


class WorkingTimer(TimerEventDefinition):  # type: ignore[misc]
    """A timer event. `clock` says how a duration counts: working, calendar or wall. It fires only when told to."""

    def __init__(self, name: str, expression: str, clock: str, description: str | None = None) -> None:
        super().__init__(name, expression, description=description)
        self.clock = clock

    def has_fired(self, my_task: Any) -> bool:
        """Whether `catch` was called; works out the due instant when the task is first reached."""
        if DUE not in my_task.internal_data:
            my_task.internal_data[DUE] = self.due(my_task)
        return bool(my_task.internal_data.get("event_fired", False))

    def due(self, my_task: Any) -> int:
        """The due instant for a task that is reached now, in microseconds since 1970."""
        engine = my_task.workflow.script_engine
        at = due_instant(self.expression, self.clock, engine.env, lambda text: engine.evaluate(my_task, text))
        return to_micros(at)

    def reset(self, my_task: Any) -> None:
        """Forget the due instant."""
        my_task.internal_data.pop(DUE, None)
        super().reset(my_task)


def due_instant(text: str, clock: str, env: Environment, evaluate: Evaluator) -> datetime:
    """When a timer with this text is due: an ISO 8601 duration, a date, or an expression that gives one of them.

    Raises BadTimer, or the calendar's error for a duration it refuses (days mixed with hours).
    """
    text = text.strip()
    if not (_DURATION.fullmatch(text) or _DATE.fullmatch(text)):
        value = evaluate(text)
        if isinstance(value, datetime):
            return _in_zone(value, env)
        if not isinstance(value, str):
            raise BadTimer(f"{text!r} gives {type(value).__name__}, not a duration or an instant")
        text = value.strip()
    if _DURATION.fullmatch(text):
        return env.calendar.add(env.now, text, clock).at
    if _DATE.fullmatch(text):
        return _in_zone(datetime.fromisoformat(text), env)
    raise BadTimer(f"{text!r} is neither an ISO 8601 duration nor a date")


def _in_zone(at: datetime, env: Environment) -> datetime:
    if at.tzinfo is None:
        at = at.replace(tzinfo=env.calendar.zone)
    return at.astimezone(UTC)
