"""Reads the answers of an instance's forms, and fingerprints them for the audit."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, bindparam, select

from app.store.base import table_of
from app.store.database import compact_json
from app.store.keys import MasterKey
from app.store.tasks import Answer

_answer = table_of(Answer)
_of_instance = select(_answer.c.form, _answer.c.data).where(_answer.c.instance_id == bindparam("instance"))
_of_instance = _of_instance.order_by(_answer.c.seq)


def latest_answers(connection: Connection, instance_id: str) -> dict[str, dict[str, Any]]:
    """Form key -> the answers given last."""
    return {row.form: row.data for row in connection.execute(_of_instance, {"instance": instance_id})}


def answers_digest(answers: Mapping[str, Any], key: MasterKey) -> str:
    """The keyed hash of stored answers: the audit keeps it, so that a later change of the row shows."""
    return key.digest("answers", compact_json(dict(answers)).encode())
