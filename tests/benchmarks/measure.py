"""One measured figure, how a median is taken, and how paired runs are interleaved so that a drift is fair."""

from __future__ import annotations

import gc
import statistics
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from time import perf_counter


@dataclass(frozen=True)
class Figure:
    """One line of the table. `aim` is the bound in `unit` (None: only reported); `ok` says whether it was met."""

    name: str
    value: float
    unit: str
    aim: str | None = None
    ok: bool | None = None

    def as_dict(self) -> dict[str, object]:
        """For results.json."""
        return asdict(self)


def at_most(name: str, value: float, unit: str, bound: float) -> Figure:
    """A figure that should not exceed `bound`."""
    return Figure(name, round(value, 4), unit, f"<= {bound:g}", value <= bound)


def at_least(name: str, value: float, unit: str, bound: float) -> Figure:
    """A figure that should reach `bound`."""
    return Figure(name, round(value, 4), unit, f">= {bound:g}", value >= bound)


def seconds(action: Callable[[], object]) -> float:
    """How long one call took."""
    began = perf_counter()
    action()
    return perf_counter() - began


def microseconds_each(action: Callable[[], object], times: int) -> float:
    """The best of five rounds of `times` calls, in microseconds a call: what the work costs without disturbance."""
    gc.collect()
    rounds = []
    for _ in range(5):
        began = perf_counter()
        for _ in range(times):
            action()
        rounds.append((perf_counter() - began) / times)
    return min(rounds) * 1e6


def median_ratio(left: Sequence[float], right: Sequence[float]) -> float:
    """The ratio of the medians of two interleaved series."""
    return statistics.median(left) / statistics.median(right)
