"""Finds the open tasks and waits of a running instance, in its process and in all that it has called."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from SpiffWorkflow.bpmn.specs.mixins.events.event_types import CatchingEvent
from SpiffWorkflow.util.task import TaskState

from app.engine.environment import from_micros
from app.engine.events import DUES, EventGateway, Message, branch_id
from app.engine.specs import ExternalEnd, ExternalTask
from app.engine.timers import DUE, WorkingTimer

LIVE = TaskState.WAITING | TaskState.READY | TaskState.STARTED


@dataclass(frozen=True, slots=True)
class OpenWork:
    """Work that somebody (user) or something (service, with its topic) has to complete."""

    id: str
    element: str
    kind: Literal["user", "service"]
    topic: str | None


@dataclass(frozen=True, slots=True)
class Wait:
    """A message or a due time that is waited for. `id` is for the engine, stable as long as the wait lasts."""

    id: str
    element: str
    kind: Literal["timer", "message"]
    name: str | None
    due: datetime | None


def workflows(top: Any) -> list[Any]:
    """The process itself and every called or embedded process that still runs."""
    return [top, *(sub for sub in top.subprocesses.values() if not sub.completed)]


def live_tasks(top: Any) -> list[Any]:
    """All tasks that are ready, waiting or started, of all workflows, in the order in which they were created."""
    if top.completed:
        return []
    return [task for workflow in workflows(top) for task in workflow.tasks.values() if task._state & LIVE]


def open_work(live: list[Any]) -> Iterator[tuple[OpenWork, Any]]:
    """The work among live tasks, each with its task."""
    for task in live:
        spec = task.task_spec
        if task._state == TaskState.READY and spec.manual:
            external = isinstance(spec, ExternalTask | ExternalEnd)
            kind: Literal["user", "service"] = "service" if external else "user"
            yield OpenWork(task.id.hex, spec.bpmn_id, kind, spec.topic if external else None), task


def open_waits(live: list[Any]) -> Iterator[tuple[Wait, Any]]:
    """The waits among live tasks, each with its task; an event gateway gives one for each of its events."""
    for task in live:
        spec = task.task_spec
        if task._state != TaskState.WAITING or not isinstance(spec, CatchingEvent):
            continue
        if isinstance(spec, EventGateway):
            for element, event in spec.event_definition.branches.items():
                due = task.internal_data.get(DUES, {}).get(element)
                yield from _wait(branch_id(task.id.hex, element), element, event, due, task)
        else:
            due = task.internal_data.get(DUE)
            yield from _wait(task.id.hex, spec.bpmn_id, spec.event_definition, due, task)


def _wait(wait_id: str, element: str, event: Any, due: int | None, task: Any) -> Iterator[tuple[Wait, Any]]:
    if isinstance(event, Message):
        yield Wait(wait_id, element, "message", event.name, None), task
    elif isinstance(event, WorkingTimer) and due is not None:
        yield Wait(wait_id, element, "timer", None, from_micros(due)), task
