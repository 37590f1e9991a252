"""People with accounts, the roles granted to them by decree, and who stands in for whom."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from app.store.base import Base, Code, Id, Instant


class User(Base):
    """A person who signs in. Roles come only from grants; the last three columns belong to signing in (app.auth)."""

    __tablename__ = "user"

    id: Mapped[str] = mapped_column(Id, primary_key=True)
    name: Mapped[str] = mapped_column(String(120))
    email: Mapped[str] = mapped_column(String(254), unique=True)
    unit: Mapped[str | None] = mapped_column(Code)  # home unit, for display
    lang: Mapped[str] = mapped_column(String(2), default="id")
    demo: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime] = mapped_column(Instant)
    active: Mapped[bool] = mapped_column(default=True)
    password: Mapped[str | None] = mapped_column(String(255))
    stamp: Mapped[str] = mapped_column(String(64))  # changes with the password, so that a reset link works once


class RoleGrant(Base):
    """A role for a person and a unit, by a decree, for a time. A grant is ended, never deleted."""

    __tablename__ = "role_grant"
    __table_args__ = (Index(None, "user_id"), Index(None, "role", "unit"))

    id: Mapped[str] = mapped_column(Id, primary_key=True)
    user_id: Mapped[str] = mapped_column(ForeignKey("user.id"))
    role: Mapped[str] = mapped_column(Code)
    unit: Mapped[str | None] = mapped_column(Code)
    decree_no: Mapped[str] = mapped_column(String(120))
    valid_from: Mapped[date]
    valid_to: Mapped[date | None]
    granted_at: Mapped[datetime] = mapped_column(Instant)
    granted_by: Mapped[str] = mapped_column(String(64))


class Substitute(Base):
    """`deputy_id` does the work of `absent_id` from one day to another (inclusive)."""

    __tablename__ = "substitute"
    __table_args__ = (Index(None, "deputy_id"), Index(None, "absent_id"))

    id: Mapped[str] = mapped_column(Id, primary_key=True)
    absent_id: Mapped[str] = mapped_column(ForeignKey("user.id"))
    deputy_id: Mapped[str] = mapped_column(ForeignKey("user.id"))
    valid_from: Mapped[date]
    valid_to: Mapped[date]
    reason: Mapped[str] = mapped_column(String(300))
    ended_at: Mapped[datetime | None] = mapped_column(Instant)
    created_by: Mapped[str] = mapped_column(String(64))


class Session(Base):
    """A signed-in session, so that signing out or a new password ends it on the server."""

    __tablename__ = "session"

    id: Mapped[str] = mapped_column(String(64), primary_key=True)  # hash of the cookie's value
    user_id: Mapped[str] = mapped_column(ForeignKey("user.id"), index=True)
    created_at: Mapped[datetime] = mapped_column(Instant)
    seen_at: Mapped[datetime] = mapped_column(Instant, index=True)


class SignInFailure(Base):
    """Failed sign-ins in a row for one address, known or not, so that an unknown one is answered just the same."""

    __tablename__ = "sign_in_failure"

    key: Mapped[str] = mapped_column(String(64), primary_key=True)  # keyed hash of the typed address
    failures: Mapped[int]
    blocked_until: Mapped[datetime] = mapped_column(Instant, index=True)
