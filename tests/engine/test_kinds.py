"""What is said of the kind of an expression beforehand is true of every value that it gives."""

from __future__ import annotations

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from app.engine.expressions.errors import ExpressionError
from app.engine.expressions.expression import compile_expression
from app.engine.expressions.kinds import Impossible, Kind, kind_of
from tests.scale import scaled

NAMES = ("a", "b")
TYPES: dict[Any, tuple[type, ...]] = {
    "truth": (bool,), "number": (int, float), "text": (str,), "list": (list, tuple), "nothing": (type(None),),
}  # fmt: skip
VALUES: dict[Kind, Any] = {
    "truth": st.booleans(),
    "number": st.integers(-3, 3),
    "text": st.sampled_from(["", "x", "yx"]),
    None: st.one_of(st.none(), st.booleans(), st.integers(-3, 3), st.sampled_from(["", "x"]), st.just([1, 2])),
}
LEAVES = st.sampled_from([*NAMES, "1", "0", "-2", "'x'", "''", "true", "null", "[1, 2]", "returns('f')", "now()"])


def joined(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    sign = st.sampled_from(
        ["+", "-", "*", "/", "%", "==", "!=", "<", "<=", ">", ">=", "and", "or", "in", "not in", "is"]
    )
    two = st.tuples(inner, sign, inner).map(
        lambda parts: f"({parts[0]}) is null" if parts[1] == "is" else f"({parts[0]}) {parts[1]} ({parts[2]})"
    )
    one = st.tuples(st.sampled_from(["not ({})", "-({})", "({})[0]"]), inner).map(
        lambda parts: parts[0].format(parts[1])
    )
    three = st.tuples(inner, inner, inner).map(lambda parts: f"({parts[0]}) if ({parts[1]}) else ({parts[2]})")
    return st.one_of(two, one, three)


EXPRESSIONS = st.recursive(LEAVES, joined, max_leaves=6)
FUNCTIONS = {"returns": lambda _flow: 2, "now": lambda: "2026-11-23T02:00:00.000000+00:00"}


@settings(max_examples=scaled(20_000))
@given(text=EXPRESSIONS, data=st.data())
def test_no_value_contradicts_what_was_said(text: str, data: st.DataObject) -> None:
    known: dict[str, Kind] = {name: data.draw(st.sampled_from(["truth", "number", "text", None])) for name in NAMES}
    kind: Kind = None
    try:
        kind, possible = kind_of(text, known), True
    except Impossible:
        possible = False
    for _ in range(3):
        values = {name: data.draw(VALUES[known[name]]) for name in NAMES}
        try:
            value = compile_expression(text).evaluate(values, FUNCTIONS)
        except ExpressionError:
            continue
        if any(word in text for word in (" and ", " or ", " if ")):
            continue  # a choice may pass by the part that cannot be computed, or is no yes or no
        assert possible, f"{text} was called impossible and gave {value!r} with {values}"
        if kind is not None:
            assert isinstance(value, TYPES[kind]), f"{text} was called {kind} and gave {value!r} with {values}"
