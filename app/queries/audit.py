"""The audit trail for reading: newest first, by chain, person or command."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.queries.definitions import name_of
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


def entries(
    session: Session,
    chain: str = "",
    actor: str = "",
    command: str = "",
    before: datetime | None = None,
    size: int = PAGE,
) -> list[Entry]:
    """The newest lines that fit, at most `size`, all older than `before`."""
    wanted = select(AuditEntry)
    if chain:
        wanted = wanted.where(AuditEntry.chain == chain)
    if actor:
        wanted = wanted.where(AuditEntry.actor == actor)
    if command:
        wanted = wanted.where(AuditEntry.command == command)
    if before is not None:
        wanted = wanted.where(AuditEntry.at < before)
    order = (AuditEntry.seq.desc(),) if chain else (AuditEntry.at.desc(), AuditEntry.chain, AuditEntry.seq.desc())
    rows = session.scalars(wanted.order_by(*order).limit(size))
    return [
        Entry(row.chain, row.seq, row.at, name_of(session, row.actor), row.command, row.outcome, row.fields)
        for row in rows
    ]


def last_anchor(session: Session) -> AuditAnchor | None:
    """The latest hash over all chains."""
    return session.scalar(select(AuditAnchor).order_by(AuditAnchor.at.desc()).limit(1))
