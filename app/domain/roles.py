"""Who acts: a person with granted roles, the reporter of one complaint, or the service itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal

from app.domain.permissions import Permission


@dataclass(frozen=True, slots=True)
class Grant:
    """A role given to a person, for one unit (None: no unit), by a decree, for a time (days inclusive, None: open)."""

    role: str
    unit: str | None = None
    decree_no: str | None = None
    valid_from: date | None = None
    valid_to: date | None = None
    on_behalf_of: str | None = None  # name of the person substituted for

    def holds_on(self, day: date) -> bool:
        """Whether the grant is in force on `day` (in the service's zone)."""
        return (self.valid_from is None or self.valid_from <= day) and (self.valid_to is None or day <= self.valid_to)


@dataclass(frozen=True, slots=True)
class Actor:
    """Who asks for a change. `grants` holds only those in force; `complaint` is set for a reporter.

    `home` is the office that the person's account names.
    """

    kind: Literal["user", "reporter", "system"]
    id: str
    name: str
    grants: tuple[Grant, ...] = ()
    complaint: str | None = None
    home: str | None = None

    @property
    def offices(self) -> frozenset[str]:
        """The offices the person belongs to: those they hold a role for, lent ones too, and that of their account.

        The account's office does not count for whoever holds nothing but roles of their own for the whole city: the
        head of a division supervises every office, also the one that pays them.
        """
        held = {grant.unit for grant in self.grants if grant.unit}
        if self.home and any(grant.unit or grant.on_behalf_of for grant in self.grants):
            held.add(self.home)
        return frozenset(held)

    @property
    def roles(self) -> frozenset[str]:
        """Codes of all roles held."""
        return frozenset(grant.role for grant in self.grants)

    def holds(self, role: str, unit: str | None) -> bool:
        """Whether the actor has `role` for exactly `unit`; a task without a unit needs the role only."""
        return any(grant.role == role and (unit is None or grant.unit == unit) for grant in self.grants)


SYSTEM = Actor("system", "system", "Sistem")

RolePermissions = Mapping[str, frozenset[str]]  # role -> permission codes, with ":own" where limited to own units


def can(actor: Actor, permission: Permission, roles: RolePermissions, unit: str | None = None) -> bool:
    """Whether the actor has the permission, for an object of `unit` where the role's right covers own units only."""
    if actor.kind == "system" or permission is Permission.PUBLIC:
        return True
    if permission is Permission.REPORTER:
        return actor.kind == "reporter"
    if permission is Permission.SIGNED_IN:
        return actor.kind == "user"
    for grant in actor.grants:
        codes = roles.get(grant.role, frozenset())
        if permission.value in codes:
            return True
        if f"{permission.value}:own" in codes and (unit is None or grant.unit == unit):
            return True
    return False
