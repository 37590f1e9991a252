"""Signed-in sessions kept on the server: opened at sign-in, looked up by a secret cookie, ended at sign-out."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, update
from sqlalchemy.orm import Session as Database

from app.store.accounts import Session

IDLE = timedelta(minutes=30)
LONGEST = timedelta(hours=8)
KEEP = timedelta(hours=24)  # an expired row still says whose draft a late form belongs to
SEEN_EVERY = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Found:
    """A session that a cookie belongs to."""

    user_id: str
    live: bool  # False: too long idle or too old; the person must sign in again
    stale: bool  # when it was last seen should be written down again


def key_of(token: str) -> str:
    """What the database keeps of the cookie, so that a stolen database opens no session."""
    return hashlib.sha256(token.encode()).hexdigest()


def begin(database: Database, token: str, user_id: str, now: datetime) -> None:
    """Open a session for a person who has just proved who they are."""
    database.add(Session(id=key_of(token), user_id=user_id, created_at=now, seen_at=now))


def find(database: Database, token: str, now: datetime) -> Found | None:
    """The session of a cookie, live or expired; None when it was ended or never existed."""
    row = database.get(Session, key_of(token))
    if row is None or now - row.seen_at > KEEP:
        return None
    live = now - row.seen_at <= IDLE and now - row.created_at <= LONGEST
    return Found(row.user_id, live, now - row.seen_at >= SEEN_EVERY)


def see(database: Database, token: str, now: datetime) -> None:
    """Write down that the session is in use."""
    database.execute(update(Session).where(Session.id == key_of(token)).values(seen_at=now))


def end(database: Database, token: str) -> None:
    """Sign out: the cookie opens nothing from now on."""
    database.execute(delete(Session).where(Session.id == key_of(token)))


def end_all(database: Database, user_id: str) -> None:
    """End every session of a person, on all devices."""
    database.execute(delete(Session).where(Session.user_id == user_id))
