"""A complaint knows again the form that made it: hashes of the browser it came from and of what was typed."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009_sender"
down_revision = "0008_ends"


def upgrade() -> None:
    """Add the columns; forms sent before are not known again, so that they show nobody a number."""
    op.add_column("complaint", sa.Column("sender", sa.String(length=64), nullable=True))
    op.add_column("complaint", sa.Column("sent", sa.String(length=64), nullable=True))
