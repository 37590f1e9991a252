"""Deployed bundles: which files of a procedure are live, since when, by whom and why."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, LargeBinary, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.store.base import Base, Code, Id, Instant


class Deployment(Base):
    """One version of a process: content-addressed, never changed once stored."""

    __tablename__ = "deployment"
    __table_args__ = (UniqueConstraint("key", "version"), Index(None, "key", "activated_at"))

    id: Mapped[str] = mapped_column(Id, primary_key=True)
    key: Mapped[str] = mapped_column(Code)
    digest: Mapped[str] = mapped_column(String(64), index=True)
    version: Mapped[int]
    title: Mapped[str] = mapped_column(String(200))
    deployed_at: Mapped[datetime] = mapped_column(Instant)
    deployed_by: Mapped[str] = mapped_column(String(64))
    reason: Mapped[str] = mapped_column(Text)
    active: Mapped[bool] = mapped_column(default=True)  # new instances start on the active one; one per key
    activated_at: Mapped[datetime] = mapped_column(Instant)


class DeploymentFile(Base):
    """One file of a deployment, under its path inside the bundle."""

    __tablename__ = "deployment_file"

    deployment_id: Mapped[str] = mapped_column(ForeignKey("deployment.id"), primary_key=True)
    path: Mapped[str] = mapped_column(String(200), primary_key=True)
    content: Mapped[bytes] = mapped_column(LargeBinary)


class Activation(Base):
    """Every time a version was put live (deployed or put back): who, when, why."""

    __tablename__ = "activation"

    id: Mapped[str] = mapped_column(Id, primary_key=True)
    key: Mapped[str] = mapped_column(Code, index=True)
    deployment_id: Mapped[str] = mapped_column(ForeignKey("deployment.id"))
    at: Mapped[datetime] = mapped_column(Instant)
    by: Mapped[str] = mapped_column(String(64))
    reason: Mapped[str] = mapped_column(Text)
