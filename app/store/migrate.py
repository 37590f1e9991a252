"""Brings a database to the newest layout of the tables, safely even when two nodes start at once."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, text

from app.store.database import writer
from app.store.keys import KeyRing

FOLDER = Path(__file__).parent / "migrations"
LOCK = 0x616C7572  # "alur": the advisory lock that lets one node migrate at a time


def config(connection: Connection | None = None, keys: KeyRing | None = None) -> Config:
    """Alembic's settings, made here so that no file of addresses is needed; `keys` seal what a migration must seal."""
    settings = Config()
    settings.set_main_option("script_location", str(FOLDER))
    settings.attributes["connection"] = connection
    settings.attributes["keys"] = keys
    return settings


def head() -> str:
    """The revision that this program needs."""
    revision = ScriptDirectory.from_config(config()).get_current_head()
    assert revision is not None
    return revision


def current(engine: Engine) -> str | None:
    """The revision at which the database stands; None for an empty one."""
    with engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def upgrade(engine: Engine, revision: str = "head", keys: KeyRing | None = None) -> None:
    """Run the missing migrations in one transaction; whoever comes second waits and finds nothing left to do."""
    if revision == "head" and current(engine) == head():
        return
    with writer(engine, patience_ms=60_000).begin() as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(text("SET LOCAL lock_timeout = '60s'"))
            connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})
        command.upgrade(config(connection, keys), revision)
