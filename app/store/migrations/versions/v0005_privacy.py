"""Seals the persons complained of, names the office complained of, and takes returned cases from the last office."""

from __future__ import annotations

from app.store.migrations.v0005 import letters, offices, persons

revision = "0005_privacy"
down_revision = "0004_supervision"


def upgrade() -> None:
    """The tables first, then what lies in them."""
    persons.add_tables()
    persons.seal_all()
    persons.drop_plain()
    offices.release_returned()
    letters.keep_plain_fields()
