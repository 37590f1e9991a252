"""Why a case was ended from outside, in words for its reporter; and the complaints that were merged with another."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008_ends"
down_revision = "0007_reporter_access"


def upgrade() -> None:
    """Add the column and the index."""
    op.add_column("complaint", sa.Column("cancelled_for", sa.String(length=64), nullable=True))
    op.create_index("ix_complaint_duplicate_of", "complaint", ["duplicate_of"])
