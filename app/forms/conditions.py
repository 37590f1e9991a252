"""Decides when a question is hidden or must be answered, on the server and, with the same meaning, in the browser."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from app.domain.text import Text
from app.engine.expressions.errors import ExpressionError, UnsafeExpression
from app.engine.expressions.expression import Expression, compile_expression
from app.engine.expressions.text import translate
from app.engine.expressions.tree import parsed

COMPARISONS = (ast.Eq, ast.NotEq, ast.Lt, ast.LtE, ast.Gt, ast.GtE, ast.In, ast.NotIn)


@dataclass(frozen=True, slots=True)
class Condition:
    """A yes-or-no question about the other answers; the browser reads the same `text` (assets/src/condition.js)."""

    text: str
    expression: Expression

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
    _refuse_rich(tree.body)
    return Condition(text, expression)


def _refuse_rich(node: ast.expr) -> None:
    match node:
        case ast.BoolOp(values=parts) | ast.List(elts=parts):
            inner = parts
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            inner = [operand]
        case ast.Compare(left=left, ops=[operator], comparators=[right]) if isinstance(operator, COMPARISONS):
            inner = [left, right]
        case ast.Name() | ast.Constant():
            inner = []
        case _:
            raise UnsafeExpression(None, _TOO_MUCH)
    for each in inner:
        _refuse_rich(each)


_TOO_MUCH = Text(
    "Syarat di formulir hanya boleh memakai perbandingan (=, !=, <, >, in) dengan and, or, not.",
    "A condition in a form may use only comparisons (=, !=, <, >, in) with and, or, not.",
)
