"""Who may see what of a case: that it exists, their own answers, its content, its reporter's identity; in one place."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from app.domain.permissions import Permission
from app.domain.roles import Actor
from app.domain.text import Text
from app.standard.rows import Role

OWN = ":own"


@dataclass(frozen=True, slots=True)
class Standing:
    """What of a case decides who may see it.

    `assigned` is the office that has it now, `accused` the office complained of, `answered` the offices that did a
    step in it. After a return no office has the case until one is chosen again.
    """

    assigned: str | None = None
    accused: str | None = None
    anonymous: bool = False
    confidential: bool = False
    answered: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Sight:
    """What somebody may see of one case.

    `known`: that it exists, its number and where it stands; `own`: offices whose answers are theirs to read without
    the rest; `content`: its file; `erases`: may erase the identity when its reporter asks, which no office does for
    its own cases only; `sealed`: it is confidential and not for them, so that not even its title shows.
    """

    known: bool = False
    own: frozenset[str] = frozenset()
    content: bool = False
    identity: bool = False
    erases: bool = False
    sealed: bool = False


NOTHING = Sight(sealed=True)


@dataclass(frozen=True, slots=True)
class Reach:
    """How far a right goes: everywhere, or to cases of these offices only."""

    everywhere: bool = False
    offices: frozenset[str] = frozenset()

    def covers(self, office: str | None) -> bool:
        """Whether the right holds for a case that this office has (None: no office has it)."""
        return self.everywhere or (office is not None and office in self.offices)


@dataclass(frozen=True, slots=True)
class Viewer:
    """One person's rights to see, and the offices they belong to."""

    offices: frozenset[str] = frozenset()
    reads: Reach = Reach()
    confidential: Reach = Reach()
    identity: Reach = Reach()
    anonymous: bool = False

    def sees(self, case: Standing) -> Sight:
        """What this person may see of a case. For whoever belongs to the office complained of it does not exist."""
        if case.accused in self.offices:
            return NOTHING
        content = self.reads.covers(case.assigned) and (
            not case.confidential or self.confidential.covers(case.assigned)
        )
        if not content:
            own = case.answered & (self.reads.offices | self.confidential.offices)
            return Sight(known=True, own=own, sealed=case.confidential)
        identity = self._identity(case)
        erases = identity and (case.anonymous or self.identity.everywhere)
        return Sight(known=True, content=True, identity=identity, erases=erases)

    def _identity(self, case: Standing) -> bool:
        if case.anonymous:
            return self.anonymous and case.assigned not in self.offices
        return self.identity.covers(case.assigned)


NOBODY = Viewer()


def viewer(actor: Actor, roles: Mapping[str, Role]) -> Viewer:
    """The rights to see of somebody who acts; the service itself sees what it works on, a reporter has pages apart."""
    if actor.kind == "system":
        return Viewer(frozenset(), Reach(True), Reach(True), Reach(True), True)
    return Viewer(
        actor.offices,
        reach(actor, Permission.COMPLAINT_READ, roles),
        reach(actor, Permission.COMPLAINT_CONFIDENTIAL, roles),
        reach(actor, Permission.IDENTITY_READ, roles),
        reach(actor, Permission.IDENTITY_ANONYMOUS, roles).everywhere,
    )


def reach(actor: Actor, permission: Permission, roles: Mapping[str, Role]) -> Reach:
    """How far the actor's grants carry a right."""
    everywhere, offices = False, set()
    for grant in actor.grants:
        codes = roles[grant.role].permissions if grant.role in roles else frozenset()
        everywhere = everywhere or permission.value in codes
        if permission.value + OWN in codes and grant.unit:
            offices.add(grant.unit)
    return Reach(everywhere, frozenset(offices))


def holders(permission: Permission, roles: Mapping[str, Role], *, own: bool = False) -> tuple[Text, ...]:
    """The titles of the roles that have a right for every office, or (`own`) at least for their own.

    What a page promises of it is said in these words.
    """
    codes = {permission.value, permission.value + OWN} if own else {permission.value}
    return tuple(role.title for role in roles.values() if codes & role.permissions)
