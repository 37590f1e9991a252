"""The library as it comes, driven by addressed events and a clock of ours, to compare our engine with."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from io import BytesIO
from typing import Any

import SpiffWorkflow.bpmn.specs.event_definitions.timer as timer_module
from SpiffWorkflow.bpmn import BpmnEvent, BpmnWorkflow
from SpiffWorkflow.bpmn.parser import BpmnParser
from SpiffWorkflow.bpmn.specs.defaults import EventBasedGateway
from SpiffWorkflow.bpmn.specs.event_definitions import ErrorEventDefinition, MessageEventDefinition
from SpiffWorkflow.bpmn.specs.event_definitions.timer import TimerEventDefinition
from SpiffWorkflow.bpmn.specs.mixins.events.event_types import CatchingEvent
from SpiffWorkflow.util.task import TaskState

Found = tuple[str, str, Any]


class Stock:
    """One instance run by the unchanged library."""

    def __init__(self, data: bytes, variables: dict[str, Any]) -> None:
        parser = BpmnParser()
        parser.add_bpmn_io(BytesIO(data), "drawing.bpmn")
        self._names = {}
        for spec in (parser.get_spec("main"), *parser.get_subprocess_specs("main").values()):
            for task_spec in spec.task_specs.values():
                if isinstance(task_spec, EventBasedGateway):
                    self._names[id(task_spec)] = [output.name for output in task_spec.outputs]
        self.workflow = BpmnWorkflow(parser.get_spec("main"), parser.get_subprocess_specs("main"))
        self.workflow.task_tree.data.update(variables)
        self.workflow.do_engine_steps()

    def ready(self) -> list[Any]:
        """The tasks of all work that is ready."""
        tasks: list[Any] = self.workflow.get_tasks(state=TaskState.READY, manual=True)
        return tasks

    def waits(self) -> list[tuple[str, datetime | None, Any, Any]]:
        """Element, due time, task and event of all that is waited for."""
        found = []
        for task in self.workflow.get_tasks(state=TaskState.WAITING):
            if isinstance(task.task_spec, EventBasedGateway):
                names, definitions = self._names[id(task.task_spec)], task.task_spec.event_definition.event_definitions
                events = zip(names, definitions, strict=True)
                found += [(name, _due(task, event), task, event) for name, event in events]
            elif isinstance(task.task_spec, CatchingEvent):
                event = task.task_spec.event_definition
                found.append((task.task_spec.bpmn_id, _due(task, event), task, event))
        return [entry for entry in found if not isinstance(entry[3], ErrorEventDefinition)]

    def complete(self, task: Any, variables: dict[str, Any]) -> None:
        task.data.update(variables)
        task.run()
        self.workflow.do_engine_steps()

    def deliver(self, task: Any, event: MessageEventDefinition, variables: dict[str, Any]) -> None:
        task.task_spec.catch(task, BpmnEvent(event, dict(variables)))
        task.task_spec._update(task)
        self.workflow.do_engine_steps()

    def fire(self) -> None:
        """Run all timers that are due."""
        self.workflow.refresh_timers()
        self.workflow.do_engine_steps()


def _due(task: Any, event: Any) -> datetime | None:
    if not isinstance(event, TimerEventDefinition):
        return None
    return datetime.fromisoformat(task.internal_data["event_value"])


class Clock:
    """Stands in for the `datetime` of the library's timer module."""

    def __init__(self, at: datetime) -> None:
        self.at = at

    def now(self, zone: Any = None) -> datetime:
        return self.at.astimezone(zone or UTC)

    def __getattr__(self, name: str) -> Any:
        return getattr(datetime, name)


@contextmanager
def library_clock(at: datetime) -> Iterator[Clock]:
    """Let the library's timers read this clock."""
    clock, before = Clock(at), timer_module.datetime
    timer_module.datetime = clock
    try:
        yield clock
    finally:
        timer_module.datetime = before
