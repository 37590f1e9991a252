"""Proposed changes of a procedure and of the service's data."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.domain.errors import NotFound
from app.domain.text import Text
from app.store.proposals import Proposal

SHOWN = 20


@dataclass(frozen=True, slots=True)
class ProposalRow:
    """One proposal without its files."""

    id: str
    kind: str
    key: str
    origin: str
    reason: str
    state: str
    proposed_at: datetime
    proposed_by: str
    decided_at: datetime | None
    decided_by: str | None
    remark: str | None


FIELDS = [getattr(Proposal, name) for name in ProposalRow.__slots__]


def proposals(session: Session, key: str) -> list[ProposalRow]:
    """The newest proposals of a procedure, open ones first."""
    found = select(*FIELDS).where(Proposal.key == key)
    rows = session.execute(found.order_by(Proposal.state != "open", Proposal.proposed_at.desc()).limit(SHOWN))
    return [ProposalRow(*row) for row in rows]


def proposal(session: Session, key: str, proposal_id: str) -> tuple[ProposalRow, bytes]:
    """One proposal with its archive of files; NotFound."""
    row = session.execute(
        select(*FIELDS, Proposal.content).where(Proposal.key == key, Proposal.id == proposal_id)
    ).first()
    if row is None:
        raise NotFound(Text("Usulan ini tidak ada.", "This proposal does not exist."))
    *known, content = row
    return ProposalRow(*known), content
