"""Process instances: where each case stands in its diagram, and the path it took."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, LargeBinary, String, text
from sqlalchemy.orm import Mapped, mapped_column

from app.store.base import BY_KEY, Base, Code, Id, Instant

RUNNING = text("ended_at IS NULL AND due_at IS NOT NULL")
ENDED = text("ended_at IS NOT NULL")


class ProcessInstance(Base):
    """One case in one version of its process. `version` grows by one with each change (optimistic lock)."""

    __tablename__ = "process_instance"
    __table_args__ = (
        Index(None, "state", "started_at"),
        Index(None, "definition_key", "state"),
        Index(None, "deployment_id", "state"),
        Index(None, "state", "status"),
        Index("ix_process_instance_running", "due_at", sqlite_where=RUNNING, postgresql_where=RUNNING),
        Index("ix_process_instance_ended", "ended_at", "due_at", sqlite_where=ENDED, postgresql_where=ENDED),
    )

    id: Mapped[str] = mapped_column(Id, primary_key=True)
    business_key: Mapped[str] = mapped_column(String(32), index=True)
    title: Mapped[str | None] = mapped_column(String(150))  # of a record; a complaint has its own
    definition_key: Mapped[str] = mapped_column(Code)
    deployment_id: Mapped[str] = mapped_column(ForeignKey("deployment.id"))
    version: Mapped[int] = mapped_column(default=1)
    state: Mapped[str] = mapped_column(String(16))  # active | completed | cancelled | incident
    status: Mapped[str] = mapped_column(Code)  # domain status, derived from where the token is (DOMAIN 5.4)
    unit: Mapped[str | None] = mapped_column(Code)  # the unit now responsible (`assigned_unit`)
    blob: Mapped[bytes] = mapped_column(LargeBinary)  # the engine's compact state
    started_at: Mapped[datetime] = mapped_column(Instant)
    ended_at: Mapped[datetime | None] = mapped_column(Instant)
    end_event: Mapped[str | None] = mapped_column(Code)
    due_at: Mapped[datetime | None] = mapped_column(Instant)  # the limit of the whole instance
    due_confirmed: Mapped[bool] = mapped_column(default=False)
    limit_key: Mapped[str | None] = mapped_column(Code)
    paused_at: Mapped[datetime | None] = mapped_column(Instant)  # the clock stands since (waiting for the reporter)
    paused_seconds: Mapped[int] = mapped_column(default=0)  # working seconds paused so far
    sla_digest: Mapped[str | None] = mapped_column(String(64))  # the limits in force when the instance started
    history_count: Mapped[int] = mapped_column(default=0)  # entries of its history so far
    test: Mapped[bool] = mapped_column(default=False)  # a process owner's trial; sends nothing outward


class History(Base):
    """One thing that happened in an instance, in order: an element entered or left, a flow passed, a message sent."""

    __tablename__ = "history"
    __table_args__ = BY_KEY

    instance_id: Mapped[str] = mapped_column(ForeignKey("process_instance.id"), primary_key=True)
    seq: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(Instant)
    kind: Mapped[str] = mapped_column(
        String(16)
    )  # entered | left | cancelled | flow | message | notice | paused | resumed | started | ended
    element: Mapped[str] = mapped_column(Code)  # element or flow id
    task_id: Mapped[str | None] = mapped_column(Id)
    by: Mapped[str | None] = mapped_column(String(64))  # a user's id, "reporter" or "system"
