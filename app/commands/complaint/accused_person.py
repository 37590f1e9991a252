"""Seals the name of the person a complaint is about; only the page of the case opens it again."""

from __future__ import annotations

from sqlalchemy import insert

from app.commands.transaction import Transaction
from app.store.base import table_of
from app.store.reporters import Accused, accused_context

_accused = table_of(Accused)


def seal(tx: Transaction, complaint_id: str, name: str) -> None:
    """Store the name under a data key of its own."""
    data_key, sealed = tx.toolbox.keys.seal({"name": name}, accused_context(complaint_id))
    tx.sql(insert(_accused), {"complaint_id": complaint_id, "data_key": data_key, "sealed": sealed})
