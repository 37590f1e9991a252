"""Our kinds of steps: work done outside, decisions, gateways and called processes, as the library's task specs."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

from SpiffWorkflow.bpmn.specs import defaults
from SpiffWorkflow.bpmn.specs.control import BoundaryEventSplit
from SpiffWorkflow.bpmn.specs.mixins import BpmnSpecMixin
from SpiffWorkflow.bpmn.specs.mixins.multiinstance_task import MultiInstanceTask
from SpiffWorkflow.exceptions import WorkflowException
from SpiffWorkflow.util.task import TaskState

from app.engine.decisions.decision import Decision
from app.engine.variables import scalars

MAX_INSTANCES = 100
MAX_CALL_DEPTH = 10
MAX_NESTED = 5_000  # instances times running sub-processes
MAX_RUNNING = 200  # sub-processes of one instance at the same time
LIST = "list"  # internal data of a multi-instance task: the text from which its list was made


class ExternalTask(BpmnSpecMixin):  # type: ignore[misc]
    """A service or send task: stands READY until somebody completes it. `topic` names the work."""

    def __init__(self, wf_spec: Any, name: str, topic: str, **kwargs: Any) -> None:
        super().__init__(wf_spec, name, **kwargs)
        self.manual = True
        self.topic = topic


class ExternalEnd(defaults.EndEvent):  # type: ignore[misc]
    """A message end event: its message is work on a topic, and the end is reached when that is done."""

    def __init__(self, wf_spec: Any, name: str, topic: str, **kwargs: Any) -> None:
        super().__init__(wf_spec, name, **kwargs)
        self.manual = True
        self.topic = topic


class BusinessRuleTask(BpmnSpecMixin):  # type: ignore[misc]
    """Takes a decision from its table; the outputs become data of the task."""

    def __init__(self, wf_spec: Any, name: str, decision: Decision, **kwargs: Any) -> None:
        super().__init__(wf_spec, name, **kwargs)
        self.decision = decision

    def _run_hook(self, my_task: Any) -> bool:
        found = self.decision.decide(my_task.data, my_task.workflow.script_engine.functions)
        my_task.data.update(scalars({name: _as_scalar(value) for name, value in found.items()}))
        return True


def _as_scalar(value: Any) -> Any:
    """A list that a table collects becomes text with commas, the form in which several instances take it."""
    return ", ".join("" if item is None else str(item) for item in value) if isinstance(value, list) else value


class ExclusiveGateway(defaults.ExclusiveGateway):  # type: ignore[misc]
    """The library's gateway, which also remembers the very flow taken (two flows may lead to one target)."""

    def _predict_hook(self, my_task: Any) -> None:
        if my_task.workflow.spec.keep_whole:  # only joins ask what may come behind a choice that nobody has made yet
            super()._predict_hook(my_task)

    def _run_hook(self, my_task: Any) -> bool:
        index = self._choose(my_task)
        chosen = my_task.workflow.spec.task_specs[self.cond_task_specs[index][1]]
        my_task._sync_children([chosen], TaskState.FUTURE)
        for child in my_task.children:
            child.task_spec._predict(child, mask=TaskState.FUTURE | TaskState.PREDICTED_MASK)
        my_task.internal_data["flow"] = self.flows[index][1]
        return True

    def _choose(self, my_task: Any) -> int:
        default = None
        for index, (condition, _target) in enumerate(self.cond_task_specs):
            if condition is None:
                default = index
            elif condition._matches(my_task):
                return index
        if default is None:
            raise WorkflowException(f"No condition of {self.name} is true and it has no default flow", task_spec=self)
        return default


class BorderSplit(BoundaryEventSplit):  # type: ignore[misc]
    """Starts a step together with the events on its border.

    What follows is only likely until then: the library would look ahead for ever into a circle that nothing but an
    event on a border leaves.
    """

    def _predict_hook(self, my_task: Any) -> None:
        super()._predict_hook(my_task)
        for child in my_task.children:
            if child.has_state(TaskState.FUTURE):
                child._set_state(TaskState.LIKELY)

    def _run_hook(self, my_task: Any) -> Any:
        done = super()._run_hook(my_task)
        for child in my_task.children:
            if child.has_state(TaskState.LIKELY):
                child._set_state(TaskState.FUTURE)
                child.task_spec._predict(child, mask=TaskState.FUTURE | TaskState.PREDICTED_MASK)
        return done


