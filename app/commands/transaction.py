"""One transaction of one command: its instant, who acts, what it may use, and what happens after the commit."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any

from sqlalchemy import Connection, Executable
from sqlalchemy.orm import Session

from app.domain.errors import Forbidden
from app.domain.permissions import Permission
from app.domain.roles import SYSTEM, Actor, can
from app.forms.form import Sources
from app.rules.sight import Viewer, viewer
from app.sdk import StartProcess
from app.standard.service import ServiceData
from app.standard.sources import sources_of
from app.toolbox import Toolbox

ADMINISTRATION = "administration"  # the audit chain of everything that belongs to no instance
INTAKE = "intake"  # the chain of what anybody may send in, before it belongs to an instance


@dataclass
class Transaction:
    """What a command sees. `chain` is set by whoever loads an instance; `details` goes into the audit entry."""

    connection: Connection
    now: datetime
    by: Actor
    toolbox: Toolbox
    prepared: Any = None
    chain: str = ADMINISTRATION
    chain_is_new: bool = False
    starts: list[tuple[str, StartProcess]] = field(default_factory=list)  # cases to begin after this, by their cause
    depth: int = 0  # how many cases began one another on the way here
    silent: bool = False  # nothing was changed after all: there is nothing to put on record
    details: dict[str, Any] = field(default_factory=dict)
    _after_commit: list[Callable[[], None]] = field(default_factory=list)
    _after_failure: list[Callable[[], None]] = field(default_factory=list)

    @cached_property
    def session(self) -> Session:
        """The transaction as a session, for commands that work with row objects."""
        return Session(self.connection, autoflush=False)

    @cached_property
    def service(self) -> ServiceData:
        """The service data in force."""
        return self.toolbox.service(self.connection)

    @cached_property
    def sources(self) -> Sources:
        """The city's lists for forms, at this instant."""
        return sources_of(self.service, self.now)

    def afresh(self) -> None:
        """Look at the service data anew: after a lock was waited for, another may be in force."""
        for name in ("service", "sources"):
            self.__dict__.pop(name, None)

    @property
    def actor(self) -> str:
        """The acting person's id as rows keep it: a user's id, "reporter" or "system"."""
        return self.by.id if self.by.kind == "user" else self.by.kind

    def sql(self, statement: Executable, rows: Any = None) -> Any:
        """Run one statement, for one row or for many at once."""
        return self.connection.execute(statement, rows)

    def allows(self, permission: Permission, unit: str | None = None) -> bool:
        """Whether the actor has the right, for an object of `unit` where it is limited to own units."""
        if self.by.kind == "system" or permission is Permission.PUBLIC:
            return True
        return can(self.by, permission, self.service.roles, unit)

    @cached_property
    def viewer(self) -> Viewer:
        """What the actor may see of cases."""
        return viewer(self.by, self.service.role_rows)

    def require(self, permission: Permission, unit: str | None = None) -> None:
        """Refuse unless the actor has the right."""
        if not self.allows(permission, unit):
            raise Forbidden()

    @property
    def instance(self) -> str | None:
        """The instance this is about, if it is stored already: its chain has its name."""
        return None if self.chain_is_new or self.chain in (ADMINISTRATION, INTAKE) else self.chain

    def flush(self) -> None:
        """Write what row objects still hold."""
        if "session" in self.__dict__:
            self.session.flush()

    def following(self) -> Transaction:
        """The same database transaction for what the system does because of this one, with a record of its own."""
        follower = Transaction(self.connection, self.now, SYSTEM, self.toolbox, depth=self.depth + 1)
        follower._after_commit, follower._after_failure = self._after_commit, self._after_failure
        return follower

    def after_commit(self, act: Callable[[], None]) -> None:
        """Do something once everything is safely stored (never anything that must not be lost)."""
        self._after_commit.append(act)

    def after_failure(self, act: Callable[[], None]) -> None:
        """Do something if the transaction does not commit."""
        self._after_failure.append(act)

    def committed(self) -> None:
        """Run what was to follow the commit."""
        for act in self._after_commit:
            act()

    def failed(self) -> None:
        """Run what was to follow a failure."""
        for act in self._after_failure:
            act()
