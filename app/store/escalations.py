"""Escalations: limits that were passed so far that a supervisor must take note of them."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from app.store.base import BY_KEY, Base, Code, Id, Instant

OPEN = text("acknowledged_at IS NULL")


class Escalation(Base):
    """The highest escalation of one limit: of a task, or of the whole case (then `of` is the instance's own id)."""

    __tablename__ = "escalation"
    __table_args__ = (Index("ix_escalation_open", "raised_at", sqlite_where=OPEN, postgresql_where=OPEN), BY_KEY)

    instance_id: Mapped[str] = mapped_column(Id, primary_key=True)
    of: Mapped[str] = mapped_column(Id, primary_key=True)
    limit_key: Mapped[str] = mapped_column(Code)
    level: Mapped[int]  # 0: the first; a higher one asks again for what was acknowledged
    due_at: Mapped[datetime] = mapped_column(Instant)
    raised_at: Mapped[datetime] = mapped_column(Instant)
    acknowledged_at: Mapped[datetime | None] = mapped_column(Instant)
    acknowledged_by: Mapped[str | None] = mapped_column(String(64))
    note: Mapped[str | None] = mapped_column(Text)
