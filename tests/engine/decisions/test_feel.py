"""FEEL in decision tables: what `?`, the functions, if-then-else and names with blanks mean, and what is refused."""

from __future__ import annotations

from typing import Any

import pytest

from app.engine.expressions.errors import ExpressionError
from tests.engine.decisions.tables import decide, only, rules, table

TEXT, NUMBER = ("x", "string"), ("x", "number")


def fits(cell: str, value: Any) -> bool:
    """Whether a row with this cell is taken for this value."""
    kind = "number" if isinstance(value, int | float) else "string"
    found: bool = decide(table([("x", kind)], [(cell, "true"), ("-", "false")], "FIRST", output="boolean"), x=value)
    return found


def gives(output: str, value: Any = None, kind: str = "string") -> Any:
    """What this cell of an output gives."""
    return decide(table([("x", "string")], [("-", output)], output=kind), x=value)


@pytest.mark.parametrize(
    ("cell", "fitting", "other"),
    [
        ('contains(?, "lubang")', "jalan berlubang", "jalan rusak"),
        ('starts with(?, "jalan")', "jalan rusak", "rusaknya jalan"),
        ('ends with(?, "rusak")', "jalan rusak", "rusaknya jalan"),
        ('matches(?, "^jl[.] [A-Z]+$")', "jl. MAWAR", "jl. mawar"),
        ('matches(?, "lan")', "jalan", "jln"),
        ("string length(?) > 5", "trotoar", "jalan"),
        ('lower case(?) = "jalan"', "JaLaN", "trotoar"),
        ('upper case(?) = "JALAN"', "jalan", "trotoar"),
        ("abs(?) > 3", -4, -3),
        ("modulo(?, 3) = 2", 5, 6),
        ("? > 3 and ? < 6", 5, 6),
        ('list contains("jalan, sampah", ?)', "sampah", "sam"),
        ('list contains(["jalan", "sampah"], ?)', "sampah", "sam"),
        ('if ? = "a" then true else false', "a", "b"),
        ('not(contains(?, "lubang"))', "jalan rusak", "jalan berlubang"),
        ('"sampah", starts with(?, "jalan")', "sampah", "limbah"),
        ('"sampah", starts with(?, "jalan")', "jalan rusak", "limbah"),
        ('not("sampah", starts with(?, "jalan"))', "limbah", "jalan rusak"),
        ('not("sampah", starts with(?, "jalan"))', "limbah", "sampah"),
        ('contains( ? , "a?b" )', "xa?b", "xab"),
        ('starts  with(?, "ends with(")', "ends with(1)", "x"),
    ],
)
def test_a_cell_asks_about_its_column(cell: str, fitting: Any, other: Any) -> None:
    assert fits(cell, fitting)
    assert not fits(cell, other)


@pytest.mark.parametrize(
    ("output", "value", "answer"),
    [
        ('"Dinas " + x', "Kesehatan", "Dinas Kesehatan"),
        ('if x = "a" then "satu" else "lain"', "a", "satu"),
        ('if x = "a" then "satu" else "lain"', "b", "lain"),
        ('if x = "a" then "satu" else if x = "b" then "dua" else "lain"', "b", "dua"),
        ('if x = "a" then "satu" else if x = "b" then "dua" else "lain"', "c", "lain"),
        ('if x = "a" then (if x = "a" then "dalam" else "x") else "lain"', "a", "dalam"),
        ('if x = "a" then if x = "b" then "x" else "dalam" else "lain"', "a", "dalam"),
        ('upper case(if x = "a" then "satu" else "lain") + "!"', "a", "SATU!"),
        ('"if x then " + x', "y", "if x then y"),
        ("string length(x) + 1", "abc", 4),
        ("abs(0 - 7)", "", 7),
    ],
)
def test_an_output_is_computed(output: str, value: str, answer: Any) -> None:
    assert gives(output, value, kind="string" if isinstance(answer, str) else "number") == answer


@pytest.mark.parametrize(
    "cell",
    ["? > 3", "? >= 3", "? < 3", "? <= 3", "abs(?) > 3", "modulo(?, 2) = 1", 'contains(?, "a")', 'matches(?, "a")',
     "string length(?) > 0", "lower case(?) = 'a'", 'list contains("a", ?)'],
)  # fmt: skip
def test_nothing_compared_or_asked_fits_nothing_and_is_no_error(cell: str) -> None:
    assert not decide(table([TEXT], [(cell, "true"), ("-", "false")], "FIRST", output="boolean"), x=None)


def test_outside_of_tables_nothing_compared_stays_an_error() -> None:
    from app.engine.expressions.expression import compile_expression

    with pytest.raises(ExpressionError):
        compile_expression("x > 3").evaluate({"x": None}, {})


