"""Orders lists by the earlier of a step's and its case's due time, which the candidate rows hold from now on."""

from __future__ import annotations

from alembic import op

revision = "0006_nearest_due"
down_revision = "0005_privacy"


def upgrade() -> None:
    """Give every candidate row the earlier of both due times; a row whose step is due first stays as it is."""
    case = (
        "(SELECT process_instance.due_at FROM task JOIN process_instance ON process_instance.id = task.instance_id"
        " WHERE task.id = candidate.task_id)"
    )
    op.execute(f"UPDATE candidate SET due_at = {case} WHERE {case} IS NOT NULL AND (due_at IS NULL OR due_at > {case})")
