"""Lets one executor at a time take due rows, for a while only, so that a dead executor's rows come free."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, and_, exists, or_, select, update
from sqlalchemy.orm import aliased

from app.store.base import table_of
from app.store.jobs import IS_WAITING, Job
from app.store.outbox import OutboxMessage

LOCK = timedelta(minutes=5)
RECOUNT = "recount"  # the kind of the job that counts due times again: it goes on for long, so nothing waits behind it
RECOUNT_LOCK = timedelta(seconds=30)  # each of its slices renews it
_job, _outbox = table_of(Job), table_of(OutboxMessage)
_earlier = aliased(_outbox, name="earlier")


def claim_jobs(connection: Connection, now: datetime, by: str, most: int) -> Sequence[str]:
    """Ids of due jobs that are now ours, those due longest first; recounts have a door of their own."""
    return _claimed(connection, now, by, most, LOCK, _job.c.kind != RECOUNT)


def claim_recount(connection: Connection, now: datetime, by: str) -> str | None:
    """The id of the recount that is to be carried on, now ours; None when there is none or another node is at it."""
    return next(iter(_claimed(connection, now, by, 1, RECOUNT_LOCK, _job.c.kind == RECOUNT)), None)


def _claimed(
    connection: Connection, now: datetime, by: str, most: int, lock: timedelta, wanted: ColumnElement[bool]
) -> Sequence[str]:
    free = or_(_job.c.locked_until.is_(None), _job.c.locked_until <= now)
    due = select(_job.c.id).where(IS_WAITING, _job.c.due_at <= now, free, wanted)
    due = due.order_by(_job.c.due_at, _job.c.id).limit(most).with_for_update(skip_locked=True)
    ids = list(connection.scalars(due))
    if ids:
        mark = update(_job).where(_job.c.id.in_(ids)).values(locked_until=now + lock, locked_by=by)
        connection.execute(mark)
    return ids


def release_job(connection: Connection, job_id: str, until: datetime) -> None:
    """Give a job back that could not be run just now (a busy database): others may take it from `until` on."""
    free = update(_job).where(_job.c.id == job_id, _job.c.state == "waiting").values(locked_until=until)
    connection.execute(free)


def release_jobs(connection: Connection, by: str) -> None:
    """Give back whatever `by` has claimed, but for what is being run just now."""
    mine = select(_job.c.id).where(_job.c.locked_by == by, _job.c.locked_until.is_not(None), IS_WAITING)
    free = update(_job).where(_job.c.id.in_(mine.with_for_update(skip_locked=True))).values(locked_until=None)
    connection.execute(free)


def claim_messages(connection: Connection, now: datetime, most: int) -> Sequence[Row[Any]]:
    """Due messages that are now ours; of one case and one person a letter waits for those written before it."""
    before = or_(
        _earlier.c.created_at < _outbox.c.created_at,
        and_(_earlier.c.created_at == _outbox.c.created_at, _earlier.c.key < _outbox.c.key),
    )
    same = (_earlier.c.instance_id == _outbox.c.instance_id, _earlier.c.recipient == _outbox.c.recipient)
    waits = exists().where(*same, _earlier.c.state == "waiting", before)
    free = or_(_outbox.c.locked_until.is_(None), _outbox.c.locked_until <= now)
    due = select(_outbox).where(_outbox.c.state == "waiting", _outbox.c.due_at <= now, free, ~waits)
    due = due.order_by(_outbox.c.due_at, _outbox.c.created_at, _outbox.c.key).limit(most)
    rows = connection.execute(due.with_for_update(skip_locked=True, of=_outbox)).all()
    if rows:
        mark = update(_outbox).where(_outbox.c.id.in_([row.id for row in rows])).values(locked_until=now + LOCK)
        connection.execute(mark)
    return rows


def release_messages(connection: Connection, ids: Sequence[str]) -> None:
    """Give messages back that were not tried."""
    connection.execute(update(_outbox).where(_outbox.c.id.in_(ids)).values(locked_until=None))


def mark_sent(connection: Connection, message_id: str, now: datetime, **left: str) -> None:
    """The message has left, or was kept here: `left` holds its state, transport, subject and body."""
    sent = {"sent_at": now, "locked_until": None, "last_error": None, **left}
    connection.execute(_of(message_id).values(attempts=_outbox.c.attempts + 1, **sent))


def mark_unsent(connection: Connection, message_id: str, state: str, due_at: datetime, error: str) -> None:
    """The message could not leave: it waits until `due_at`, or is given up (`state` says how)."""
    changed = {"state": state, "due_at": due_at, "locked_until": None, "last_error": error}
    connection.execute(_of(message_id).values(attempts=_outbox.c.attempts + 1, **changed))


def _of(message_id: str) -> Any:
    return update(_outbox).where(_outbox.c.id == message_id, _outbox.c.state == "waiting")
