"""Who holds a role or works for a unit on a day, deputies included."""

from __future__ import annotations

from datetime import date

from sqlalchemy import BindParameter, Connection, Date, bindparam, or_, select, union

from app.store.accounts import RoleGrant, Substitute, User
from app.store.base import Code, table_of
from app.store.compiled import CompiledStatement

_grant, _user, _substitute = table_of(RoleGrant), table_of(User), table_of(Substitute)
_day: BindParameter[date] = bindparam("day", type_=Date)
_role, _unit = bindparam("role", type_=Code), bindparam("unit", type_=Code)
_in_force = (_grant.c.valid_from <= _day, or_(_grant.c.valid_to.is_(None), _grant.c.valid_to >= _day))
_held = select(_grant.c.user_id).where(
    or_(_role.is_(None), _grant.c.role == _role), or_(_unit.is_(None), _grant.c.unit == _unit), *_in_force
)
_standing_in_now = (
    _substitute.c.ended_at.is_(None),
    _substitute.c.valid_from <= _day,
    _substitute.c.valid_to >= _day,
)
_standing_in = select(_substitute.c.deputy_id).where(_substitute.c.absent_id.in_(_held), *_standing_in_now)
_able = union(_held, _standing_in).subquery()
_holders = CompiledStatement(
    select(_user.c.id).where(_user.c.id.in_(select(_able)), _user.c.active).order_by(_user.c.id)
)
_name = select(_user.c.name).where(_user.c.id == bindparam("person"))


def holders(connection: Connection, day: date, *, role: str | None = None, unit: str | None = None) -> list[str]:
    """Ids of the active people with `role` and, where one is named, exactly `unit`; deputies are among them."""
    return [row["id"] for row in _holders.rows(connection, {"day": day, "role": role, "unit": unit})]


def people_of(connection: Connection, day: date, unit: str) -> frozenset[str]:
    """Ids of everybody who belongs to an office: by a role, their own or lent, or by the office of their account."""
    own = select(_grant.c.user_id).where(_grant.c.unit.is_not(None), *_in_force)
    lent = select(_substitute.c.deputy_id).where(*_standing_in_now)
    acting = select(_user.c.id).where(_user.c.unit == unit, _user.c.id.in_(union(own, lent)))
    found = connection.scalars(acting, {"day": day})
    return frozenset([*holders(connection, day, unit=unit), *found])


def name_of(connection: Connection, actor: str | None) -> str:
    """The name of a person for messages to colleagues; "" for an unknown id."""
    return str(connection.scalar(_name, {"person": actor}) or "")
