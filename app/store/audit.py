"""The audit trail: append-only entries, chained by hash, one chain per instance and one for administration."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import JSON, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from app.store.base import BY_KEY, Base, Instant, JsonObject


class AuditEntry(Base):
    """One change or refusal. `hash` (keyed) covers all other columns, among them the previous entry's hash."""

    __tablename__ = "audit_entry"
    __table_args__ = (Index(None, "at"),)

    chain: Mapped[str] = mapped_column(String(64), primary_key=True)  # instance id, "administration" or "intake"
    seq: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(Instant)
    actor: Mapped[str] = mapped_column(String(64))  # user id, "reporter" or "system"
    command: Mapped[str] = mapped_column(String(64))
    outcome: Mapped[str] = mapped_column(String(16))  # done | refused
    fields: Mapped[JsonObject] = mapped_column(JSON)  # the command's fields, personal ones as pseudonyms
    previous: Mapped[str] = mapped_column(String(64))
    hash: Mapped[str] = mapped_column(String(64))


class AuditHead(Base):
    """The last entry of each chain; the next entry is appended with a check that nobody was faster."""

    __tablename__ = "audit_head"
    __table_args__ = BY_KEY

    chain: Mapped[str] = mapped_column(String(64), primary_key=True)
    seq: Mapped[int]
    hash: Mapped[str] = mapped_column(String(64))
    anchored: Mapped[int] = mapped_column(default=0)  # the `seq` that the newest anchor covers


class AuditAnchor(Base):
    """A periodic keyed hash over the heads that moved since the anchor before, so that no entry can vanish unseen."""

    __tablename__ = "audit_anchor"

    seq: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(Instant)
    heads: Mapped[int]
    previous: Mapped[str] = mapped_column(String(64))
    hash: Mapped[str] = mapped_column(String(64))


class AnchoredHead(Base):
    """One head that an anchor covers; its hash is that of the audit entry it points to."""

    __tablename__ = "audit_anchored_head"
    __table_args__ = BY_KEY

    anchor: Mapped[int] = mapped_column(ForeignKey("audit_anchor.seq"), primary_key=True)
    chain: Mapped[str] = mapped_column(String(64), primary_key=True)
    seq: Mapped[int]
