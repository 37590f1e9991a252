"""A time limit as the policy writes it, and which of its versions holds; what follows from it is in app.rules."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from app.domain.text import Text


@dataclass(frozen=True, slots=True)
class Limit:
    """One row of the SLA policy.

    `limit` is an ISO 8601 duration counted on `clock` (working, calendar, wall); `anchor` says from when: "task",
    "instance" or an element id. `reminder` and `escalations` are shares of its working time, `notify` the roles told
    at each escalation. An unconfirmed limit is an estimate, never a promise; `source` says where its figure is from.
    """

    key: str
    limit: str
    clock: str = "working"
    anchor: str = "task"
    reminder: float = 0.6
    escalations: tuple[float, ...] = (1.0, 1.5)
    notify: tuple[str, ...] = ()
    valid_from: date = date(1970, 1, 1)
    source: Text | None = None
    confirmed: bool = False
    title: Text | None = None


def in_force(versions: Sequence[Limit], day: date) -> Limit:
    """The version of one limit that holds on `day`: the last that began; before all of them, the first."""
    begun = [limit for limit in versions if limit.valid_from <= day]
    return (
        max(begun, key=lambda limit: limit.valid_from) if begun else min(versions, key=lambda limit: limit.valid_from)
    )
