"""Tells whether an instance can still move after a step: it has ended, or somebody or something can continue it."""

from __future__ import annotations

from typing import Any

from SpiffWorkflow.bpmn.specs.mixins.subworkflow_task import SubWorkflowTask
from SpiffWorkflow.util.task import TaskState

from app.engine.scope import LIVE, open_waits, open_work, workflows

MAX_DEPTH = 900  # the library stops seeing tasks at 1,000 and then takes the process for completed


def fault(top: Any, live: list[Any]) -> str | None:
    """Why the instance is stuck, or None when it is well."""
    if top.completed:
        return None
    for task in live:
        if task._state == TaskState.READY and not task.task_spec.manual:
            return f"{task.task_spec.name} was reached but not run"
        if task._state == TaskState.STARTED and not _goes_on(top, task):
            return f"{task.task_spec.name} was started and nothing in it can continue"
    if not any(open_work(live)) and not any(open_waits(live)):
        return "nothing is open and the process has not ended"
    if max(_depth(workflow) for workflow in workflows(top)) > MAX_DEPTH:
        return f"the history of the instance is deeper than {MAX_DEPTH} steps"
    return None


def _goes_on(top: Any, task: Any) -> bool:
    if isinstance(task.task_spec, SubWorkflowTask):
        sub = top.subprocesses.get(task.id)
        return sub is not None and not sub.completed and any(t._state & LIVE for t in sub.tasks.values())
    return any(child._state & LIVE for child in task.children)


def _depth(workflow: Any) -> int:
    depths: dict[Any, int] = {}
    for task_id, task in workflow.tasks.items():  # a parent stands before its children
        depths[task_id] = depths.get(task._parent, 0) + 1
    return max(depths.values(), default=0)
