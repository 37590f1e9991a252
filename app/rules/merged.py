"""Which complaints were merged with which: those that wait for the answer of one, and the one that leads a chain."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, Row, bindparam, select
from sqlalchemy.orm import Session

from app.store.base import table_of
from app.store.complaints import Complaint
from app.store.instances import ProcessInstance

Reader = Connection | Session
LONGEST_CHAIN = 50
ANSWERED = "merged_answer"  # the letter with the answer of the complaint that leads
_complaint, _instance = table_of(Complaint), table_of(ProcessInstance)
_step = select(_complaint.c.duplicate_of).where(_complaint.c.id == bindparam("number"))
# Every complaint that is merged with it, by way of others too; a union, so that even a ring comes to an end.
_first = (
    select(_complaint.c.id).where(_complaint.c.duplicate_of == bindparam("number")).cte("followers", recursive=True)
)
_chain = _first.union(select(_complaint.c.id).where(_complaint.c.duplicate_of == _first.c.id))
_followers = (
    select(_complaint.c.id, _complaint.c.lang, _complaint.c.instance_id, _complaint.c.is_confidential)
    .join(_chain, _chain.c.id == _complaint.c.id)
    .join(_instance, _instance.c.id == _complaint.c.instance_id)
    .where(_instance.c.ended_at.is_not(None), _complaint.c.id != bindparam("number"))
    .order_by(_complaint.c.id)
)


def followers(reader: Reader, number: str) -> list[Row[Any]]:
    """The merged complaints whose reporters wait for the answer of this one."""
    return list(reader.execute(_followers, {"number": number}))


def leading(reader: Reader, number: str) -> str:
    """The complaint at the end of a chain of mergers; itself where it was not merged."""
    for _ in range(LONGEST_CHAIN):
        after = reader.execute(_step, {"number": number}).scalar()
        if after is None:
            break
        number = after
    return number
