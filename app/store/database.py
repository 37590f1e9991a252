"""Opens SQLite or PostgreSQL so that a commit is durable and a lock or a full disk gets a clear answer."""

from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, make_url
from sqlalchemy.engine import URL, ExceptionContext
from sqlalchemy.orm import Session

from app.domain.errors import Busy, Refusal, StorageFull

READING = "reading"  # in a session's info: nothing is written through it
PATIENCE_MS = 5_000  # how long a writer waits for another one before it answers "busy"
BUSY_STATES = {"55P03", "40P01", "40001", "57014", "57P01", "57P02", "57P03", "53300"}  # locks, shutdown, too many
FULL_STATES = {"53100", "53000", "58030"}
BUSY_WORDS = ("database is locked", "database table is locked", "database is busy")
FULL_WORDS = ("database or disk is full", "disk i/o error", "file too big", "no space left")
_encode = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False).encode


def connect(url: str | URL, *, pool_size: int = 10) -> Engine:
    """Open a database by its address; a new SQLite file is readable by its owner only."""
    address = make_url(url)
    engine = _sqlite(address, pool_size) if address.get_backend_name() == "sqlite" else _postgresql(address, pool_size)
    event.listen(engine, "handle_error", _say_clearly)
    return engine


def writer(engine: Engine, patience_ms: int = PATIENCE_MS) -> Engine:
    """The same engine for transactions that write: on SQLite they take the write lock at once (BEGIN IMMEDIATE)."""
    return engine.execution_options(writer=True, patience_ms=patience_ms)


@contextmanager
def reading(engine: Engine) -> Iterator[Session]:
    """A session for reading one consistent picture; nothing is ever committed through it."""
    if engine.dialect.name == "postgresql":  # there, by itself, each statement would see a newer picture
        engine = engine.execution_options(isolation_level="REPEATABLE READ")
    with Session(engine, autoflush=False, info={READING: True}) as session:
        yield session


def compact_json(value: Any) -> str:
    """JSON as it is stored: keys in order, no blanks, no NaN, so that equal values have equal bytes."""
    return _encode(value)


def _sqlite(address: URL, pool_size: int) -> Engine:
    if address.database:
        path = Path(address.database)
        path.parent.mkdir(parents=True, exist_ok=True)
        if not path.exists():
            os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
    engine = create_engine(
        address,
        json_serializer=compact_json,
        hide_parameters=True,
        pool_size=pool_size,
        max_overflow=20,
        pool_timeout=PATIENCE_MS / 1000,
    )
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _prepare_sqlite(connection: sqlite3.Connection, _record: object) -> None:
    connection.isolation_level = None  # the driver must not begin transactions on its own
    for pragma in (
        "busy_timeout=5000",
        "journal_mode=WAL",
        "synchronous=FULL",
        "foreign_keys=ON",
        "temp_store=MEMORY",
        "wal_autocheckpoint=4000",
    ):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Connection) -> None:
    """Begin at the driver: SQLAlchemy's own way of running a statement takes longer than most of ours."""
    options, driver = connection.get_execution_options(), connection.connection.driver_connection
    assert isinstance(driver, sqlite3.Connection)
    patience = options.get("patience_ms", PATIENCE_MS)
    try:
        if patience != connection.info.get("patience_ms", PATIENCE_MS):
            driver.execute(f"PRAGMA busy_timeout={int(patience)}")
            connection.info["patience_ms"] = patience
        driver.execute("BEGIN IMMEDIATE" if options.get("writer") else "BEGIN")
    except sqlite3.Error as error:
        raise refusal_for(error, disconnected=False) or error from error


def _postgresql(address: URL, pool_size: int) -> Engine:
    if address.drivername in ("postgresql", "postgres"):
        address = address.set(drivername="postgresql+psycopg")
    settings = f"-c lock_timeout={PATIENCE_MS} -c timezone=UTC -c idle_in_transaction_session_timeout=60000"
    return create_engine(
        address,
        json_serializer=compact_json,
        hide_parameters=True,
        pool_size=pool_size,
        max_overflow=20,
        pool_timeout=PATIENCE_MS / 1000,
        pool_pre_ping=True,
        connect_args={"options": settings},
    )


def _say_clearly(context: ExceptionContext) -> None:
    """Turn a locked or full database into a refusal that says so; all other errors stay as they are."""
    refusal = refusal_for(context.original_exception, context.is_disconnect)
    if refusal is not None:
        raise refusal from context.original_exception


def refusal_for(error: BaseException, disconnected: bool) -> Refusal | None:
    """The refusal that a driver's error means: busy or full; None for any other error."""
    words = str(error).lower()
    state = getattr(error, "sqlstate", None) or ""
    if state in FULL_STATES or any(word in words for word in FULL_WORDS):
        return StorageFull()
    if state in BUSY_STATES or state.startswith("08") or any(word in words for word in BUSY_WORDS):
        return Busy()
    if disconnected or (state == "" and "connection" in words and "psycopg" in type(error).__module__):
        return Busy()
    return None
