"""Of several letters about one limit that were held for the same reader only the strongest leaves."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Row, select
from sqlalchemy.orm import Session

from app.store.outbox import OutboxMessage


class Superseded(Exception):
    """A stronger letter about the same limit leaves instead."""


VOICES = ("reminder", "overdue", "escalation")  # of a limit, the weakest first


def superseded(session: Session, row: Row[Any], now: datetime) -> bool:
    """Whether a stronger letter to the same reader about the same step of the same case is due as well."""
    if row.template not in VOICES or row.instance_id is None:
        return False
    held = select(OutboxMessage.template, OutboxMessage.created_at, OutboxMessage.key, OutboxMessage.fields).where(
        OutboxMessage.recipient == row.recipient,
        OutboxMessage.state == "waiting",
        OutboxMessage.instance_id == row.instance_id,
        OutboxMessage.template.in_(VOICES),
        OutboxMessage.due_at <= now,
        OutboxMessage.id != row.id,
    )
    step = row.fields.get("step")
    others = [each for each in session.execute(held) if each.fields.get("step") == step]
    return any(_strength(each) > _strength(row) for each in others)


def _strength(row: Any) -> tuple[int, datetime, str]:
    """The later a limit says it, the stronger it is."""
    return VOICES.index(row.template), row.created_at, row.key
