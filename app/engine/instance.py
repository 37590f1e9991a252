"""A running process instance: starts, answers what is open, takes completions, messages, timers and errors."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Any, NamedTuple, Self

from SpiffWorkflow.bpmn.specs.defaults import StartEvent
from SpiffWorkflow.exceptions import SpiffWorkflowException

from app.domain.errors import Invalid, Refusal
from app.domain.text import Text
from app.engine import codec
from app.engine.compact import compact
from app.engine.definition import Definition
from app.engine.environment import Environment, from_micros
from app.engine.events import EventGateway, Message, count_again, interrupt_by_error
from app.engine.health import fault
from app.engine.process import Process
from app.engine.refusals import DamagedState, EngineStuck, NotOpen
from app.engine.scope import OpenWork, Wait, live_tasks, open_waits, open_work, workflows
from app.engine.script import ScriptEngine
from app.engine.timers import WorkingTimer
from app.engine.trace import EngineStep, Trace
from app.engine.variables import Scalar, only_scalars, scalars

__all__ = ["EngineStep", "Environment", "Instance", "OpenWork", "Wait"]

FAILURES = (SpiffWorkflowException, Refusal, ValueError, TypeError, LookupError, ArithmeticError, AttributeError)


class Recounted(NamedTuple):
    """A timer whose due instant is another one since the calendar changed."""

    id: str
    element: str
    old: datetime
    due: datetime


class Instance:
    """One running instance. Every change is a step from wait state to wait state and returns what happened.

    A step that fails raises EngineStuck and leaves this object unusable: decode the blob of before again.
    """

    def __init__(self, definition: Definition, top: Any, trace: Trace) -> None:
        """For `start` and `decode`."""
        self.definition = definition
        self._top = top
        self._trace = trace
        self._broken: str | None = None

    @classmethod
    def start(
        cls, definition: Definition, variables: Mapping[str, Any], env: Environment, start: str | None = None
    ) -> tuple[Self, EngineStep]:
        """A new instance. `start` is the name of the start message where the process has several starts.

        Raises Invalid for a start that the process does not have or a variable that is no scalar, EngineStuck when
        the first step fails.
        """
        given = scalars(variables)
        message = _start_event(definition, start)
        trace = Trace()
        engine = ScriptEngine(trace)
        try:
            top = Process(definition.spec, definition.subprocess_specs, script_engine=engine)
        except (*FAILURES, RecursionError) as error:
            raise _stuck(error) from error
        top.task_tree.data.update(given)
        made = cls(definition, top, trace)
        if message is None:
            return made, made._run(env, lambda: None)
        return made, made._run(env, lambda: made._begin_at(message))

    @classmethod
    def decode(cls, definition: Definition, blob: bytes) -> Self:
        """The instance that `encode` wrote. Raises DamagedState for anything else."""
        try:
            top, trace = codec.decode(definition, blob, ScriptEngine)
        except DamagedState:
            raise
        except Exception as error:
            raise DamagedState(reason=f"{type(error).__name__}: {error}") from error
        return cls(definition, top, trace)

    def encode(self) -> bytes:
        """The whole state as bytes, small and without the process definition."""
        self._refuse_broken()
        return codec.encode(self.definition, self._top, self._trace)

    @property
    def completed(self) -> bool:
        """Whether the process has ended."""
        return bool(self._top.completed)

    @property
    def ended(self) -> tuple[str, ...]:
        """The end events reached on top level, in order; the last is the outcome."""
        return tuple(self._trace.ended)

    @property
    def returns(self) -> Mapping[str, int]:
        """How often each flow was passed so far."""
        return MappingProxyType(self._trace.returns)

    @property
    def variables(self) -> dict[str, Scalar]:
        """The simple values as the open tasks see them; where branches differ, the one changed last."""
        if self.completed:
            return only_scalars(self._top.data)
        merged: dict[str, Any] = {}
        for task in sorted(live_tasks(self._top), key=lambda task: task.last_state_change):
            merged.update(task.data)
        return only_scalars(merged)

    def open(self) -> list[OpenWork]:
        """The work that can be completed now."""
        return [work for work, _ in self._work()]

    def waits(self) -> list[Wait]:
        """The messages and timers that are waited for."""
        return [wait for wait, _ in self._waits()]

    def set(self, variables: Mapping[str, Any]) -> None:
        """Change variables everywhere at once, before a step; raises Invalid for a value that is no scalar."""
        self._refuse_broken()
        given = scalars(variables)
        for workflow in workflows(self._top):
            for task in workflow.tasks.values():
                task.data.update(given)
        if self.completed:
            self._top.data.update(given)

    def complete(self, task_id: str, variables: Mapping[str, Any], env: Environment) -> EngineStep:
        """Complete open work with its answers, which replace older values. Raises NotOpen when it is not open."""
        task = self._open_task(task_id)
        given = scalars(variables)

        def act() -> None:
            task.data.update(given)
            task.run()

        return self._run(env, act)

    def fail(self, task_id: str, error_code: str, env: Environment) -> EngineStep:
        """Report a BPMN error of open work; the path of its error boundary is taken. EngineStuck when none catches."""
        task = self._open_task(task_id)

        def act() -> None:
            if not interrupt_by_error(task, error_code, {}):
                raise LookupError(f"no boundary event catches the error {error_code!r}")

        return self._run(env, act)

    def deliver(self, wait_id: str, variables: Mapping[str, Any], env: Environment) -> EngineStep:
        """Give a message to the one task that waits for it, after all timers that are due. Raises NotOpen."""
        given = scalars(variables)
        self._waiting(wait_id, "message")

        def act() -> None:
            self._fire_all_due(env)
            wait, task = self._waiting(wait_id, "message")
            _happen(task, wait.element, given)

        return self._run(env, act)

    def fire(self, wait_id: str, env: Environment) -> EngineStep:
        """Fire one timer. Raises NotOpen when it is gone or not yet due."""
        wait, task = self._waiting(wait_id, "timer")
        if wait.due is None or wait.due > env.now:
            raise NotOpen(Text("Waktunya belum tiba.", "The timer is not due yet."), due=wait.due, element=wait.element)
        return self._run(env, lambda: _happen(task, wait.element, {}))

    def recount(self, env: Environment, entered: Callable[[str], datetime | None]) -> list[Recounted]:
        """Count the due times of all waiting timers again with the calendar and limits of `env`; no step is taken.

        Says which moved. `entered` tells when a task was entered, for timers of the first release. Raises EngineStuck
        when one can no longer be counted.
        """
        self._refuse_broken()
        moved = []
        for wait, task in self._waits():
            if wait.kind == "timer" and wait.due is not None:
                try:
                    due = count_again(task, wait.element, entered, env)
                except FAILURES as error:
                    self._broken = str(error)
                    raise _stuck(error) from error
                if due is not None and from_micros(due) != wait.due:
                    moved.append(Recounted(wait.id, wait.element, wait.due, from_micros(due)))
        return moved

    def cancel(self, outcome: str, env: Environment) -> EngineStep:
        """End the instance from outside (withdrawal): every token is cancelled and `outcome` is the end reached."""

        def act() -> None:
            self._top.cancel()
            self._trace.ended.append(outcome)

        return self._run(env, act)

    def _run(self, env: Environment, act: Callable[[], None]) -> EngineStep:
        self._refuse_broken()
        self._top.script_engine.set_environment(env)
        self._trace.begin(live_tasks(self._top))
        try:
            act()
            self._top.do_engine_steps()
            self._top.bpmn_events.clear()
            compact(self._top)
            live = live_tasks(self._top)
            reason = fault(self._top, live)
        except NotOpen:
            self._broken = "the wait ended when the due timers fired"
            raise
        except (*FAILURES, RecursionError) as error:
            self._broken = str(error)
            raise _stuck(error) from error
        if reason is not None:
            self._broken = reason
            raise _stuck_because(reason)
        return self._trace.finish(live)

    def _begin_at(self, element: str) -> None:
        self._top.do_engine_steps()
        for task in live_tasks(self._top):
            if isinstance(task.task_spec, StartEvent) and task.task_spec.bpmn_id == element:
                _happen(task, element, {})
                return
        raise LookupError(f"the start event {element} does not wait")

    def _fire_all_due(self, env: Environment) -> None:
        while due := [pair for pair in self._waits() if pair[0].due and pair[0].due <= env.now]:
            wait, task = min(due, key=lambda pair: (pair[0].due, pair[0].id))
            _happen(task, wait.element, {})
            self._top.do_engine_steps()

    def _work(self) -> list[tuple[OpenWork, Any]]:
        return list(open_work(live_tasks(self._top)))

    def _waits(self) -> list[tuple[Wait, Any]]:
        return list(open_waits(live_tasks(self._top)))

    def _open_task(self, task_id: str) -> Any:
        self._refuse_broken()
        for work, task in self._work():
            if work.id == task_id:
                return task
        raise NotOpen(task=task_id)

    def _waiting(self, wait_id: str, kind: str) -> tuple[Wait, Any]:
        self._refuse_broken()
        for wait, task in self._waits():
            if wait.id == wait_id and wait.kind == kind:
                return wait, task
        raise NotOpen(wait=wait_id)

    def _refuse_broken(self) -> None:
        if self._broken is not None:
            raise _stuck_because(self._broken)


def _happen(task: Any, element: str, answers: dict[str, Any]) -> None:
    spec = task.task_spec
    if isinstance(spec, EventGateway):
        spec.choose(task, element, answers)
        return
    if isinstance(spec.event_definition, WorkingTimer):
        spec.event_definition.wait_again(task)
    spec.catch(task, answers if isinstance(spec.event_definition, Message) else None)
    spec._update(task)


def _start_event(definition: Definition, start: str | None) -> str | None:
    """The message start event to begin at; None where the process begins by itself."""
    if start is None and len(definition.starts) <= 1:
        return next(iter(definition.starts.values()), None)
    if start is not None and start in definition.starts:
        return definition.starts[start]
    raise Invalid(
        Text("Pesan pembuka proses tidak dikenal.", "The message that starts the process is not known."),
        start=start,
        known=sorted(definition.starts),
    )


def _stuck(error: BaseException) -> EngineStuck:
    if isinstance(error, Refusal):
        return EngineStuck(
            Text(f"{EngineStuck.title.id} {error.message.id}", f"{EngineStuck.title.en} {error.message.en}"),
            reason=error.message.en,
        )
    return _stuck_because(f"{type(error).__name__}: {error}")


def _stuck_because(reason: str) -> EngineStuck:
    return EngineStuck(reason=reason)
