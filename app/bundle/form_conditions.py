"""Decides when a question is hidden or must be answered, on the server and, with the same meaning, in the browser."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from app.domain.text import Text
from app.engine.expression_errors import ExpressionError, UnsafeExpression
from app.engine.expression_text import translate
from app.engine.expression_tree import parsed
from app.engine.expressions import Expression, compile_expression

COMPARISONS: Mapping[type[ast.cmpop], str] = {
    ast.Eq: "==", ast.NotEq: "!=", ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">=",
    ast.In: "in", ast.NotIn: "not in", ast.Is: "==", ast.IsNot: "!=",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Condition:
    """A yes-or-no question about the other answers; `mirror` is the same question as JSON data for the browser.

    The mirror is nested lists: ["and"|"or", ...], ["not", x], ["==" and so on, a, b], ["name", x], ["value", x],
    ["list", ...].
    """

    expression: Expression
    mirror: list[Any]

    @property
    def names(self) -> frozenset[str]:
        """The answers and variables it asks for."""
        return self.expression.names

    def holds(self, values: Mapping[str, Any]) -> bool:
        """Whether it is true of these answers; what is missing counts as nothing, what cannot be compared as no."""
        known = {name: values.get(name) for name in self.names}
        try:
            return self.expression.evaluate(known, {}) is True
        except ExpressionError:
            return False


def condition(text: str) -> Condition:
    """Read a condition (FEEL's leading `=` and single `=` are fine); raises ExpressionError with the reason.

    Only comparisons, lists, and, or, not: whatever the browser could compute differently is refused.
    """
    expression = compile_expression(text)
    if expression.calls:
        raise UnsafeExpression(None, _TOO_MUCH)
    tree = parsed(translate(text), "eval")
    assert isinstance(tree, ast.Expression)
    return Condition(expression, _mirrored(tree.body))


def _mirrored(node: ast.expr) -> list[Any]:
    match node:
        case ast.BoolOp(op=operator, values=values):
            return ["and" if isinstance(operator, ast.And) else "or", *map(_mirrored, values)]
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            return ["not", _mirrored(operand)]
        case ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=int() | float() as number)):
            return ["value", -number]
        case ast.Compare(left=left, ops=[operator], comparators=[right]) if type(operator) in COMPARISONS:
            return [COMPARISONS[type(operator)], _mirrored(left), _mirrored(right)]
        case ast.Name(id=name):
            return ["name", name]
        case ast.Constant(value=value):
            return ["value", value]
        case ast.List(elts=items) | ast.Tuple(elts=items):
            return ["list", *map(_mirrored, items)]
    raise UnsafeExpression(None, _TOO_MUCH)


_TOO_MUCH = Text(
    "Syarat di formulir hanya boleh memakai perbandingan (=, !=, <, >, in) dengan and, or, not.",
    "A condition in a form may use only comparisons (=, !=, <, >, in) with and, or, not.",
)
