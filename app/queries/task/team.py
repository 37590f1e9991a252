"""Who runs the service, for everybody to read: roles, how many people hold them, and the decrees that name them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import Select, or_, select
from sqlalchemy.orm import Session

from app.domain.permissions import Permission
from app.domain.text import Text
from app.standard.service import ServiceData
from app.store.accounts import RoleGrant, User


@dataclass(frozen=True, slots=True)
class Decree:
    """A decree with the period for which it names people; without a last day it is open."""

    number: str
    since: date
    until: date | None


@dataclass(frozen=True, slots=True)
class Held:
    """A role that works on complaints: its title, how many people hold it on a day, and by which decrees."""

    title: Text
    people: int
    decrees: tuple[Decree, ...]


def team(session: Session, service: ServiceData, day: date) -> list[Held]:
    """The roles that work on tasks, in the order of the role table; no person is named."""
    grants: dict[str, list[RoleGrant]] = {}
    for grant in session.scalars(_in_force(day)):
        grants.setdefault(grant.role, []).append(grant)
    working = [role for role in service.role_rows.values() if _works(role.permissions)]
    return [_held(role.title, grants.get(role.code, [])) for role in working]


def _works(permissions: frozenset[str]) -> bool:
    return any(permission.removesuffix(":own") == Permission.TASK_WORK for permission in permissions)


def _in_force(day: date) -> Select[RoleGrant]:
    return (
        select(RoleGrant)
        .join(User, User.id == RoleGrant.user_id)
        .where(
            User.active,
            RoleGrant.valid_from <= day,
            or_(RoleGrant.valid_to.is_(None), RoleGrant.valid_to >= day),
        )
        .order_by(RoleGrant.valid_from, RoleGrant.decree_no, RoleGrant.id)
    )


def _held(title: Text, grants: list[RoleGrant]) -> Held:
    decrees = dict.fromkeys(Decree(each.decree_no, each.valid_from, each.valid_to) for each in grants)
    return Held(title, len({each.user_id for each in grants}), tuple(decrees))
