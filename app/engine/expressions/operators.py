"""The arithmetic of expressions, each step with a bound on its cost, so that no diagram can occupy the machine."""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Mapping
from datetime import date, timedelta
from typing import Any

from app.domain.text import Text
from app.engine.expressions.errors import ExpressionError

MAX_BITS = 256
MAX_TEXT = 100_000
MAX_LIST = 10_000
Number = int | float


def add(left: Any, right: Any) -> Any:
    """Sum of numbers, or a text, list or date made longer."""
    if isinstance(left, Number) and isinstance(right, Number):
        return bounded(left + right)
    if isinstance(left, str) and isinstance(right, str):
        return _sized(left, right, MAX_TEXT)
    if isinstance(left, list) and isinstance(right, list):
        return _sized(left, right, MAX_LIST)
    if isinstance(left, date) and isinstance(right, timedelta):
        return left + right
    raise _unfit("+", left, right)


def subtract(left: Any, right: Any) -> Any:
    """Difference of numbers, of dates, or a date some time earlier."""
    if isinstance(left, Number) and isinstance(right, Number):
        return bounded(left - right)
    if isinstance(left, date) and isinstance(right, date | timedelta):
        return left - right
    raise _unfit("-", left, right)


def multiply(left: Any, right: Any) -> Number:
    """Product of numbers; a text or list is never repeated."""
    _numbers("*", left, right)
    if isinstance(left, int) and isinstance(right, int) and left.bit_length() + right.bit_length() > MAX_BITS:
        raise _too_big()
    return bounded(left * right)


def divide(left: Any, right: Any) -> Number:
    """Quotient with a fraction."""
    _numbers("/", left, right)
    return bounded(left / right)


def floor_divide(left: Any, right: Any) -> Number:
    """Quotient without the fraction."""
    _numbers("//", left, right)
    return bounded(left // right)


def modulo(left: Any, right: Any) -> Number:
    """Remainder of numbers; never the formatting of a text."""
    _numbers("%", left, right)
    return bounded(left % right)


def negate(value: Any) -> Number:
    """The number with its sign turned."""
    _numbers("-", value, 0)
    return bounded(-value)


def ordered(compare: Callable[[Any, Any], bool]) -> Callable[[Any, Any], bool | None]:
    """A comparison in which nothing is neither more nor less than anything: it gives nothing."""
    return lambda left, right: None if left is None or right is None else compare(left, right)


def same(left: Any, right: Any) -> bool:
    """`x is None`: the very same constant."""
    return left is right


def item(holder: Any, key: Any) -> Any:
    """One entry of a list (by position) or of named values (by name); nothing else has entries."""
    if isinstance(holder, list | tuple) and type(key) is int:
        return _taken(holder, key)
    if isinstance(holder, Mapping) and isinstance(key, str):
        return _taken(holder, key)
    raise _unfit("[ ]", holder, key)


def bounded(value: Number) -> Number:
    """The number itself, if it is not too big to be reckoned with."""
    if isinstance(value, int):
        if value.bit_length() > MAX_BITS:
            raise _too_big()
    elif not math.isfinite(value):
        raise _too_big()
    return value


def _taken(holder: Any, key: Any) -> Any:
    try:
        return holder[key]
    except LookupError:
        raise ExpressionError(None, Text(f"Isian {key!r} tidak ada.", f"There is no entry {key!r}.")) from None


def _sized(left: Any, right: Any, limit: int) -> Any:
    if len(left) + len(right) > limit:
        raise ExpressionError(
            None, Text(f"Hasilnya lebih panjang dari {limit}.", f"The result is longer than {limit}.")
        )
    return left + right


def _numbers(sign: str, left: Any, right: Any) -> None:
    if not (isinstance(left, Number) and isinstance(right, Number)):
        raise _unfit(sign, left, right)
    bounded(left)  # a huge number could come in as data, and its division would be slow
    bounded(right)


def _too_big() -> ExpressionError:
    return ExpressionError(None, Text("Bilangannya terlalu besar.", "The number is too big."))


def _unfit(sign: str, left: Any, right: Any) -> ExpressionError:
    kinds = f"{type(left).__name__}, {type(right).__name__}"
    return ExpressionError(
        None, Text(f"Tanda {sign} tidak cocok untuk {kinds}.", f"The sign {sign} does not fit {kinds}.")
    )


# The names under which compiled expressions find their operators; no data can reach this table.
GUARDS: Mapping[str, Callable[..., Any]] = {
    "Add": add, "Sub": subtract, "Mult": multiply, "Div": divide, "FloorDiv": floor_divide, "Mod": modulo,
    "USub": negate, "is": same, "item": item, "Lt": ordered(operator.lt), "LtE": ordered(operator.le),
    "Gt": ordered(operator.gt), "GtE": ordered(operator.ge),
}  # fmt: skip
