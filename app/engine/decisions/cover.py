"""Finds, by analysis of all values, the cases a decision table forgets and the rows that contradict each other."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from app.domain.findings import Finding, Severity
from app.domain.text import Text
from app.engine.decisions.axis import Axis, TooLarge, Unclear, axis_of
from app.engine.decisions.compile import LISTS, Compiled
from app.engine.decisions.unary_tests import equal
from app.engine.expressions.expression import Expression

MAX_WORK = 2_000_000  # comparisons of a row with a group of values
MAX_ROWS = 1_000
SHOWN = 5
Box = tuple[int, ...]


@dataclass(slots=True)
class Cover:
    """The table as boxes in the space of its inputs: row r accepts the values in `boxes[r][column]` (bit sets)."""

    axes: list[Axis]
    boxes: list[Box]
    work: int = 0
    _known: dict[tuple[int, tuple[int, ...]], bool] = field(default_factory=dict)

    def gaps(self, within: Box, rows: tuple[int, ...], limit: int) -> list[Box]:
        """Up to `limit` boxes inside `within` that none of `rows` accepts."""
        self._known = {}
        return self._gaps(within, rows, limit, 0)

    def _gaps(self, within: Box, rows: tuple[int, ...], limit: int, column: int) -> list[Box]:
        if column == len(self.axes):
            return [] if rows else [()]
        if not rows:
            return [within[column:]]
        if self._known.get((column, rows)):
            return []
        self.work += (len(rows) + 1) * len(self.axes[column].labels)
        if self.work > MAX_WORK:
            raise TooLarge
        found: list[Box] = []
        for left, atoms in self._groups(within, rows, column).items():
            for rest in self._gaps(within, left, limit - len(found), column + 1):
                found.append((atoms, *rest))
                if len(found) >= limit:
                    return found
        self._known[column, rows] = not found
        return found

    def _groups(self, within: Box, rows: tuple[int, ...], column: int) -> dict[tuple[int, ...], int]:
        """The values of a column, taken together where the same rows accept them."""
        groups: dict[tuple[int, ...], int] = {}
        for atom in range(len(self.axes[column].labels)):
            bit = 1 << atom
            if within[column] & bit:
                accepting = tuple(row for row in rows if self.boxes[row][column] & bit)
                groups[accepting] = groups.get(accepting, 0) | bit
        return groups

    def meeting(self, first: int, second: int) -> Box | None:
        """The values that two rows both accept, or None."""
        both = tuple(a & b for a, b in zip(self.boxes[first], self.boxes[second], strict=True))
        return both if all(both) else None

    def words(self, box: Box) -> Text:
        """A box in words: `category = jalan, amount > 5`; columns where everything fits are left out."""
        parts = [axis.words(mask) for axis, mask in zip(self.axes, box, strict=True) if mask != axis.full]
        if not parts:
            return Text("semua nilai", "all values")
        return Text(", ".join(part.id for part in parts), ", ".join(part.en for part in parts))


def cover_findings(compiled: Compiled, file: str) -> list[Finding]:
    """Gaps, forbidden overlaps and rows that never apply; one warning where the table is too large or not constant."""
    report = _Report(compiled, file)
    if len(compiled.rows) > MAX_ROWS:
        report.too_large()
        return report.findings
    try:
        axes = [axis_of(compiled, column) for column in range(len(compiled.inputs))]
    except Unclear as unclear:
        report.unclear(unclear)
        return report.findings
    except TooLarge:
        report.too_large()
        return report.findings
    if _entangled(compiled.inputs):
        report.unclear(Unclear(Text("dua kolom membaca variabel yang sama", "two columns read the same variable")))
        return report.findings
    boxes = [tuple(axis.masks[row] for axis in axes) for row in range(len(compiled.rows))]
    cover = Cover(axes, boxes)
    try:
        report.empty_rows(cover)
        report.overlaps(cover)
        report.hidden_rows(cover)
        report.gaps(cover)
    except TooLarge:
        report.too_large()
    return report.findings


def _entangled(inputs: list[Expression]) -> bool:
    seen: set[str] = set()
    for expression in inputs:
        if seen & expression.names:
            return True
        seen |= expression.names
    return False


class _Report:
    """Puts what the analysis finds into sentences."""

    def __init__(self, compiled: Compiled, file: str) -> None:
        self.compiled = compiled
        self.table = compiled.table
        self.file = file
        self.findings: list[Finding] = []

    def empty_rows(self, cover: Cover) -> None:
        """Rows with a cell that no value can fit, such as [5..1]."""
        for number, box in enumerate(cover.boxes):
            if not all(box):
                self._add(self.table.rows[number].id, "dmn-empty-row", "error", Text(
                    f"Baris {number + 1} memuat sel yang tidak dapat dipenuhi nilai apa pun.",
                    f"Row {number + 1} has a cell that no value can fit.",
                ), Text("Perbaiki rentang atau nilainya.", "Correct the range or the value."))  # fmt: skip

    def overlaps(self, cover: Cover) -> None:
        """Rows that fit together where the hit policy forbids it."""
        if self.table.hit_policy not in ("UNIQUE", "ANY"):
            return
        shown = 0
        for second in range(len(cover.boxes)):
            for first in range(second):
                meeting = cover.meeting(first, second)
                if meeting is None or self._agree(first, second):
                    continue
                shown += 1
                if shown > 4 * SHOWN:
                    return
                self._overlap(first, second, cover.words(meeting))

    def _agree(self, first: int, second: int) -> bool:
        one, other = self.compiled.answers[first], self.compiled.answers[second]
        return self.table.hit_policy == "ANY" and all(_same(a, b) for a, b in zip(one, other, strict=True))

    def _overlap(self, first: int, second: int, words: Text) -> None:
        policy = self.table.hit_policy
        self._add(self.table.rows[second].id, "dmn-overlap", "error", Text(
            f"Baris {first + 1} dan {second + 1} cocok sekaligus untuk {words.id}; {policy} melarangnya.",
            f"Rows {first + 1} and {second + 1} both fit {words.en}; {policy} forbids that.",
        ), Text(
            "Persempit salah satu baris, atau pilih FIRST.", "Narrow one of the rows, or choose FIRST."
        ))  # fmt: skip

    def hidden_rows(self, cover: Cover) -> None:
        """Rows of a FIRST table that never apply, because rows above take all their cases."""
        if self.table.hit_policy != "FIRST":
            return
        for number, box in enumerate(cover.boxes):
            if number and all(box) and not cover.gaps(box, tuple(range(number)), 1):
                self._add(self.table.rows[number].id, "dmn-hidden-row", "warning", Text(
                    f"Baris {number + 1} tidak pernah berlaku: baris di atasnya sudah mengambil semua kasusnya.",
                    f"Row {number + 1} never applies: rows above it take all its cases.",
                ), Text("Hapus baris ini atau pindahkan ke atas.", "Remove this row or move it up."))  # fmt: skip

    def gaps(self, cover: Cover) -> None:
        """Cases that no row decides; a default output decides them all, and a list may be empty."""
        decided = any(answer is not None for answer in self.compiled.defaults)
        if self.table.hit_policy in LISTS or decided:
            return
        everything = tuple(axis.full for axis in cover.axes)
        for gap in cover.gaps(everything, tuple(range(len(cover.boxes))), SHOWN):
            # A free text always has more values than a table can list, so that alone is only worth a warning.
            open_end = any(axis.only_other(mask) for axis, mask in zip(cover.axes, gap, strict=True))
            words = cover.words(gap)
            self._add(None, "dmn-gap", "warning" if open_end else "error", Text(
                f"Tidak ada baris untuk {words.id}.", f"No row decides {words.en}."
            ), Text(
                "Tambahkan baris untuk kasus ini, atau baris terakhir dengan - pada kolom ini.",
                "Add a row for this case, or a last row with - in this column.",
            ))  # fmt: skip

    def too_large(self) -> None:
        """The honest answer where the analysis gives up."""
        self._add(None, "dmn-not-analysed", "warning", Text(
            "Tabel ini terlalu besar untuk diperiksa celah dan tumpang tindihnya.",
            "This table is too large to be searched for gaps and overlaps.",
        ), Text("Bagilah menjadi beberapa tabel.", "Divide it into several tables."))  # fmt: skip

    def unclear(self, unclear: Unclear) -> None:
        """The table depends on more than its cells."""
        self._add(None, "dmn-not-analysed", "warning", Text(
            f"Celah dan tumpang tindih tabel ini tidak dapat diperiksa: {unclear.why.id}.",
            f"Gaps and overlaps of this table cannot be searched: {unclear.why.en}.",
        ), Text("Periksalah dengan skenario.", "Check it with scenarios."))  # fmt: skip

    def _add(self, element: str | None, rule: str, severity: Severity, message: Text, fix: Text) -> None:
        name = self.table.name or self.table.id
        message = Text(f"Tabel “{name}”: {message.id}", f"Table “{name}”: {message.en}")
        self.findings.append(Finding(self.file, element or self.table.id or None, rule, severity, message, fix))


def _same(one: Any, other: Any) -> bool:
    if isinstance(one, Expression) or isinstance(other, Expression):
        return isinstance(one, Expression) and isinstance(other, Expression) and one.text == other.text
    return equal(one, other)
