"""What the supervisor's board needs: escalations to acknowledge, reminders by hand, and running cases by due time."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004_supervision"
down_revision = "0003_evidence"

INSTANT = sa.DateTime(timezone=True)
OPEN = sa.text("acknowledged_at IS NULL")
RUNNING = sa.text("ended_at IS NULL AND due_at IS NOT NULL")
ENDED = sa.text("ended_at IS NOT NULL")


def upgrade() -> None:
    """Add the table, the column and the indexes."""
    op.create_table(
        "escalation",
        sa.Column("instance_id", sa.String(length=32), nullable=False),
        sa.Column("of", sa.String(length=32), nullable=False),
        sa.Column("limit_key", sa.String(length=64), nullable=False),
        sa.Column("level", sa.Integer(), nullable=False),
        sa.Column("due_at", INSTANT, nullable=False),
        sa.Column("raised_at", INSTANT, nullable=False),
        sa.Column("acknowledged_at", INSTANT, nullable=True),
        sa.Column("acknowledged_by", sa.String(length=64), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("instance_id", "of", name="pk_escalation"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_escalation_open", "escalation", ["raised_at"], sqlite_where=OPEN, postgresql_where=OPEN)
    op.add_column("task", sa.Column("reminded_at", INSTANT, nullable=True))
    op.create_index(
        "ix_process_instance_running", "process_instance", ["due_at"], sqlite_where=RUNNING, postgresql_where=RUNNING
    )
    op.create_index(
        "ix_process_instance_ended",
        "process_instance",
        ["ended_at", "due_at"],
        sqlite_where=ENDED,
        postgresql_where=ENDED,
    )
