"""Keeps what was escalated until a supervisor has taken note of it."""

from __future__ import annotations

from datetime import datetime

from app.commands.case.at_work import CaseAtWork
from app.store.base import table_of
from app.store.escalations import Escalation
from app.store.upsert import upsert

_escalation = table_of(Escalation)


def put(case: CaseAtWork, of: str, limit: str, level: int, due_at: datetime) -> None:
    """Store the escalation of a task or a whole case; a higher level of the same limit asks for attention again."""
    row = {
        "instance_id": case.id,
        "of": of,
        "limit_key": limit,
        "level": level,
        "due_at": due_at,
        "raised_at": case.tx.now,
        "acknowledged_at": None,
        "acknowledged_by": None,
        "note": None,
    }
    upsert(case.tx.connection, _escalation, row, key=("instance_id", "of"))
