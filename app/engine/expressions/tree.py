"""Reads an expression as a tree and lets through only what is on a short list of harmless forms."""

from __future__ import annotations

import ast
import math
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from app.domain.text import Text
from app.engine.expressions.errors import ExpressionError, UnsafeExpression
from app.engine.expressions.functions import SIGNATURES, Signature
from app.engine.expressions.operators import MAX_BITS
from app.engine.expressions.text import Source

MAX_NODES = 300
MAX_DEPTH = 40
COMPARISONS = (ast.Eq, ast.NotEq, ast.Lt, ast.LtE, ast.Gt, ast.GtE, ast.In, ast.NotIn)
ORDERED = (ast.Lt, ast.LtE, ast.Gt, ast.GtE)
ARITHMETIC = (ast.Add, ast.Sub, ast.Mult, ast.Div, ast.FloorDiv, ast.Mod)
REFUSED = {
    "Lambda": Text("fungsi sendiri (lambda)", "an own function (lambda)"),
    "ListComp": Text("pengulangan", "a loop"),
    "SetComp": Text("pengulangan", "a loop"),
    "DictComp": Text("pengulangan", "a loop"),
    "GeneratorExp": Text("pengulangan", "a loop"),
    "For": Text("pengulangan", "a loop"),
    "While": Text("pengulangan", "a loop"),
    "JoinedStr": Text('teks berisi rumus (f"...")', 'a text with a formula inside (f"...")'),
    "NamedExpr": Text("pengisian nilai di tengah rumus (:=)", "an assignment inside a formula (:=)"),
    "Import": Text("pemanggilan pustaka (import)", "a library (import)"),
    "ImportFrom": Text("pemanggilan pustaka (import)", "a library (import)"),
    "FunctionDef": Text("fungsi sendiri (def)", "an own function (def)"),
    "ClassDef": Text("kelas sendiri (class)", "an own class (class)"),
    "Starred": Text("tanda bintang", "a star"),
    "Slice": Text("potongan daftar [a:b]", "a slice [a:b]"),
    "Dict": Text("kurung kurawal", "curly brackets"),
    "Set": Text("kurung kurawal", "curly brackets"),
    "Expr": Text("perintah selain pengisian nilai", "a statement other than an assignment"),
}
TOO_COMPLEX = Text("Rumus ini terlalu rumit; pecahlah.", "This expression is too complex; split it.")


