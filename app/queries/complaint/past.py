"""What has happened in a case that its time limits depend on, read from its history."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.rules.limits import Past
from app.rules.pauses import Pause, paired
from app.store.instances import History


def past_of(session: Session, instance_id: str, started: datetime) -> Past:
    """When each element was last entered, and the pauses that have ended."""
    query = select(History.element, func.max(History.at)).where(History.instance_id == instance_id)
    entered = query.where(History.kind == "entered").group_by(History.element)
    return Past(started, {row[0]: row[1] for row in session.execute(entered)}, pauses_of(session, instance_id))


def pauses_of(session: Session, instance_id: str) -> tuple[Pause, ...]:
    """The pauses of a case that have ended, in order."""
    query = select(History.kind, History.at).where(History.instance_id == instance_id)
    wanted = query.where(History.kind.in_(("paused", "resumed"))).order_by(History.seq)
    return tuple(paired((row.kind, row.at) for row in session.execute(wanted)))
