"""Messages, errors and event gateways, delivered to the one task that waits and never to all that listen."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID, uuid5

from SpiffWorkflow.bpmn.specs import defaults
from SpiffWorkflow.bpmn.specs.control import BoundaryEventSplit
from SpiffWorkflow.bpmn.specs.event_definitions import MultipleEventDefinition, NoneEventDefinition
from SpiffWorkflow.bpmn.specs.event_definitions.base import EventDefinition
from SpiffWorkflow.bpmn.specs.mixins.multiinstance_task import LoopTask
from SpiffWorkflow.util.task import TaskState

from app.engine.environment import Environment
from app.engine.timers import DUE, Entered, WorkingTimer, forget, remember

ANSWERS = "answers"  # internal data of a waiting task: what its message brought
CHOSEN = "chosen"  # internal data of an event gateway: the event that came first
DUES = "dues"  # internal data of an event gateway: element id -> due instant in microseconds


class _Carrier(EventDefinition):  # type: ignore[misc]
    """An event whose variables become data of the task that waits for it."""

    def catch(self, my_task: Any, event: Any = None) -> None:
        """Take the event; `event` is the mapping of variables that it brings."""
        my_task.internal_data[ANSWERS] = dict(event or {})
        my_task.internal_data["event_fired"] = True

    def update_task_data(self, my_task: Any) -> None:
        """Put what the event brought into the task's data, when the task runs."""
        my_task.data.update(my_task.internal_data.get(ANSWERS, {}))

    def reset(self, my_task: Any) -> None:
        """Forget the event."""
        my_task.internal_data.pop(ANSWERS, None)
        super().reset(my_task)


class Message(_Carrier):
    """A message that is waited for."""


class BpmnError(_Carrier):
    """An error that ends a sub-process or is caught at the border of one activity. No `code` catches every code."""

    def __init__(self, name: str, code: str | None, description: str | None = None) -> None:
        super().__init__(name, description)
        self.code = code

    def throw(self, my_task: Any) -> None:
        """End the enclosing activities up to the first that catches the code; without one, just end."""
        top = my_task.workflow.top_workflow
        parent_id = my_task.workflow.parent_task_id
        if parent_id is not None:
            interrupt_by_error(top.get_task_from_id(parent_id), self.code, my_task.data)


def interrupt_by_error(activity: Any, code: str | None, data: dict[str, Any]) -> bool:
    """Fire the error boundary of `activity` for `code`, or of the nearest activity around it, with what was known.

    Returns False when none catches.
    """
    while activity is not None:
        host = activity.parent if isinstance(activity.parent.task_spec, LoopTask) else activity
        boundary = _error_boundary(host, code)
        if boundary is not None:
            boundary.task_spec.catch(boundary, data)
            boundary.task_spec._update(boundary)
            host.cancel()
            return True
        parent_id = activity.workflow.parent_task_id
        activity = None if parent_id is None else activity.workflow.top_workflow.get_task_from_id(parent_id)
    return False


def _error_boundary(host: Any, code: str | None) -> Any:
    if not isinstance(host.parent.task_spec, BoundaryEventSplit):
        return None
    caught = [
        task
        for task in host.parent.children
        if task.state == TaskState.WAITING
        and isinstance(task.task_spec.event_definition, BpmnError)
        and task.task_spec.event_definition.code in (None, code)
    ]
    return max(caught, key=lambda task: task.task_spec.event_definition.code is not None, default=None)


class GatewayEvents(MultipleEventDefinition):  # type: ignore[misc]
    """The events an event gateway waits for: `branches` maps the element behind it to its event."""

    def __init__(self) -> None:
        super().__init__([])
        self.branches: dict[str, Any] = {}

    def has_fired(self, my_task: Any) -> bool:
        """Whether one event was chosen; works out the due instants when the gateway is first reached."""
        if DUES not in my_task.internal_data:
            timers = {key: event for key, event in self.branches.items() if isinstance(event, WorkingTimer)}
            my_task.internal_data[DUES] = {key: timer.due(my_task) for key, timer in timers.items()}
            if timers:
                remember(my_task, timers.values())
        return CHOSEN in my_task.internal_data

    def reset(self, my_task: Any) -> None:
        """Forget the choice."""
        forget(my_task, CHOSEN, DUES, ANSWERS)
        super().reset(my_task)


class EventGateway(defaults.EventBasedGateway):  # type: ignore[misc]
    """Waits for the first of several events and follows exactly that one."""

    def connect(self, child: Any) -> None:
        """Take over the child's event, so that the child passes at once when it is chosen."""
        self._outputs.append(child.name)
        child._connect_notify(self)
        self.event_definition.branches[child.name] = child.event_definition
        child.event_definition = NoneEventDefinition()

    def name_branches(self, drawn: Mapping[str, str]) -> None:
        """Know the branches by the ids of the drawing, where the library needed another name."""
        events = self.event_definition
        events.branches = {drawn.get(name, name): event for name, event in events.branches.items()}

    def choose(self, my_task: Any, element: str, answers: dict[str, Any]) -> None:
        """Let the event of `element` come, with what its message brings."""
        my_task.internal_data.update({CHOSEN: element, ANSWERS: answers})
        self._update(my_task)

    def _run_hook(self, my_task: Any) -> bool:
        my_task.data.update(my_task.internal_data.get(ANSWERS, {}))
        behind = [my_task.workflow.spec.task_specs[name] for name in self._outputs]
        chosen = next(spec for spec in behind if spec.bpmn_id == my_task.internal_data[CHOSEN])
        my_task._sync_children([chosen], TaskState.FUTURE)
        for child in my_task.children:
            child.task_spec._predict(child, mask=TaskState.FUTURE | TaskState.PREDICTED_MASK)
        return True


def count_again(my_task: Any, element: str, entered: Entered, env: Environment) -> int | None:
    """Count a waiting timer again and keep the result; None where nobody knows from when it counts."""
    event, kept = my_task.task_spec.event_definition, my_task.internal_data
    gateway = isinstance(event, GatewayEvents)
    due: int | None = (event.branches[element] if gateway else event).due_again(my_task, entered, env)
    if due is not None:
        (kept[DUES] if gateway else kept)[element if gateway else DUE] = due
    return due


def branch_id(gateway: str, element: str) -> str:
    """The stable id of one of the events that a gateway's task (its id) waits for (32 hex digits)."""
    return uuid5(UUID(gateway), element).hex
