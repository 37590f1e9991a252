"""Which rows of a decision table answer, by hit policy and aggregation."""

from __future__ import annotations

from typing import Any

import pytest

from app.engine.decisions.decision import read_decision
from app.engine.expressions.errors import ExpressionError
from tests.engine.decisions.tables import decide, only, rules, table

N = ("x", "number")
STEPS = [("> 0", '"c"'), ("> 10", '"a"'), ("> 20", '"b"')]


@pytest.mark.parametrize(
    ("policy", "value", "answer"),
    [
        ("FIRST", 25, "c"),
        ("FIRST", 0, None),
        ("PRIORITY", 25, "a"),
        ("PRIORITY", 5, "c"),
        ("PRIORITY", 0, None),
        ("RULE ORDER", 25, ["c", "a", "b"]),
        ("OUTPUT ORDER", 25, ["a", "b", "c"]),
        ("COLLECT", 25, ["c", "a", "b"]),
        ("RULE ORDER", 0, []),
        ("OUTPUT ORDER", 0, []),
        ("COLLECT", 0, []),
    ],
)
def test_several_rows_fit(policy: str, value: int, answer: Any) -> None:
    assert decide(table([N], STEPS, policy, values='"a", "b", "c"'), x=value) == answer


@pytest.mark.parametrize(("aggregation", "answer"), [("SUM", 13), ("MIN", 1), ("MAX", 7), ("COUNT", 3)])
def test_collected_numbers_become_one(aggregation: str, answer: int) -> None:
    rows = [("> 0", "5"), ("> 10", "7"), ("> 20", "1")]
    data = table([N], rows, "COLLECT", aggregation=aggregation, output="number")
    assert decide(data, x=25) == answer
    assert decide(data, x=0) == (0 if aggregation == "COUNT" else None)


def test_an_empty_answer_is_left_out_of_a_list() -> None:
    assert decide(table([N], [("> 0", '"a"'), ("> 1", "-")], "COLLECT"), x=5) == ["a"]


def test_lists_of_several_columns_keep_each_row_at_one_place() -> None:
    data = table([N], [("> 0", '"a"'), ("> 1", "-"), ("> 2", '"c"')], "COLLECT").decode()
    second = '<output id="o2" name="more"/>'
    data = data.replace("</output>", f"</output>{second}", 1)
    for number, cell in enumerate(("1", "2", "-")):
        data = data.replace("</rule>", f'<outputEntry id="b{number}"><text>{cell}</text></outputEntry></RULE>', 1)
    found = read_decision(data.replace("</RULE>", "</rule>").encode()).decide({"x": 5}, {})
    assert found == {"unit": ["a", None, "c"], "more": [1, 2, None]}


def test_rows_of_unique_and_any_contradict_each_other() -> None:
    for policy, rows in (("UNIQUE", [("> x0", '"a"'), ("> x0", '"a"')]), ("ANY", [("> x0", '"a"'), ("> x0", '"b"')])):
        with pytest.raises(ExpressionError, match="1, 2"):
            decide(table([N], rows, policy), x=5, x0=1)
    assert decide(table([N], [("> x0", '"a"'), ("> x0", '"a"')], "ANY"), x=5, x0=1) == "a"


@pytest.mark.parametrize("policy", ["UNIQUE", "FIRST", "ANY", "PRIORITY"])
def test_the_default_answers_where_no_row_fits(policy: str) -> None:
    data = table([N], [("> 10", '"a"')], policy, default='"b"', values='"a", "b"')
    assert (decide(data, x=11), decide(data, x=10)) == ("a", "b")


def test_a_computed_answer_that_the_values_do_not_list_comes_last() -> None:
    data = table([N], [("> 0", '"x" + y'), ("> 0", '"b"'), ("> 0", '"a"')], "OUTPUT ORDER", values='"a","b"')
    assert decide(data, x=1, y="z") == ["a", "b", "xz"]


@pytest.mark.parametrize("policy", ["PRIORITY", "OUTPUT ORDER"])
@pytest.mark.parametrize(
    "values", ["", "-", "c, a, b", '"c", a, "b"', 'not("c")', '["a".."c"]', '? = "c"', '"a", > "a"']
)
def test_an_order_by_values_needs_the_values_one_by_one(policy: str, values: str) -> None:
    found = only(table([N], STEPS, policy, values=values), "dmn-output-values")
    assert found.element == "o" and policy in found.message.id


def test_an_unknown_policy_is_refused_naming_those_that_exist() -> None:
    found = only(table([N], STEPS, "CHANCE"), "dmn-hit-policy")
    assert "CHANCE" in found.message.id and "OUTPUT ORDER" in found.fix.id


@pytest.mark.parametrize("policy", ["PRIORITY", "RULE ORDER", "OUTPUT ORDER", "COLLECT", "FIRST"])
def test_rows_may_overlap_where_the_policy_says_which_answers(policy: str) -> None:
    assert "dmn-overlap" not in rules(table([N], STEPS, policy, values='"a", "b", "c"'))


@pytest.mark.parametrize(
    ("policy", "gap"),
    [("UNIQUE", 1), ("FIRST", 1), ("ANY", 1), ("PRIORITY", 1), ("COLLECT", 0), ("RULE ORDER", 0), ("OUTPUT ORDER", 0)],
)
def test_a_case_without_a_row_is_a_gap_unless_a_list_may_be_empty(policy: str, gap: int) -> None:
    data = table([N], [("> 0", '"a"'), ("< 0", '"b"')], policy, values='"a", "b"')
    assert rules(data).count("dmn-gap") == gap