def test_the_longest_declared_name_with_blanks_is_meant() -> None:
    more = '<inputData id="a" name="jenis aduan"/><inputData id="b" name="jenis aduan lama"/>'
    data = table([("jenis aduan lama", "string")], [('"x"', "jenis aduan"), ("-", '"lain"')], "FIRST", more=more)
    assert decide(data, jenis_aduan="baru", jenis_aduan_lama="x") == "baru"
    assert decide(data, jenis_aduan="baru", jenis_aduan_lama="y") == "lain"
    data = table([("batas", "number")], [("> batas aduan", '"lewat"'), ("-", '"belum"')], "FIRST",
                 more='<inputData id="a" name="batas aduan"/>')  # fmt: skip
    assert decide(data, batas=5, batas_aduan=4) == "lewat"
    assert decide(data, batas=4, batas_aduan=4) == "belum"
    data = table([("batas", "number")], [("batas aduan", '"sama"'), ("-", '"lain"')], "FIRST",
                 more='<inputData id="a" name="batas aduan"/>')  # fmt: skip
    assert decide(data, batas=4, batas_aduan=4) == "sama"


def test_a_declared_name_in_quotes_stays_text() -> None:
    more = '<inputData id="a" name="jenis aduan"/>'
    data = table([TEXT], [('"jenis aduan"', '"ya"'), ("-", '"tidak"')], "FIRST", more=more)
    assert decide(data, x="jenis aduan") == "ya"


def test_the_question_mark_is_no_unknown_variable() -> None:
    from app.engine.decisions.decision import read_decision

    data = table([TEXT], [("contains(?, y)", '"a"'), ("-", '"b"')], "FIRST")
    assert read_decision(data).names == {"x", "y"}


@pytest.mark.parametrize("output", ["?", "? + 1", "upper case(?)"])
def test_the_question_mark_outside_of_input_cells_is_refused_naming_the_cell(output: str) -> None:
    found = only(table([TEXT], [("-", output)]), "expression-invalid")
    assert found.element == "a0" and "?" in found.message.id and "sel masukan" in found.message.id


@pytest.mark.parametrize(
    ("cell", "named"),
    [
        ('some y in x satisfies y = "a"', "c0_0"),
        ("for y in x return y", "c0_0"),
        ('substring(?, 1) = "a"', "c0_0"),
        ("function(y) y", "c0_0"),
        ("? instance of string", "c0_0"),
        ("contains(?)", "c0_0"),
        ("abs(?, 1) > 2", "c0_0"),
        ("__import__('os').system(?)", "c0_0"),
        ("?.__class__ = 1", "c0_0"),
    ],
)
def test_what_is_not_supported_is_refused_naming_the_cell(cell: str, named: str) -> None:
    data = table([TEXT], [(cell, '"a"'), ("-", '"b"')], "FIRST")
    (found,) = [each for each in rules(data) if each != "dmn-not-analysed"]
    assert only(data, found).element == named


ENDLESS = ("if " * 600 + "then 1 else 2", "if then else " * 150, "if ? then " * 100 + "1" + " else 2" * 100,
           "if " * 50_000, "?" * 100_000, "contains(" * 220 + "?", "not(" * 450 + "1", "(" * 1_900)  # fmt: skip


@pytest.mark.parametrize("cell", ENDLESS, ids=lambda cell: cell[:12])
def test_a_cell_that_nests_without_end_is_refused_and_not_followed(cell: str) -> None:
    (found,) = [each for each in rules(table([TEXT], [(cell, '"a"')])) if each != "dmn-not-analysed"]
    assert found in ("expression-unsafe", "expression-invalid")
    if "?" not in cell:
        assert [each for each in rules(table([TEXT], [("-", cell)])) if each.startswith("expression")]


def test_a_function_that_is_missing_is_named_with_those_that_exist() -> None:
    found = only(table([TEXT], [('substring(?, 1) = "a"', '"a"')]), "expression-unsafe")
    assert "substring" in found.message.id and "starts with" in found.message.id
    assert "feel_" not in found.message.id and "feel_" not in found.message.en


@pytest.mark.parametrize("pattern", ["(", "a" * 201, "(a{1,999}){1,999}"])
def test_a_bad_or_costly_pattern_is_refused_when_it_is_drawn_and_when_it_is_asked(pattern: str) -> None:
    found = only(table([TEXT], [(f'matches(?, "{pattern}")', '"a"')]), "expression-invalid")
    assert found.element == "c0_0" and "Pola" in found.message.id
    with pytest.raises(ExpressionError, match="pattern"):
        decide(table([TEXT], [("matches(?, p)", '"a"')]), x="aaaa", p=pattern)


