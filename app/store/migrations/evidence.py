"""Finds, for files and lines of a conversation that stood there before, the answers they came with."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import sqlalchemy as sa

SLICE = 500
_attachment = sa.table(
    "attachment", sa.column("id"), sa.column("complaint_id"), sa.column("task_id"), sa.column("answer_seq")
)
_message = sa.table(
    "message",
    sa.column("seq"),
    sa.column("complaint_id"),
    sa.column("at"),
    sa.column("direction"),
    sa.column("answer_seq"),
)
_complaint = sa.table("complaint", sa.column("id"), sa.column("instance_id"))
_answer = sa.table(
    "answer", sa.column("instance_id"), sa.column("seq"), sa.column("task_id"), sa.column("at"), sa.column("by"),
    sa.column("data", sa.JSON),
)  # fmt: skip


def hang(connection: sa.Connection) -> None:
    """Fill `answer_seq` of attachments and messages from the answers that name the files already."""
    for row in _given(connection):
        _hang_files(connection, row)
        if row["task_id"] is None and row["by"] == "reporter":
            _hang_line(connection, row)


def _given(connection: sa.Connection) -> Iterator[Mapping[str, Any]]:
    """All answers of complaints in their order, some at a time: an old database has many."""
    joined = _answer.join(_complaint, _complaint.c.instance_id == _answer.c.instance_id)
    wanted = sa.select(_answer, _complaint.c.id.label("complaint_id")).select_from(joined)
    key = _answer.c.instance_id, _answer.c.seq
    last: tuple[str, int] = ("", -1)
    while rows := connection.execute(wanted.where(sa.tuple_(*key) > last).order_by(*key).limit(SLICE)).mappings().all():
        yield from (dict(row) for row in rows)
        last = (rows[-1]["instance_id"], rows[-1]["seq"])


def _hang_files(connection: sa.Connection, row: Mapping[str, Any]) -> None:
    if files := sorted(set(_listed(row["data"]))):
        here = _attachment.c.id.in_(files), _attachment.c.complaint_id == row["complaint_id"]
        free = sa.update(_attachment).where(*here, _attachment.c.answer_seq.is_(None))
        task = sa.func.coalesce(_attachment.c.task_id, sa.cast(row["task_id"], sa.String(32)))
        connection.execute(free.values(answer_seq=row["seq"], task_id=task))


def _listed(data: Any) -> Iterator[str]:
    """Every text of a list among the answers: ids of files are found among them by being there."""
    for value in data.values() if isinstance(data, dict) else ():
        if isinstance(value, list):
            yield from (each for each in value if isinstance(each, str) and len(each) == 32)


def _hang_line(connection: sa.Connection, row: Mapping[str, Any]) -> None:
    """The line that these answers put into the conversation: of the same instant, the first that is still free."""
    here = _message.c.complaint_id == row["complaint_id"], _message.c.direction == "in", _message.c.at == row["at"]
    first = sa.select(sa.func.min(_message.c.seq)).where(*here, _message.c.answer_seq.is_(None)).scalar_subquery()
    connection.execute(sa.update(_message).where(_message.c.seq == first).values(answer_seq=row["seq"]))
