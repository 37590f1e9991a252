"""Reads TOML that anybody may have written: what the format allows, at a cost that grows with its length alone."""

from __future__ import annotations

import re
import tomllib
from typing import Any

MOST_PARTS = 32  # of one dotted key: tomllib walks and keeps every beginning of it, 23 GB for 200,000 parts
LARGEST = 2**63  # TOML's integers have 64 bits; Python cannot even print much longer ones

# From the first part of a key on, at most so many parts are looked at: no length of text is read twice as often.
_DOTTED = re.compile(
    r"""(?<![\w-])(?>(?:[\w-]++|"[^"\n]*+"|'[^'\n]*+')[ \t]*+\.[ \t]*+)"""
    rf"{{{MOST_PARTS}}}",
    re.ASCII,
)


class WrongToml(ValueError):
    """The text is no TOML that can be read; what it says names the place."""


def parse_toml(content: bytes) -> dict[str, Any]:
    """The table in a file's bytes. Raises WrongToml for all that is not TOML in UTF-8."""
    try:
        text = content.decode()
        if _DOTTED.search(text):
            raise WrongToml(f"a key of more than {MOST_PARTS} parts")
        table = tomllib.loads(text)
    except RecursionError:
        raise WrongToml("nested too deeply") from None
    except ValueError as error:  # also a date that no calendar has
        raise WrongToml(str(error)) from None
    _refuse_long_numbers(table)
    return table


def _refuse_long_numbers(table: dict[str, Any]) -> None:
    rest: list[Any] = [table]
    while rest:
        value = rest.pop()
        if isinstance(value, dict):
            rest += value.values()
        elif isinstance(value, list):
            rest += value
        elif isinstance(value, int) and not -LARGEST <= value < LARGEST:
            raise WrongToml("an integer of more than 64 bits")
