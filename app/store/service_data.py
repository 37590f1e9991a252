"""The service's own data (calendar, limits, units, roles): every version that was ever in force."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Index, LargeBinary, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from app.store.base import Base, Id, Instant


class ServiceFile(Base):
    """One content of one file of processes/service; of each name the one with the highest `seq` is in force."""

    __tablename__ = "service_file"
    __table_args__ = (Index(None, "name", "seq"),)

    id: Mapped[str] = mapped_column(Id, primary_key=True)
    seq: Mapped[int] = mapped_column(unique=True)  # in the order of loading
    name: Mapped[str] = mapped_column(String(120))
    digest: Mapped[str] = mapped_column(String(64), index=True)
    content: Mapped[bytes] = mapped_column(LargeBinary)
    loaded_at: Mapped[datetime] = mapped_column(Instant)
    loaded_by: Mapped[str] = mapped_column(String(64))
    reason: Mapped[str] = mapped_column(Text)
