"""The browser hides and shows the fields of a form exactly as the server decides, whatever the rule and the answers."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from app.engine.expressions.errors import ExpressionError
from app.forms.conditions import condition
from tests.scale import scaled
from tests.web.node import asking

ANSWER = """([text, answers]) => {
  try { return holds(compile(text), Object.assign(Object.create(null), answers)); }
  catch (error) { if (error instanceof SyntaxError) return 'unreadable'; throw error; }
}"""
Ask = Callable[[str, dict[str, Any]], Any]

NAMES = ("decision", "count", "done", "tags", "constructor")
texts = some.sampled_from(["return", "forward", "", "a'b", 'say "x"', "jalan"])
scalars = some.one_of(some.none(), some.booleans(), some.integers(0, 30), texts)
answers = some.fixed_dictionaries({}, optional=dict.fromkeys(NAMES, scalars | some.lists(texts, max_size=3)))
words = some.one_of(
    some.sampled_from(NAMES),
    some.sampled_from(["null", "true", "false", "None", "True", "False"]),
    some.integers(0, 30).map(str),
    texts.map(json.dumps),
    some.lists(texts.map(json.dumps), max_size=3).map(lambda items: f"[{', '.join(items)}]"),
)
signs = some.sampled_from(["=", "==", "!=", "<", "<=", ">", ">=", " eq ", " ne ", " lt ", " ge ", " in ", " not in "])
comparisons = some.tuples(words, signs, words).map("".join)
rules = some.recursive(
    comparisons | words,
    lambda inner: some.one_of(
        some.tuples(inner, some.sampled_from([" and ", " or ", " && ", "||"]), inner).map("".join),
        inner.map(lambda text: f"not ({text})"),
        inner.map(lambda text: f"!({text})"),
        inner.map(lambda text: f"({text})"),
    ),
    max_leaves=6,
)


@pytest.fixture(scope="module")
def mirrored() -> Iterator[Ask]:
    """What the browser's code says to a rule and its answers: true, false or "unreadable"."""
    with asking("condition.js", "compile, holds", ANSWER) as ask:
        yield lambda text, values: ask([text, values])


def decided(text: str, values: dict[str, Any]) -> Any:
    """What the server says; "unreadable" where it refuses the rule at deployment."""
    try:
        return condition(text).holds(values)
    except ExpressionError:
        return "unreadable"


@settings(max_examples=scaled(10_000))
@given(text=rules, values=answers)
def test_the_browser_decides_as_the_server_does(mirrored: Ask, text: str, values: dict[str, Any]) -> None:
    # What the server refuses never reaches a browser; what the browser cannot read stays visible.
    assert decided(text, values) in (mirrored(text, values), "unreadable")


def test_the_spellings_of_other_modelers_are_read(mirrored: Ask) -> None:
    spellings = ['=decision = "return"', "${decision == 'return'}", "decision eq 'return'", "!(decision != 'return')"]
    for text in spellings:
        assert [mirrored(text, {"decision": "return"}), mirrored(text, {})] == [True, False]
        assert [decided(text, {"decision": "return"}), decided(text, {})] == [True, False]


def test_what_is_no_rule_is_unreadable_in_the_browser(mirrored: Ask) -> None:
    strange = ["decision.upper()", "f(1)", "decision = ", "a b", "1 < count < 3", "`x`", "() => 1", "decision == 'x"]
    assert [mirrored(text, {}) for text in strange] == ["unreadable"] * len(strange)
