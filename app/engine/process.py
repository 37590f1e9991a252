"""The library's workflow object, made safe where tasks vanish while others still run."""

from __future__ import annotations

from collections import Counter
from typing import Any

from SpiffWorkflow.bpmn import BpmnWorkflow
from SpiffWorkflow.exceptions import WorkflowException
from SpiffWorkflow.util.task import TaskState

MAX_SAME = 120  # times that one automatic element may run in one step
MAX_STEPS = 600  # automatic elements of one (sub-)process in one step: twice the largest diagram


class Process(BpmnWorkflow):  # type: ignore[misc]
    """A workflow whose removed tasks take their sub-workflows and waits with them, and whose steps are bounded."""

    def __init__(self, spec: Any, subprocess_specs: Any, **kwargs: Any) -> None:
        super().__init__(spec, subprocess_specs, **kwargs)
        self._ran: Counter[tuple[int, str | None]] = Counter()
        self.task_removed_event.connect(self._forget)

    def do_engine_steps(self, *_callbacks: Any) -> None:
        """Run everything automatic until only work and waits are left; raises where one element runs without end."""
        self._ran.clear()
        while not self.completed and self._round():
            pass

    def _round(self) -> bool:
        """One pass over the running sub-workflows, the deepest first, and the process; whether anything happened."""
        active = self.get_active_subprocesses()
        for sub in sorted(active, key=lambda sub: sub.depth, reverse=True):
            while self.subprocesses.get(sub.parent_task_id) is sub and self._run_ready(sub):
                pass
            if self.subprocesses.get(sub.parent_task_id) is sub:
                caller = self.get_task_from_id(sub.parent_task_id)
                caller.task_spec._update(caller)
        return self._run_ready(self) > 0 or len(self.get_active_subprocesses()) > len(active)

    def _run_ready(self, workflow: Any) -> int:
        count = 0
        for task in in_state(workflow, TaskState.READY):
            if task._state == TaskState.READY and not task.task_spec.manual:
                self._count(task)
                task.run()
                count += 1
        return count

    def _count(self, task: Any) -> None:
        workflow, name = id(task.workflow), task.task_spec.name
        self._ran[workflow, name] += 1
        self._ran[workflow, None] += 1
        if self._ran[workflow, name] > MAX_SAME or self._ran[workflow, None] > MAX_STEPS:
            raise WorkflowException(f"{name} repeats without waiting for anybody", task.task_spec)

    def update_waiting_tasks(self) -> None:
        """Let each waiting task look again whether it may go on (the library walks through the tree to find them)."""
        if any(task._state == TaskState.WAITING for task in self.tasks.values()):
            super().update_waiting_tasks()

    def _forget(self, _workflow: Any, task: Any) -> None:
        self.event_manager.remove_task(task)
        sub = self.subprocesses.pop(task.id, None)
        if sub is not None:
            for inner in list(sub.tasks.values()):
                self._forget(sub, inner)


def in_state(workflow: Any, state: int) -> list[Any]:
    """What `get_tasks` of the library finds, without its walk through the tree, which gives several their order."""
    found = [task for task in workflow.tasks.values() if task._state == state]
    return workflow.get_tasks(state=state) if len(found) > 1 or workflow.top_workflow.subprocesses else found
