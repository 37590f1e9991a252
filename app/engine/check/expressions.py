"""Conditions, scripts and timer expressions must be readable and harmless."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from app.domain.findings import Finding
from app.domain.text import Text
from app.engine.check.formulas import Formula, assigned_names, formulas
from app.engine.check.model import Diagram, Neighbours
from app.engine.expressions.expression import UnsafeExpression
from app.engine.expressions.kinds import Impossible, Kind, kind_of

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
FIXES = {"condition": CONDITION, "script": SCRIPT, "timer": TIMER, "loop": CONDITION, "completion": CONDITION}
KINDS: Mapping[Kind, Text] = {
    "number": Text("sebuah bilangan", "a number"),
    "text": Text("sebuah teks", "a text"),
    "list": Text("sebuah daftar", "a list"),
    "nothing": Text("nilai kosong", "nothing at all"),
}
DECIDES = ("condition", "completion")


def check(diagram: Diagram, bundle: Neighbours) -> Iterator[Finding]:
    """Expressions that cannot be read, that use what is not allowed, that never give a value, or not a yes or no."""
    given: Mapping[str, Kind] = bundle.variables if isinstance(bundle.variables, Mapping) else {}
    assigned = assigned_names(bundle)
    known = {name: kind for name, kind in given.items() if name not in assigned}
    for formula in formulas(diagram):
        if formula.fault is not None:
            yield _faulty(diagram, formula)
        elif formula.kind in DECIDES or (formula.kind == "timer" and formula.names):
            yield from _value(diagram, formula, known)


def _value(diagram: Diagram, formula: Formula, known: Mapping[str, Kind]) -> Iterator[Finding]:
    try:
        kind = kind_of(formula.text, known)
    except Impossible as impossible:
        part = _shown(str(impossible))
        yield diagram.error(
            formula.where,
            "expression-impossible",
            Text(
                f"{formula.place.id} “{_shown(formula.text)}” tidak pernah dapat dihitung: “{part}” memadukan nilai "
                "yang tidak cocok.",
                f"{formula.place.en} “{_shown(formula.text)}” can never be computed: “{part}” joins values that do "
                "not fit.",
            ),
            FIXES[formula.kind],
        )
        return
    if formula.kind in DECIDES and kind not in ("truth", None):
        what = KINDS[kind]
        yield diagram.error(
            formula.where,
            "condition-not-yes-no",
            Text(
                f"{formula.place.id} “{_shown(formula.text)}” tidak menghasilkan ya atau tidak, tetapi {what.id}.",
                f"{formula.place.en} “{_shown(formula.text)}” does not give yes or no but {what.en}.",
            ),
            CONDITION,
        )


def _faulty(diagram: Diagram, formula: Formula) -> Finding:
    fault = formula.fault
    assert fault is not None
    shown = _shown(formula.text)
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


def _shown(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= 80 else line[:79] + "…"
