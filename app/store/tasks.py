"""User tasks: what somebody is to do, who may do it and until when; with the drafts and answers of its form."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import JSON, ForeignKey, Index, String, literal_column, text
from sqlalchemy.orm import Mapped, mapped_column

from app.store.base import BY_KEY, Base, Code, Id, Instant, JsonObject

OPEN = text("state = 'open'")
CLAIMED = text("assignee IS NOT NULL")


class Task(Base):
    """One user task of an instance; its id is the engine's id of the token's work."""

    __tablename__ = "task"
    __table_args__ = (
        Index(None, "instance_id"),
        Index("ix_task_open", "due_at", sqlite_where=OPEN, postgresql_where=OPEN),
        Index("ix_task_claimed", "assignee", sqlite_where=CLAIMED, postgresql_where=CLAIMED),
    )

    id: Mapped[str] = mapped_column(Id, primary_key=True)
    instance_id: Mapped[str] = mapped_column(ForeignKey("process_instance.id"))
    element: Mapped[str] = mapped_column(Code)
    name: Mapped[str] = mapped_column(String(200))
    form: Mapped[str | None] = mapped_column(Code)
    lane: Mapped[str | None] = mapped_column(String(120))
    unit: Mapped[str | None] = mapped_column(Code)
    state: Mapped[str] = mapped_column(String(16))  # open | completed | cancelled
    opened_at: Mapped[datetime] = mapped_column(Instant)
    limit_key: Mapped[str | None] = mapped_column(Code)
    anchored_at: Mapped[datetime | None] = mapped_column(Instant)  # the instant from which the limit counts
    due_at: Mapped[datetime | None] = mapped_column(Instant)
    due_confirmed: Mapped[bool] = mapped_column(default=False)  # calendar known that far
    overdue: Mapped[bool] = mapped_column(default=False)  # set by the due job; pages compute it from due_at
    assignee: Mapped[str | None] = mapped_column(String(64))  # user id of whoever claimed it
    claimed_at: Mapped[datetime | None] = mapped_column(Instant)
    reminded_at: Mapped[datetime | None] = mapped_column(Instant)  # when a supervisor last asked for it
    completed_at: Mapped[datetime | None] = mapped_column(Instant)
    completed_by: Mapped[str | None] = mapped_column(String(64))


# Written out, not bound: only so does SQLite see that the index of open tasks will do.
IS_OPEN = Task.state == literal_column("'open'")


class Candidate(Base):
    """Who may do an open task: one row a role; removed when the task ends, so that lists stay short."""

    __tablename__ = "candidate"
    __table_args__ = (Index(None, "role", "unit", "due_at", "task_id"), BY_KEY)

    task_id: Mapped[str] = mapped_column(ForeignKey("task.id"), primary_key=True)
    role: Mapped[str] = mapped_column(Code, primary_key=True)
    unit: Mapped[str | None] = mapped_column(Code)
    due_at: Mapped[datetime | None] = mapped_column(Instant)  # the earlier of the task's and its case's


class Answer(Base):
    """The answers of one completed form, kept as they were given; never personal fields of the reporter."""

    __tablename__ = "answer"

    instance_id: Mapped[str] = mapped_column(ForeignKey("process_instance.id"), primary_key=True)
    seq: Mapped[int] = mapped_column(primary_key=True)  # the latest answers of a form are those with the highest
    task_id: Mapped[str | None] = mapped_column(Id)  # None: a message (reply, withdrawal)
    element: Mapped[str] = mapped_column(Code)
    form: Mapped[str] = mapped_column(Code)
    data: Mapped[JsonObject] = mapped_column(JSON)
    at: Mapped[datetime] = mapped_column(Instant)
    by: Mapped[str] = mapped_column(String(64))


class Draft(Base):
    """What a person has typed into a task's form and not sent yet."""

    __tablename__ = "draft"
    __table_args__ = BY_KEY

    task_id: Mapped[str] = mapped_column(ForeignKey("task.id"), primary_key=True)
    user_id: Mapped[str] = mapped_column(String(64), primary_key=True)
    data: Mapped[JsonObject] = mapped_column(JSON)
    at: Mapped[datetime] = mapped_column(Instant)
