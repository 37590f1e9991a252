"""Understands every cell of a decision table once, and notes by row and column each that cannot be understood."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from typing import Any, TypeVar

from app.domain.findings import Finding, Severity
from app.domain.text import Text
from app.engine.decisions.feel import compile_feel
from app.engine.decisions.table import Column, Entry, Row, Table
from app.engine.decisions.unary_tests import Cell, read_cell, read_value
from app.engine.expressions.errors import ExpressionError, UnsafeExpression
from app.engine.expressions.expression import Expression, compile_expression
from app.engine.expressions.functions import SIGNATURES

HIT_POLICIES = ("UNIQUE", "FIRST", "ANY", "COLLECT", "PRIORITY", "RULE ORDER", "OUTPUT ORDER")
LISTS = ("COLLECT", "RULE ORDER", "OUTPUT ORDER")
BY_VALUES = ("PRIORITY", "OUTPUT ORDER")  # these need the order of the output values
AGGREGATIONS = ("", "SUM", "MIN", "MAX", "COUNT")
KINDS: dict[str, tuple[type, ...]] = {
    "string": (str,), "boolean": (bool,), "date": (date, str), "datetime": (date, str), "number": (int, float),
    "integer": (int,), "long": (int,), "double": (int, float),
}  # fmt: skip
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]*")
T = TypeVar("T")


@dataclass(slots=True)
class Compiled:
    """A table with its understood cells; of use only where `findings` holds no error."""

    table: Table
    file: str
    inputs: list[Expression] = field(default_factory=list)
    rows: list[list[Cell]] = field(default_factory=list)
    answers: list[list[Any]] = field(default_factory=list)
    defaults: list[Any] = field(default_factory=list)
    domains: list[Cell] = field(default_factory=list)
    allowed: list[Cell] = field(default_factory=list)  # the values of each output, the foremost first
    findings: list[Finding] = field(default_factory=list)

    @property
    def expressions(self) -> list[tuple[str, Expression]]:
        """Every expression with the id of its cell, for the checks of variables and limits."""
        found = [(c.id, e) for c, e in zip(self.table.inputs, self.inputs, strict=False)]
        for row, cells, answers in zip(self.table.rows, self.rows, self.answers, strict=False):
            for entry, cell in zip(row.inputs, cells, strict=False):
                found += [(entry.id, expression) for expression in cell.expressions]
            for entry, answer in zip(row.outputs, answers, strict=False):
                found += [(entry.id, answer)] if isinstance(answer, Expression) else []
        return found

    @property
    def names(self) -> frozenset[str]:
        """The variables that the table reads."""
        return frozenset(name for _, expression in self.expressions for name in expression.names)

    def report(self, element: str, rule: str, severity: Severity, message: Text, fix: Text) -> None:
        """Note a fault of one cell, column or of the table itself."""
        self.findings.append(Finding(self.file, element or self.table.id or None, rule, severity, message, fix))


def compile_table(table: Table, file: str) -> Compiled:
    """The table with all its cells understood, or with a finding for each that is not; never raises."""
    compiled = Compiled(table, file)
    if table.kind != "decisionTable":
        compiled.report(table.id, "dmn-not-table", "error", Text(
            f"Keputusan “{table.name or table.id}” bukan tabel keputusan.",
            f"The decision “{table.name or table.id}” is not a decision table.",
        ), Text("Gambarlah sebagai tabel keputusan.", "Draw it as a decision table."))  # fmt: skip
        return compiled
    _check_table(compiled)
    compiled.inputs = [_input(compiled, column, number) for number, column in enumerate(table.inputs, 1)]
    compiled.domains = [_domain(compiled, column, number) for number, column in enumerate(table.inputs, 1)]
    compiled.allowed = [_read(compiled, c.id, _at(0, c), c.values, read_cell, Cell("")) for c in table.outputs]
    compiled.defaults = [
        _answer(compiled, Entry(column.id, column.default), column, allowed, 0)
        for column, allowed in zip(table.outputs, compiled.allowed, strict=True)
    ]
    if table.hit_policy in BY_VALUES:
        for column, allowed in zip(table.outputs, compiled.allowed, strict=True):
            _check_order(compiled, column, allowed)
    for number, row in enumerate(table.rows, 1):
        _row(compiled, row, number)
    return compiled


def _check_table(compiled: Compiled) -> None:
    table = compiled.table
    if table.hit_policy not in HIT_POLICIES:
        compiled.report("", "dmn-hit-policy", "error", Text(
            f"Aturan pilihan {table.hit_policy} tidak didukung.", f"The hit policy {table.hit_policy} is not supported."
        ), Text(
            f"Pilih {', '.join(HIT_POLICIES[:-1])} atau {HIT_POLICIES[-1]}.",
            f"Choose {', '.join(HIT_POLICIES[:-1])} or {HIT_POLICIES[-1]}.",
        ))  # fmt: skip
    if table.aggregation not in AGGREGATIONS or (table.aggregation and table.hit_policy != "COLLECT"):
        compiled.report("", "dmn-aggregation", "error", Text(
            f"Penggabung {table.aggregation} tidak didukung di sini.",
            f"The aggregation {table.aggregation} is not supported here.",
        ), Text(
            "Pilih SUM, MIN, MAX atau COUNT pada COLLECT.", "Choose SUM, MIN, MAX or COUNT with COLLECT."
        ))  # fmt: skip
    if table.requires:
        compiled.report("", "dmn-required-decision", "error", Text(
            "Keputusan ini memerlukan keputusan lain, yang tidak didukung.",
            "This decision requires another decision, which is not supported.",
        ), Text(
            "Panggil kedua tabel berurutan di diagram.", "Call both tables one after the other in the diagram."
        ))  # fmt: skip
    if not table.outputs or not table.rows:
        compiled.report("", "dmn-no-rules", "error", Text(
            "Tabel keputusan ini tidak memuat baris atau keluaran.", "This decision table has no rows or no outputs."
        ), Text("Isilah tabelnya.", "Fill in the table."))  # fmt: skip
    _check_outputs(compiled)


def _check_order(compiled: Compiled, column: Column, allowed: Cell) -> None:
    """Values can be put in order only where they are listed one by one, as they are."""
    listed = allowed.spans and all(span.point for span in allowed.spans)
    if listed and not allowed.expressions and not allowed.negated:
        return
    policy, written = compiled.table.hit_policy, column.values.strip() or "-"
    compiled.report(column.id, "dmn-output-values", "error", Text(
        f"Aturan pilihan {policy} memerlukan urutan nilai keluaran “{column.label}”; tertulis: {written[:80]}.",
        f"The hit policy {policy} needs the values of the output “{column.label}” in order; it says: {written[:80]}.",
    ), Text(
        'Tulis nilainya satu per satu menurut urutannya, yang utama lebih dulu, misalnya "tinggi", "rendah".',
        'Write the values one by one in their order, the foremost first, such as "high", "low".',
    ))  # fmt: skip


def _check_outputs(compiled: Compiled) -> None:
    seen: set[str] = set()
    for column in compiled.table.outputs:
        if not _NAME.fullmatch(column.name) or column.name in SIGNATURES or column.name in seen:
            compiled.report(column.id, "dmn-output-name", "error", Text(
                f"Nama keluaran “{column.name}” tidak dapat dipakai atau dipakai dua kali.",
                f"The output name “{column.name}” cannot be used, or is used twice.",
            ), Text(
                "Pakai nama sederhana, misalnya assigned_unit.", "Use a plain name, such as assigned_unit."
            ))  # fmt: skip
        seen.add(column.name)


def _row(compiled: Compiled, row: Row, number: int) -> None:
    table = compiled.table
    if len(row.inputs) != len(table.inputs) or len(row.outputs) != len(table.outputs):
        compiled.report(row.id, "dmn-row-length", "error", Text(
            f"Baris {number} tidak memiliki sel sebanyak kolomnya.", f"Row {number} has not as many cells as columns."
        ), Text("Gambar ulang baris ini.", "Draw this row again."))  # fmt: skip
        return
    cells = [
        _cell(compiled, entry, _at(number, column), column)
        for entry, column in zip(row.inputs, table.inputs, strict=True)
    ]
    answers = [
        _answer(compiled, entry, column, allowed, number)
        for entry, column, allowed in zip(row.outputs, table.outputs, compiled.allowed, strict=True)
    ]
    compiled.rows.append(cells)
    compiled.answers.append(answers)


def _input(compiled: Compiled, column: Column, number: int) -> Expression:
    where = Text(f"Masukan ke-{number} (“{column.label}”)", f"Input {number} (“{column.label}”)")
    names = compiled.table.names
    return _read(
        compiled, column.id, where, column.text, lambda text: compile_feel(text, names), compile_expression("null")
    )


def _domain(compiled: Compiled, column: Column, number: int) -> Cell:
    where = Text(f"Daftar nilai masukan ke-{number}", f"The list of values of input {number}")
    return _read(compiled, column.id, where, column.values, read_cell, Cell(""))


def _cell(compiled: Compiled, entry: Entry, where: Text, column: Column) -> Cell:
    names = compiled.table.names
    cell = _read(compiled, entry.id, where, entry.text, lambda text: read_cell(text, names), Cell(""))
    for value in (end for span in cell.spans for end in span.ends()):
        _check_kind(compiled, entry, where, column, value)
    return cell


def _answer(compiled: Compiled, entry: Entry, column: Column, allowed: Cell, number: int) -> Any:
    if entry.text in ("", "-"):
        return None
    where, names = _at(number, column), compiled.table.names
    value = _read(compiled, entry.id, where, entry.text, lambda text: read_value(text, names), None)
    _check_kind(compiled, entry, where, column, value)
    if not isinstance(value, Expression) and not allowed.expressions and not allowed.accepts(value, {}, {}):
        compiled.report(entry.id, "dmn-output-not-allowed", "error", Text(
            f"{where.id}: nilai {entry.text} tidak ada dalam daftar nilai keluaran.",
            f"{where.en}: the value {entry.text} is not in the list of output values.",
        ), Text("Perbaiki nilai atau daftarnya.", "Correct the value or the list."))  # fmt: skip
    return value


def _check_kind(compiled: Compiled, entry: Entry, where: Text, column: Column, value: Any) -> None:
    fit = KINDS.get(column.type.lower())
    if isinstance(value, Expression):
        if fit == (str,) and _NAME.fullmatch(value.text.strip()):
            compiled.report(entry.id, "dmn-unquoted-text", "warning", Text(
                f"{where.id}: {value.text} tanpa tanda kutip dibaca sebagai nama variabel, bukan teks.",
                f"{where.en}: {value.text} without quotes is read as the name of a variable, not as text.",
            ), Text(
                f'Jika maksudnya teks, tulis "{value.text}".', f'If text is meant, write "{value.text}".'
            ))  # fmt: skip
        return
    if fit is None or value is None or (isinstance(value, fit) and (fit == (bool,) or not isinstance(value, bool))):
        return
    compiled.report(entry.id, "dmn-cell-type", "warning", Text(
        f"{where.id}: {entry.text} tidak sesuai dengan jenis kolom ({column.type}).",
        f"{where.en}: {entry.text} does not fit the type of the column ({column.type}).",
    ), Text("Perbaiki sel atau jenis kolomnya.", "Correct the cell or the type of the column."))  # fmt: skip


def _read(compiled: Compiled, element: str, where: Text, text: str, read: Callable[[str], T], otherwise: T) -> T:
    try:
        return read(text)
    except ExpressionError as refused:
        rule = "expression-unsafe" if isinstance(refused, UnsafeExpression) else "expression-invalid"
        compiled.report(element, rule, "error", Text(
            f"{where.id}: “{text[:80]}” tidak dapat dipakai. {refused.message.id}",
            f"{where.en}: “{text[:80]}” cannot be used. {refused.message.en}",
        ), Text(
            'Tulis nilai seperti "jalan", 5, true, >= 3, [1..5], not("lain") atau -.',
            'Write a value such as "jalan", 5, true, >= 3, [1..5], not("other") or -.',
        ))  # fmt: skip
        return otherwise


def _at(number: int, column: Column) -> Text:
    """Where a cell stands, for people: row 0 is the default."""
    if number == 0:
        return Text(f"Nilai bawaan kolom “{column.label}”", f"The default of column “{column.label}”")
    return Text(f"Baris {number}, kolom “{column.label}”", f"Row {number}, column “{column.label}”")
