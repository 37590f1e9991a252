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
