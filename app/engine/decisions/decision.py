"""Takes decisions from tables: which rows fit the values of a complaint, and what they say."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from app.domain.errors import InvalidDiagram
from app.domain.findings import Finding, errors
from app.domain.text import Text
from app.engine.decisions.compile import BY_VALUES, LISTS, Compiled, compile_table
from app.engine.decisions.cover import cover_findings
from app.engine.decisions.feel import GIVEN
from app.engine.decisions.table import Table, is_dmn, read_tables
from app.engine.decisions.unary_tests import equal
from app.engine.expressions.errors import ExpressionError
from app.engine.expressions.expression import Expression
from app.engine.expressions.functions import Functions
from app.engine.xml import parse_xml

Outcome = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Decision:
    """A decision table that can be asked; `id` is what a diagram's `camunda:decisionRef` names."""

    id: str
    name: str
    outputs: tuple[str, ...]
    names: frozenset[str]
    _compiled: Compiled

    def decide(self, variables: Mapping[str, Any], functions: Functions) -> Outcome:
        """The outputs by name; None where no row fits. Raises ExpressionError where rows contradict each other."""
        compiled, functions = self._compiled, {**functions, **GIVEN}
        values = [column.evaluate(variables, functions) for column in compiled.inputs]
        hits: list[int] = []
        for number, cells in enumerate(compiled.rows):
            if all(cell.accepts(value, variables, functions) for cell, value in zip(cells, values, strict=True)):
                hits.append(number)
                if compiled.table.hit_policy == "FIRST":
                    break
        found = [self._row(number, variables, functions) for number in hits]
        policy = compiled.table.hit_policy
        if policy in BY_VALUES:
            found.sort(key=self._place)
        if policy in LISTS:
            return self._collected(found)
        if policy != "PRIORITY":
            self._refuse_contradiction(hits, found)
        return found[0] if found else self._default(variables, functions)

    def _place(self, row: Outcome) -> tuple[int, ...]:
        """Where an answer stands in the order of the output values; what the list does not name comes last."""
        order = zip(self.outputs, self._compiled.allowed, strict=True)
        return tuple(cell.place(row[name]) for name, cell in order)

    def _row(self, number: int, variables: Mapping[str, Any], functions: Functions) -> Outcome:
        cells = self._compiled.answers[number]
        return {name: _value(cell, variables, functions) for name, cell in zip(self.outputs, cells, strict=True)}

    def _default(self, variables: Mapping[str, Any], functions: Functions) -> Outcome:
        cells = self._compiled.defaults
        return {name: _value(cell, variables, functions) for name, cell in zip(self.outputs, cells, strict=True)}

    def _refuse_contradiction(self, hits: list[int], found: list[Outcome]) -> None:
        if len(found) < 2:
            return
        same = all(equal(row[name], found[0][name]) for row in found[1:] for name in self.outputs)
        if self._compiled.table.hit_policy == "ANY" and same:
            return
        rows = ", ".join(str(number + 1) for number in hits)
        raise ExpressionError(None, Text(
            f"Tabel keputusan “{self.name}”: baris {rows} cocok sekaligus.",
            f"Decision table “{self.name}”: the rows {rows} fit at the same time.",
        ))  # fmt: skip

    def _collected(self, found: list[Outcome]) -> Outcome:
        aggregate = AGGREGATES[self._compiled.table.aggregation]
        if aggregate is _listed and len(self.outputs) > 1:  # one row stays at one place of all lists
            aggregate = list
        return {name: aggregate([row[name] for row in found]) for name in self.outputs}


def read_decision(data: bytes, file: str = "decision.dmn") -> Decision:
    """The one decision of a DMN file (the first, if it has several); raises InvalidDiagram with all findings."""
    return next(iter(read_decisions(data, file).values()))


def read_decisions(data: bytes, file: str = "decision.dmn") -> dict[str, Decision]:
    """Every decision of a DMN file by its id; raises InvalidDiagram with all findings."""
    compiled = _compiled(data, file)
    faults = errors([finding for one in compiled for finding in one.findings])
    if not compiled:
        faults = [_no_decision(file)]
    if faults:
        raise InvalidDiagram(faults[0].message, findings=faults)
    return {one.table.id: _decision(one) for one in compiled}


def findings(data: bytes, file: str) -> list[Finding]:
    """Everything that is wrong with a DMN file: cells that cannot be read, gaps, rows that contradict each other."""
    try:
        compiled = _compiled(data, file)
    except InvalidDiagram as refused:
        return refused.findings
    if not compiled:
        return [_no_decision(file)]
    found: list[Finding] = []
    for one in compiled:
        found += one.findings
        if not errors(one.findings):
            found += cover_findings(one, file)
    return found


def compiled_tables(data: bytes, file: str) -> list[Compiled]:
    """The tables of a DMN file for the checks; raises InvalidDiagram only where the file itself cannot be read."""
    return _compiled(data, file)


def _compiled(data: bytes, file: str) -> list[Compiled]:
    root = parse_xml(data, file)
    if not is_dmn(root):
        fault = Finding(
            file, None, "dmn-not-dmn", "error",
            Text("Berkas ini bukan tabel keputusan DMN.", "This file is not a DMN decision table."),
            Text("Simpan dari aplikasi gambar sebagai DMN 1.3.", "Save it from the modeler as DMN 1.3."),
        )  # fmt: skip
        raise InvalidDiagram(fault.message, findings=[fault])
    return [compile_table(table, file) for table in read_tables(root)]


def _decision(compiled: Compiled) -> Decision:
    table: Table = compiled.table
    outputs = tuple(column.name for column in table.outputs)
    return Decision(table.id, table.name or table.id, outputs, compiled.names, compiled)


def _no_decision(file: str) -> Finding:
    return Finding(
        file, None, "dmn-empty", "error",
        Text("Berkas DMN ini tidak memuat keputusan.", "This DMN file holds no decision."),
        Text("Tambahkan satu tabel keputusan.", "Add a decision table."),
    )  # fmt: skip


def _value(cell: Any, variables: Mapping[str, Any], functions: Functions) -> Any:
    value = cell.evaluate(variables, functions) if isinstance(cell, Expression) else cell
    # The engine keeps dates as text, and a table must not bring in anything else.
    return value.isoformat() if hasattr(value, "isoformat") else value


def _summed(values: list[Any]) -> Any:
    return sum(_numbers(values)) if values else None


def _listed(values: list[Any]) -> list[Any]:
    return [value for value in values if value is not None]


def _least(values: list[Any]) -> Any:
    return min(_numbers(values)) if values else None


def _most(values: list[Any]) -> Any:
    return max(_numbers(values)) if values else None


def _numbers(values: list[Any]) -> list[Any]:
    if any(isinstance(value, bool) or not isinstance(value, int | float) for value in values):
        raise ExpressionError(None, Text(
            "Hanya angka dapat dijumlahkan atau dibandingkan.", "Only numbers can be summed or compared."
        ))  # fmt: skip
    return values


AGGREGATES: Mapping[str, Callable[[list[Any]], Any]] = {
    "": _listed, "SUM": _summed, "MIN": _least, "MAX": _most, "COUNT": len,
}  # fmt: skip
