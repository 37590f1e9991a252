"""How reporters come in: personal links, the sessions these open, and the addresses that proved to be theirs."""

from __future__ import annotations

import hashlib
from datetime import datetime

from sqlalchemy import Connection, ForeignKey, LargeBinary, String, delete, insert, update
from sqlalchemy.orm import Mapped, mapped_column

from app.store.base import Base, Instant, table_of


class PersonalLink(Base):
    """A link in one letter to a reporter. The token itself stands in that letter and nowhere else."""

    __tablename__ = "personal_link"

    id: Mapped[str] = mapped_column(String(64), primary_key=True)  # hash of the token
    complaint_id: Mapped[str] = mapped_column(ForeignKey("complaint.id"), index=True)
    purpose: Mapped[str] = mapped_column(String(16))  # "open" the complaint, or "secret": get a new one
    contact: Mapped[str] = mapped_column(String(8))  # "email" or "phone": where the letter went
    address_hash: Mapped[str | None] = mapped_column(String(64))  # as the reporter's row keeps that address
    created_at: Mapped[datetime] = mapped_column(Instant)
    used_at: Mapped[datetime | None] = mapped_column(Instant)  # when it was opened for the first time
    revoked_at: Mapped[datetime | None] = mapped_column(Instant)


class VerifiedContact(Base):
    """An address at which the reporter opened a link: whoever reads there is who filed the complaint."""

    __tablename__ = "verified_contact"

    complaint_id: Mapped[str] = mapped_column(ForeignKey("complaint.id"), primary_key=True)
    contact: Mapped[str] = mapped_column(String(8), primary_key=True)
    address_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    verified_at: Mapped[datetime] = mapped_column(Instant)


class ReporterSession(Base):
    """A browser that proved to be the reporter's, so that closing ends it on the server."""

    __tablename__ = "reporter_session"

    id: Mapped[str] = mapped_column(String(64), primary_key=True)  # hash of the cookie's token
    complaint_id: Mapped[str] = mapped_column(ForeignKey("complaint.id"), index=True)
    created_at: Mapped[datetime] = mapped_column(Instant)
    seen_at: Mapped[datetime] = mapped_column(Instant, index=True)
    receipt: Mapped[bytes | None] = mapped_column(LargeBinary)  # the secret, under a key that only the browser has


_link, _session = table_of(PersonalLink), table_of(ReporterSession)


def key_of(token: str) -> str:
    """What the database keeps of a token, so that a stolen database opens nothing."""
    return hashlib.sha256(token.encode()).hexdigest()


def add_link(connection: Connection, token: str, **columns: object) -> None:
    """Keep the hash of a token that is about to leave in a letter."""
    connection.execute(insert(_link).values(id=key_of(token), **columns))


def drop_link(connection: Connection, token: str) -> None:
    """Forget a token whose letter did not leave."""
    connection.execute(delete(_link).where(_link.c.id == key_of(token)))


def shut(connection: Connection, complaint_id: str, now: datetime) -> tuple[int, int]:
    """End every link and session of a complaint; how many of each there were."""
    open_ = update(_link).where(_link.c.complaint_id == complaint_id, _link.c.revoked_at.is_(None))
    links = connection.execute(open_.values(revoked_at=now)).rowcount
    return links, end_sessions(connection, complaint_id)


def end_sessions(connection: Connection, complaint_id: str) -> int:
    """End every session of a complaint; how many there were."""
    return connection.execute(delete(_session).where(_session.c.complaint_id == complaint_id)).rowcount
