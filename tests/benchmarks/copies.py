"""Many cases at once: the rows of one real case written again and again under new keys."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.orm import DeclarativeBase, Session

from app.store.base import table_of
from app.store.complaints import Complaint
from app.store.instances import ProcessInstance
from tests.benchmarks.world import World

BATCH = 5_000
Row = dict[str, Any]


def copy_case(
    world: World, instance_id: str, number: int, more: dict[type[DeclarativeBase], Callable[[Row, int], Row]]
) -> None:
    """Write a case `number` times: instance, complaint, and each row of the tables in `more` as they rewrite it."""
    with Session(world.toolbox.database) as session, session.begin():
        tables = {
            ProcessInstance: lambda row, n: row | {"id": key(n), "business_key": tracking(n)},
            Complaint: lambda row, n: row | {"id": tracking(n), "instance_id": key(n), "submission": None},
        } | more
        for model, rewritten in tables.items():
            table = table_of(model)
            column = (
                table.c.id if model is ProcessInstance else table.c.instance_id if "instance_id" in table.c else None
            )
            wanted = select(table) if column is None else select(table).where(column == instance_id)
            originals = [dict(row) for row in session.execute(wanted).mappings()]
            for start in range(0, number, BATCH):
                numbers = range(start, min(start + BATCH, number))
                session.execute(insert(table), [rewritten(row, n) for row in originals for n in numbers])


def key(number: int) -> str:
    """The id of the copied instance with that number."""
    return f"{number:032x}"


def tracking(number: int) -> str:
    """Its tracking id."""
    return f"{number:010}"
