"""Attachments and lines of the conversation say with which answers they came; photos, whether before or after."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from app.store.migrations import evidence

revision = "0003_evidence"
down_revision = "0002_service_in_force"


def upgrade() -> None:
    """Add the columns, and fill them for what stands there."""
    op.add_column("attachment", sa.Column("answer_seq", sa.Integer(), nullable=True))
    op.add_column("attachment", sa.Column("kind", sa.String(length=16), nullable=True))
    op.add_column("message", sa.Column("answer_seq", sa.Integer(), nullable=True))
    evidence.hang(op.get_bind())
