"""How close a due time is, counted in the hours the office is open."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal

from flask import g

from app.web.current import now, service

Nearness = Literal["late", "soon", "fine", "none"]


@dataclass(frozen=True, slots=True)
class State:
    """Nearness of a due time and the working time left (or passed since, when late)."""

    nearness: Nearness
    span: timedelta


def full_day() -> timedelta:
    """The longest working day of the seven days that begin today; eight hours where none is open."""
    if "full_day" not in g:
        calendar = service().calendar
        today = calendar.local_date(now())
        g.full_day = max(_open_time(today + timedelta(days=ahead)) for ahead in range(7)) or timedelta(hours=8)
    found: timedelta = g.full_day
    return found


def soon_until() -> datetime:
    """Whatever is due before this instant is due soon: one full working day from now."""
    if "soon_until" not in g:
        g.soon_until = service().calendar.add_working_time(now(), full_day()).at
    found: datetime = g.soon_until
    return found


def state(due_at: datetime | None) -> State:
    """Late, soon (at most one full working day left), fine, or none when nothing is due."""
    if due_at is None:
        return State("none", timedelta(0))
    calendar = service().calendar
    if due_at < now():
        return State("late", calendar.working_time_between(due_at, now()))
    left = calendar.working_time_between(now(), due_at)
    return State("soon" if due_at <= soon_until() else "fine", left)


def _open_time(day: date) -> timedelta:
    intervals, _reason = service().calendar.day(day)
    minutes = sum((close.hour - open_.hour) * 60 + close.minute - open_.minute for open_, close in intervals)
    return timedelta(minutes=minutes)
