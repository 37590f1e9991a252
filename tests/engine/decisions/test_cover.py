"""The analysis of a decision table tells every gap, overlap, empty and hidden row, and asks nothing where none is."""

from __future__ import annotations

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.engine.expressions.errors import ExpressionError
from tests.engine.decisions.tables import decide, only, rules, table

N, W, S, B = ("x", "number"), ("x", "integer"), ("x", "string"), ("x", "boolean")
ANSWER = '"a"'


@pytest.mark.parametrize(
    ("column", "cells", "found"),
    [
        (N, ["< 5", ">= 5"], []),
        (N, ["< 5", "> 5"], ["dmn-gap"]),
        (N, ["<= 5", ">= 5"], ["dmn-overlap"]),
        (N, ["[1..5]", "< 1", "> 5"], []),
        (N, ["(1..5)", "< 1", "> 5"], ["dmn-gap"]),
        (W, ["<= 5", ">= 6"], []),
        (N, ["<= 5", ">= 6"], ["dmn-gap"]),
        (N, ["[5..1]", "-"], ["dmn-empty-row"]),
        (N, ["not(5)", "5"], []),
        (N, ["not(5)", "6"], ["dmn-overlap", "dmn-gap"]),
        (B, ["true", "false"], []),
        (B, ["true"], ["dmn-gap"]),
        (S, ['"a"', 'not("a")'], []),
        (S, ['"a"', '"b"'], ["dmn-gap"]),
        (S, ['"a", "b"', '"b"', 'not("a","b")'], ["dmn-overlap"]),
    ],
)
def test_one_column(column: tuple[str, str], cells: list[str], found: list[str]) -> None:
    assert rules(table([column], [(cell, ANSWER) for cell in cells])) == found


def test_a_gap_and_an_overlap_are_told_in_words() -> None:
    gap = only(table([N, ("jenis", "string")], [("< 5", "-", ANSWER), (">= 5", '"jalan"', ANSWER)]), "dmn-gap")
    assert "5" in gap.message.id and "teks lain" in gap.message.id and gap.severity == "warning"
    overlap = only(table([N], [("<= 5", ANSWER), (">= 5", ANSWER)]), "dmn-overlap")
    assert "Baris 1 dan 2" in overlap.message.id and "x: 5" in overlap.message.id and overlap.element == "r1"
    assert overlap.severity == "error"


def test_a_listed_domain_leaves_no_other_text() -> None:
    data = table([S], [('"a"', ANSWER), ('"b"', ANSWER)], input_values=['"a","b"'])
    assert rules(data) == []
    found = only(table([S], [('"a"', ANSWER)], input_values=['"a","b"']), "dmn-gap")
    assert found.severity == "error" and '"b"' in found.message.id


def test_a_row_below_its_betters_never_applies() -> None:
    data = table([N], [("< 5", ANSWER), (">= 5", ANSWER), ("> 7", ANSWER)], "FIRST")
    found = only(data, "dmn-hidden-row")
    assert found.element == "r2" and found.severity == "warning"


@pytest.mark.parametrize("rows", [[("> 3 + y", ANSWER)], [('contains(?, "a")', ANSWER)]])
def test_what_depends_on_more_than_its_cells_is_said_not_to_be_analysed(rows: list[tuple[str, str]]) -> None:
    assert rules(table([S], rows)) == ["dmn-not-analysed"]


CELLS = st.sampled_from(["-", "0", "1", "2", "< 1", "<= 1", "> 1", ">= 1", "[0..1]", "(0..2)", "not(1)", "0, 2"])


@given(st.lists(st.tuples(CELLS, CELLS), min_size=1, max_size=5))
def test_the_analysis_agrees_with_trying_every_case(cells: list[tuple[str, str]]) -> None:
    data = table([("x", "number"), ("y", "number")], [(*row, f'"{n}"') for n, row in enumerate(cells)])
    values = [-1, 0, 0.5, 1, 1.5, 2, 3]  # every group of values that the cells can tell apart
    gap = overlap = False
    for x, y in product(values, values):
        try:
            gap |= decide_unchecked(data, x, y) is None
        except ExpressionError:
            overlap = True
    told = rules(data)
    assert (("dmn-gap" in told), ("dmn-overlap" in told)) == (gap, overlap)


def decide_unchecked(data: bytes, x: float, y: float) -> object:
    """What the rows give, whatever the analysis thinks of the table."""
    return decide(data, x=x, y=y)
