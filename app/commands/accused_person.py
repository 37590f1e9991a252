"""Seals the name of the person a complaint is about; only the page of the case opens it again."""

from __future__ import annotations

from sqlalchemy import insert

from app.commands.unit import Unit
from app.store.base import table_of
from app.store.reporters import Accused, accused_context

_accused = table_of(Accused)


def seal(unit: Unit, complaint_id: str, name: str) -> None:
    """Store the name under a data key of its own."""
    data_key, sealed = unit.parts.keys.seal({"name": name}, accused_context(complaint_id))
    unit.execute(insert(_accused), {"complaint_id": complaint_id, "data_key": data_key, "sealed": sealed})
