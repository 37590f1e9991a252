"""Inserts a row or replaces the one with the same key, on both databases."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, FromClause, Table
from sqlalchemy.dialects import postgresql, sqlite


def upsert(connection: Connection, table: FromClause, row: Mapping[str, Any], key: tuple[str, ...]) -> None:
    """Store `row`; where its key exists, all other columns are replaced."""
    assert isinstance(table, Table)
    dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
    statement = dialect.insert(table).values(**row)
    others = {name: statement.excluded[name] for name in row if name not in key}
    connection.execute(statement.on_conflict_do_update(index_elements=list(key), set_=others))