def test_a_pattern_that_would_take_for_ever_elsewhere_is_quick() -> None:
    assert not fits('matches(?, "^(a+)+$")', "a" * 5_000 + "b")


def test_a_cell_that_gives_neither_yes_nor_no_is_an_error_that_names_it() -> None:
    with pytest.raises(ExpressionError, match="string length"):
        fits("string length(?)", "abc")


def test_a_test_about_the_wrong_kind_of_value_is_an_error() -> None:
    with pytest.raises(ExpressionError):
        fits('contains(?, "a")', 5)


HOSTILE = {
    "blanks in a range": "[" + " " * 1_990 + "x",
    "words in a range": "[" + "a " * 990 + "..",
    "blanks beyond the limit": "[" + " " * 60_000 + "x",
    "open quotes": '"' + '\\"' * 60_000,
    "open quotes within the limit": '"' + '\\"' * 990,
    "ranges": "[1..2]," * 8_000,
    "brackets": "not(" + "(" * 60_000,
    "dots": "[1" + "." * 60_000,
    "questions": "?" * 60_000,
}


@pytest.mark.parametrize("cell", HOSTILE.values(), ids=HOSTILE)
def test_a_cell_of_any_length_is_answered_at_once_wherever_it_stands(cell: str) -> None:
    """What is cubic takes hours here; of what is too long nothing but its length is looked at."""
    asked = ("x", "string")
    for data in (
        table([asked], [(cell, '"a"')]),
        table([asked], [("-", cell)]),
        table([(cell, "string")], [("-", '"a"')]),
        table([asked], [("-", '"a"')], values=cell),
        table([asked], [("-", '"a"')], default=cell),
        table([asked], [("-", '"a"')], input_values=[cell]),
    ):
        found = rules(data)
        assert "expression-invalid" in found or "expression-unsafe" in found
    if len(cell) > 2_000:
        assert "2000" in only(table([asked], [(cell, '"a"')]), "expression-unsafe").message.en


@pytest.mark.parametrize(
    ("cell", "written", "fits"),
    [
        ("[ 1 .. 5 ]", 5, True),
        ("(1.5..2.5]", 1.5, False),
        ("[low end .. high end]", 3, True),
        ('[ "a" .. "c" [', "c", False),
        ('[date("2026-01-01")..@"2026-02-01"]', "2026-01-31", True),
        ("[1..2],[ 4 .. 5 ]", 4, True),
    ],
)
def test_ranges_are_read_with_blanks_fractions_dates_and_names(cell: str, written: Any, fits: bool) -> None:
    more = '<inputData name="low end"/><inputData name="high end"/>'
    data = table([("x", "")], [(cell, '"a"')], "FIRST", more=more)
    assert (decide(data, x=written, low_end=1, high_end=9) == "a") is fits


@pytest.mark.parametrize(
    ("cell", "fits"),
    [
        ("not([1..5])", False),
        ("not(< 5)", False),
        ("not(1, > 5)", False),
        ("not(> 5, 1)", False),
        ("not(? > 5)", False),
        ("not(1)", True),
        ("!= 1", True),
        ("not(null)", False),
        ("null", True),
        ("null, > 5", True),
        ("> 5", False),
        ("-", True),
    ],
)
def test_what_is_unknown_of_nothing_is_not_known_to_be_otherwise(cell: str, fits: bool) -> None:
    assert (decide(table([("x", "number")], [(cell, '"a"')], "FIRST"), x=None) == "a") is fits


def test_what_lies_below_a_range_lies_outside_of_it_though_its_other_end_is_unknown() -> None:
    data = table([("x", "number")], [("not([1..y])", '"a"')], "FIRST")
    assert (decide(data, x=0, y=None), decide(data, x=2, y=None)) == ("a", None)


@pytest.mark.parametrize(
    ("values", "wanted", "found"),
    [
        ([1], True, False),
        ([True], 1, False),
        ([True], True, True),
        ([1, None], None, True),
        ([1], None, False),
        ("jalan, air", "air", True),
        ("jalan, air", "ai", False),
        (None, 1, False),
    ],
)
def test_a_list_contains_what_is_equal_as_in_feel(values: Any, wanted: Any, found: bool) -> None:
    data = table([("x", "")], [("list contains(?, wanted)", '"a"')], "FIRST")
    assert (decide(data, x=values, wanted=wanted) == "a") is found


@pytest.mark.parametrize("values", [5, True, 1.5])
def test_what_is_no_list_contains_nothing_and_is_said(values: Any) -> None:
    with pytest.raises(ExpressionError, match="needs a list"):
        decide(table([("x", "")], [("list contains(?, 1)", '"a"')], "FIRST"), x=values)
