"""Changes that wait for approval: what was proposed, by whom and why, and what became of it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Index, LargeBinary, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from app.store.base import Base, Code, Id, Instant


class Proposal(Base):
    """One proposed change. `content` is an archive of its files; nothing of it is in force.

    `key` is the procedure, or for the service's own data the procedure on whose page it stands."""

    __tablename__ = "proposal"
    __table_args__ = (Index(None, "key", "state"),)

    id: Mapped[str] = mapped_column(Id, primary_key=True)
    kind: Mapped[str] = mapped_column(String(16))  # deployment | service
    key: Mapped[str] = mapped_column(Code)
    origin: Mapped[str] = mapped_column(String(16))  # person | files (found changed at a start of the program)
    digest: Mapped[str] = mapped_column(String(64))
    content: Mapped[bytes] = mapped_column(LargeBinary)
    reason: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(String(16))  # open | approved | rejected
    proposed_at: Mapped[datetime] = mapped_column(Instant)
    proposed_by: Mapped[str] = mapped_column(String(64))
    decided_at: Mapped[datetime | None] = mapped_column(Instant)
    decided_by: Mapped[str | None] = mapped_column(String(64))
    remark: Mapped[str | None] = mapped_column(Text)  # why it was rejected
