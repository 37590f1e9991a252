"""Cases that are no complaints: what they are called, and why they began."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from app.store.base import Instant

revision = "0012_starts"
down_revision = "0011_proposals"


def upgrade() -> None:
    """Add the column and the table."""
    op.add_column("process_instance", sa.Column("title", sa.String(length=150), nullable=True))
    op.create_table(
        "case_start",
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("cause", sa.String(length=80), nullable=False),
        sa.Column("instance_id", sa.String(length=32), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.ForeignKeyConstraint(
            ["instance_id"], ["process_instance.id"], name=op.f("fk_case_start_instance_id_process_instance")
        ),
        sa.PrimaryKeyConstraint("key", "cause", name=op.f("pk_case_start")),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_case_start_instance_id"), "case_start", ["instance_id"])
