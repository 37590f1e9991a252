"""Every rule of the diagram check finds the fault in its bad drawing and is silent about its good one."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.engine.check.run import check_files

FIXTURES = Path(__file__).parent / "fixtures"
NAMES = {
    "forms": ["f"],
    "roles": ["officer"],
    "limits": ["verify_opd"],
    "topics": ["receipt", "notice"],
    "variables": ["ok", "decision", "n", "again", "ready", "category", "units", "known"],
}
# rule -> the element of its bad drawing that must be named; None where the whole file is meant
ERRORS = {
    "process-missing": None,
    "process-not-executable": "process",
    "process-empty": "process",
    "process-several": "second",
    "pool-process-missing": "pool",
    "duplicate-id": "task",
    "id-missing": None,
    "id-invalid": "task 1",
    "flow-dangling": "lost",
    "flow-crosses-border": "across",
    "flow-into-start": "back",
    "flow-from-end": "after",
    "default-missing": "gw",
    "boundary-detached": "edge",
    "unsupported-shape": "gw",
    "event-subprocess": "part",
    "unsupported-event": "link",
    "event-multiple": "wait",
    "event-empty": "wait",
    "message-send-no-topic": "send",
    "task-abstract": "work",
    "start-missing": "process",
    "start-several": "start2",
    "start-typed-in-subprocess": "in_start",
    "subprocess-empty": "part",
    "dead-end": "task",
    "unreachable": "alone",
    "no-way-to-end": "task",
    "condition-missing": "no",
    "condition-ignored": "only",
    "several-outgoing": "task",
    "cycle-without-choice": "a",
    "endless-loop": "count",
    "join-in-loop": "join",
    "deadlock": "join",
    "parallel-without-join": "merge",
    "event-gateway-single": "choice",
    "event-gateway-target": "reply",
    "event-gateway-shared-target": "reply",
    "event-gateway-same-message": "choice",
    "message-missing": "wait",
    "error-code-missing": "failed",
    "error-boundary-not-interrupting": "failed",
    "error-boundary-twice": "failed2",
    "timer-clock": "wait",
    "timer-cycle": "wait",
    "timer-missing": "wait",
    "timer-invalid": "wait",
    "timer-unit": "wait",
    "script-missing": "compute",
    "script-language": "compute",
    "instances-without-list": "task",
    "instances-without-item": "task",
    "instances-count-with-output": "task",
    "loop-without-condition": "task",
    "call-missing": "call",
    "call-unknown": "call",
    "call-circular": "call",
    "service-without-topic": "service",
    "decision-missing": "decide",
    "decision-unknown": "decide",
    "form-unknown": "task",
    "role-unknown": "task",
    "expression-unsafe": "yes",
    "expression-invalid": "yes",
    "variable-unknown": "yes",
    "limit-unknown": "wait",
    "returns-unknown-flow": "yes",
    "not-bpmn": None,
    "xml-malformed": None,
    "xml-doctype": None,
}
WARNINGS = {
    "lane-reference": "process_lane",
    "lane-twice": "task",
    "stays-open": "limit",
    "gateway-no-default": "gw",
    "condition-never-true": "yes",
    "loop-without-person": "poll",
    "join-kept-whole": "join",
    "side-path-joins-main": "after",
    "message-boundary-once": "note",
    "message-awaited-twice": "b",
    "timer-zone": "wait",
    "timer-zero": "wait",
    "script-result-variable": "compute",
    "instances-name-shared": "a",
    "call-data-unnamed": "call",
    "topic-unknown": "service",
    "form-missing": "task",
    "form-generated": "task",
    "task-without-role": "task",
    "task-without-name": "task",
    "border-reads-inner": "yes",
    "other-engine": None,
    "extension-ignored": "task",
    "drawing-missing": None,
    "drawing-incomplete": "task",
    "drawing-orphan": "ghost",
}
RULES = {**ERRORS, **WARNINGS}


def _check(name: str) -> list[tuple[str, str | None, str]]:
    files = {"drawing.bpmn": (FIXTURES / name).read_bytes(), "routing.dmn": (FIXTURES / "routing.dmn").read_bytes()}
    return [(finding.rule, finding.element, finding.severity) for finding in check_files(files, **NAMES)]


@pytest.mark.parametrize("rule", RULES)
def test_the_bad_drawing_is_found(rule: str) -> None:
    severity = "error" if rule in ERRORS else "warning"
    assert (rule, RULES[rule], severity) in _check(f"{rule}.bad.bpmn")


@pytest.mark.parametrize("rule", RULES)
def test_the_good_drawing_is_left_alone(rule: str) -> None:
    good = FIXTURES / f"{rule}.good.bpmn"
    found = _check(good.name if good.exists() else "plain.good.bpmn")
    assert not [one for one in found if one[0] == rule or one[2] == "error"]


@pytest.mark.parametrize(
    ("condition", "never"),
    [
        ("returns('yes') + returns('no') &gt;= 3", False),
        ("returns('yes') &gt;= 2 + returns('no')", False),
        ("returns('yes') &lt; 2 + returns('no') and returns('yes') &gt;= 5 + returns('no')", True),
    ],
)
def test_what_is_added_up_is_looked_at_too(condition: str, never: bool) -> None:
    drawn = (FIXTURES / "condition-never-true.good.bpmn").read_text("utf-8")
    changed = drawn.replace("n &gt; 3 and n &lt; 5", condition)
    assert changed != drawn
    found = check_files({"drawing.bpmn": changed.encode()}, **NAMES)
    assert ("condition-never-true" in {finding.rule for finding in found}) == never


def test_a_plain_drawing_has_no_findings_at_all() -> None:
    assert _check("plain.good.bpmn") == []


def test_every_drawing_belongs_to_a_rule() -> None:
    drawn = {path.name.split(".")[0] for path in FIXTURES.glob("*.bpmn")}
    assert drawn - {"plain"} == set(RULES)


def test_every_finding_speaks_both_languages() -> None:
    for path in sorted(FIXTURES.glob("*.bad.bpmn")):
        files = {path.name: path.read_bytes()}
        for finding in check_files(files, **NAMES):
            for text in (finding.message, finding.fix):
                assert text.id.strip() and text.en.strip() and text.id != text.en
            assert finding.rule == finding.rule.lower() and " " not in finding.rule
