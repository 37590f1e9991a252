"""Letters of confidential cases keep only what may stand in them; the rest is taken out of the rows."""

from __future__ import annotations

import json

import sqlalchemy as sa
from alembic import op

# As app.rules.letters has them; a migration is history and keeps its own copy.
PLAIN = {
    "tracking_id", "status", "unit", "due", "step", "step_en", "holder", "remaining", "remaining_en", "expected_date",
    "other", "agency", "outcome", "outcome_en",
}  # fmt: skip
ROWS = (
    "SELECT outbox_message.id, outbox_message.fields FROM outbox_message"
    " JOIN complaint ON complaint.instance_id = outbox_message.instance_id WHERE complaint.is_confidential"
)
WRITE = sa.text("UPDATE outbox_message SET fields = :fields WHERE id = :id").bindparams(
    sa.bindparam("fields", type_=sa.JSON)
)


def keep_plain_fields() -> None:
    """Blank every other field."""
    connection = op.get_bind()
    for id_, stored in connection.execute(sa.text(ROWS)).all():
        fields = json.loads(stored) if isinstance(stored, str) else dict(stored)
        kept = {name: value for name, value in fields.items() if name in PLAIN}
        if kept != fields:
            connection.execute(WRITE, {"id": id_, "fields": kept})
