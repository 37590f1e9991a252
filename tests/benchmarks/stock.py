"""The seven steps on stock SpiffWorkflow with its documented JSON serializer, as a newcomer would build them."""

from __future__ import annotations

from typing import Any

from lxml import etree
from SpiffWorkflow.bpmn.parser import BpmnParser
from SpiffWorkflow.bpmn.serializer import BpmnWorkflowSerializer
from SpiffWorkflow.bpmn.workflow import BpmnWorkflow
from SpiffWorkflow.util.task import TaskState

STEPS = ("ministry", "dinkominfo", "opd", "follow_up", "confirm", "verify")
CHOICES = {"dinkominfo": "ministry", "opd": "dinkominfo", "confirm": "follow_up", "verify": "confirm"}
HEAD = (
    '<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" '
    'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><process id="seven" isExecutable="true">'
)


def _diagram() -> bytes:
    """Six user tasks, each with an escalation timer; after four of them an XOR that goes on or back."""
    parts = [
        HEAD,
        '<startEvent id="start"/><endEvent id="end"/>',
        '<sequenceFlow id="f" sourceRef="start" targetRef="ministry"/>',
    ]
    for index, step in enumerate(STEPS):
        following = STEPS[index + 1] if index + 1 < len(STEPS) else "end"
        parts.append(f'<userTask id="{step}"/>')
        parts.append(
            f'<boundaryEvent id="late_{step}" attachedToRef="{step}" cancelActivity="false"><timerEventDefinition>'
            '<timeDuration xsi:type="tFormalExpression">"P3D"</timeDuration></timerEventDefinition></boundaryEvent>'
            f'<task id="remind_{step}"/><endEvent id="reminded_{step}"/>'
            f'<sequenceFlow id="l_{step}" sourceRef="late_{step}" targetRef="remind_{step}"/>'
            f'<sequenceFlow id="r_{step}" sourceRef="remind_{step}" targetRef="reminded_{step}"/>'
        )
        if step in CHOICES:
            parts.append(
                f'<exclusiveGateway id="gw_{step}" default="yes_{step}"/>'
                f'<sequenceFlow id="to_{step}" sourceRef="{step}" targetRef="gw_{step}"/>'
                f'<sequenceFlow id="yes_{step}" sourceRef="gw_{step}" targetRef="{following}"/>'
                f'<sequenceFlow id="no_{step}" sourceRef="gw_{step}" targetRef="{CHOICES[step]}">'
                f"<conditionExpression>decision == 'no'</conditionExpression></sequenceFlow>"
            )
        else:
            parts.append(f'<sequenceFlow id="go_{step}" sourceRef="{step}" targetRef="{following}"/>')
    return "".join([*parts, "</process></definitions>"]).encode()


class Stock:
    """One stored instance of the stock engine; `step` loads it, completes its task and stores it, as a request does."""

    def __init__(self, stored: str, serializer: BpmnWorkflowSerializer) -> None:
        self.stored = stored
        self.serializer = serializer

    @classmethod
    def aged(cls, returns: int) -> Stock:
        """An instance that waits at step 2 after `returns` returns from step 3."""
        parser = BpmnParser()
        parser.add_bpmn_xml(etree.fromstring(_diagram()))
        workflow = BpmnWorkflow(parser.get_spec("seven"))
        workflow.do_engine_steps()
        for _ in range(returns):
            _complete(workflow, {"decision": "yes", "note": "Mohon ditangani."})
            _complete(workflow, {"decision": "no", "note": "Jalan nasional."})
        serializer = BpmnWorkflowSerializer(BpmnWorkflowSerializer.configure())
        return cls(serializer.serialize_json(workflow), serializer)

    def step(self) -> bytes:
        """One completion of step 2, from the stored text to the text to be stored; the instance stays as it is."""
        workflow = self.serializer.deserialize_json(self.stored)
        _complete(workflow, {"decision": "yes", "note": "Mohon ditangani."})
        return str(self.serializer.serialize_json(workflow)).encode()


def _complete(workflow: Any, answers: dict[str, Any]) -> None:
    ready = workflow.get_tasks(state=TaskState.READY, manual=True)
    ready[0].set_data(**answers)
    ready[0].run()
    workflow.do_engine_steps()
