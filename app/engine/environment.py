"""What an expression in a diagram may ask of the world: the present instant, the working calendar and the limits."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from app.domain.calendar import Calendar
from app.domain.limits import Limit
from app.domain.text import Text
from app.engine.expressions.errors import ExpressionError

MICROSECOND = timedelta(microseconds=1)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Environment:
    """The instant of one step (aware), the calendar in force, and the limits by key (raises for an unknown key)."""

    now: datetime
    calendar: Calendar
    limit: Callable[[str], Limit]


def instant_text(at: datetime) -> str:
    """An instant as text in UTC, always of one length, so that texts compare as instants do."""
    return at.astimezone(UTC).isoformat(timespec="microseconds")


def to_micros(at: datetime) -> int:
    """An aware instant as whole microseconds since 1970."""
    return (at - EPOCH) // MICROSECOND


def from_micros(micros: int) -> datetime:
    """The instant that `to_micros` wrote down, in UTC."""
    return EPOCH + micros * MICROSECOND


def functions(env: Environment, returns: Mapping[str, int]) -> dict[str, Callable[..., Any]]:
    """The functions that expressions may call, by name; instants are given as text in UTC."""

    def after(duration: str, clock: str) -> str:
        return instant_text(env.calendar.add(env.now, duration, clock).at)

    def sla(key: str) -> str:
        try:
            limit = env.limit(key)
        except LookupError:
            raise ExpressionError(
                None, Text(f"Batas waktu “{key}” tidak ada.", f"There is no limit “{key}”.")
            ) from None
        return after(limit.limit, limit.clock)

    return {
        "sla": sla,
        "working_days": lambda days: after(f"P{days}D", "working"),
        "working_hours": lambda hours: instant_text(env.calendar.add_working_time(env.now, timedelta(hours=hours)).at),
        "calendar_days": lambda days: after(f"P{days}D", "calendar"),
        "now": lambda: instant_text(env.now),
        "returns": lambda flow: returns.get(flow, 0),
    }
