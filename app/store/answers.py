"""Reads the answers of an instance's forms."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, bindparam, select

from app.store.base import table_of
from app.store.tasks import Answer

_answer = table_of(Answer)
_of_instance = select(_answer.c.form, _answer.c.data).where(_answer.c.instance_id == bindparam("instance"))
_of_instance = _of_instance.order_by(_answer.c.seq)


def latest_answers(connection: Connection, instance_id: str) -> dict[str, dict[str, Any]]:
    """Form key -> the answers given last, the form that was answered last at the end."""
    found: dict[str, dict[str, Any]] = {}
    for row in connection.execute(_of_instance, {"instance": instance_id}):
        found.pop(row.form, None)
        found[row.form] = row.data
    return found
