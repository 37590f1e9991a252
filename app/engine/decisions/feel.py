"""The FEEL of decision tables beyond our expressions: `?`, functions on texts and numbers, if-then-else."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

import re2

from app.domain.text import Text
from app.engine.expressions.errors import ExpressionError, UnsafeExpression
from app.engine.expressions.expression import Expression, Signatures, compile_expression
from app.engine.expressions.functions import Signature
from app.engine.expressions.operators import MAX_TEXT, bounded
from app.engine.expressions.operators import modulo as remainder
from app.engine.expressions.text import MAX_CHARACTERS, too_long
from app.engine.expressions.tree import MAX_DEPTH, TOO_COMPLEX

INPUT = "feel_input"  # what `?` stands for: the value of the column
LONGEST_PATTERN = 200
QUOTED = re.compile(r'"(?:[^"\\]|\\.)*+"')


def null_if_null(act: Callable[..., Any]) -> Callable[..., Any]:
    """What is asked of nothing gives nothing, as FEEL has it."""
    return lambda *values: None if any(value is None for value in values) else act(*values)


def _text(value: Any) -> str:
    if not isinstance(value, str) or len(value) > MAX_TEXT:
        raise ExpressionError(None, Text("Fungsi ini memerlukan teks.", "This function needs a text."))
    return value


def _matches(text: Any, pattern: Any) -> bool:
    return _pattern(_text(pattern)).search(_text(text)) is not None


def _pattern(pattern: str) -> Any:
    options = re2.Options()
    options.log_errors = False
    try:
        if len(pattern) > LONGEST_PATTERN:
            raise re2.error("too long")
        return re2.compile(pattern, options)
    except re2.error:
        raise ExpressionError(
            None, Text(f"Pola “{pattern[:40]}” tidak dapat dipakai.", f"The pattern “{pattern[:40]}” cannot be used.")
        ) from None


def _absolute(value: Any) -> Any:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ExpressionError(None, Text("abs memerlukan bilangan.", "abs needs a number."))
    return bounded(abs(value))


def _has(values: Any, wanted: Any) -> bool:
    # Lists come as text with commas: a process keeps single values only.
    if not isinstance(values, str | list):
        raise ExpressionError(None, Text("Fungsi ini memerlukan daftar.", "This function needs a list."))
    found = [each.strip() for each in values.split(",")] if isinstance(values, str) else values
    # In FEEL yes is not the number one.
    return any(isinstance(each, bool) == isinstance(wanted, bool) and each == wanted for each in found)


# FEEL's name -> how many values it takes, what it does. Each has a bounded cost.
FUNCTIONS: Mapping[str, tuple[int, Callable[..., Any]]] = {
    "contains": (2, lambda text, part: _text(part) in _text(text)),
    "starts with": (2, lambda text, part: _text(text).startswith(_text(part))),
    "ends with": (2, lambda text, part: _text(text).endswith(_text(part))),
    "matches": (2, _matches),
    "string length": (1, lambda text: len(_text(text))),
    "lower case": (1, lambda text: _text(text).lower()),
    "upper case": (1, lambda text: _text(text).upper()),
    "abs": (1, _absolute),
    "modulo": (2, remainder),
    "list contains": (2, _has),
}
CALLED = {name: "feel_" + name.replace(" ", "_") for name in FUNCTIONS}
SIGNATURES = Signatures(
    {
        CALLED[name]: Signature(CALLED[name], "two" if count == 2 else "number", Text(name, name), written=name)
        for name, (count, _) in FUNCTIONS.items()
    }
)
GIVEN: Mapping[str, Callable[..., Any]] = {CALLED[name]: null_if_null(act) for name, (_, act) in FUNCTIONS.items()} | {
    CALLED["list contains"]: lambda values, wanted: None if values is None else _has(values, wanted)
}
_CALL = re.compile(r"\b(" + "|".join(name.replace(" ", r"\s+") for name in FUNCTIONS) + r")(\s*\()")
_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|\b(?:if|then|else)\b|[()\[\],]|(?:(?!\b(?:if|then|else)\b)[^"()\[\],])+')


def short(text: str) -> str:
    """The text, if it is no longer than an expression may be, before anything else looks at it; UnsafeExpression."""
    if len(text) > MAX_CHARACTERS:
        raise UnsafeExpression(MAX_CHARACTERS, too_long(len(text)))
    return text


def asks_about_input(text: str) -> bool:
    """Whether `?` stands in the text, outside of quotes."""
    return "?" in QUOTED.sub("", text)


def in_our_notation(text: str, names: Iterable[str] = ()) -> str:
    """The expression with FEEL's forms written as ours; `names` are those with blanks that the file declares."""
    return _conditionals("".join(_written(part, quoted, names) for part, quoted in _parts(text)))


def compile_feel(text: str, names: tuple[str, ...] = ()) -> Expression:
    """A cell or input compiled with FEEL's functions; raises ExpressionError."""
    if asks_about_input(short(text)):
        raise ExpressionError(None, Text(
            "Tanda ? hanya berlaku pada sel masukan.", "The sign ? stands in the cells of inputs only."
        ))  # fmt: skip
    return compile_test(text, names)


def compile_test(text: str, names: tuple[str, ...] = ()) -> Expression:
    """A cell that asks about the value of its column, which is given to it as the variable `INPUT`."""
    found = compile_expression(in_our_notation(text, names), SIGNATURES)
    for name, given in found.calls:
        if name == CALLED["matches"] and isinstance(given[1], str):
            _pattern(given[1])
    return Expression(text, found.run, found.names - {INPUT}, found.calls)


def variable(name: str) -> str:
    """The variable that a declared name with blanks stands for."""
    return "_".join(name.split())


def _parts(text: str) -> Iterator[tuple[str, bool]]:
    at = 0
    for found in QUOTED.finditer(text):
        yield text[at : found.start()], False
        yield found[0], True
        at = found.end()
    yield text[at:], False


def _written(part: str, quoted: bool, names: Iterable[str]) -> str:
    if quoted:
        return part
    for name in sorted(names, key=len, reverse=True):  # the longest name that fits is the one that was meant
        part = re.sub(rf"(?<!\w){re.escape(name)}(?!\w)", variable(name), part)
    part = _CALL.sub(lambda found: CALLED[" ".join(found[1].split())] + found[2], part)
    return part.replace("?", f" {INPUT} ")


def _conditionals(text: str) -> str:
    """Write `if a then b else c` as `((b) if (a) else (c))`, however deep they stand in one another."""
    tokens = _TOKEN.findall(text)
    if tokens.count("if") > MAX_DEPTH:
        raise UnsafeExpression(None, TOO_COMPLEX)
    if "if" not in tokens or "".join(tokens) != text:
        return text
    return "".join(_read(tokens, 0, ())[0])


def _read(tokens: list[str], at: int, until: tuple[str, ...]) -> tuple[list[str], int]:
    """Tokens up to one of `until` at this depth, rewritten, and where they end."""
    found: list[str] = []
    depth = 0
    while at < len(tokens):
        token = tokens[at]
        if depth == 0 and token in until:
            break
        if token == "if" and "then" in tokens[at:]:
            asked, at = _read(tokens, at + 1, ("then",))
            first, at = _read(tokens, at + 1, ("else",))
            second, at = _read(tokens, at + 1, (*until, ")", "]", ","))
            found.append(f"(({_whole(first)}) if ({_whole(asked)}) else ({_whole(second)}))")
            continue
        depth += (token in ("(", "[")) - (token in (")", "]"))
        found.append(token)
        at += 1
    return found, at


def _whole(tokens: list[str]) -> str:
    return "".join(tokens).strip()
