"""Scenarios follow a procedure that changed: what breaks is told with its step, and how it could be mended."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from functools import cache

import pytest

from app.bundle.read import Bundle, bundle_of, read_folder
from app.rehearsal.mend import Proposal, grouped, propose
from app.rehearsal.rehearse import rehearse
from app.sdk import handlers_of
from app.standard.service import read_service
from tests.world import PROCESS, ROOT

pytestmark = pytest.mark.slow  # every scenario is played several times

NOW = read_folder(PROCESS, ROOT / "forms")
SERVICE = read_service(ROOT / "processes/service")
HANDLERS = handlers_of("tasks")
DIAGRAM = NOW.manifest.diagram
COST = b"""{"type": "default", "id": "biaya", "components": [
  {"type": "radio", "key": "cost_decision", "label": "Biaya tersedia?", "validate": {"required": true},
   "values": [{"label": "Tidak", "value": "no"}, {"label": "Ya", "value": "yes"}]},
  {"type": "textarea", "key": "cost_reason", "label": "Alasan", "validate": {"required": true, "minLength": 40},
   "conditional": {"hide": "=cost_decision != \\"no\\""}}]}"""
YES = 'name="Ya" sourceRef="gw_function"'
LANE = "<bpmn:flowNodeRef>{}</bpmn:flowNodeRef>"
TASK = (
    '<bpmn:userTask id="check_cost" name="Memeriksa biaya" camunda:formKey="biaya" />'
    '<bpmn:exclusiveGateway id="gw_cost" name="Biaya tersedia?" default="f_cost_yes" />'
    '<bpmn:sequenceFlow id="f_cost" sourceRef="check_cost" targetRef="gw_cost" />'
    '<bpmn:sequenceFlow id="f_cost_yes" sourceRef="gw_cost" targetRef="follow_up" />'
    '<bpmn:sequenceFlow id="f_cost_no" name="Tidak" sourceRef="gw_cost" targetRef="check_cost">'
    "<bpmn:conditionExpression>${cost_decision == 'no'}</bpmn:conditionExpression></bpmn:sequenceFlow>"
)


def changed(*pairs: tuple[str, str], **files: bytes) -> Bundle:
    """The procedure with its drawing and manifest written otherwise."""
    texts = {DIAGRAM: NOW.files[DIAGRAM].decode(), "manifest.toml": NOW.files["manifest.toml"].decode()}
    for before, after in pairs:
        assert any(before in text for text in texts.values()), before
        texts = {name: text.replace(before, after) for name, text in texts.items()}
    new = {name.replace("__", "."): data for name, data in files.items()}
    return bundle_of({**NOW.files, **{name: text.encode() for name, text in texts.items()}, **new})


@cache
def with_new_task() -> Bundle:
    """OPD checks the cost before it follows up; where there is no money it is asked again."""
    return bundle_of({
        **changed(
            (f'{YES} targetRef="follow_up"', f'{YES} targetRef="check_cost"'),
            (LANE.format("follow_up"), "".join(map(LANE.format, ("follow_up", "check_cost", "gw_cost")))),
            ('<bpmn:userTask id="follow_up"', TASK + '<bpmn:userTask id="follow_up"'),
            ("[variables]\n", '[variables]\ncost_decision = { type = "text", form = "biaya" }\n'),
        ).files,
        "forms/biaya.form": COST,
    })  # fmt: skip


def proposals(bundle: Bundle) -> dict[str, Proposal]:
    return {each.scenario: each for each in propose(bundle, SERVICE, HANDLERS, NOW)}


def mended(bundle: Bundle, found: Mapping[str, Proposal]) -> Bundle:
    contents = {name: each.content for name, each in found.items() if each.content is not None}
    return bundle_of({**bundle.files, **contents})


def lines(bundle: Bundle, proposal: Proposal) -> list[str]:
    """The lines that a mend changes."""
    assert proposal.content is not None
    old = bundle.files[proposal.scenario].decode().splitlines()
    new = proposal.content.decode().splitlines()
    return [
        line for line in difflib.unified_diff(old, new, n=0, lineterm="") if not line.startswith(("---", "+++", "@@"))
    ]


def test_nothing_is_proposed_where_every_scenario_passes() -> None:
    assert propose(NOW, SERVICE, HANDLERS) == ()


def test_a_new_task_is_put_into_every_scenario_that_meets_it() -> None:
    found = proposals(with_new_task())
    assert len(found) > 20
    assert all(each.content is not None for each in found.values()), [n for n, e in found.items() if e.content is None]
    assert all(each.passed for each in rehearse(mended(with_new_task(), found), SERVICE, HANDLERS))


def test_the_first_group_says_the_step_its_answers_and_how_many_scenarios_it_mends() -> None:
    groups = grouped(proposals(with_new_task()).values())
    mend, scenarios = next(iter(groups.items()))
    assert mend.said.id.startswith("Sisipkan langkah “Memeriksa biaya” oleh opd_admin, jawaban: cost_decision = yes")
    assert "before “Menindaklanjuti" not in mend.said.en and mend.said.en.startswith("Put in the step")
    assert len(scenarios) > 10


def test_only_what_changed_is_written_and_comments_stay() -> None:
    bundle = with_new_task()
    proposal = proposals(bundle)["scenarios/01_tujuh_langkah.toml"]
    assert proposal.failure.id.startswith("Langkah 8") or "follow_up tidak ditunggu" in proposal.failure.id
    assert proposal.content is not None and proposal.content.startswith(b"# Jalan lurus.")
    found = lines(bundle, proposal)
    assert '+task = "check_cost"' in found and '+    "check_cost",' in found
    assert '+answers = {cost_decision = "yes"}' in found and '+unit = "DPUPR"' in found
    assert all(line.startswith("+") for line in found), found


def test_a_path_with_dots_gets_the_new_task_at_its_place() -> None:
    name = "scenarios/01_tujuh_langkah.toml"
    old = b'"ministry_disposition",\n    "verify_disposition_dinkominfo",\n'
    assert old in NOW.files[name]
    bundle = bundle_of({**with_new_task().files, name: NOW.files[name].replace(old, b'"...",\n')})
    found = proposals(bundle)[name]
    assert '+    "check_cost",' in lines(bundle, found)
    assert found.content is not None and b'"..."' in found.content


def test_without_the_former_procedure_a_task_that_no_scenario_does_is_new() -> None:
    found = propose(with_new_task(), SERVICE, HANDLERS)
    assert found == tuple(proposals(with_new_task()).values())


def test_a_renamed_task_is_renamed() -> None:
    texts = {name: data for name, data in NOW.files.items() if not name.startswith("scenarios/")}
    kept = b'name="sla" value="confirm_result"'
    renamed = {name: data.replace(b"confirm_result", b"confirm_outcome").replace(
        kept.replace(b"result", b"outcome"), kept) for name, data in texts.items()}  # fmt: skip
    bundle = bundle_of({**NOW.files, **renamed})
    found = proposals(bundle)
    assert found and all(each.content is not None for each in found.values())
    (mend,) = {mend for mend in found["scenarios/01_tujuh_langkah.toml"].mends if "kini" in mend.said.id}
    assert "confirm_result kini confirm_outcome" in mend.said.id
    assert all(each.passed for each in rehearse(mended(bundle, found), SERVICE, HANDLERS))


def test_a_removed_task_is_taken_out_again() -> None:
    with_it = mended(with_new_task(), proposals(with_new_task()))
    files = {name: data for name, data in with_it.files.items() if name != "forms/biaya.form"}
    back = bundle_of({**files, DIAGRAM: NOW.files[DIAGRAM], "manifest.toml": NOW.files["manifest.toml"]})
    found = {each.scenario: each for each in propose(back, SERVICE, HANDLERS, with_it)}
    assert any("Buang langkah check_cost" in mend.said.id for each in found.values() for mend in each.mends)
    assert all(each.passed for each in rehearse(mended(back, found), SERVICE, HANDLERS))


def test_another_role_another_limit_and_another_status_are_followed() -> None:
    bundle = changed(
        ('name="sla" value="confirm_result"', 'name="sla" value="ministry_disposition"'),
        ('"Admin Dinkominfo" = { role = "dinkominfo_admin"', '"Admin Dinkominfo" = { role = "leader"'),
    )
    found = proposals(bundle)
    said = {mend.said.id for each in found.values() for mend in each.mends}
    assert any("kini dikerjakan leader (dulu dinkominfo_admin)" in each for each in said)
    assert "Jatuh tempo confirm_result dihitung ulang." in said
    assert all(each.passed for each in rehearse(mended(bundle, found), SERVICE, HANDLERS))


def test_a_new_required_question_is_answered_and_a_dropped_one_left_out() -> None:
    form = NOW.files["forms/konfirmasi_hasil.form"].replace(
        b'"components": [',
        b'"components": [{"type": "textfield", "key": "nota", "label": "Nomor nota", "validate": {"required": true}},',
        1,
    )
    bundle = bundle_of({**NOW.files, "forms/konfirmasi_hasil.form": form})
    found = proposals(bundle)
    said = {mend.said.id for each in found.values() for mend in each.mends}
    assert any("nota = Contoh jawaban" in each for each in said)
    again = mended(bundle, found)
    assert all(each.passed for each in rehearse(again, SERVICE, HANDLERS))
    back = {each.scenario: each for each in propose(bundle_of({**again.files, **{
        "forms/konfirmasi_hasil.form": NOW.files["forms/konfirmasi_hasil.form"]}}), SERVICE, HANDLERS)}  # fmt: skip
    assert back and all("− nota" in each.mends[0].said.id for each in back.values())


def test_another_end_is_for_a_person_to_judge() -> None:
    scenario = NOW.files["scenarios/01_tujuh_langkah.toml"].replace(b'end = "end_closed"', b'end = "end_archived"')
    bundle = bundle_of({**NOW.files, "scenarios/01_tujuh_langkah.toml": scenario})
    (found,) = propose(bundle, SERVICE, HANDLERS)
    assert found.content is None and "end_archived" in found.failure.id


@pytest.mark.parametrize("content", [b"", b"x =", b'title = { id = "a", en = "b" }', b"\xff"])
def test_a_scenario_that_cannot_be_read_is_left_to_a_person(content: bytes) -> None:
    bundle = bundle_of({**NOW.files, "scenarios/99.toml": content})
    (found,) = propose(bundle, SERVICE, HANDLERS)
    assert (found.scenario, found.content) == ("scenarios/99.toml", None)
