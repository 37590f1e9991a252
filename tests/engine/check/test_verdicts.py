"""What is drawn wrongly is refused once, at the element that is wrong; what is legal is let through and runs."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.engine.check.run import check_files
from app.engine.definition import define
from app.engine.expressions.kinds import Kind
from tests.engine.diagrams import (
    boundary,
    chain,
    end,
    file,
    instances,
    node,
    process,
    start,
    sub,
    timer,
    user,
    xor,
)
from tests.engine.worlds import World

CASES = Path(__file__).parents[1] / "cases"
PEOPLE = ("form-missing", "task-without-role", "drawing-missing")  # true of all drawings of these tests
Verdict = tuple[str, str, str | None]


def verdicts(*files: bytes) -> list[Verdict]:
    """(severity, rule, element) of each finding, in the order in which they are said."""
    found = check_files({f"{number}.bpmn": data for number, data in enumerate(files)})
    return [(one.severity, one.rule, one.element) for one in found if one.rule not in PEOPLE]


def drawn(*nodes: str, flows: list[tuple[str, ...]]) -> bytes:
    return file(process("p", [start(), *nodes], flows))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("case", "expected"),
    [
        ("both_loop_markers", [("error", "loop-both-markers", "a")]),
        ("cond_number", [("error", "condition-not-yes-no", "f3")]),
        ("type_mismatch", [("error", "expression-impossible", "f3")]),
        ("boundary_on_inner_task", [("error", "boundary-detached", "b")]),
        ("check_incomplete_keyerror", [("error", "boundary-detached", "b"), ("warning", "join-kept-whole", "j")]),
        ("superfluous_and", [("warning", "gateway-superfluous", "g1"), ("warning", "gateway-superfluous", "g2")]),
        ("id_EndTask", []),
        ("flow_without_id", []),
        ("operaton_ns", []),
        ("cycle_reminder", []),
    ],
)
def test_the_verdict_on_a_case(case: str, expected: list[Verdict]) -> None:
    assert verdicts((CASES / f"{case}.bpmn").read_bytes()) == expected


@pytest.mark.parametrize(
    ("case", "tasks"),
    [("id_EndTask", ["End"]), ("flow_without_id", ["a"]), ("superfluous_and", ["a"]), ("operaton_ns", ["a"])],
)
def test_a_legal_case_is_asked_of_somebody_and_ends(case: str, tasks: list[str]) -> None:
    world = World(define({"a.bpmn": (CASES / f"{case}.bpmn").read_bytes()}))
    for task in tasks:
        assert world.open == [task]
        world.complete(task)
    assert world.instance.completed


CHOICE = [*chain("start", "ask", "gw"), ("gw", "end", "{0}"), ("gw", "other")]


def condition(text: str) -> list[Verdict]:
    flows = [(*flow[:2], text) if len(flow) == 3 else flow for flow in CHOICE]
    return verdicts(drawn(user("ask"), xor("gw", default="gw_other"), end(), end("other"), flows=flows))


@pytest.mark.parametrize(
    "text",
    [
        "${23}", "${'yes'}", "${1 + 1}", "${null}", "${[1, 2]}", "${returns('gw_end')}", "${now()}", "${a == 1 && 3}",
        "${'x' if a else b}", "= 'a' + 'b'", "${-1}", "${a > 1 or 'x'}",
    ],
)  # fmt: skip
def test_a_condition_must_be_yes_or_no(text: str) -> None:
    assert condition(text) == [("error", "condition-not-yes-no", "gw_end")]


@pytest.mark.parametrize(
    "text",
    [
        "${'x' > 3}", "${3 < 'x'}", "${null > 3}", "${returns('gw_end') > 'two'}", "${1 / 0 == 1}", "${a == 'x' + 1}",
        "${-'x' == a}", "${3 in 5}", "${3 in 'abc'}", "${now() > 5}", "${a > 1 and 'x' < 2}", "${[1] > 2}",
        "${'abc'[0] == 'a'}", "${a == 5 % 0}",
    ],
)  # fmt: skip
def test_a_condition_that_can_never_be_computed_is_refused(text: str) -> None:
    assert condition(text) == [("error", "expression-impossible", "gw_end")]


@pytest.mark.parametrize(
    "text",
    [
        "${a}", "${a > 3}", "${a == 'x'}", "${not a}", "${a and b}", "${a if b else c}", "${a in [1, 2]}",
        "${'x' in a}", "${a + 1 > 2}", "${a + 'x' == 'yx'}", "${returns('gw_end') >= 2}", "${now() > a}", "${true > 0}",
        "${a[0] == 1}", "${a.b == 1}",
    ],
)  # fmt: skip
def test_what_may_be_yes_or_no_is_let_through(text: str) -> None:
    assert condition(text) == []


@pytest.mark.parametrize(
    ("text", "kind", "rule"),
    [
        ("title > 3", "text", "expression-impossible"),
        ("title > 3", "number", None),
        ("title > 3", "truth", None),
        ("title > 3", None, None),
        ("title > null", "number", "expression-impossible"),
        ("-title > 1", "text", "expression-impossible"),
        ("3 in title", "number", "expression-impossible"),
        ("3 in title", "text", "expression-impossible"),
        ("title * 2 == 4", "text", "expression-impossible"),
        ("title + 1 == 4", "text", "expression-impossible"),
        ("title[0] == 1", "number", "expression-impossible"),
        ("title", "text", "condition-not-yes-no"),
        ("title", "truth", None),
    ],
)
def test_a_declared_kind_is_counted_with(text: str, kind: Kind, rule: str | None) -> None:
    flows = [(*flow[:2], text) if len(flow) == 3 else flow for flow in CHOICE]
    files = {"a.bpmn": drawn(user("ask"), xor("gw", default="gw_other"), end(), end("other"), flows=flows)}
    found = check_files(files, variables={"title": kind})
    assert [one.rule for one in found if one.severity == "error"] == ([rule] if rule else [])


def test_conditions_of_repetitions_are_held_to_the_same() -> None:
    def repeated(tag: str, text: str, outer: str, more: str = "") -> list[Verdict]:
        inside = f"<{outer}>{more}<{tag}>{text}</{tag}></{outer}>"
        return verdicts(drawn(user("a", inside), end(), flows=chain("start", "a", "end")))  # type: ignore[arg-type]

    count = "<loopCardinality>3</loopCardinality>"
    for text, rule in (("7", "condition-not-yes-no"), ("'x' &gt; 3", "expression-impossible")):
        wanted = [("error", rule, "a")]
        assert repeated("completionCondition", text, "multiInstanceLoopCharacteristics", count) == wanted
        assert repeated("loopCondition", text, "standardLoopCharacteristics") == wanted
    assert repeated("completionCondition", "n == 2", "multiInstanceLoopCharacteristics", count) == []


def test_both_marks_of_repetition_are_one_fault_wherever_they_stand() -> None:
    both = "<standardLoopCharacteristics/>" + instances("2")
    for box in (user("a", both), sub("a", [start("s"), user("u"), end("e")], chain("s", "u", "e"), both)):
        assert verdicts(drawn(box, end(), flows=chain("start", "a", "end"))) == [("error", "loop-both-markers", "a")]


@pytest.mark.parametrize("attached", ["inner", "nothing", "end"])
def test_an_event_on_a_border_elsewhere_is_one_fault(attached: str) -> None:
    inside = sub("box", [start("s"), user("inner"), end("e")], chain("s", "inner", "e"))
    event = boundary("edge", attached, timer("PT1H"))
    flows = [*chain("start", "box", "end"), ("edge", "after"), ("after", "late")]
    found = verdicts(drawn(inside, event, user("after"), end(), end("late"), flows=flows))
    assert found == [("error", "boundary-detached", "edge")]


CATCH = "intermediateCatchEvent"


@pytest.mark.parametrize("text", ["PT0S", "P0D", "${'PT0H'}", "+PT0M"])
def test_a_time_of_nought_in_a_circle_is_an_endless_loop(text: str) -> None:
    around = [*chain("start", "wait", "gw"), ("gw", "wait", "${a == 1}"), ("gw", "end")]
    found = verdicts(drawn(node(CATCH, "wait", timer(text)), xor("gw", default="gw_end"), end(), flows=around))
    assert ("error", "endless-loop", "wait") in found
    back = [*chain("start", "ask", "end"), ("edge", "ask")]
    found = verdicts(drawn(user("ask"), boundary("edge", "ask", timer(text)), end(), flows=back))
    assert ("error", "endless-loop", "ask") in found


def test_a_time_of_nought_outside_of_a_circle_runs() -> None:
    found = verdicts(drawn(node(CATCH, "wait", timer("PT0S")), end(), flows=chain("start", "wait", "end")))
    assert found == [("warning", "timer-zero", "wait")]
    flows = [*chain("start", "ask", "end"), ("edge", "other"), *chain("other", "end")]
    found = verdicts(drawn(user("ask"), user("other"), boundary("edge", "ask", timer("PT0S")), end(), flows=flows))
    assert found == [("warning", "timer-zero", "edge")]


def test_a_real_time_in_a_circle_runs() -> None:
    around = [*chain("start", "wait", "gw"), ("gw", "wait", "${a == 1}"), ("gw", "end")]
    assert verdicts(drawn(node(CATCH, "wait", timer("PT1H")), xor("gw", default="gw_end"), end(), flows=around)) == []


@pytest.mark.parametrize(("before", "expected"), [("true", ["ask"]), ("1", ["ask"]), ("false", []), (None, [])])
def test_a_step_in_a_circle_that_may_be_left_out_is_an_endless_loop(before: str | None, expected: list[str]) -> None:
    asked = {} if before is None else {"testBefore": before}
    loop = node("standardLoopCharacteristics", "again", "<loopCondition>more</loopCondition>", **asked)
    around = [*chain("start", "ask", "gw"), ("gw", "ask", "${a == 1}"), ("gw", "end")]
    found = verdicts(drawn(user("ask", loop), xor("gw", default="gw_end"), end(), flows=around))
    assert [element for _, rule, element in found if rule == "endless-loop"] == expected
    found = verdicts(drawn(user("ask", loop), end(), flows=chain("start", "ask", "end")))
    assert "endless-loop" not in [rule for _, rule, _ in found]


@pytest.mark.parametrize("role", ["${assigned_role}", "#{bean.role(a, b)}", "= role", "a,${b}"])
def test_a_role_written_as_a_formula_is_called_that(role: str) -> None:
    task = user("ask", camunda__candidateGroups=role)
    assert verdicts(drawn(task, end(), flows=chain("start", "ask", "end"))) == [("error", "role-expression", "ask")]


@pytest.mark.parametrize(
    ("language", "script"),
    [("javascript", "var a = {b: 1}; a.b++;"), ("groovy", "def a = [1]*2"), ("JUEL", "${a}"), ("feel", "for x in y")],
)
def test_a_foreign_script_is_one_fault(language: str, script: str) -> None:
    task = node("scriptTask", "compute", f"<script>{script}</script>", scriptFormat=language)
    assert verdicts(drawn(task, end(), flows=chain("start", "compute", "end"))) == [
        ("error", "script-language", "compute")
    ]


def test_errors_stand_before_warnings_in_whichever_file() -> None:
    harmless = file(process("p", [start(), xor("gw"), user("u"), end()], chain("start", "gw", "u", "end")))
    faulty = file(process("q", [start("s"), user("t")], chain("s", "t")))
    assert [severity for severity, _, _ in verdicts(harmless, faulty)] == ["error", "warning"]


def test_an_office_that_does_not_exist_is_named_at_its_rule() -> None:
    table = (CASES / "routing_unknown_unit.dmn").read_bytes()
    found = check_files({"r.dmn": table}, offices={"suggested_unit": ["DPUPR", "DISHUB"]})
    assert ("error", "unit-unknown", "rule_01") in [(one.severity, one.rule, one.element) for one in found]
    assert "unit-unknown" in {one.rule for one in found} and "rule_02" not in {one.element for one in found}
    assert "DPUPR" in next(one.fix.id for one in found if one.element == "rule_01")
    assert check_files({"r.dmn": table}) == []
