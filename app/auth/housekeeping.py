"""Forgets sessions that ended long ago and failed sign-ins of past days."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import delete
from sqlalchemy.orm import Session as Database

from app.auth.sessions import KEEP
from app.auth.sign_in import forget_failures
from app.store.accounts import Session
from app.store.database import writer

if TYPE_CHECKING:
    from app.commands.parts import Parts


def forget(parts: Parts) -> None:
    """Delete what can open nothing and slow nobody down any more."""
    now = parts.clock.now()
    with Database(writer(parts.database)) as database, database.begin():
        database.execute(delete(Session).where(Session.seen_at < now - KEEP))
        forget_failures(database, now)
