"""The one door for every change: one transaction, one instant, rights, audit, commit, or a clear refusal."""

from __future__ import annotations

from typing import Any

import structlog
from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError, IntegrityError

from app.commands.case import incidents
from app.commands.case.beginning import StartByHandler
from app.commands.command import Command, audited, name_of
from app.commands.transaction import Transaction
from app.domain.errors import Busy, Conflict, Forbidden, Refusal, StorageFull
from app.domain.permissions import Permission
from app.domain.roles import Actor
from app.engine.refusals import EngineStuck
from app.store import trail
from app.store.database import writer
from app.store.faults import faultpoint
from app.toolbox import Toolbox

MOST_DEEP = 5  # cases that begin one another in one transaction
REFUSAL_PATIENCE_MS = 250  # a refusal is noted if that is quick; its answer never waits for it
log = structlog.get_logger(__name__)


class Runner:
    """Runs commands. Safe to share between threads."""

    def __init__(self, toolbox: Toolbox) -> None:
        self.toolbox = toolbox
        self._writer: Engine = writer(toolbox.database)
        self._hurried: Engine = writer(toolbox.database, REFUSAL_PATIENCE_MS)

    def run(self, command: Command, by: Actor) -> Any:
        """Carry out one command for `by` and return its result. Raises a Refusal; then nothing of it was stored."""
        try:
            prepared = self._prepare(command, by)
        except Refusal as refusal:
            self._note(command, by, refusal, None)
            raise
        try:
            return self._attempt(command, by, prepared)
        except IntegrityError:
            # Somebody stored the same key a moment ago: a second look shows their row, or the race is lost.
            try:
                return self._attempt(command, by, prepared)
            except IntegrityError as error:
                log.warning("two changes met", command=name_of(command), constraint=type(error.orig).__name__)
                raise Conflict() from error

    def _prepare(self, command: Command, by: Actor) -> Any:
        """Slow work that needs no lock (cleaning a picture, rehearsing a bundle), done before the transaction."""
        prepare = getattr(command, "prepare", None)
        if prepare is None:
            return None
        with self.toolbox.database.connect() as connection:
            tx = Transaction(connection, self.toolbox.clock.now(), by, self.toolbox)
            _permit(command, tx)
            return prepare(tx)

    def _attempt(self, command: Command, by: Actor, prepared: Any) -> Any:
        tx: Transaction | None = None
        try:
            with self._writer.begin() as connection:
                # The instant comes after SQLite's write lock, so that instants follow each other as commits do.
                tx = Transaction(connection, self.toolbox.clock.now(), by, self.toolbox, prepared)
                faultpoint("after_begin")
                _permit(command, tx)
                result = command.execute(tx)
                tx.flush()
                faultpoint("after_execute")
                if not tx.silent:
                    self._audit(command, tx, "done")
                self._begin_others(tx)
                faultpoint("before_commit")
            faultpoint("after_commit")
        except BaseException as error:
            if tx is not None:
                tx.failed()
            if isinstance(error, Refusal):
                self._note(command, by, error, tx)
            raise
        tx.committed()
        return result

    def _begin_others(self, tx: Transaction) -> None:
        """Begin the cases that handlers asked for, in this very transaction, each with an audit entry of its own."""
        for cause, start in tx.starts:
            after = tx.following()
            if after.depth > MOST_DEEP:
                raise EngineStuck(reason=f"procedures begin one another without end: {start.key}")
            command = StartByHandler(start.key, start.answers, start.message, cause)
            command.execute(after)
            after.flush()
            if not after.silent:
                self._audit(command, after, "done")
            self._begin_others(after)

    def _audit(self, command: Command, tx: Transaction, outcome: str, **more: Any) -> None:
        kept = audited(command) | tx.details | more
        trail.append(
            tx.connection,
            self.toolbox.keys,
            chain=tx.chain,
            at=tx.now,
            actor=tx.actor,
            command=name_of(command),
            outcome=outcome,
            fields=kept,
            fresh=tx.chain_is_new and outcome == "done",
        )

    def _note(self, command: Command, by: Actor, refusal: Refusal, failed: Transaction | None) -> None:
        """Record a refusal in a transaction of its own; if even that fails, the refusal is still the answer."""
        if isinstance(refusal, Busy | StorageFull):
            return
        try:
            with self._hurried.begin() as connection:
                tx = Transaction(connection, self.toolbox.clock.now(), by, self.toolbox)
                if failed is not None and not failed.chain_is_new:
                    tx.chain = failed.chain
                if isinstance(refusal, EngineStuck) and failed is not None:
                    incidents.raise_stuck(tx, failed, refusal)
                self._audit(command, tx, "refused", refusal=_reason(refusal))
        except (Refusal, DBAPIError) as error:
            log.warning(
                "a refusal could not be noted", command=name_of(command), refusal=refusal.code, error=str(error)
            )


def _permit(command: Command, tx: Transaction) -> None:
    """Refuse whoever lacks the right; `also` of a command names rights that will do as well."""
    also: tuple[Permission, ...] = getattr(command, "also", ())
    if not any(tx.allows(permission) for permission in (command.permission, *also)):
        raise Forbidden()


def _reason(refusal: Refusal) -> dict[str, Any]:
    """What the trail keeps of a refusal: its code and the fields at fault, never what was typed into them."""
    named = [name for name in refusal.details.get("errors", ()) if name.isidentifier() and name.isascii()]
    return {"code": refusal.code, "fields": sorted(named)[:50]} if named else {"code": refusal.code}
