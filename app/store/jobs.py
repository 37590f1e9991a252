"""Jobs are what the service must do at an instant by itself; incidents are what needs a person."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import JSON, Index, String, Text, literal_column, text
from sqlalchemy.orm import Mapped, mapped_column

from app.store.base import Base, Code, Id, Instant, JsonObject

WAITING = text("state = 'waiting'")


class Job(Base):
    """One due thing: a drawn timer, a service topic run after commit, what a limit says next, or a recount.

    A limit speaks several times (reminder, overdue, escalations) and has one job at a time: what follows is worked out
    when this is said.
    """

    __tablename__ = "job"
    __table_args__ = (
        Index("ix_job_waiting", "due_at", sqlite_where=WAITING, postgresql_where=WAITING),
        Index(None, "instance_id"),
    )

    id: Mapped[str] = mapped_column(Id, primary_key=True)  # begins as its instance's id does: its jobs lie together
    kind: Mapped[str] = mapped_column(String(24))  # timer | service | reminder | overdue | escalation | recount
    instance_id: Mapped[str | None] = mapped_column(Id)
    task_id: Mapped[str | None] = mapped_column(Id)  # engine wait id (timer), engine task id (service) or user task id
    element: Mapped[str | None] = mapped_column(Code)
    payload: Mapped[JsonObject] = mapped_column(JSON, default=dict)  # e.g. escalation level, limit key
    due_at: Mapped[datetime] = mapped_column(Instant)
    state: Mapped[str] = mapped_column(String(16))  # waiting | paused | done | cancelled | failed
    attempts: Mapped[int] = mapped_column(default=0)
    locked_until: Mapped[datetime | None] = mapped_column(Instant)
    locked_by: Mapped[str | None] = mapped_column(String(64))
    done_at: Mapped[datetime | None] = mapped_column(Instant)
    last_error: Mapped[str | None] = mapped_column(Text)


# Written out, not bound: only so does SQLite see that the index of waiting jobs will do.
IS_WAITING = Job.state == literal_column("'waiting'")


class Incident(Base):
    """Something that stopped and waits for an operator."""

    __tablename__ = "incident"
    __table_args__ = (Index(None, "resolved_at", "raised_at"), Index(None, "instance_id"))

    id: Mapped[str] = mapped_column(Id, primary_key=True)
    instance_id: Mapped[str | None] = mapped_column(Id)
    job_id: Mapped[str | None] = mapped_column(Id)
    element: Mapped[str | None] = mapped_column(Code)
    code: Mapped[str] = mapped_column(Code)
    message_id: Mapped[str] = mapped_column(Text)  # what happened, Indonesian
    message_en: Mapped[str] = mapped_column(Text)  # what happened, English
    raised_at: Mapped[datetime] = mapped_column(Instant)
    resolved_at: Mapped[datetime | None] = mapped_column(Instant)
    resolved_by: Mapped[str | None] = mapped_column(String(64))
    resolution: Mapped[str | None] = mapped_column(Text)
