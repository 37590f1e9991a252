"""Timers of a diagram: when they are due, counted by our clock and calendar, and never by the library's."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, Protocol

from SpiffWorkflow.bpmn.specs.event_definitions.timer import TimerEventDefinition
from SpiffWorkflow.util.task import TaskState

from app.engine.environment import Environment, from_micros, functions, to_micros
from app.engine.expressions.expression import compile_expression

# Internal data of a waiting task: its due instant (microseconds since 1970), and what that was counted from, so that
# it can be counted again when the calendar changes: the instant, the variables and the counts of returns at entry.
DUE, SINCE, GIVEN, PASSED = "due", "since", "given", "passed"
LEFT = "left"  # of a timer that repeats: how often it will still come, this time included
MOST_TIMES = 100
CYCLE = re.compile(r"R(\d{1,9})/(P[0-9TYMWDHS.,]+)")  # ISO 8601: so many times, and the duration between two
Entered = Callable[[str], datetime | None]  # id of a task -> when it was entered
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
    """A timer event. `clock` says how a duration counts: working, calendar or wall. It fires only when told to.

    One with `times` above 1 is due so often while its step goes on, each time counted from the time before.
    """

    def __init__(self, name: str, expression: str, clock: str, times: int = 1, description: str | None = None) -> None:
        super().__init__(name, expression, description=description)
        self.clock = clock
        self.times = times

    def has_fired(self, my_task: Any) -> bool:
        """Whether `catch` was called; works out the due instant when the task is first reached."""
        if DUE not in my_task.internal_data:
            my_task.internal_data[DUE] = self.due(my_task)
            remember(my_task, [self])
        return bool(my_task.internal_data.get("event_fired", False))

    def due(self, my_task: Any) -> int:
        """The due instant for a task that is reached now, in microseconds since 1970."""
        engine = my_task.workflow.script_engine
        at = due_instant(self.expression, self.clock, engine.env, lambda text: engine.evaluate(my_task, text))
        return to_micros(at)

    def wait_again(self, my_task: Any) -> None:
        """Wait for the next time beside the one that comes now, which goes its way as if it had been the only one.

        It is counted from when this one was due and not from when it was found to be, so that a pause of the service
        moves none of them.
        """
        kept = my_task.internal_data
        left = kept.get(LEFT, self.times) - 1
        if left > 0:
            env = replace(my_task.workflow.script_engine.env, now=from_micros(kept[DUE]))
            following = my_task.parent._add_child(my_task.task_spec, TaskState.WAITING)
            due = due_instant(self.expression, self.clock, env, _no_expression)
            following.internal_data.update({LEFT: left, SINCE: kept[DUE], DUE: to_micros(due)})
            following.task_spec._update(following)
            following.task_spec._predict(following, mask=TaskState.NOT_FINISHED_MASK)

    def due_again(self, my_task: Any, entered: Entered, env: Environment) -> int | None:
        """The due instant counted anew from what it was counted from at entry, with the calendar and limits of `env`.

        `entered` is asked for tasks of the first release, which stored only their due instant.
        """
        kept = my_task.internal_data
        start = from_micros(kept[SINCE]) if SINCE in kept else entered(my_task.id.hex)
        if start is None:
            return None
        then = replace(env, now=start)
        variables = kept.get(GIVEN, {}) if SINCE in kept else my_task.data
        passed = kept.get(PASSED, {}) if SINCE in kept else my_task.workflow.script_engine.trace.returns

        def evaluate(text: str) -> Any:
            return compile_expression(text).evaluate(variables, functions(then, passed))

        return to_micros(due_instant(self.expression, self.clock, then, evaluate))

    def reset(self, my_task: Any) -> None:
        """Forget the due instant."""
        forget(my_task, DUE)
        super().reset(my_task)


def _no_expression(text: str) -> Any:
    raise BadTimer(f"{text!r} is not a duration")


def remember(my_task: Any, timers: Iterable[WorkingTimer]) -> None:
    """Keep what the due instants of `timers` were counted from: of variables and counts only what they read."""
    engine, kept = my_task.workflow.script_engine, my_task.internal_data
    kept[SINCE] = to_micros(engine.env.now)
    given: dict[str, Any] = {}
    passed: dict[str, int] = {}
    for timer in timers:
        text = timer.expression.strip()
        if not is_literal(text):
            read = compile_expression(text)
            given |= {name: my_task.data[name] for name in sorted(read.names) if name in my_task.data}
            flows = [argument for name, argument in read.calls if name == "returns"]
            passed |= {flow: engine.trace.returns[flow] for flow in flows if engine.trace.returns[flow]}
    kept.update({key: value for key, value in ((GIVEN, given), (PASSED, passed)) if value})


def forget(my_task: Any, *keys: str) -> None:
    """The task waits no more: what was kept of its timers goes, with `keys`."""
    for key in (*keys, SINCE, GIVEN, PASSED):
        my_task.internal_data.pop(key, None)


def is_literal(text: str) -> bool:
    """Whether the text of a timer is itself a duration or a date, not an expression."""
    return bool(_DURATION.fullmatch(text) or _DATE.fullmatch(text))


def due_instant(text: str, clock: str, env: Environment, evaluate: Evaluator) -> datetime:
    """When a timer with this text is due: an ISO 8601 duration, a date, or an expression that gives one of them.

    Raises BadTimer, or the calendar's error for a duration it refuses (days mixed with hours).
    """
    text = text.strip()
    if not is_literal(text):
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
