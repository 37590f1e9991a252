"""Keeps only the living part of each task tree, so that an instance costs the same after two thousand returns."""

from __future__ import annotations

from collections import Counter
from typing import Any

from SpiffWorkflow.bpmn.specs.control import BoundaryEventJoin, EventSplit
from SpiffWorkflow.bpmn.specs.mixins.multiinstance_task import LoopTask
from SpiffWorkflow.util.task import TaskState

from app.engine.scope import LIVE
from app.engine.timers import WorkingTimer

PREDICTED = TaskState.MAYBE | TaskState.LIKELY | TaskState.FUTURE


def compact(top: Any) -> None:
    """Cut out of a workflow and its sub-workflows everything that can no longer matter, and predict anew.

    Afterwards the instance is the same as one that was written down and read back.
    """
    drop_finished(top)
    for workflow in (top, *top.subprocesses.values()):
        _drop_spare_joins(workflow)
        _prune(workflow, _definite(workflow) if workflow.spec.keep_whole else kept(workflow))
        predict(workflow)


def predict(workflow: Any) -> None:
    """Predict what may follow each live task; inclusive joins look at it."""
    for task in [task for task in workflow.tasks.values() if task._state & LIVE]:
        task.task_spec._predict(task, mask=TaskState.NOT_FINISHED_MASK)


def drop_finished(top: Any) -> None:
    """Drop each sub-workflow whose calling task is finished or gone (and what it called in its turn)."""
    dropped = True
    while dropped:
        dropped = False
        for caller_id, sub in list(top.subprocesses.items()):
            caller = _find(top, caller_id)
            if caller is None or not caller._state & LIVE:
                _forget_waits(top, sub)
                del top.subprocesses[caller_id]
                dropped = True


def kept(workflow: Any) -> set[Any]:
    """The ids of the tasks that must stay, without predictions."""
    tasks = workflow.tasks
    keep = {workflow.task_tree.id}
    leads: Counter[Any] = Counter()
    marked = set()
    for task in tasks.values():
        if task._state & LIVE:
            keep.add(task.id)
            keep.update(_needed_by(task, tasks))
            while task is not None and task.id not in marked:
                marked.add(task.id)
                leads[task._parent] += 1
                task = tasks.get(task._parent)
    keep.update(task_id for task_id, count in leads.items() if count > 1 and task_id in tasks)
    keep.update(_ended_branches(workflow))
    return keep


def _needed_by(task: Any, tasks: Any) -> set[Any]:
    # A waiting event inherits its parent's data again at every update, so the direct parent stays, with what it set.
    needed = set(task._children) if isinstance(task.task_spec, LoopTask) else set()
    parent = tasks.get(task._parent)
    if parent is not None:
        needed.add(parent.id)
        if isinstance(parent.task_spec, EventSplit | LoopTask):
            needed.update(child for child in parent._children if not _is_spent(tasks[child]))
    return {task_id for task_id in needed if not tasks[task_id]._state & PREDICTED}


def _is_spent(task: Any) -> bool:
    """Whether the task is one time of a repeating timer that has come."""
    event = getattr(task.task_spec, "event_definition", None)
    return task._state == TaskState.COMPLETED and isinstance(event, WorkingTimer) and event.times > 1


def _drop_spare_joins(workflow: Any) -> None:
    """Each time that a repeating timer comes leaves a join that waits for the end of the step: one of them will do."""
    for task in list(workflow.tasks.values()):
        waits = task._state == TaskState.WAITING and isinstance(task.task_spec, BoundaryEventJoin)
        if waits and _is_spent(task.parent):
            workflow._remove_task(task.id)


def _ended_branches(workflow: Any) -> set[Any]:
    """The latest branch that ended while others went on, with the data of those before it folded into it."""
    end = workflow.spec.end
    joins = [t for t in workflow.tasks.values() if t.task_spec is end and t._state == TaskState.CANCELLED]
    if not joins:
        return set()
    joins.sort(key=lambda task: task.last_state_change)
    folded: dict[str, Any] = {}
    for join in joins:
        folded.update(join.parent.data)
    last = joins[-1]
    last.parent.data = folded
    last.parent._parent = workflow.task_tree.id
    return {last.id, last._parent}


def _definite(workflow: Any) -> set[Any]:
    return {task_id for task_id, task in workflow.tasks.items() if not task._state & PREDICTED}


def _prune(workflow: Any, keep: set[Any]) -> None:
    tasks = workflow.tasks
    remaining = {task_id: task for task_id, task in tasks.items() if task_id in keep}
    for task in remaining.values():
        while task._parent is not None and task._parent not in keep:
            spent = _is_spent(tasks[task._parent])
            # The split before it would take what came of it for the step on which it sat.
            task._parent = workflow.task_tree.id if spent else tasks[task._parent]._parent
        task._children = []
    for task_id, task in remaining.items():
        if task._parent is not None:
            remaining[task._parent]._children.append(task_id)
    workflow.tasks = remaining


def _find(top: Any, task_id: Any) -> Any:
    for workflow in (top, *top.subprocesses.values()):
        if task_id in workflow.tasks:
            return workflow.tasks[task_id]
    return None


def _forget_waits(top: Any, workflow: Any) -> None:
    for task in workflow.tasks.values():
        top.event_manager.remove_task(task)
