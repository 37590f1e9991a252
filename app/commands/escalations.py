"""Keeps what was escalated until a supervisor has taken note of it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Row

from app.commands.casefile import CaseFile
from app.store.base import table_of
from app.store.escalations import Escalation
from app.store.upsert import upsert

_escalation = table_of(Escalation)


def put(file: CaseFile, job: Row[Any]) -> None:
    """Store the escalation that this job speaks of; a higher level of the same limit asks for attention again."""
    row = {
        "instance_id": file.id,
        "of": job.task_id or file.id,
        "limit_key": job.payload["limit"],
        "level": job.payload["level"] or 0,
        "due_at": datetime.fromisoformat(job.payload["due"]),
        "raised_at": file.unit.now,
        "acknowledged_at": None,
        "acknowledged_by": None,
        "note": None,
    }
    upsert(file.unit.connection, _escalation, row, key=("instance_id", "of"))
