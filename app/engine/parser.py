"""Turns checked diagrams into the library's task specs, reading the Camunda 7 words that the desktop Modeler writes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from SpiffWorkflow.bpmn.parser.BpmnParser import BpmnParser
from SpiffWorkflow.bpmn.parser.event_parsers import (
    EndEventParser,
    EventBasedGatewayParser,
    IntermediateThrowEventParser,
    ReceiveTaskParser,
)
from SpiffWorkflow.bpmn.parser.node_parser import DEFAULT_NSMAP
from SpiffWorkflow.bpmn.parser.ProcessParser import ProcessParser
from SpiffWorkflow.bpmn.parser.task_parsers import CallActivityParser, ConditionalGatewayParser, SubWorkflowParser
from SpiffWorkflow.bpmn.parser.TaskParser import TaskParser
from SpiffWorkflow.bpmn.parser.util import full_tag
from SpiffWorkflow.bpmn.parser.ValidationException import ValidationException
from SpiffWorkflow.bpmn.specs import defaults
from SpiffWorkflow.bpmn.specs.data_spec import TaskDataReference
from SpiffWorkflow.bpmn.specs.event_definitions import NoneEventDefinition

from app.engine import specs
from app.engine.elements import NS, camunda, message_of, read_properties, recurrence_of, topic_of
from app.engine.events import BpmnError, EventGateway, GatewayEvents, Message
from app.engine.timers import CYCLE, MOST_TIMES, WorkingTimer
from app.engine.xml import CAMUNDA

UNSUPPORTED = ("adHocSubProcess", "transaction")


class FileOrder(ProcessParser):  # type: ignore[misc]
    """Keeps the flows of a gateway in the order of the file, so that moving a box never changes a decision."""

    def get_position(self, node_id: str) -> dict[str, float]:
        """The same place for every node, because the library sorts by height in the drawing."""
        return {"x": 0.0, "y": 0.0}


class Dialect:
    """Mixed into the library's parser of every kind of node."""

    PARALLEL_MI_CLASS = specs.ParallelInstances
    SEQUENTIAL_MI_CLASS = specs.SequentialInstances
    node: Any
    task: Any

    def parse_incoming_data_references(self) -> list[Any]:
        """Data objects in a drawing are for people; they carry no data."""
        return []

    def parse_outgoing_data_references(self) -> list[Any]:
        """Data objects in a drawing are for people; they carry no data."""
        return []

    def _add_multiinstance_task(self, characteristics: Any) -> None:
        super()._add_multiinstance_task(_standard_instances(characteristics))  # type: ignore[misc]
        collection = camunda(characteristics, "collection")
        variable = camunda(characteristics, "elementVariable")
        if collection is not None:
            self.task.data_input, self.task.cardinality = TaskDataReference(collection.strip("${} ")), None
        if variable is not None:
            self.task.input_item = TaskDataReference(variable)

    def parse_timer_event(self, event: Any) -> WorkingTimer | NoneEventDefinition:
        """A duration, a date or an expression; a number of times beside a step that goes on.

        A start that repeats begins at once: the calendar begins each case when its time has come.
        """
        if recurrence_of(self.node):
            return NoneEventDefinition(description="Timer")
        clock = read_properties(self.node).get("clock", "working")
        cycle = CYCLE.fullmatch((event.findtext("b:timeCycle", "", NS)).strip())
        if cycle and self.node.get("cancelActivity") == "false" and 1 <= int(cycle[1]) <= MOST_TIMES:
            return WorkingTimer(self.node.get("id"), cycle[2], clock, int(cycle[1]), description="Timer")
        text = event.findtext("b:timeDuration", None, NS) or event.findtext("b:timeDate", None, NS)
        if text is None or not text.strip():
            raise self._refused("A timer needs a duration or a date; this one repeats where it cannot")
        return WorkingTimer(self.node.get("id"), text.strip(), clock, description="Timer")

    def parse_message_event(self, message_event: Any) -> Message:
        """A message by its name."""
        messages = self.process_parser.parser.messages  # type: ignore[attr-defined]
        name = message_of(self.node, messages)
        if not name:
            raise self._refused("The message has no name")
        return Message(name, description="Message")

    def parse_error_event(self, error_event: Any) -> BpmnError:
        """An error by its code; without a reference it catches every code."""
        reference = error_event.get("errorRef")
        error = self.process_parser.parser.errors.get(reference)  # type: ignore[attr-defined]
        if reference and error is None:
            raise self._refused("The error is not declared")
        return BpmnError(reference or "error", error["error_code"] if error else None, description="Error")

    def _unsupported_event(self, event: Any) -> Any:
        raise self._refused("This kind of event is not supported")

    parse_signal_event = parse_escalation_event = parse_conditional_event = parse_cancel_event = _unsupported_event

    def _refused(self, why: str) -> ValidationException:
        return ValidationException(why, node=self.node, file_name=self.filename)  # type: ignore[attr-defined]


class ExternalParser(TaskParser):  # type: ignore[misc]
    """Service and send tasks: work on a topic that somebody or something completes."""

    def create_task(self) -> Any:
        """The spec with its topic."""
        topic = topic_of(self.node)
        if topic is None:
            raise self._refused('The task needs camunda:type="external" and a camunda:topic')
        return specs.ExternalTask(self.spec, self.bpmn_id, topic, **self.bpmn_attributes)


