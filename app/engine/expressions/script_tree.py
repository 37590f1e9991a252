"""Lets through only the two kinds of sentence a script task may hold: setting a name, and if / elif / else."""

from __future__ import annotations

import ast

from app.domain.text import Text
from app.engine.expressions.functions import SIGNATURES
from app.engine.expressions.tree import Rewriter


class Statements:
    """Rewrites a script; `assigned` are the names it sets, `free` those it reads before it has surely set them."""

    def __init__(self, rewriter: Rewriter) -> None:
        self.assigned: set[str] = set()
        self.free: set[str] = set()
        self._rewriter = rewriter
        self._sure: set[str] = set()
        self._depth = 0

    def block(self, statements: list[ast.stmt]) -> list[ast.stmt]:
        """The rewritten statements; raises `UnsafeExpression` at the first that is neither kind."""
        return [self._statement(statement) for statement in statements]

    def _statement(self, node: ast.stmt) -> ast.stmt:
        if isinstance(node, ast.Assign):
            return self._assignment(node)
        if isinstance(node, ast.If):
            return self._branches(node)
        if isinstance(node, ast.AugAssign):
            raise self._rewriter.unsafe(node, Text(
                "Tulislah lengkap, misalnya: jumlah = jumlah + 1.", "Write it in full, for example: count = count + 1."
            ))  # fmt: skip
        self._rewriter.visit(node)
        raise AssertionError("a statement was let through")

    def _assignment(self, node: ast.Assign) -> ast.stmt:
        target = node.targets[0]
        if len(node.targets) != 1 or not isinstance(target, ast.Name):
            raise self._rewriter.unsafe(node, Text(
                "Di sebelah kiri = hanya boleh ada satu nama.", "Only one name may stand on the left of =."
            ))  # fmt: skip
        self._rewriter.check_name(target, target.id)
        if target.id in SIGNATURES:
            raise self._rewriter.unsafe(node, Text(
                f"“{target.id}” adalah nama fungsi dan tidak dapat diisi.",
                f"“{target.id}” is the name of a function and cannot be set.",
            ))  # fmt: skip
        value = self._read(node.value)
        self.assigned.add(target.id)
        self._sure.add(target.id)
        place = ast.Subscript(ast.Name("V", ast.Load()), ast.Constant(target.id), ast.Store())
        return ast.Assign([place], value)

    def _branches(self, node: ast.If) -> ast.stmt:
        self._depth += 1
        if self._depth > 20:
            raise self._rewriter.unsafe(node, Text("Terlalu banyak if bertingkat.", "Too many nested ifs."))
        test = self._read(node.test)
        before = set(self._sure)
        body = self.block(node.body)
        after_body, self._sure = self._sure, set(before)
        otherwise = self.block(node.orelse)
        self._sure &= after_body
        self._depth -= 1
        return ast.If(test, body, otherwise)

    def _read(self, node: ast.expr) -> ast.expr:
        outer, self._rewriter.names = self._rewriter.names, set()
        rewritten = self._rewriter.visit(node)
        self.free |= self._rewriter.names - self._sure
        self._rewriter.names = outer
        return rewritten
