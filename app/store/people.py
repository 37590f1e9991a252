"""Who holds a role or works for a unit on a day, deputies included."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from sqlalchemy import Connection, select

from app.store.accounts import RoleGrant, Substitute, User
from app.store.base import table_of

_grant, _user, _substitute = table_of(RoleGrant), table_of(User), table_of(Substitute)


def holders(connection: Connection, day: date, *, role: str | None = None, unit: str | None = None) -> list[str]:
    """Ids of the active people with `role` and, where one is named, exactly `unit`; deputies are among them."""
    held = (
        select(_grant.c.user_id)
        .where(_grant.c.valid_from <= day, _grant.c.valid_to.is_(None) | (_grant.c.valid_to >= day))
        .distinct()
    )
    if role is not None:
        held = held.where(_grant.c.role == role)
    if unit is not None:
        held = held.where(_grant.c.unit == unit)
    return _active(connection, _with_deputies(connection, [row.user_id for row in connection.execute(held)], day))


def name_of(connection: Connection, actor: str | None) -> str:
    """The name of a person for messages to colleagues; "" for an unknown id."""
    found = connection.execute(select(_user.c.name).where(_user.c.id == actor)).scalar()
    return str(found) if found else ""


def _with_deputies(connection: Connection, people: list[str], day: date) -> set[str]:
    if not people:
        return set()
    standing_in = select(_substitute.c.deputy_id).where(
        _substitute.c.absent_id.in_(people),
        _substitute.c.ended_at.is_(None),
        _substitute.c.valid_from <= day,
        _substitute.c.valid_to >= day,
    )
    return set(people) | {row.deputy_id for row in connection.execute(standing_in)}


def _active(connection: Connection, people: Iterable[str]) -> list[str]:
    wanted = list(people)
    if not wanted:
        return []
    rows = connection.execute(select(_user.c.id).where(_user.c.id.in_(wanted), _user.c.active).order_by(_user.c.id))
    return [row.id for row in rows]
