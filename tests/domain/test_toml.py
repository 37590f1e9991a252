"""TOML of anybody is read at a cost that its length bounds; what it cannot mean is refused in one way."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from app.domain.toml import MOST_PARTS, WrongToml, parse_toml
from tests.world import ROOT

LONG = 200_000


@pytest.mark.parametrize(
    "content",
    [
        b"a." * LONG + b"b = 1",
        b"[" + b"a." * LONG + b"b]",
        b"x = { " + b"a . " * LONG + b"b = 1 }",
        b'"a"."b c".' * LONG + b"b = 1",
        b"'a'.b." * LONG + b"b = 1",
        b"a = " + b"[" * LONG,
        b"a = " + b"{b = " * LONG,
        b"a = 0x" + b"f" * LONG,
        b"a = [{ b = -9223372036854775809 }]",
        b"a = 9223372036854775808",
        b"a = " + b"9" * LONG,
        b"a = '\xff'",
        b"a = ",
    ],
    ids=lambda content: content[:12].decode(errors="replace"),
)
def test_what_costs_too_much_or_means_nothing_is_refused(content: bytes) -> None:
    with pytest.raises(WrongToml):
        parse_toml(content)


def test_words_with_dots_are_no_long_key() -> None:
    dots = "kira-kira " + "." * 500 + " " + "a, b. " * 100
    text = (
        f'"{dots}" = """{dots}"""\nlow = -9223372036854775808\n{".".join(["k"] * MOST_PARTS)} = 1\n'
        + "w" * LONG
        + " = 2"
    )
    assert parse_toml(text.encode()) == tomllib.loads(text)


FILES = sorted(path for folder in ("processes", "forms") for path in (ROOT / folder).rglob("*.toml"))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_every_file_of_the_city_is_read_as_it_is(path: Path) -> None:
    assert parse_toml(path.read_bytes()) == tomllib.loads(path.read_text("utf-8"))
