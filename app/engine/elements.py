"""What a diagram says about each of its elements and flows, read from the file for people and pages to use."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from app.engine.xml import BPMN, CAMUNDA, FLOW_NODES, local_name

NS = {"b": BPMN, "c": CAMUNDA}
# How a drawing writes a start that the calendar makes again and again (ISO 8601), and how the manifest does.
RECURRENCES = {"R/P1D": "day", "R/P1W": "week", "R/P1M": "month", "R/P3M": "quarter", "R/P1Y": "year"}
_NESTED = ("subProcess", "transaction", "adHocSubProcess")


@dataclass(frozen=True, slots=True)
class Element:
    """One flow node. `kind` is its BPMN name (userTask, boundaryEvent, ...); `scope` the (sub-)process it stands in."""

    id: str
    kind: str
    name: str | None
    process_id: str
    lane: str | None = None
    form_key: str | None = None
    topic: str | None = None
    async_before: bool = False
    candidate_groups: tuple[str, ...] = ()
    decision_ref: str | None = None
    message: str | None = None
    recurrence: str | None = None
    called: str | None = None
    properties: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    documentation: str | None = None
    scope: str = ""
    attached_to: str | None = None


@dataclass(frozen=True, slots=True)
class Flow:
    """One sequence flow; `condition` is its expression as drawn, or None."""

    id: str
    source: str
    target: str
    name: str | None
    condition: str | None


def read_elements(root: Any) -> Iterator[Element]:
    """Every flow node of a parsed file, in the order of the file."""
    messages = {node.get("id"): node.get("name") for node in root.iterfind(".//b:message", NS)}
    lanes = read_lanes(root)
    for process in root.iterfind("b:process", NS):
        for node in process.iter():
            if node.tag.startswith(f"{{{BPMN}}}") and local_name(node) in FLOW_NODES:
                yield _element(node, process, lanes, messages)


def read_flows(root: Any) -> Iterator[Flow]:
    """Every sequence flow of a parsed file, in the order of the file."""
    for node in root.iterfind(".//b:sequenceFlow", NS):
        condition = node.findtext("b:conditionExpression", None, NS)
        yield Flow(
            node.get("id", ""), node.get("sourceRef", ""), node.get("targetRef", ""), node.get("name"), condition
        )


def read_lanes(root: Any) -> dict[str, str]:
    """Element id -> name of the innermost lane that lists it."""
    lanes = {}
    for reference in root.iterfind(".//b:lane/b:flowNodeRef", NS):
        lanes[(reference.text or "").strip()] = reference.getparent().get("name") or ""
    return lanes


def read_properties(node: Any) -> Mapping[str, str]:
    """The `camunda:property` pairs of one element itself."""
    pairs = node.iterfind("b:extensionElements/c:properties/c:property", NS)
    return MappingProxyType({pair.get("name", ""): pair.get("value", "") for pair in pairs})


def camunda(node: Any, name: str) -> str | None:
    """The value of a `camunda:` attribute, or None."""
    value: str | None = node.get(f"{{{CAMUNDA}}}{name}")
    return value or None


def is_executable(process: Any) -> bool:
    """Whether a process is meant to be run; without a word about it, it is."""
    return bool(process.get("isExecutable", "true") == "true")


def topic_of(node: Any) -> str | None:
    """The topic of an external task, or of the message that an event sends."""
    for holder in (node, *node.iterfind("b:messageEventDefinition", NS)):
        if camunda(holder, "type") == "external" and camunda(holder, "topic"):
            return camunda(holder, "topic")
    return None


def message_of(node: Any, messages: Mapping[str, str]) -> str | None:
    """The name of the message that an element waits for."""
    reference = node.get("messageRef")
    for definition in node.iterfind("b:messageEventDefinition", NS):
        reference = definition.get("messageRef")
    return messages.get(reference) if reference else None


def recurrence_of(node: Any) -> str | None:
    """The period in which a start event of a process happens once: "day", "week", "month", "quarter" or "year"."""
    if local_name(node) != "startEvent" or local_name(node.getparent()) != "process":
        return None
    cycle: str = node.findtext("b:timerEventDefinition/b:timeCycle", "", NS)
    return RECURRENCES.get(cycle.strip())


def _element(node: Any, process: Any, lanes: Mapping[str, str], messages: Mapping[str, str]) -> Element:
    form = camunda(node, "formKey") or camunda(node, "formRef")
    groups = (camunda(node, "candidateGroups") or "").split(",")
    return Element(
        id=node.get("id", ""),
        kind=local_name(node),
        name=node.get("name"),
        process_id=process.get("id", ""),
        lane=_lane(node, lanes),
        form_key=form.rsplit(":", 1)[-1].removesuffix(".form") if form else None,
        topic=topic_of(node),
        async_before=(camunda(node, "asyncBefore") or camunda(node, "async")) == "true",
        candidate_groups=tuple(group.strip() for group in groups if group.strip()),
        decision_ref=camunda(node, "decisionRef"),
        message=message_of(node, messages),
        recurrence=recurrence_of(node),
        called=node.get("calledElement"),
        properties=read_properties(node),
        documentation=node.findtext("b:documentation", None, NS),
        scope=node.getparent().get("id", ""),
        attached_to=node.get("attachedToRef"),
    )


def _lane(node: Any, lanes: Mapping[str, str]) -> str | None:
    # What stands inside a sub-process, and an event on a border, belongs to the lane of what carries it.
    while node is not None:
        for key in (node.get("id"), node.get("attachedToRef")):
            if key in lanes:
                return lanes[key]
        node = node.getparent()
    return None
