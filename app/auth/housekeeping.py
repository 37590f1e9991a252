"""Forgets sessions that ended long ago, failed sign-ins of past days, and links that open nothing any more."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import ColumnElement, delete, or_, select
from sqlalchemy.orm import Session as Database

from app.auth.sessions import KEEP
from app.auth.sign_in import forget_failures
from app.rules.access import AFTER_END, NEW_SECRET, SECRET
from app.store.access import PersonalLink, ReporterSession
from app.store.accounts import Session
from app.store.complaints import Complaint
from app.store.database import writer
from app.store.instances import ProcessInstance

if TYPE_CHECKING:
    from app.toolbox import Toolbox


def forget(toolbox: Toolbox) -> None:
    """Delete what can open nothing and slow nobody down any more."""
    now = toolbox.clock.now()
    with Database(writer(toolbox.database)) as database, database.begin():
        database.execute(delete(Session).where(Session.seen_at < now - KEEP))
        forget_failures(database, now)
        database.execute(delete(ReporterSession).where(ReporterSession.seen_at < now - KEEP))
        database.execute(delete(PersonalLink).where(_of_no_use(now)))


def _of_no_use(now: datetime) -> ColumnElement[bool]:
    """Links that open nothing any more, and never will."""
    over = ProcessInstance.ended_at < now - AFTER_END
    ended = select(Complaint.id).join(ProcessInstance, ProcessInstance.id == Complaint.instance_id).where(over)
    spent = (PersonalLink.used_at.is_not(None)) | (PersonalLink.created_at < now - NEW_SECRET)
    return or_(
        PersonalLink.revoked_at.is_not(None),
        (PersonalLink.purpose == SECRET) & spent,
        PersonalLink.complaint_id.in_(ended),
    )
