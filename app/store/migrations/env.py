"""Alembic's entry: runs the migrations on the connection that `app.store.migrate` opened."""

from __future__ import annotations

from alembic import context

from app.store.faults import faultpoint
from app.store.schema import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_as_batch=True,
    on_version_apply=lambda **_: faultpoint("after_migration_step"),
)
with context.begin_transaction():
    context.run_migrations()
