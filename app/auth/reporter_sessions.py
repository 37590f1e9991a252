"""Browsers of reporters: a session on the server for each, and the receipt that only that browser can read."""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass
from datetime import datetime

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import delete, update
from sqlalchemy.orm import Session as Database

from app.auth.sessions import IDLE, KEEP, LONGEST, SEEN_EVERY
from app.store.access import ReporterSession, key_of

NONCE = 12


@dataclass(frozen=True, slots=True)
class Found:
    """A session that a cookie belongs to."""

    complaint_id: str
    live: bool  # False: too long idle or too old; number and secret, or a link, are asked for again
    stale: bool  # when it was last seen should be written down again
    receipt: bytes | None


def begin(database: Database, token: str, complaint_id: str, now: datetime, secret: str | None = None) -> None:
    """Open a session for a browser that proved to be the reporter's; it can show `secret` again until the end."""
    receipt = None if secret is None else _sealed(token, complaint_id, secret)
    row = ReporterSession(id=key_of(token), complaint_id=complaint_id, created_at=now, seen_at=now, receipt=receipt)
    database.add(row)


def find(database: Database, token: str, now: datetime) -> Found | None:
    """The session of a cookie, live or expired; None when it was ended or never existed."""
    row = database.get(ReporterSession, key_of(token))
    if row is None or now - row.seen_at > KEEP:
        return None
    live = now - row.seen_at <= IDLE and now - row.created_at <= LONGEST
    return Found(row.complaint_id, live, now - row.seen_at >= SEEN_EVERY, row.receipt)


def see(database: Database, token: str, now: datetime) -> None:
    """Write down that the session is in use."""
    database.execute(update(ReporterSession).where(ReporterSession.id == key_of(token)).values(seen_at=now))


def end(database: Database, token: str) -> None:
    """The cookie opens nothing from now on."""
    database.execute(delete(ReporterSession).where(ReporterSession.id == key_of(token)))


def secret_of(found: Found, token: str) -> str | None:
    """The secret that this browser was given; None when it was given none, or the session is over."""
    if not found.live or found.receipt is None:
        return None
    nonce, sealed = found.receipt[:NONCE], found.receipt[NONCE:]
    try:
        return AESGCM(_key(token)).decrypt(nonce, sealed, found.complaint_id.encode()).decode()
    except InvalidTag:
        return None


def _sealed(token: str, complaint_id: str, secret: str) -> bytes:
    nonce = os.urandom(NONCE)
    return nonce + AESGCM(_key(token)).encrypt(nonce, secret.encode(), complaint_id.encode())


def _key(token: str) -> bytes:
    """Follows from the cookie alone: without the browser neither the database nor the master key opens a receipt."""
    return hashlib.sha256(b"alur receipt " + token.encode()).digest()
