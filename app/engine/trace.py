"""Writes down what one step of an instance did: which flows it passed and which tasks it entered, left or cancelled."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from SpiffWorkflow.bpmn.specs.mixins.events.end_event import EndEvent
from SpiffWorkflow.bpmn.specs.mixins.multiinstance_task import LoopTask

Visit = tuple[str, str]  # (task id, element id)


@dataclass(frozen=True, slots=True)
class EngineStep:
    """What happened between two wait states, in order. A task that was entered and left at once stands in both."""

    flows: tuple[str, ...] = ()
    entered: tuple[Visit, ...] = ()
    left: tuple[Visit, ...] = ()
    cancelled: tuple[Visit, ...] = ()


def visible(task: Any) -> bool:
    """Whether the task is an element of the drawing (and not the wrapper of several instances of it)."""
    return task.task_spec.bpmn_id is not None and not isinstance(task.task_spec, LoopTask)


def visit(task: Any) -> Visit:
    """The task's id and its element."""
    return task.id.hex, task.task_spec.bpmn_id


class Trace:
    """Counts every flow of an instance's life and collects the steps' entries; `ended` lists the end events reached."""

    def __init__(self, returns: dict[str, int] | None = None, ended: Iterable[str] = ()) -> None:
        self.returns: Counter[str] = Counter(returns or {})
        self.ended: list[str] = list(ended)
        self._before: dict[str, Visit] = {}
        self._flows: list[str] = []
        self._entered: dict[str, Visit] = {}
        self._left: list[Visit] = []

    def begin(self, live: Iterable[Any]) -> None:
        """Start a step; `live` are the tasks open before it."""
        self._before = {task.id.hex: visit(task) for task in live if visible(task)}
        self._flows, self._entered, self._left = [], {}, []

    def enter(self, task: Any) -> None:
        """A task became open or was passed."""
        if visible(task) and task.id.hex not in self._before:
            self._entered.setdefault(task.id.hex, visit(task))

    def leave(self, task: Any) -> None:
        """A task was completed; its chosen successors are its children now."""
        spec = task.task_spec
        if visible(task):
            self.enter(task)
            self._left.append(visit(task))
            if isinstance(spec, EndEvent) and task.workflow is task.workflow.top_workflow:
                self.ended.append(spec.bpmn_id)
        for flow in _passed(task):
            self._flows.append(flow)
            self.returns[flow] += 1

    def finish(self, live: Iterable[Any]) -> EngineStep:
        """End the step; `live` are the tasks open after it."""
        still = set()
        for task in live:
            still.add(task.id.hex)
            self.enter(task)
        done = {task_id for task_id, _ in self._left}
        cancelled = [v for task_id, v in {**self._before, **self._entered}.items() if task_id not in still | done]
        return EngineStep(tuple(self._flows), tuple(self._entered.values()), tuple(self._left), tuple(cancelled))


def note_completion(workflow: Any, task: Any) -> None:
    """Hung on every task spec of a definition: tells the running instance's trace that a task was completed."""
    workflow.script_engine.trace.leave(task)


def _passed(task: Any) -> list[str]:
    spec = task.task_spec
    chosen = task.internal_data.pop("flow", None)
    if chosen is not None:
        return [chosen]
    reached = Counter(child.task_spec.name for child in task.children)
    passed = []
    for target, flow in spec.flows:
        if reached[target] > 0:
            reached[target] -= 1
            passed.append(flow)
    return passed
