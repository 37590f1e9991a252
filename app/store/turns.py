"""Lets a change of the calendar wait for cases that begin just now, and them for it, so that none misses the change."""

from __future__ import annotations

from sqlalchemy import Connection, text

CALENDAR = 0x616C7573  # the number of the advisory lock
_ALONE = text("SELECT pg_advisory_xact_lock(:number)")
_TOGETHER = text("SELECT pg_advisory_xact_lock_shared(:number)")


def change_of_calendar(connection: Connection) -> None:
    """Hold, until the transaction ends, the turn in which no case begins. SQLite has one writer at a time anyway."""
    if connection.dialect.name == "postgresql":
        connection.execute(_ALONE, {"number": CALENDAR})


def start_of_case(connection: Connection) -> None:
    """Hold, until the transaction ends, a turn in which the calendar does not change; many cases may begin at once."""
    if connection.dialect.name == "postgresql":
        connection.execute(_TOGETHER, {"number": CALENDAR})
