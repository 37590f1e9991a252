"""Trials are lists of steps; before, each was an instance of its own (these stay, marked as they are)."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from app.store.base import Instant

revision = "0010_trials"
down_revision = "0009_sender"


def upgrade() -> None:
    """Add the table."""
    op.create_table(
        "trial",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("deployment_id", sa.String(length=32), nullable=False),
        sa.Column("begun_at", Instant(), nullable=False),
        sa.Column("begun_by", sa.String(length=64), nullable=False),
        sa.Column("ended_at", Instant(), nullable=True),
        sa.Column("starts_at", Instant(), nullable=False),
        sa.Column("filed", sa.JSON(), nullable=False),
        sa.Column("steps", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["deployment_id"], ["deployment.id"], name=op.f("fk_trial_deployment_id_deployment")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_trial")),
    )
    op.create_index(op.f("ix_trial_key"), "trial", ["key"])
