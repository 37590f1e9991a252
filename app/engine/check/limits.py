"""Limits and return counts that a diagram names must exist."""

from __future__ import annotations

from collections.abc import Iterator

from app.domain.findings import Finding
from app.domain.nearest import meant
from app.domain.text import Text
from app.engine.check.formulas import formulas
from app.engine.check.model import Diagram, Edge, Neighbours, Node, Scope
from app.engine.elements import read_properties


def check(diagram: Diagram, bundle: Neighbours) -> Iterator[Finding]:
    """Unknown limits in `sla(...)` and in the property `sla`, and unknown arrows in `returns(...)`."""
    flows = {edge.id for other in bundle.diagrams for edge in other.edges()} or {edge.id for edge in diagram.edges()}
    for formula in formulas(diagram):
        for function, argument in formula.calls:
            if function == "sla" and isinstance(argument, str):
                yield from _limit(diagram, formula.where, argument, bundle)
            if function == "returns" and isinstance(argument, str) and argument not in flows:
                yield diagram.error(
                    formula.where,
                    "returns-unknown-flow",
                    Text(
                        f"returns('{argument}') menyebut panah yang tidak ada.",
                        f"returns('{argument}') names an arrow that does not exist.",
                    ),
                    meant(Text("Pakai id panah kembalinya.", "Use the id of the return arrow."), argument, flows),
                )
    places: list[Node | Scope] = [*diagram.each(), *diagram.processes]
    for place in places:
        key = read_properties(place.xml).get("sla")
        if key is not None:
            yield from _limit(diagram, place, key, bundle)


def _limit(diagram: Diagram, where: Node | Edge | Scope, key: str, bundle: Neighbours) -> Iterator[Finding]:
    if bundle.limits is not None and key not in bundle.limits:
        yield diagram.error(
            where,
            "limit-unknown",
            Text(f"Batas waktu “{key}” tidak ada dalam sla.toml.", f"The limit “{key}” is not in sla.toml."),
            meant(
                Text("Perbaiki kuncinya, atau tambahkan batasnya.", "Correct the key, or add the limit."),
                key,
                bundle.limits,
            ),
        )
