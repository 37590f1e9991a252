"""Gives reporters links and sessions of their own, and the outbox true states and the words that left."""

from __future__ import annotations

import json
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0007_reporter_access"
down_revision = "0006_nearest_due"

INSTANT = sa.DateTime(timezone=True)
OUTBOX = sa.table("outbox_message", sa.column("id"), sa.column("template"), sa.column("state"), sa.column("fields"))
WITH_SECRETS = ("invitation", "password_reset")


def upgrade() -> None:
    """Create the tables, add the text of what left, and say of old messages what became of them."""
    _links()
    _contacts()
    _sessions()
    op.add_column("outbox_message", sa.Column("subject", sa.Text(), nullable=True))
    op.add_column("outbox_message", sa.Column("body", sa.Text(), nullable=True))
    _states()
    _forget_secrets()


def _links() -> None:
    op.create_table(
        "personal_link",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("complaint_id", sa.String(length=10), nullable=False),
        sa.Column("purpose", sa.String(length=16), nullable=False),
        sa.Column("contact", sa.String(length=8), nullable=False),
        sa.Column("address_hash", sa.String(length=64), nullable=True),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("used_at", INSTANT, nullable=True),
        sa.Column("revoked_at", INSTANT, nullable=True),
        sa.ForeignKeyConstraint(["complaint_id"], ["complaint.id"], name="fk_personal_link_complaint_id"),
        sa.PrimaryKeyConstraint("id", name="pk_personal_link"),
    )
    op.create_index("ix_personal_link_complaint_id", "personal_link", ["complaint_id"], unique=False)


def _contacts() -> None:
    op.create_table(
        "verified_contact",
        sa.Column("complaint_id", sa.String(length=10), nullable=False),
        sa.Column("contact", sa.String(length=8), nullable=False),
        sa.Column("address_hash", sa.String(length=64), nullable=False),
        sa.Column("verified_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(["complaint_id"], ["complaint.id"], name="fk_verified_contact_complaint_id"),
        sa.PrimaryKeyConstraint("complaint_id", "contact", "address_hash", name="pk_verified_contact"),
    )


def _sessions() -> None:
    op.create_table(
        "reporter_session",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("complaint_id", sa.String(length=10), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("seen_at", INSTANT, nullable=False),
        sa.Column("receipt", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(["complaint_id"], ["complaint.id"], name="fk_reporter_session_complaint_id"),
        sa.PrimaryKeyConstraint("id", name="pk_reporter_session"),
    )
    op.create_index("ix_reporter_session_complaint_id", "reporter_session", ["complaint_id"], unique=False)
    op.create_index("ix_reporter_session_seen_at", "reporter_session", ["seen_at"], unique=False)


def _states() -> None:
    """What was never sent is no longer called so; trials' messages were never meant to leave."""
    change = "UPDATE outbox_message SET state = "
    op.execute(f"{change}'kept' WHERE state = 'sent' AND transport = 'blackhole'")
    op.execute(f"{change}'skipped' WHERE state = 'dropped' AND attempts = 0")
    for code, said in (("no-way", "no way to this address"), ("no-address", "no address")):
        was = f"WHERE state = 'dropped' AND last_error = '{said}'"
        op.execute(f"{change}'unreachable', last_error = '{code}' {was}")


def _forget_secrets() -> None:
    """Links for new passwords were kept in the messages' rows; those that have left need them no more."""
    connection = op.get_bind()
    old = sa.select(OUTBOX).where(OUTBOX.c.template.in_(WITH_SECRETS), OUTBOX.c.state != "waiting")
    for row in connection.execute(old).all():
        fields: dict[str, Any] = json.loads(row.fields) if isinstance(row.fields, str) else dict(row.fields)
        if fields.pop("link", None) is not None:
            kept = sa.bindparam("kept", fields, type_=sa.JSON())
            connection.execute(sa.update(OUTBOX).where(OUTBOX.c.id == row.id).values(fields=kept))
