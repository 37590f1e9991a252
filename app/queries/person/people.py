"""Who works here: people, the roles they hold on a day, and who stands in for whom."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from app.domain.roles import Actor, Grant
from app.store.accounts import RoleGrant, Substitute, User


@dataclass(frozen=True, slots=True)
class GrantRow:
    """One grant as it stands in the books, in force or not."""

    id: str
    role: str
    unit: str | None
    decree_no: str
    valid_from: date
    valid_to: date | None

    def state(self, today: date) -> str:
        """`ahead`, `now` or `past`."""
        if today < self.valid_from:
            return "ahead"
        return "now" if self.valid_to is None or today <= self.valid_to else "past"


@dataclass(frozen=True, slots=True)
class SubstituteRow:
    """One period in which `deputy` does the work of `absent` (names)."""

    id: str
    absent_id: str
    absent: str
    deputy_id: str
    deputy: str
    valid_from: date
    valid_to: date
    reason: str
    ended: bool

    def state(self, today: date) -> str:
        """`ahead`, `now` or `past`."""
        if self.ended or today > self.valid_to:
            return "past"
        return "now" if today >= self.valid_from else "ahead"


@dataclass(frozen=True, slots=True)
class Person:
    """One person with an account."""

    id: str
    name: str
    email: str
    unit: str | None
    active: bool
    demo: bool
    lang: str
    grants: tuple[GrantRow, ...] = ()
    substitutes: tuple[SubstituteRow, ...] = ()


def actor_of(session: Session, user_id: str, day: date) -> Actor | None:
    """The person as one who acts, with the grants in force on `day`; None for an unknown or closed account."""
    user = session.get(User, user_id)
    if user is None or not user.active:
        return None
    return Actor("user", user.id, user.name, grants_of(session, user_id, day), home=user.unit)


def grants_of(session: Session, user_id: str, day: date) -> tuple[Grant, ...]:
    """Grants in force on `day`: the person's own, and those of people they stand in for."""
    absent = select(Substitute.absent_id).where(
        Substitute.deputy_id == user_id,
        Substitute.valid_from <= day,
        Substitute.valid_to >= day,
        Substitute.ended_at.is_(None),
    )
    query = select(RoleGrant, User.name).join(User, User.id == RoleGrant.user_id)
    query = query.where(or_(RoleGrant.user_id == user_id, RoleGrant.user_id.in_(absent)))
    query = query.where(RoleGrant.valid_from <= day, or_(RoleGrant.valid_to.is_(None), RoleGrant.valid_to >= day))
    rows = session.execute(query.order_by(RoleGrant.user_id != user_id, RoleGrant.id))
    return tuple(_grant(row, None if row.user_id == user_id else name) for row, name in rows)


def people(session: Session, text: str = "") -> list[Person]:
    """Everybody with an account by name, or those whose name, address or unit contains `text`."""
    query = select(User).order_by(User.name, User.id)
    if text:
        like = f"%{text.lower().replace('%', '').replace('_', '')}%"
        query = query.where(or_(*(func.lower(c).like(like) for c in (User.name, User.email, User.unit))))
    users = session.scalars(query).all()
    grants: dict[str, list[GrantRow]] = {}
    for row in session.scalars(select(RoleGrant).order_by(RoleGrant.valid_from, RoleGrant.id)):
        grants.setdefault(row.user_id, []).append(_row(row))
    return [_person(user, tuple(grants.get(user.id, ()))) for user in users]


def person(session: Session, user_id: str) -> Person | None:
    """One person with all grants and substitutes, past ones too."""
    user = session.get(User, user_id)
    if user is None:
        return None
    rows = session.scalars(select(RoleGrant).where(RoleGrant.user_id == user_id).order_by(RoleGrant.valid_from.desc()))
    return _person(user, tuple(_row(row) for row in rows), tuple(_substitutes(session, user_id)))


def id_of(session: Session, email: str) -> str | None:
    """The id of whoever has this e-mail address."""
    return session.scalar(select(User.id).where(User.email == email.strip().lower()))


def names_of(session: Session, ids: Iterable[str]) -> dict[str, str]:
    """Names by user id, for those that exist."""
    wanted = set(ids)
    rows = session.execute(select(User.id, User.name).where(User.id.in_(wanted))) if wanted else ()
    return {user_id: name for user_id, name in rows}


def _substitutes(session: Session, user_id: str) -> list[SubstituteRow]:
    mine = or_(Substitute.absent_id == user_id, Substitute.deputy_id == user_id)
    rows = session.scalars(select(Substitute).where(mine).order_by(Substitute.valid_from.desc())).all()
    names = names_of(session, [row.absent_id for row in rows] + [row.deputy_id for row in rows])
    return [
        SubstituteRow(
            row.id,
            row.absent_id,
            names[row.absent_id],
            row.deputy_id,
            names[row.deputy_id],
            row.valid_from,
            row.valid_to,
            row.reason,
            row.ended_at is not None,
        )
        for row in rows
    ]


def _person(user: User, grants: tuple[GrantRow, ...], substitutes: tuple[SubstituteRow, ...] = ()) -> Person:
    return Person(user.id, user.name, user.email, user.unit, user.active, user.demo, user.lang, grants, substitutes)


def _row(row: RoleGrant) -> GrantRow:
    return GrantRow(row.id, row.role, row.unit, row.decree_no, row.valid_from, row.valid_to)


def _grant(row: RoleGrant, on_behalf_of: str | None = None) -> Grant:
    return Grant(row.role, row.unit, row.decree_no, row.valid_from, row.valid_to, on_behalf_of)
