"""The manifest is read completely, and what is wrong in it is named by its place."""

from __future__ import annotations

import pytest

from app.bundle.manifest import Lane, Variable, Withdraw, read_manifest
from app.domain.errors import InvalidDiagram

SMALL = 'key = "k"\ntitle = { id = "Satu", en = "One" }\ndiagram = "k.bpmn"\n'


def test_everything_that_is_written_is_read() -> None:
    manifest = read_manifest(
        (
            SMALL
            + """
decisions = ["d.dmn"]
coverage = 0.5
start_form = "s"
[lanes]
"A" = { role = ["x", "y"], unit_from = "u" }
"B" = { role = "z", unit = "U" }
[variables]
u = { type = "unit", form = ["f", "g"], field = "target" }
v = { type = "boolean", form = "h" }
w = { type = "text" }
[messages]
m = { from = "reporter", form = "f" }
[instance]
sla = "overall"
sla_when = { longer = "v" }
withdraw = { from = "reporter", form = "w", end = "gone" }
pauses = ["held"]
[statuses]
e = "held"
[topics]
external = ["t"]
"""
        ).encode()
    )
    assert manifest.lanes == {"A": Lane(("x", "y"), None, "u"), "B": Lane(("z",), "U")}
    assert manifest.variables["u"] == Variable("u", "unit", (("f", "target"), ("g", "target")))
    assert (manifest.variables["v"].form, manifest.variables["v"].field) == ("h", "v")
    assert manifest.variables["w"].form is None
    assert manifest.instance.withdraw == Withdraw("reporter", "w", "gone")
    assert manifest.forms == {"s", "f", "g", "h", "w"}
    assert (manifest.topics, manifest.statuses, manifest.title.en) == (("t",), {"e": "held"}, "One")


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ('key = "k"', "title.id"),
        (SMALL + "unknown = 1", "unknown"),
        (SMALL + "coverage = true", "coverage"),
        (SMALL + "coverage = 'high'", "coverage"),
        (SMALL + "[lanes]\nA = 3", "lanes.A"),
        (SMALL + "[lanes]\nA = { unit = 'U' }", "lanes.A.role"),
        (SMALL + "[lanes]\nA = { role = 'r', rank = 1 }", "lanes.A.rank"),
        (SMALL + "[variables]\nv = { type = 'list' }", "variables.v.type"),
        (SMALL + "[variables]\nv = { type = 'text', form = ['a', 'b', 'c'], field = ['x', 'y'] }", "variables.v.field"),
        (SMALL + "[messages]\nm = { form = 'f' }", "messages.m.from"),
        (SMALL + "[instance]\nwithdraw = { from = 'r' }", "instance.withdraw.end"),
        (SMALL + "[statuses]\ne = 1", "statuses.e"),
        (SMALL + "decisions = [1]", "decisions"),
        ("key = ", None),
        ("key = '\xff'", None),
    ],
)
def test_a_fault_is_named_by_its_place(text: str, place: str | None) -> None:
    with pytest.raises(InvalidDiagram) as refused:
        read_manifest(text.encode("latin-1"))
    (finding,) = refused.value.findings
    assert (finding.file, finding.element, finding.rule) == ("manifest.toml", place, "manifest")
    assert place is None or place in finding.message.id
