"""Says of each service file which loading is in force, instead of leaving it to the highest number."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002_service_in_force"
down_revision = "0001"

TABLE = "service_in_force"


def upgrade() -> None:
    """Create the table; of each name the last one loaded is in force. What a person loaded is that person's choice."""
    op.create_table(
        TABLE,
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("file_id", sa.String(length=32), nullable=False),
        sa.Column("chosen", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["file_id"], ["service_file.id"], name="fk_service_in_force_file_id"),
        sa.PrimaryKeyConstraint("name", name="pk_service_in_force"),
    )
    op.execute(
        "INSERT INTO service_in_force (name, file_id, chosen) SELECT name, id, loaded_by <> 'system' FROM service_file"
        " WHERE seq IN (SELECT max(seq) FROM service_file GROUP BY name)"
    )