class FreshInstances(MultiInstanceTask):  # type: ignore[misc]
    """Multi-instance that may be entered again: what the last visit left is cleared first, and instances are capped."""

    def _update_hook(self, my_task: Any) -> Any:
        if my_task.has_state(TaskState.PREDICTED_MASK):  # right behind an event on a border
            my_task._set_state(TaskState.FUTURE)
        entered = super()._update_hook(my_task)
        for reference in (self.input_item, self.output_item, None if self._in_place else self.data_output):
            if reference is not None:
                my_task.data.pop(reference.bpmn_id, None)
        self._read_list(my_task)
        asked = self._asked(my_task)
        if asked > MAX_INSTANCES:
            raise WorkflowException(f"{self.name} asks for more than {MAX_INSTANCES} instances", task_spec=self)
        if asked * len(my_task.workflow.top_workflow.subprocesses) > MAX_NESTED:
            raise WorkflowException(f"{self.name} asks for too many instances within instances", task_spec=self)
        return entered

    @property
    def _in_place(self) -> bool:
        both = self.data_input is not None and self.data_output is not None
        return both and self.data_input.bpmn_id == self.data_output.bpmn_id

    def _read_list(self, my_task: Any) -> None:
        # Variables are scalars, so a list comes as text with commas; the text is put back at the end.
        if self.data_input is not None and isinstance(text := self.data_input.get(my_task), str):
            self.data_input.set(my_task, [item.strip() for item in text.split(",") if item.strip()])
            my_task.internal_data[LIST] = text

    def merge_child(self, workflow: Any, child: Any) -> None:
        """Take over what an instance brought; its item stays its own."""
        super().merge_child(workflow, child)
        if self.input_item is not None:
            child.parent.data.pop(self.input_item.bpmn_id, None)

    def _on_complete_hook(self, my_task: Any) -> None:
        text = my_task.internal_data.pop(LIST, None)
        if text is not None and not self._in_place:
            self.data_input.set(my_task, text)
        super()._on_complete_hook(my_task)

    def _asked(self, my_task: Any) -> int:
        if self.data_input is not None:
            return len(self.data_input.get(my_task) or ())
        return int(my_task.workflow.script_engine.evaluate(my_task, self.cardinality))


class ParallelInstances(defaults.ParallelMultiInstanceTask, FreshInstances):  # type: ignore[misc]
    """All instances at once."""


class SequentialInstances(defaults.SequentialMultiInstanceTask, FreshInstances):  # type: ignore[misc]
    """One instance after the other."""


class _Nested:
    """What embedded and called processes have in common: data is copied by item, and a dead caller stays dead."""

    def copy_data(self, my_task: Any, subworkflow: Any) -> None:
        subworkflow.task_tree.data.update(deepcopy(self.data_in(my_task.data)))

    def update_data(self, my_task: Any, subworkflow: Any) -> None:
        my_task.data = self.data_out(my_task.data, deepcopy(subworkflow.last_task.data))

    def data_in(self, outer: dict[str, Any]) -> dict[str, Any]:
        return outer

    def data_out(self, outer: dict[str, Any], inner: dict[str, Any]) -> dict[str, Any]:
        return inner

    def start_workflow(self, my_task: Any) -> None:
        if my_task.workflow.depth >= MAX_CALL_DEPTH:
            raise WorkflowException(f"Processes call each other more than {MAX_CALL_DEPTH} deep")
        if len(my_task.workflow.top_workflow.subprocesses) >= MAX_RUNNING:
            raise WorkflowException(f"More than {MAX_RUNNING} sub-processes run at the same time")
        my_task.workflow.script_engine.trace.enter(my_task)
        super().start_workflow(my_task)  # type: ignore[misc]

    def _on_subworkflow_completed(self, subworkflow: Any, my_task: Any) -> None:
        if not my_task.has_state(TaskState.FINISHED_MASK):
            super()._on_subworkflow_completed(subworkflow, my_task)  # type: ignore[misc]


class SubProcess(_Nested, defaults.SubWorkflowTask):  # type: ignore[misc]
    """An embedded sub-process."""


class CallActivity(_Nested, defaults.CallActivity):  # type: ignore[misc]
    """A call of another process of the same files; `passed` and `returned` are (source, target) names, None: all."""

    passed: tuple[tuple[str, str], ...] | None = None
    returned: tuple[tuple[str, str], ...] | None = None

    def data_in(self, outer: dict[str, Any]) -> dict[str, Any]:
        """The data of the called process at its start."""
        return outer if self.passed is None else _renamed(outer, self.passed)

    def data_out(self, outer: dict[str, Any], inner: dict[str, Any]) -> dict[str, Any]:
        """The data of the caller after the call."""
        return inner if self.returned is None else outer | _renamed(inner, self.returned)


def _renamed(data: dict[str, Any], names: tuple[tuple[str, str], ...]) -> dict[str, Any]:
    return {target: data[source] for source, target in names if source in data}
