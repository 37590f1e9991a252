"""Conditions, scripts and timer expressions must be readable and harmless."""

from __future__ import annotations

from collections.abc import Iterator

from app.domain.findings import Finding
from app.domain.text import Text
from app.engine.check.formulas import Formula, formulas
from app.engine.check.model import Diagram, Neighbours
from app.engine.expressions.expression import UnsafeExpression

CONDITION = Text(
    'Tulis perbandingan seperti ${keputusan == "terima" && jumlah > 3}.',
    'Write a comparison such as ${decision == "accept" && amount > 3}.',
)
SCRIPT = Text(
    "Skrip hanya boleh mengisi nama (jumlah = jumlah + 1) dan memakai if/elif/else; yang lain menjadi tugas layanan.",
    "A script may only set names (count = count + 1) and use if/elif/else; anything else is a service task.",
)
TIMER = Text(
    "Tulis lama waktu seperti PT4H atau P3D, tanggal, atau fungsi seperti ${sla('kunci')}.",
    "Write a duration such as PT4H or P3D, a date, or a function such as ${sla('key')}.",
)
FIXES = {"condition": CONDITION, "script": SCRIPT, "timer": TIMER, "loop": CONDITION}


def check(diagram: Diagram, bundle: Neighbours) -> Iterator[Finding]:
    """Expressions that cannot be read, or that use what is not allowed."""
    for formula in formulas(diagram):
        if formula.fault is not None:
            yield _faulty(diagram, formula)


def _faulty(diagram: Diagram, formula: Formula) -> Finding:
    fault = formula.fault
    assert fault is not None
    text = " ".join(formula.text.split())
    shown = text if len(text) <= 80 else text[:79] + "…"
    column = fault.column
    at = Text(f" (karakter ke-{column})", f" (character {column})") if column else Text("", "")
    rule = "expression-unsafe" if isinstance(fault, UnsafeExpression) else "expression-invalid"
    return diagram.error(
        formula.where,
        rule,
        Text(
            f"{formula.place.id} “{shown}” ditolak{at.id}. {fault.message.id}",
            f"{formula.place.en} “{shown}” is refused{at.en}. {fault.message.en}",
        ),
        FIXES[formula.kind],
    )
