"""Reads one input cell of a decision table: `-`, a value, a list of values, a comparison, a range, or not(...)."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from app.domain.text import Text
from app.engine.decisions import feel
from app.engine.expressions.errors import ExpressionError
from app.engine.expressions.expression import Expression
from app.engine.expressions.functions import Functions
from app.engine.expressions.text import translate
from app.engine.expressions.tree import parsed

# Possessive throughout: a cell is anybody's text, and no letter of it is tried twice.
_QUOTED = r'"(?:[^"\\]|\\.)*+"'
_BARE = r'[^"\[\]().,\s]++(?:\s++[^"\[\]().,\s]++)*+(?:\.\d++)?+'
_END = rf"\s*+(?:{_QUOTED}|date and time\({_QUOTED}\)|date\({_QUOTED}\)|@{_QUOTED}|{_BARE})\s*+"
_RANGE = re.compile(rf"([\[(\]])({_END})\.\.({_END})([\])\[])\s*(?=,|$)")
_COMPARISON = re.compile(r"(<=|>=|!=|==|<|>|=)\s*(.+)", re.DOTALL)
_DATE = re.compile(rf"(?:(date and time|date)\(\s*({_QUOTED})\s*\)|@({_QUOTED}))")
_NOT = re.compile(r"not\s*\((.*)\)", re.DOTALL)
_UNORDERED = (bool, type(None))


@dataclass(frozen=True, slots=True)
class Bound:
    """One end of a range; `value` is a constant, or an expression that is computed for each decision."""

    value: Any
    included: bool


@dataclass(frozen=True, slots=True)
class Span:
    """The values from `low` to `high`; None means without end. One value alone is a span from itself to itself."""

    low: Bound | None
    high: Bound | None

    @property
    def point(self) -> bool:
        """Whether the span is one value alone."""
        return self.low is self.high and self.low is not None

    def ends(self) -> Iterator[Any]:
        """The values that stand in the cell."""
        for bound in (self.low,) if self.point else (self.low, self.high):
            if bound is not None:
                yield bound.value

    def holds(self, value: Any, variables: Mapping[str, Any], functions: Functions) -> bool | None:
        """Whether `value` lies in the span; of nothing (null) nobody knows whether it lies in a range."""
        if self.point and self.low is not None:
            return equal(value, _now(self.low.value, variables, functions))
        sides = [
            _beyond(value, bound, side, variables, functions)
            for bound, side in ((self.low, 1), (self.high, -1))
            if bound is not None
        ]
        return False if False in sides else None if None in sides else True


@dataclass(frozen=True, slots=True)
class Cell:
    """One input cell: it accepts what lies in a span or passes a test about `?`; without either, everything."""

    text: str
    spans: tuple[Span, ...] = ()
    negated: bool = False
    tests: tuple[Expression, ...] = ()

    @property
    def anything(self) -> bool:
        """Whether the cell is `-` or empty."""
        return not self.spans and not self.tests

    @property
    def expressions(self) -> list[Expression]:
        """What has to be computed anew for each decision; such a cell cannot be analysed beforehand."""
        return [end for span in self.spans for end in span.ends() if isinstance(end, Expression)] + [*self.tests]

    def place(self, value: Any) -> int:
        """At which place the values that the cell lists have `value`; what it does not list comes last."""
        return next((at for at, span in enumerate(self.spans) if span.holds(value, {}, {})), len(self.spans))

    def _passes(self, test: Expression, value: Any, variables: Mapping[str, Any], functions: Functions) -> bool | None:
        found = test.evaluate({**variables, feel.INPUT: value}, functions)
        if found is not None and not isinstance(found, bool):
            raise ExpressionError(None, Text(
                f"Sel “{self.text}” tidak menghasilkan ya atau tidak.", f"The cell “{self.text}” gives no yes or no."
            ))  # fmt: skip
        return found

    def accepts(self, value: Any, variables: Mapping[str, Any], functions: Functions) -> bool:
        """Whether the cell is true for `value`; what is unknown is not true, nor is its negation (DMN 1.3, table 50).

        Raises ExpressionError where the two cannot be compared.
        """
        if self.anything:
            return True
        unknown = False
        for fits in self._answers(value, variables, functions):
            if fits:
                return not self.negated
            unknown = unknown or fits is None
        return self.negated and not unknown

    def _answers(self, value: Any, variables: Mapping[str, Any], functions: Functions) -> Iterator[bool | None]:
        for span in self.spans:
            yield span.holds(value, variables, functions)
        for test in self.tests:
            yield self._passes(test, value, variables, functions)


def read_cell(text: str, names: tuple[str, ...] = ()) -> Cell:
    """The cell; raises ExpressionError with the column of what cannot be read."""
    inner = feel.short(text.strip())
    if inner in ("", "-"):
        return Cell(text)
    negation = _NOT.fullmatch(inner)
    if negation and _balanced(negation[1]):
        return _cell(text, list(_parts(negation[1])), names, negated=True)
    parts = list(_parts(inner))
    if len(parts) == 1 and parts[0].startswith("!="):
        return Cell(text, (_point(parts[0][2:], names),), negated=True)
    return _cell(text, parts, names)


def _cell(text: str, parts: list[str], names: tuple[str, ...], negated: bool = False) -> Cell:
    tests = [part for part in parts if feel.asks_about_input(part)]
    spans = tuple(_span(part, names) for part in parts if part not in tests)
    return Cell(text, spans, negated, tuple(feel.compile_test(part, names) for part in tests))


def equal(left: Any, right: Any) -> bool:
    """Equality as in FEEL: a number never equals a text, and yes never equals one."""
    left = _as_date(left, right)
    if isinstance(left, bool) or isinstance(right, bool):
        return left is right
    if isinstance(left, datetime) != isinstance(right, datetime):
        return False
    return bool(left == right)


def _span(part: str, names: tuple[str, ...]) -> Span:
    found = _RANGE.fullmatch(part)
    if found:
        low, high = read_value(found[2], names), read_value(found[3], names)
        return Span(_end(low, found[1] == "["), _end(high, found[4] == "]"))
    compared = _COMPARISON.fullmatch(part)
    if compared is None or compared[1] in ("=", "=="):
        return _point(compared[2] if compared else part, names)
    sign, value = compared[1], read_value(compared[2], names)
    if sign == "!=":
        raise ExpressionError(1, Text("Tulislah != sebagai not(...).", "Write != as not(...)."))
    bound = _end(value, "=" in sign)
    return Span(None, bound) if sign[0] == "<" else Span(bound, None)


def _point(text: str, names: tuple[str, ...]) -> Span:
    bound = Bound(read_value(text, names), True)
    return Span(bound, bound)


def _end(value: Any, included: bool) -> Bound:
    if isinstance(value, _UNORDERED):
        raise ExpressionError(1, Text("Ya/tidak dan kosong tidak berurutan.", "Yes/no and nothing have no order."))
    return Bound(value, included)


def read_value(text: str, names: tuple[str, ...] = ()) -> Any:
    """The constant in a cell, or the expression that gives it; raises ExpressionError."""
    text = text.strip()
    found = _DATE.fullmatch(text)
    if found:
        return _date(found[1], (found[2] or found[3])[1:-1])
    expression = feel.compile_feel(text, names)
    _refuse_condition(feel.in_our_notation(text, names))
    return expression.evaluate({}, {}) if expression.constant else expression


def _refuse_condition(text: str) -> None:
    # `category = "jalan"` in a cell would be compared with the input as yes or no: surely not what was meant.
    tree = parsed(translate(text), "eval")
    body = getattr(tree, "body", None)
    if isinstance(body, ast.BoolOp | ast.Compare | ast.List | ast.Tuple) or (
        isinstance(body, ast.UnaryOp) and isinstance(body.op, ast.Not)
    ):
        raise ExpressionError(1, Text(
            "Sel hanya memuat nilai, perbandingan, atau rentang; nama masukan tidak diulang di dalam sel.",
            "A cell holds only a value, a comparison or a range; the input's name is not repeated in it.",
        ))  # fmt: skip


def _date(kind: str | None, text: str) -> date | datetime:
    try:
        if kind == "date" or (kind is None and len(text) == 10):
            return date.fromisoformat(text)
        return datetime.fromisoformat(text)
    except ValueError:
        raise ExpressionError(1, Text(
            f"“{text}” bukan tanggal; tulis misalnya 2026-11-23.", f"“{text}” is not a date; write e.g. 2026-11-23."
        )) from None  # fmt: skip


def _parts(text: str) -> Iterator[str]:
    """The alternatives of a cell, cut at the commas that stand outside quotes and brackets."""
    place = 0
    while True:
        found = _RANGE.match(text, place + len(text[place:]) - len(text[place:].lstrip()))
        end = found.end() if found else _comma(text, place)
        part = text[place:end].strip()
        if not part:
            raise ExpressionError(
                place + 1, Text("Ada nilai yang kurang di dekat koma.", "A value is missing at a comma.")
            )
        yield part
        if end >= len(text):
            return
        place = end + 1


def _comma(text: str, place: int) -> int:
    depth, quoted = 0, False
    while place < len(text):
        sign = text[place]
        if quoted:
            place += sign == "\\"
            quoted = sign != '"'
        elif sign == '"':
            quoted = True
        elif sign == "," and depth == 0:
            return place
        else:
            depth += (sign in "([") - (sign in ")]")
        place += 1
    return len(text)


def _balanced(text: str) -> bool:
    depth = 0
    for sign in re.sub(_QUOTED, "", text):
        depth += (sign == "(") - (sign == ")")
        if depth < 0:
            return False
    return True


def _now(value: Any, variables: Mapping[str, Any], functions: Functions) -> Any:
    return value.evaluate(variables, functions) if isinstance(value, Expression) else value


def _as_date(value: Any, example: Any) -> Any:
    """A text that stands for a date, made comparable with `example`; variables carry dates as text."""
    if not isinstance(value, str) or not isinstance(example, date):
        return value
    try:
        read = datetime.fromisoformat(value)
    except ValueError:
        return value
    return read if isinstance(example, datetime) else read.date()


def _beyond(value: Any, bound: Bound, side: int, variables: Mapping[str, Any], functions: Functions) -> bool | None:
    """Whether `value` lies above (side 1) or below (side -1) the bound; None where one of them is nothing."""
    limit = _now(bound.value, variables, functions)
    value = _as_date(value, limit)
    if value is None or limit is None:
        return None
    if isinstance(value, bool) or isinstance(limit, bool) or isinstance(value, datetime) != isinstance(limit, datetime):
        raise _incomparable(value, limit)
    try:
        above, below = value > limit, value < limit
    except TypeError:
        raise _incomparable(value, limit) from None
    return bool((above if side > 0 else below) or (bound.included and not above and not below))


def _incomparable(value: Any, limit: Any) -> ExpressionError:
    return ExpressionError(None, Text(
        f"Nilai {value!r} tidak dapat dibandingkan dengan {limit!r}.",
        f"The value {value!r} cannot be compared with {limit!r}.",
    ))  # fmt: skip