class ThrowParser(IntermediateThrowEventParser):  # type: ignore[misc]
    """Events on the way: one that sends a message is work on a topic, one that throws nothing just passes."""

    def create_task(self) -> Any:
        """The spec of the event."""
        topic = topic_of(self.node)
        if topic is not None:
            return specs.ExternalTask(self.spec, self.bpmn_id, topic, **self.bpmn_attributes)
        if self.node.find("b:messageEventDefinition", NS) is not None:
            raise self._refused("A message that is sent needs a camunda:topic")
        return super().create_task()


class ReceiveParser(ReceiveTaskParser):  # type: ignore[misc]
    """Receive tasks, which must name their message."""

    def create_task(self) -> Any:
        """The spec of the task."""
        if not message_of(self.node, self.process_parser.parser.messages):
            raise self._refused("The task names no message to wait for")
        return super().create_task()


class EndParser(EndEventParser):  # type: ignore[misc]
    """End events; one that sends a message on a topic waits until that is done."""

    def create_task(self) -> Any:
        """The spec of the end event, connected to the end of its process."""
        topic = topic_of(self.node)
        if topic is None:
            if self.node.find("b:messageEventDefinition", NS) is not None:
                raise self._refused("A message that is sent needs a camunda:topic")
            return super().create_task()
        task = specs.ExternalEnd(
            self.spec, self.bpmn_id, topic, event_definition=NoneEventDefinition(), **self.bpmn_attributes
        )
        task.connect(self.spec.end)
        return task


class DecisionParser(TaskParser):  # type: ignore[misc]
    """Business rule tasks: a decision table of the same bundle, or work on a topic."""

    def create_task(self) -> Any:
        """The spec with its decision."""
        topic = topic_of(self.node)
        if topic is not None:
            return specs.ExternalTask(self.spec, self.bpmn_id, topic, **self.bpmn_attributes)
        reference = camunda(self.node, "decisionRef")
        decision = self.process_parser.parser.decisions.get(reference)
        if decision is None:
            raise self._refused(f"The decision {reference!r} is not in the bundle")
        return specs.BusinessRuleTask(self.spec, self.bpmn_id, decision, **self.bpmn_attributes)


class GatewayOfEventsParser(EventBasedGatewayParser):  # type: ignore[misc]
    """Event gateways."""

    def create_task(self) -> Any:
        """The spec; its events are added when the elements behind it are connected."""
        return self._create_task(GatewayEvents())


class CallParser(CallActivityParser):  # type: ignore[misc]
    """Call activities with `camunda:in` and `camunda:out`; without them all variables go in and come back."""

    def create_task(self) -> Any:
        """The spec with the names of what it passes and returns."""
        task = super().create_task()
        task.passed = _names(self.node, "in")
        task.returned = _names(self.node, "out")
        return task


class EmbeddedParser(SubWorkflowParser):  # type: ignore[misc]
    """Embedded sub-processes; event sub-processes are refused because the library runs them wrongly."""

    def create_task(self) -> Any:
        """The spec of the sub-process."""
        if self.node.get("triggeredByEvent") == "true":
            raise self._refused("Event sub-processes are not supported")
        return super().create_task()


def _names(node: Any, direction: str) -> tuple[tuple[str, str], ...] | None:
    found = node.findall(f"b:extensionElements/c:{direction}", NS)
    if not found or any(entry.get("variables") == "all" for entry in found):
        return None
    return tuple((e.get("source"), e.get("target")) for e in found if e.get("source") and e.get("target"))


def _standard_instances(characteristics: Any) -> Any:
    # The library insists on BPMN's own reference where Camunda writes an attribute; the value is set afterwards.
    if camunda(characteristics, "collection") and characteristics.find("b:loopDataInputRef", NS) is None:
        reference = characteristics.makeelement(full_tag("loopDataInputRef"), {}, None)
        reference.text = camunda(characteristics, "collection")
        characteristics.append(reference)
    return characteristics


_OURS: Mapping[str, tuple[Any, Any]] = {
    "serviceTask": (ExternalParser, specs.ExternalTask),
    "sendTask": (ExternalParser, specs.ExternalTask),
    "receiveTask": (ReceiveParser, defaults.ReceiveTask),
    "intermediateThrowEvent": (ThrowParser, defaults.IntermediateThrowEvent),
    "endEvent": (EndParser, defaults.EndEvent),
    "businessRuleTask": (DecisionParser, specs.BusinessRuleTask),
    "exclusiveGateway": (ConditionalGatewayParser, specs.ExclusiveGateway),
    "eventBasedGateway": (GatewayOfEventsParser, EventGateway),
    "callActivity": (CallParser, specs.CallActivity),
    "subProcess": (EmbeddedParser, specs.SubProcess),
}


def _in_our_dialect() -> dict[str, tuple[Any, Any]]:
    classes = {**BpmnParser.PARSER_CLASSES, **{full_tag(kind): pair for kind, pair in _OURS.items()}}
    return {
        tag: (type(parser.__name__, (Dialect, parser), {}), spec)
        for tag, (parser, spec) in classes.items()
        if tag not in map(full_tag, UNSUPPORTED)
    }


class DiagramParser(BpmnParser):  # type: ignore[misc]
    """The library's parser for the files of one definition; `decisions` maps a decision's id to its table."""

    PARSER_CLASSES = _in_our_dialect()
    PROCESS_PARSER_CLASS = FileOrder

    def __init__(self, decisions: Mapping[str, Any]) -> None:
        super().__init__(namespaces={**DEFAULT_NSMAP, "camunda": CAMUNDA})
        self.decisions = decisions
