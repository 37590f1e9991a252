"""A definition is read once, says what its elements are, and refuses what cannot run with file, element and reason."""

from __future__ import annotations

import pytest

from app.domain.errors import InvalidDiagram
from app.engine.definition import define
from tests.engine.diagrams import HEAD, chain, end, file, message, node, process, start, user
from tests.engine.worlds import World, defined, simple

DI = "http://www.omg.org/spec/BPMN/20100524/DI"
DC = "http://www.omg.org/spec/DD/20100524/DC"
FULL = f"""{HEAD}<message id="m1" name="reporter_reply"/>
<process id="p" isExecutable="true">
  <extensionElements><camunda:properties><camunda:property name="sla" value="overall"/></camunda:properties></extensionElements>
  <laneSet><lane id="l1" name="Admin OPD"><flowNodeRef>verify</flowNodeRef><flowNodeRef>part</flowNodeRef></lane></laneSet>
  <startEvent id="s"/>
  <userTask id="verify" name="4. Memverifikasi" camunda:formKey="verifikasi_opd" camunda:candidateGroups="opd_admin, liaison">
    <documentation>Baca dulu.</documentation>
    <extensionElements><camunda:properties><camunda:property name="sla" value="verify_opd"/></camunda:properties></extensionElements>
  </userTask>
  <boundaryEvent id="late" attachedToRef="verify" cancelActivity="false"><timerEventDefinition><timeDuration>P1D</timeDuration></timerEventDefinition></boundaryEvent>
  <serviceTask id="tell" camunda:type="external" camunda:topic="send_report" camunda:asyncBefore="true"/>
  <subProcess id="part"><startEvent id="ps"/><userTask id="inner"/><endEvent id="pe"/>
    <sequenceFlow id="f1" sourceRef="ps" targetRef="inner"/><sequenceFlow id="f2" sourceRef="inner" targetRef="pe"/></subProcess>
  <receiveTask id="wait" messageRef="m1"/>
  <endEvent id="e"/><endEvent id="e2"/>
  <sequenceFlow id="f3" sourceRef="s" targetRef="verify"/><sequenceFlow id="f4" sourceRef="verify" targetRef="tell"/>
  <sequenceFlow id="f5" sourceRef="tell" targetRef="part"/><sequenceFlow id="f6" sourceRef="part" targetRef="wait"/>
  <sequenceFlow id="f7" name="selesai" sourceRef="wait" targetRef="e"/><sequenceFlow id="f8" sourceRef="late" targetRef="e2"/>
</process></definitions>""".encode()  # noqa: E501


def test_elements_say_what_the_drawing_says() -> None:
    definition = defined(FULL)
    verify, late = definition.elements["verify"], definition.elements["late"]
    assert (verify.kind, verify.name, verify.process_id, verify.lane) == (
        "userTask",
        "4. Memverifikasi",
        "p",
        "Admin OPD",
    )
    assert (verify.form_key, verify.candidate_groups) == ("verifikasi_opd", ("opd_admin", "liaison"))
    assert dict(verify.properties) == {"sla": "verify_opd"} and verify.documentation == "Baca dulu."
    assert dict(definition.properties) == {"sla": "overall"}
    assert (late.attached_to, late.lane) == ("verify", "Admin OPD")
    assert definition.elements["tell"].topic == "send_report" and definition.elements["tell"].async_before
    assert definition.elements["inner"].lane == "Admin OPD" and definition.elements["inner"].scope == "part"
    assert definition.elements["wait"].message == "reporter_reply"
    assert definition.flows["f7"].name == "selesai" and definition.flows["f7"].target == "e"


def test_the_same_files_give_the_same_definition() -> None:
    assert defined(FULL) is defined(FULL)
    assert defined(FULL).digest != defined(FULL + b" ").digest
    assert defined(FULL).spec is not defined(FULL + b" ").spec


def rules(*files: bytes, process_id: str | None = None) -> list[tuple[str, str | None]]:
    with pytest.raises(InvalidDiagram) as caught:
        defined(*files, process=process_id)
    for finding in caught.value.findings:
        assert finding.file and finding.message.id and finding.message.en and finding.fix.id and finding.fix.en
    return [(finding.rule, finding.element) for finding in caught.value.findings]


def test_faults_are_refused() -> None:
    ok = process("p", [start(), user("u"), end()], chain("start", "u", "end"))
    assert rules(file(ok), file(ok.replace('"p"', '"q"')))
    assert rules(file(ok), process_id="other")
    assert rules(file(process("p", [start(), node("sendTask", "x"), end()], chain("start", "x", "end"))))
    assert rules(b"<a/>")
    with pytest.raises(InvalidDiagram):
        define({})


def test_moving_a_box_changes_no_decision() -> None:
    # Both conditions hold; the first flow in the file wins, whatever stands higher in the drawing.
    shapes = "".join(
        f'<di:BPMNShape xmlns:di="{DI}" id="{name}_di" bpmnElement="{name}">'
        f'<dc:Bounds xmlns:dc="{DC}" x="0" y="{y}" width="1" height="1"/></di:BPMNShape>'
        for name, y in (("a", 900), ("b", 100))
    )
    drawn = file(
        process(
            "p",
            [start(), node("exclusiveGateway", "g"), user("a"), user("b"), end()],
            [("start", "g"), ("g", "a", "n > 0"), ("g", "b", "n > 1"), ("a", "end"), ("b", "end")],
        ),
        shapes,
    )
    assert World(defined(drawn), n=5).open == ["a"]


def test_message_start_names() -> None:
    drawn = file(
        process("p", [node("startEvent", "s", message("m")), user("u"), end()], chain("s", "u", "end")), messages=("m",)
    )
    assert dict(defined(drawn).starts) == {"m": "s"}


DMN = b"""<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" id="d" name="d" namespace="x">
<decision id="routing" name="Routing"><decisionTable id="t" hitPolicy="FIRST">
<input id="i"><inputExpression id="ie" typeRef="string"><text>category</text></inputExpression></input>
<output id="o" name="assigned_unit" typeRef="string"/>
<rule id="r1"><inputEntry id="e1"><text>"jalan","drainase"</text></inputEntry>
<outputEntry id="o1"><text>"DPUPR"</text></outputEntry></rule>
<rule id="r2"><inputEntry id="e2"><text>-</text></inputEntry>
<outputEntry id="o2"><text>"DINKOMINFO"</text></outputEntry></rule>
</decisionTable></decision></definitions>"""


@pytest.mark.parametrize(("category", "unit"), [("drainase", "DPUPR"), ("pasar", "DINKOMINFO")])
def test_a_business_rule_task_takes_its_decision(category: str, unit: str) -> None:
    route = node("businessRuleTask", "route", camunda__decisionRef="routing")
    drawn = file(process("p", [start(), route, user("u"), end()], chain("start", "route", "u", "end")))
    world = World(define({"p.bpmn": drawn, "routing.dmn": DMN}), category=category)
    assert world.instance.variables == {"category": category, "assigned_unit": unit}


def test_data_objects_in_a_drawing_carry_no_data() -> None:
    drawn = simple(
        node("dataObject", "o"),
        node("dataObjectReference", "r", dataObjectRef="o"),
        user("u", "<dataInputAssociation><sourceRef>r</sourceRef></dataInputAssociation>"),
        end(),
        flows=chain("start", "u", "end"),
    )
    world = World(drawn, o=1)
    world.complete("u")
    assert world.instance.completed and world.instance.variables == {"o": 1}
