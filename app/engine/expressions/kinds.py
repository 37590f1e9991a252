"""Says which kind of value an expression gives, as far as that is certain before anybody has answered anything."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from itertools import pairwise
from typing import Literal

from app.engine.expressions.errors import ExpressionError
from app.engine.expressions.expression import compile_expression
from app.engine.expressions.text import translate
from app.engine.expressions.tree import parsed

Kind = Literal["truth", "number", "text", "list", "nothing"] | None  # None: not known
GIVEN: Mapping[str, Kind] = {"returns": "number"}  # every other function gives an instant, which is text
COUNTABLE = ("number", "truth", None)  # yes and no count as one and nought
ORDERED = (ast.Lt, ast.LtE, ast.Gt, ast.GtE)


class Impossible(Exception):
    """No answers exist with which the expression could be computed; the text is the part that cannot."""

    def __init__(self, node: ast.AST) -> None:
        super().__init__(ast.unparse(node))


def kind_of(text: str, known: Mapping[str, Kind]) -> Kind:
    """The kind of value of a readable expression; `known` are the kinds of variables. Raises Impossible."""
    tree = parsed(translate(text), "eval")
    assert isinstance(tree, ast.Expression)
    return _Kinds(known).of(tree.body)


class _Kinds:
    def __init__(self, known: Mapping[str, Kind]) -> None:
        self._known = known

    def of(self, node: ast.expr) -> Kind:
        found: Kind = getattr(self, f"_{type(node).__name__.lower()}")(node)
        if not isinstance(node, ast.Constant | ast.Name) and _is_constant(node):
            try:
                compile_expression(ast.unparse(node)).evaluate({}, {})
            except ExpressionError:
                raise Impossible(node) from None
        return found

    def _constant(self, node: ast.Constant) -> Kind:
        value = node.value
        if isinstance(value, bool):
            return "truth"
        return "nothing" if value is None else "text" if isinstance(value, str) else "number"

    def _name(self, node: ast.Name) -> Kind:
        return self._known.get(node.id)

    def _call(self, node: ast.Call) -> Kind:
        for argument in node.args:
            self.of(argument)
        return GIVEN.get(ast.unparse(node.func), "text")

    def _list(self, node: ast.List | ast.Tuple) -> Kind:
        for each in node.elts:
            self.of(each)
        return "list"

    _tuple = _list

    def _subscript(self, node: ast.Subscript | ast.Attribute) -> Kind:
        if self.of(node.value) not in ("list", None):
            raise Impossible(node)
        return None

    _attribute = _subscript

    def _unaryop(self, node: ast.UnaryOp) -> Kind:
        inner = self.of(node.operand)
        if isinstance(node.op, ast.Not):
            return "truth"
        if inner not in COUNTABLE:
            raise Impossible(node)
        return "number"

    def _binop(self, node: ast.BinOp) -> Kind:
        left, right = self.of(node.left), self.of(node.right)
        if left in COUNTABLE and right in COUNTABLE:
            both_known = left is not None and right is not None
            return "number" if both_known or not isinstance(node.op, ast.Add) else None
        if isinstance(node.op, ast.Add) and "nothing" not in (left, right) and (left == right or None in (left, right)):
            return left or right
        raise Impossible(node)

    def _boolop(self, node: ast.BoolOp) -> Kind:
        return _strangest([self.of(value) for value in node.values])

    def _ifexp(self, node: ast.IfExp) -> Kind:
        self.of(node.test)
        return _strangest([self.of(node.body), self.of(node.orelse)])

    def _compare(self, node: ast.Compare) -> Kind:
        kinds = [self.of(side) for side in (node.left, *node.comparators)]
        for sign, (left, right) in zip(node.ops, pairwise(kinds), strict=True):
            if isinstance(sign, ORDERED) and not _in_order(left, right):
                raise Impossible(node)
            if isinstance(sign, ast.In | ast.NotIn) and (
                right not in ("list", "text", None) or (right == "text" and left not in ("text", None))
            ):
                raise Impossible(node)
        return "truth"


def _in_order(left: Kind, right: Kind) -> bool:
    if "nothing" in (left, right):
        return False
    return left is None or right is None or left == right or (left in COUNTABLE and right in COUNTABLE)


def _strangest(kinds: list[Kind]) -> Kind:
    """The kind that a yes or no could not be, if one of them is such; `None` where one is not known."""
    strange = [kind for kind in kinds if kind not in ("truth", None)]
    return strange[0] if strange else None if None in kinds else "truth"


def _is_constant(node: ast.expr) -> bool:
    return not any(isinstance(each, ast.Name) for each in ast.walk(node))
