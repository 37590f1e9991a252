"""Versions that wait for approval: proposed by a person or found in changed files, then approved or rejected."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from sqlalchemy import insert, select, update

from app.bundle.read import Bundle, bundle_of, read_files, write_files
from app.commands.procedure.deployments import Deploy, Deployed, everything_about
from app.commands.reasons import need_reason
from app.commands.transaction import Transaction
from app.domain.errors import Conflict, InvalidDiagram, NotFound
from app.domain.findings import Finding, errors
from app.domain.permissions import Permission
from app.domain.text import Text
from app.store.base import table_of
from app.store.deployments import Deployment
from app.store.proposals import Proposal

DEPLOYMENT = "deployment"
DECIDED = Text("Usulan ini sudah diputuskan.", "This proposal has been decided.")
OVERTAKEN = Text(
    "Sementara itu versi lain diberlakukan. Baca lagi apa yang berubah dibanding versi itu, lalu putuskan.",
    "Another version was put live in the meantime. Read again what changes compared with it, then decide.",
)
SECOND_PERSON = Text(
    "Layanan ini memerlukan dua orang: yang mengusulkan tidak boleh menyetujui usulannya sendiri.",
    "This service asks for two people: whoever proposed a change may not approve it.",
)

_proposal, _deployment = table_of(Proposal), table_of(Deployment)


@dataclass(frozen=True)
class ProposeVersion:
    """Have a version wait for somebody who approves it."""

    permission: ClassVar[Permission] = Permission.DEFINITION_DEPLOY
    files: Mapping[str, bytes]
    reason: str

    def prepare(self, tx: Transaction) -> Bundle:
        """Check everything; raises InvalidDiagram with all findings."""
        need_reason(self.reason)
        bundle = bundle_of(self.files)
        found = everything_about(bundle, tx.service, tx.toolbox.handlers)
        if errors(found):
            raise InvalidDiagram(findings=found)
        return bundle

    def execute(self, tx: Transaction) -> str:
        """The id of the proposal; an open one of the same content is taken again."""
        return _propose(tx, tx.prepared, self.reason, "person")


@dataclass(frozen=True)
class OfferFiles:
    """At a start of the program: changed files of a procedure that runs already become a proposal, once for ever."""

    permission: ClassVar[Permission] = Permission.DEFINITION_DEPLOY
    files: Mapping[str, bytes]
    reason: str

    def execute(self, tx: Transaction) -> str | None:
        """The id of the proposal; None where this content was deployed or proposed before."""
        bundle = bundle_of(self.files)
        for table in (_deployment, _proposal):
            if tx.sql(select(table.c.id).filter_by(key=bundle.key, digest=bundle.digest)).first() is not None:
                return None
        return _propose(tx, bundle, self.reason, "files")


@dataclass(frozen=True)
class ApproveProposal:
    """Put a proposed version live; `base` is the version that the page compared it with."""

    permission: ClassVar[Permission] = Permission.DEFINITION_DEPLOY
    proposal_id: str
    base: str

    def prepare(self, tx: Transaction) -> tuple[Bundle, tuple[Finding, ...]]:
        """Check everything again: what it needs of the service may have changed. Raises InvalidDiagram."""
        row = _open(tx, self.proposal_id)
        if tx.service.standard.approval == "two" and row.proposed_by == tx.actor:
            raise Conflict(SECOND_PERSON)
        return Deploy(read_files(row.content), row.reason).prepare(tx)

    def execute(self, tx: Transaction) -> Deployed:
        """Raises NotFound, Conflict when it was decided meanwhile or compared with another version."""
        row = _open(tx, self.proposal_id)
        live = tx.sql(select(_deployment.c.id).where(_deployment.c.key == row.key, _deployment.c.active)).scalar()
        if live != self.base:
            raise Conflict(OVERTAKEN)
        done = Deploy(read_files(row.content), row.reason, approved=True).execute(tx)
        _decide(tx, row.id, "approved")
        tx.details.update(proposal=row.id, proposed_by=row.proposed_by)
        return done


@dataclass(frozen=True)
class RejectProposal:
    """Close a proposal without putting it live, for a reason that its author reads."""

    permission: ClassVar[Permission] = Permission.DEFINITION_DEPLOY
    proposal_id: str
    remark: str

    def execute(self, tx: Transaction) -> None:
        """Raises NotFound, Conflict when it was decided meanwhile, Invalid without a reason."""
        need_reason(self.remark)
        row = _open(tx, self.proposal_id)
        _decide(tx, row.id, "rejected", self.remark)
        tx.details.update(proposal=row.id, key=row.key)


def _propose(tx: Transaction, bundle: Bundle, reason: str, origin: str) -> str:
    same = select(_proposal.c.id).filter_by(key=bundle.key, digest=bundle.digest, state="open")
    known = tx.sql(same).scalar()
    if known is not None:
        return str(known)
    row = {
        "id": tx.toolbox.chance.hex(),
        "kind": DEPLOYMENT,
        "key": bundle.key,
        "origin": origin,
        "digest": bundle.digest,
        "content": write_files(bundle.files),
        "reason": reason,
        "state": "open",
        "proposed_at": tx.now,
        "proposed_by": tx.actor,
        "decided_at": None,
        "decided_by": None,
        "remark": None,
    }
    tx.sql(insert(_proposal), row)
    tx.details.update(proposal=row["id"], key=bundle.key, digest=bundle.digest, origin=origin)
    return str(row["id"])


def _open(tx: Transaction, proposal_id: str) -> Any:
    row = tx.sql(select(_proposal).where(_proposal.c.id == proposal_id)).first()
    if row is None:
        raise NotFound(Text("Usulan ini tidak ada.", "This proposal does not exist."))
    if row.state != "open":
        raise Conflict(DECIDED)
    return row


def _decide(tx: Transaction, proposal_id: str, state: str, remark: str | None = None) -> None:
    made = {"state": state, "decided_at": tx.now, "decided_by": tx.actor, "remark": remark}
    tx.sql(update(_proposal).where(_proposal.c.id == proposal_id).values(**made))
