"""Messages that must go out: written in the transaction that caused them, sent afterwards, never lost or doubled."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import JSON, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from app.store.base import Base, Code, Id, Instant, JsonObject

# waiting; sent: a real way out took it; kept: it lies on this machine, nothing was sent; failed: given up after many
# tries; dropped: refused for good; unreachable: no way leads to the addressee; skipped: a trial's, for
# nobody, or no longer true.
STATES = ("waiting", "sent", "kept", "failed", "dropped", "unreachable", "skipped")
PROBLEMS = ("failed", "dropped", "unreachable")


class OutboxMessage(Base):
    """One message to one recipient. It refers to the reporter or user; the address is read only at sending."""

    __tablename__ = "outbox_message"
    __table_args__ = (Index(None, "state", "due_at"), Index(None, "instance_id"), Index(None, "recipient", "state"))

    id: Mapped[str] = mapped_column(Id, primary_key=True)
    key: Mapped[str] = mapped_column(String(160), unique=True)  # idempotency: instance, cause and recipient
    instance_id: Mapped[str | None] = mapped_column(Id)
    template: Mapped[str] = mapped_column(Code)
    recipient: Mapped[str] = mapped_column(String(160))  # "reporter:<complaint>" | "user:<id>"
    fields: Mapped[JsonObject] = mapped_column(JSON)  # nothing personal
    created_at: Mapped[datetime] = mapped_column(Instant)
    due_at: Mapped[datetime] = mapped_column(Instant)  # notices wait for the opening of service hours
    state: Mapped[str] = mapped_column(String(16))  # one of STATES
    attempts: Mapped[int] = mapped_column(default=0)
    locked_until: Mapped[datetime | None] = mapped_column(Instant)
    sent_at: Mapped[datetime | None] = mapped_column(Instant)
    # What left, as the addressee reads it, but for secret links: these stand in the letter only.
    subject: Mapped[str | None] = mapped_column(Text)
    body: Mapped[str | None] = mapped_column(Text)
    transport: Mapped[str | None] = mapped_column(String(24))
    last_error: Mapped[str | None] = mapped_column(Text)