class Rewriter(ast.NodeVisitor):
    """Turns a tree into one that reads only `V` (the variables), `F` (the functions) and `G` (the operators)."""

    def __init__(self, source: Source, more: Mapping[str, Signature] = MappingProxyType({})) -> None:
        self.source = source
        self.signatures = {**SIGNATURES, **more}
        self.null_is_null = bool(more)  # in decision tables nothing compared with anything is nothing
        self.names: set[str] = set()
        self.calls: list[tuple[str, Any]] = []
        self._nodes = 0
        self._depth = 0

    def visit(self, node: ast.AST) -> ast.expr:
        """The rewritten node; raises `UnsafeExpression` at the first thing that is not on the list."""
        self._nodes += 1
        self._depth += 1
        if self._nodes > MAX_NODES or self._depth > MAX_DEPTH:
            raise self.unsafe(node, TOO_COMPLEX)
        try:
            result: ast.expr = super().visit(node)
            return result
        finally:
            self._depth -= 1

    def generic_visit(self, node: ast.AST) -> Any:
        """Whatever has no method of its own below is refused."""
        kind = type(node).__name__
        what = REFUSED.get(kind, Text(f"bentuk ini ({kind})", f"this form ({kind})"))
        raise self.unsafe(node, Text(f"Tidak diizinkan: {what.id}.", f"Not allowed: {what.en}."))

    def visit_Constant(self, node: ast.Constant) -> ast.expr:
        value = node.value
        if not (value is None or type(value) in (bool, int, float, str)):
            raise self.unsafe(node, Text(f"Nilai {value!a} tidak dikenal.", f"The value {value!a} is not known."))
        if (type(value) is int and value.bit_length() > MAX_BITS) or (
            type(value) is float and not math.isfinite(value)
        ):
            raise self.unsafe(node, Text("Bilangannya terlalu besar.", "The number is too big."))
        return ast.Constant(value)

    def visit_Name(self, node: ast.Name) -> ast.expr:
        self.check_name(node, node.id)
        if node.id in self.signatures:
            raise self.unsafe(node, Text(
                f"“{node.id}” adalah fungsi; tulislah dengan kurung: {node.id}(...).",
                f"“{node.id}” is a function; write it with brackets: {node.id}(...).",
            ))  # fmt: skip
        self.names.add(node.id)
        return _entry("V", node.id)

    def visit_Attribute(self, node: ast.Attribute) -> ast.expr:
        self.check_name(node, node.attr)
        return _guard("item", self.visit(node.value), ast.Constant(node.attr))

    def visit_Subscript(self, node: ast.Subscript) -> ast.expr:
        if isinstance(node.slice, ast.Constant) and isinstance(node.slice.value, str):
            self.check_name(node, node.slice.value)
        return _guard("item", self.visit(node.value), self.visit(node.slice))

    def visit_Call(self, node: ast.Call) -> ast.expr:
        if not isinstance(node.func, ast.Name):
            raise self.unsafe(node, Text(
                "Hanya fungsi dengan nama tetap boleh dipanggil, bukan bagian dari suatu nilai.",
                "Only a function with a fixed name may be called, never a part of a value.",
            ))  # fmt: skip
        name = node.func.id
        signature = self.signatures.get(name)
        if signature is None:
            known = ", ".join(sorted(each.written or each.name for each in self.signatures.values()))
            raise self.unsafe(node, Text(
                f"Fungsi “{name}” tidak ada; yang ada: {known}.", f"There is no function “{name}”; there are: {known}."
            ))  # fmt: skip
        if node.keywords or len(node.args) != signature.arity:
            raise self.unsafe(node, Text(
                f"Fungsi “{name}” harus diberi {signature.arity} nilai, tanpa nama.",
                f"The function “{name}” takes {signature.arity} value(s), without names.",
            ))  # fmt: skip
        given = [each.value if isinstance(each, ast.Constant) else each for each in node.args]
        self.calls.append((name, tuple(given) if len(given) > 1 else next(iter(given), None)))
        return ast.Call(_entry("F", name), [self.visit(argument) for argument in node.args], [])

    def visit_BoolOp(self, node: ast.BoolOp) -> ast.expr:
        return ast.BoolOp(node.op, [self.visit(value) for value in node.values])

    def visit_UnaryOp(self, node: ast.UnaryOp) -> ast.expr:
        if isinstance(node.op, ast.Not):
            return ast.UnaryOp(node.op, self.visit(node.operand))
        if isinstance(node.op, ast.USub):
            return _guard("USub", self.visit(node.operand))
        return self.refused_sign(node, node.op)

    def visit_BinOp(self, node: ast.BinOp) -> ast.expr:
        if not isinstance(node.op, ARITHMETIC):
            return self.refused_sign(node, node.op)
        return _guard(type(node.op).__name__, self.visit(node.left), self.visit(node.right))

    def visit_Compare(self, node: ast.Compare) -> ast.expr:
        if len(node.ops) == 1 and isinstance(node.ops[0], ast.Is | ast.IsNot) and _constant(node.comparators[0]):
            found = _guard("is", self.visit(node.left), self.visit(node.comparators[0]))
            return ast.UnaryOp(ast.Not(), found) if isinstance(node.ops[0], ast.IsNot) else found
        for sign in node.ops:
            if not isinstance(sign, COMPARISONS):
                return self.refused_sign(node, sign)
        if self.null_is_null and len(node.ops) == 1 and isinstance(node.ops[0], ORDERED):
            return _guard(type(node.ops[0]).__name__, self.visit(node.left), self.visit(node.comparators[0]))
        return ast.Compare(self.visit(node.left), node.ops, [self.visit(value) for value in node.comparators])

    def visit_IfExp(self, node: ast.IfExp) -> ast.expr:
        return ast.IfExp(self.visit(node.test), self.visit(node.body), self.visit(node.orelse))

    def visit_List(self, node: ast.List) -> ast.expr:
        return ast.List([self.visit(value) for value in node.elts], ast.Load())

    def visit_Tuple(self, node: ast.Tuple) -> ast.expr:
        return ast.Tuple([self.visit(value) for value in node.elts], ast.Load())

    def check_name(self, node: ast.AST, name: str) -> None:
        """Names with a leading underscore belong to the machine's inside."""
        if name.startswith("_"):
            raise self.unsafe(node, Text(
                f"Nama “{name}” tidak diizinkan: nama tidak boleh diawali garis bawah.",
                f"The name “{name}” is not allowed: a name must not begin with an underscore.",
            ))  # fmt: skip

    def refused_sign(self, node: ast.AST, sign: ast.AST) -> ast.expr:
        """An operator that is not on the list, such as `**`, shifts and bit operations."""
        kind = type(sign).__name__
        raise self.unsafe(
            node, Text(f"Operator ini ({kind}) tidak diizinkan.", f"This operator ({kind}) is not allowed.")
        )

    def unsafe(self, node: ast.AST, message: Text) -> UnsafeExpression:
        """The refusal of `node`, at its place in the text that the person typed."""
        return UnsafeExpression(column_of(self.source, node), message)


def parsed(source: Source, mode: str) -> ast.AST:
    """The syntax tree of the translated text; any way in which Python fails to read it is an `ExpressionError`."""
    try:
        return ast.parse(source.text, mode=mode)
    except SyntaxError as error:
        place = _offset(source.text, error.lineno or 1, error.offset - 1) if error.offset else len(source.text)
        raise ExpressionError(source.column(place), UNREADABLE) from None
    except (ValueError, MemoryError, RecursionError, OverflowError):
        raise UnsafeExpression(1, Text("Rumus ini tidak dapat dibaca.", "This expression cannot be read.")) from None


UNREADABLE = Text(
    "Penulisannya salah: ada tanda atau kata yang kurang atau berlebih di sini.",
    "It is not written correctly: a sign or word is missing or too much here.",
)


def column_of(source: Source, node: ast.AST) -> int | None:
    """The column (from 1) of a node in the original text."""
    line = getattr(node, "lineno", None)
    if line is None:
        return None
    first = source.text.split("\n")[line - 1].encode()[: getattr(node, "col_offset", 0)].decode(errors="replace")
    return source.column(_offset(source.text, line, len(first)))


def _offset(text: str, line: int, column: int) -> int:
    """The place in the whole text of a column (from 0) in a line (from 1)."""
    return sum(len(before) + 1 for before in text.split("\n")[: line - 1]) + column


def _constant(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and node.value in (None, True, False) and type(node.value) is not int


def _entry(table: str, key: str) -> ast.expr:
    return ast.Subscript(ast.Name(table, ast.Load()), ast.Constant(key), ast.Load())


def _guard(name: str, *values: ast.expr) -> ast.expr:
    return ast.Call(_entry("G", name), list(values), [])
