"""Decision tables: what is wrong in their cells, and whether the names they use exist."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from app.domain.errors import InvalidDiagram
from app.domain.findings import Finding
from app.domain.nearest import meant
from app.domain.text import Text
from app.engine.check.formulas import assigned_names
from app.engine.check.model import Neighbours
from app.engine.decisions.compile import Compiled
from app.engine.decisions.decision import compiled_tables, findings


def check_decisions(data: bytes, file: str, bundle: Neighbours) -> Iterator[Finding]:
    """Every finding of one DMN file."""
    yield from findings(data, file)
    try:
        tables = compiled_tables(data, file)
    except InvalidDiagram:
        return
    count = Counter(one.table.id for one in tables)
    for identity in (name for name, times in count.items() if times > 1 or not name):
        yield Finding(
            file,
            identity or None,
            "duplicate-id" if identity else "id-missing",
            "error",
            Text(
                f"Id “{identity}” dipakai {count[identity]} keputusan." if identity else "Ada keputusan tanpa id.",
                f"The id “{identity}” is used by {count[identity]} decisions."
                if identity
                else "There is a decision without an id.",
            ),
            Text("Beri setiap keputusan id sendiri.", "Give each decision an id of its own."),
        )
    for table in tables:
        yield from _offices(file, table, bundle)
    known = None if bundle.variables is None else set(bundle.variables) | assigned_names(bundle)
    for table in tables:
        for cell, expression in table.expressions:
            for name in sorted(expression.names - known) if known is not None else ():
                yield Finding(
                    file,
                    cell or table.table.id,
                    "variable-unknown",
                    "error",
                    Text(
                        f"Tabel membaca “{name}”, yang tidak dinyatakan di manifest dan tidak diisi oleh diagram.",
                        f"The table reads “{name}”, which the manifest does not declare and no diagram sets.",
                    ),
                    meant(
                        Text(
                            f'Nyatakan “{name}” di [variables], atau beri tanda kutip bila maksudnya teks: "{name}".',
                            f'Declare “{name}” in [variables], or put quotes around it if text is meant: "{name}".',
                        ),
                        name,
                        known or (),
                    ),
                )


def _offices(file: str, compiled: Compiled, bundle: Neighbours) -> Iterator[Finding]:
    """Rules that name an office which does not exist."""
    table = compiled.table
    for row, answers in zip(table.rows, compiled.answers, strict=False):
        for column, answer in zip(table.outputs, answers, strict=False):
            offices = bundle.offices.get(column.name)
            if offices is not None and isinstance(answer, str) and answer not in offices:
                yield Finding(
                    file,
                    row.id or table.id,
                    "unit-unknown",
                    "error",
                    Text(
                        f"Kantor “{answer}” (kolom “{column.label}”) tidak ada di daftar unit.",
                        f"The office “{answer}” (column “{column.label}”) is not on the list of units.",
                    ),
                    meant(
                        Text("Pakai kode unit dari daftar unit.", "Use the code of a unit from the list of units."),
                        answer,
                        offices,
                    ),
                )
