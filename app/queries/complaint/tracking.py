"""Lets the reporter of a complaint in: whoever knows its tracking id and its secret."""

from __future__ import annotations

from typing import Protocol

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.domain.roles import Actor
from app.domain.tracking import SECRET_LENGTH, is_tracking_id, normalise
from app.store.complaints import Complaint
from app.store.keys import KeyRing
from app.store.reporters import Reporter

PURPOSE = "secret"
NOBODY = "0" * 64  # compared against when there is no such complaint, so that the answer takes the same time


class HasKeys(Protocol):
    """What is needed of the parts."""

    @property
    def keys(self) -> KeyRing: ...


def contacts(session: Session, tracking_id: str) -> frozenset[str]:
    """The kinds of contact that the reporter gave; what they are stays sealed."""
    query = select(Reporter.email_hash, Reporter.phone_hash).where(Reporter.complaint_id == tracking_id)
    row = session.execute(query).first()
    given = {"email": row.email_hash, "phone": row.phone_hash} if row else {}
    return frozenset(kind for kind, digest in given.items() if digest is not None)


def authenticate(session: Session, parts: HasKeys, tracking: str, secret: str) -> Actor | None:
    """The reporter of that complaint; None when id or secret are not right, without saying which."""
    number, code = normalise(tracking), normalise(secret)
    stored = None
    if is_tracking_id(number) and len(code) == SECRET_LENGTH:
        stored = session.scalar(select(Complaint.secret_hash).where(Complaint.id == number))
    right = parts.keys.matches(PURPOSE, code, stored or NOBODY)
    if stored is None or not right:
        return None
    return Actor("reporter", "reporter", "Pelapor", complaint=number)
