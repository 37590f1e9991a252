"""The audit trail for reading: newest first, by chain, person or command."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from app.queries import sight
from app.queries.person.people import names_of
from app.store.audit import AuditAnchor, AuditEntry

PAGE = 50


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the trail, the person named."""

    chain: str
    seq: int
    at: datetime
    actor: str
    command: str
    outcome: str
    fields: Mapping[str, Any]

    @property
    def place(self) -> str:
        """Where the line stands: its chain and its number there."""
        return f"{self.chain}~{self.seq}"


def entries(
    session: Session,
    chain: str = "",
    actor: str = "",
    command: str = "",
    after: str = "",
    size: int = PAGE,
    offices: frozenset[str] = frozenset(),
) -> list[Entry]:
    """The newest lines that fit, at most `size`; `after` is the `place` of the last line of the page before.

    Nothing of cases about the reader's `offices` is among them.
    """
    wanted = select(AuditEntry).where(sight.not_about(offices, AuditEntry.chain))
    if chain:
        wanted = wanted.where(AuditEntry.chain == chain)
    if actor:
        wanted = wanted.where(AuditEntry.actor == actor)
    if command:
        wanted = wanted.where(AuditEntry.command == command)
    last = _at_place(session, after)
    if last is not None:
        same_chain = and_(AuditEntry.chain == last.chain, AuditEntry.seq < last.seq)
        same_instant = and_(AuditEntry.at == last.at, or_(AuditEntry.chain > last.chain, same_chain))
        wanted = wanted.where(or_(AuditEntry.at < last.at, same_instant))
    rows = session.scalars(wanted.order_by(AuditEntry.at.desc(), AuditEntry.chain, AuditEntry.seq.desc()).limit(size))
    found = rows.all()
    names = names_of(session, {row.actor for row in found})
    return [
        Entry(row.chain, row.seq, row.at, names.get(row.actor, row.actor), row.command, row.outcome, row.fields)
        for row in found
    ]


def _at_place(session: Session, place: str) -> AuditEntry | None:
    chain, _, seq = place.rpartition("~")
    return session.get(AuditEntry, (chain, int(seq))) if seq.isascii() and seq.isdigit() and len(seq) < 10 else None


def last_anchor(session: Session) -> AuditAnchor | None:
    """The latest hash over all chains."""
    return session.scalar(select(AuditAnchor).order_by(AuditAnchor.at.desc()).limit(1))
