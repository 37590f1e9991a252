"""Writes BPMN files for tests from a few words."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise
from xml.sax.saxutils import escape, quoteattr

HEAD = (
    '<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" '
    'xmlns:camunda="http://camunda.org/schema/1.0/bpmn" targetNamespace="test">'
)
Arrow = tuple[str, str] | tuple[str, str, str | None]


def node(kind: str, element: str, inside: str = "", **attributes: str) -> str:
    """One element; attribute names with a double underscore are prefixed (camunda__topic)."""
    given = "".join(f" {name.replace('__', ':')}={quoteattr(value)}" for name, value in attributes.items())
    return f'<{kind} id="{element}" name="{element}"{given}>{inside}</{kind}>'


def message(name: str) -> str:
    return f'<messageEventDefinition messageRef="{name}"/>'


def timer(text: str, tag: str = "timeDuration") -> str:
    return f"<timerEventDefinition><{tag}>{escape(text)}</{tag}></timerEventDefinition>"


def clock(value: str) -> str:
    return (
        f'<extensionElements><camunda:properties><camunda:property name="clock" value="{value}"/>'
        "</camunda:properties></extensionElements>"
    )


def start(element: str = "start", inside: str = "") -> str:
    return node("startEvent", element, inside)


def end(element: str = "end", inside: str = "") -> str:
    return node("endEvent", element, inside)


TERMINATE = "<terminateEventDefinition/>"


def error(code: str | None) -> str:
    return f'<errorEventDefinition errorRef="{code}"/>' if code else "<errorEventDefinition/>"


def user(element: str, inside: str = "", **attributes: str) -> str:
    return node("userTask", element, inside, **attributes)


def service(element: str, topic: str = "work") -> str:
    return node("serviceTask", element, camunda__type="external", camunda__topic=topic)


def xor(element: str, default: str | None = None) -> str:
    return node("exclusiveGateway", element, **({"default": default} if default else {}))


def boundary(element: str, on: str, inside: str, interrupting: bool = True) -> str:
    return node("boundaryEvent", element, inside, attachedToRef=on, cancelActivity=str(interrupting).lower())


def instances(count: str, sequential: bool = False) -> str:
    return (
        f'<multiInstanceLoopCharacteristics isSequential="{str(sequential).lower()}">'
        f"<loopCardinality>{count}</loopCardinality></multiInstanceLoopCharacteristics>"
    )


def arrows(flows: Iterable[Arrow]) -> str:
    """Sequence flows named source_target; a third part is the condition."""
    return "".join(_arrow(*flow) for flow in flows)


def _arrow(source: str, target: str, condition: str | None = None) -> str:
    inside = f"<conditionExpression>{escape(condition)}</conditionExpression>" if condition else ""
    return f'<sequenceFlow id="{source}_{target}" sourceRef="{source}" targetRef="{target}">{inside}</sequenceFlow>'


def process(element: str, nodes: Iterable[str], flows: Iterable[Arrow]) -> str:
    return f'<process id="{element}" isExecutable="true">{"".join(nodes)}{arrows(flows)}</process>'


def sub(element: str, nodes: Iterable[str], flows: Iterable[Arrow], inside: str = "") -> str:
    return node("subProcess", element, inside + "".join(nodes) + arrows(flows))


def file(*processes: str, messages: Iterable[str] = (), errors: Iterable[str] = ()) -> bytes:
    """A whole BPMN file; messages and errors are declared under their own names."""
    declared = "".join(f'<message id="{name}" name="{name}"/>' for name in messages)
    declared += "".join(f'<error id="{code}" name="{code}" errorCode="{code}"/>' for code in errors)
    return f"{HEAD}{declared}{''.join(processes)}</definitions>".encode()


def chain(*elements: str) -> list[Arrow]:
    """Flows that join the elements one after another."""
    return list(pairwise(elements))
