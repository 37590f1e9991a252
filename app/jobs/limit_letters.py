"""Looks once more, before a letter about a time limit leaves, at what it is about: much may have happened since."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Row, select
from sqlalchemy.orm import Session

from app.store.instances import ProcessInstance
from app.store.standing import LIMIT_KINDS, RUNNING
from app.store.tasks import Task


class NoLongerTrue(Exception):
    """The letter would say what is not so any more; it does not leave."""


def as_it_is(session: Session, row: Row[Any], now: datetime) -> Mapping[str, str]:
    """The letter's fields with the due time that is stored now; those of any other letter as they are.

    Raises NoLongerTrue when the task is done, the case over, or the due time has moved to the other side of `now`.
    """
    fields: Mapping[str, str] = row.fields
    if row.template not in LIMIT_KINDS or "limit" not in fields:
        return fields
    if fields.get("task"):
        held = session.execute(select(Task.state, Task.due_at).where(Task.id == fields["task"])).first()
        stands = held is not None and held.state == "open"
    else:
        case = select(ProcessInstance.state, ProcessInstance.due_at).where(ProcessInstance.id == row.instance_id)
        held = session.execute(case).first()
        stands = held is not None and held.state in RUNNING
    if held is None or not stands or held.due_at is None:
        raise NoLongerTrue("done-before")
    if (held.due_at <= now) is (row.template == "reminder"):
        raise NoLongerTrue("moved-meanwhile")
    return {**fields, "due": held.due_at.isoformat()}
