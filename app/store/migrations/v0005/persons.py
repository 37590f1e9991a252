"""The person complained of goes from an open column into a sealed row of its own."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import context, op

NAMED = "SELECT id, related_person FROM complaint WHERE related_person IS NOT NULL AND related_person <> ''"
CONTEXT = "{number}:accused"  # what a name is sealed for; a row moved to another complaint does not open


def add_tables() -> None:
    """Create the table accused, and the column of the office complained of with its index."""
    op.create_table(
        "accused",
        sa.Column("complaint_id", sa.String(length=10), nullable=False),
        sa.Column("data_key", sa.LargeBinary(), nullable=True),
        sa.Column("sealed", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(["complaint_id"], ["complaint.id"], name="fk_accused_complaint_id"),
        sa.PrimaryKeyConstraint("complaint_id", name="pk_accused"),
    )
    op.add_column("complaint", sa.Column("accused_unit", sa.String(length=64), nullable=True))
    given = sa.text("accused_unit IS NOT NULL")
    op.create_index(
        "ix_complaint_accused_unit", "complaint", ["accused_unit"], sqlite_where=given, postgresql_where=given
    )


def seal_all() -> None:
    """Seal every name that lies open; without the keys of this installation nothing is changed at all."""
    connection = op.get_bind()
    named = sa.text(
        "SELECT id, related_person FROM complaint WHERE related_person IS NOT NULL AND related_person <> ''"
    )
    rows = connection.execute(named).all()
    keys = context.config.attributes.get("keys")
    if not rows:
        return
    if keys is None:
        raise RuntimeError("this database holds names that must be sealed: upgrade it with the keys of this service")
    add = sa.text("INSERT INTO accused (complaint_id, data_key, sealed) VALUES (:number, :data_key, :sealed)")
    for number, name in rows:
        data_key, sealed = keys.seal({"name": name}, CONTEXT.format(number=number))
        connection.execute(add, {"number": number, "data_key": data_key, "sealed": sealed})


def drop_plain() -> None:
    """Drop the open column, and on SQLite its bytes with it."""
    connection = op.get_bind()
    if connection.dialect.name == "sqlite":
        connection.execute(sa.text("PRAGMA secure_delete = ON"))
        connection.execute(sa.text("UPDATE complaint SET related_person = NULL WHERE related_person IS NOT NULL"))
    connection.execute(sa.text("ALTER TABLE complaint DROP COLUMN related_person"))
