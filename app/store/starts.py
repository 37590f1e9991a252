"""Why cases began that nobody filed as a complaint: each cause begins one case, however often it is seen."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from app.store.base import BY_KEY, Base, Code, Instant


class CaseStart(Base):
    """One cause: a period ("period:2026-Q4"), a form that was sent ("form:<hash>"), a step of another case."""

    __tablename__ = "case_start"
    __table_args__ = BY_KEY

    key: Mapped[str] = mapped_column(Code, primary_key=True)  # of the procedure
    cause: Mapped[str] = mapped_column(String(80), primary_key=True)
    instance_id: Mapped[str] = mapped_column(ForeignKey("process_instance.id"), index=True)
    at: Mapped[datetime] = mapped_column(Instant)  # when it was to begin; a node that was down begins it later
