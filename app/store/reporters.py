"""The identities of reporters and of those they complain of: the one guarded place, encrypted row by row."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from app.store.base import Base, Instant


class Reporter(Base):
    """Identity of one complaint's reporter under a data key of its own; erasing throws the data key away."""

    __tablename__ = "reporter"

    complaint_id: Mapped[str] = mapped_column(ForeignKey("complaint.id"), primary_key=True)
    data_key: Mapped[bytes | None] = mapped_column(LargeBinary)  # wrapped by the master key; None once erased
    sealed: Mapped[bytes | None] = mapped_column(LargeBinary)  # AES-GCM over the identity as JSON
    nik_hash: Mapped[str | None] = mapped_column(String(64), index=True)  # keyed hashes for look-up
    phone_hash: Mapped[str | None] = mapped_column(String(64), index=True)
    email_hash: Mapped[str | None] = mapped_column(String(64), index=True)
    notice_version: Mapped[str] = mapped_column(String(32))
    notice_at: Mapped[datetime] = mapped_column(Instant)
    erased_at: Mapped[datetime | None] = mapped_column(Instant)


class Accused(Base):
    """The person one complaint is about, under a data key of its own: it outlives the reporter's identity, or not."""

    __tablename__ = "accused"

    complaint_id: Mapped[str] = mapped_column(ForeignKey("complaint.id"), primary_key=True)
    data_key: Mapped[bytes | None] = mapped_column(LargeBinary)  # wrapped by the master key; None once erased
    sealed: Mapped[bytes | None] = mapped_column(LargeBinary)  # AES-GCM over the name as JSON


def accused_context(complaint_id: str) -> str:
    """What the name is sealed for: a row moved to another complaint, or among the identities, does not open."""
    return f"{complaint_id}:accused"
