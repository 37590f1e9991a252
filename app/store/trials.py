"""Trials of a procedure: the steps that its owner played, which are replayed each time the trial is shown."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from app.store.base import Base, Code, Id, Instant


class Trial(Base):
    """One trial of one version. `filed` and `steps` are written as in a scenario, instants as ISO 8601."""

    __tablename__ = "trial"

    id: Mapped[str] = mapped_column(Id, primary_key=True)
    key: Mapped[str] = mapped_column(Code, index=True)
    deployment_id: Mapped[str] = mapped_column(ForeignKey("deployment.id"))
    begun_at: Mapped[datetime] = mapped_column(Instant)
    begun_by: Mapped[str] = mapped_column(String(64))
    ended_at: Mapped[datetime | None] = mapped_column(Instant)  # kept for reading; nothing is added any more
    starts_at: Mapped[datetime] = mapped_column(Instant)  # when the played case begins
    filed: Mapped[dict[str, Any]] = mapped_column(JSON)
    steps: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
