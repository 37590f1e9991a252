"""Changes that wait for approval: versions, proposed or found in changed files, and the service's own files."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from sqlalchemy import insert, select, update

from app.bundle.read import Bundle, bundle_of, digest_of, read_files, write_files
from app.commands.approval import refuse_author
from app.commands.procedure.deployments import Deploy, Deployed, everything_about
from app.commands.procedure.service import LoadService
from app.commands.reasons import need_reason
from app.commands.transaction import Transaction
from app.domain.errors import Conflict, InvalidDiagram, NotFound
from app.domain.findings import Finding, errors
from app.domain.permissions import Permission
from app.domain.text import Text
from app.store.base import table_of
from app.store.deployments import Deployment
from app.store.proposals import Proposal
from app.store.service_data import files_in_force

DEPLOYMENT, SERVICE = "deployment", "service"
UNKNOWN = Text("Usulan ini tidak ada.", "This proposal does not exist.")
DECIDED = Text("Usulan ini sudah diputuskan.", "This proposal has been decided.")
OVERTAKEN = Text(
    "Sementara itu versi lain diberlakukan. Baca lagi apa yang berubah dibanding versi itu, lalu putuskan.",
    "Another version was put live in the meantime. Read again what changes compared with it, then decide.",
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
        bundle = tx.prepared
        return _propose(tx, DEPLOYMENT, bundle.key, bundle.files, self.reason)


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
        return _propose(tx, DEPLOYMENT, bundle.key, bundle.files, self.reason, "files")


@dataclass(frozen=True)
class ApproveProposal:
    """Put a proposed version live; `base` is the version that the page compared it with."""

    permission: ClassVar[Permission] = Permission.DEFINITION_DEPLOY
    proposal_id: str
    base: str

    def prepare(self, tx: Transaction) -> tuple[Bundle, tuple[Finding, ...]]:
        """Check everything again: what it needs of the service may have changed. Raises InvalidDiagram."""
        row = _approved(tx, self.proposal_id, DEPLOYMENT)
        return Deploy(read_files(row.content), row.reason).prepare(tx)

    def execute(self, tx: Transaction) -> Deployed:
        """Raises NotFound, Conflict when it was decided meanwhile or compared with another version."""
        row = _approved(tx, self.proposal_id, DEPLOYMENT)
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


@dataclass(frozen=True)
class ProposeServiceFiles:
    """Have files of the service's own data wait for somebody who approves them; `key` is the procedure's page."""

    permission: ClassVar[Permission] = Permission.STANDARD_EDIT
    key: str
    files: Mapping[str, bytes]
    reason: str

    def execute(self, tx: Transaction) -> str:
        """The id of the proposal. Raises InvalidServiceData with every finding, Invalid."""
        LoadService(self.files, self.reason).inspect(tx)
        return _propose(tx, SERVICE, self.key, self.files, self.reason)


@dataclass(frozen=True)
class ApproveServiceFiles:
    """Put proposed service files in force; `base` is the digest of what the page compared them with."""

    permission: ClassVar[Permission] = Permission.STANDARD_EDIT
    proposal_id: str
    base: str

    def execute(self, tx: Transaction) -> tuple[str, ...]:
        """The names of the files that changed. Raises NotFound, Conflict, InvalidServiceData."""
        row = _approved(tx, self.proposal_id, SERVICE)
        files = read_files(row.content)
        if replaced_by(files, files_in_force(tx.connection)) != self.base:
            raise Conflict(OVERTAKEN)
        changed = LoadService(files, row.reason, approved=True).execute(tx)
        _decide(tx, row.id, "approved")
        tx.details.update(proposal=row.id, proposed_by=row.proposed_by)
        return changed


def replaced_by(files: Mapping[str, bytes], held: Mapping[str, tuple[bytes, str]]) -> str:
    """The digest of those files in force that these would replace."""
    return digest_of({name: held[name][0] for name in files if name in held})


def _propose(
    tx: Transaction, kind: str, key: str, files: Mapping[str, bytes], reason: str, origin: str = "person"
) -> str:
    digest = digest_of(files)
    same = select(_proposal.c.id).filter_by(kind=kind, key=key, digest=digest, state="open")
    known = tx.sql(same).scalar()
    if known is not None:
        return str(known)
    row = {
        "id": tx.toolbox.chance.hex(),
        "kind": kind,
        "key": key,
        "origin": origin,
        "digest": digest,
        "content": write_files(files),
        "reason": reason,
        "state": "open",
        "proposed_at": tx.now,
        "proposed_by": tx.actor,
        "decided_at": None,
        "decided_by": None,
        "remark": None,
    }
    tx.sql(insert(_proposal), row)
    tx.details.update(proposal=row["id"], key=key, digest=digest, origin=origin)
    return str(row["id"])


def _open(tx: Transaction, proposal_id: str) -> Any:
    row = tx.sql(select(_proposal).where(_proposal.c.id == proposal_id)).first()
    if row is None:
        raise NotFound(UNKNOWN)
    if row.state != "open":
        raise Conflict(DECIDED)
    return row


def _approved(tx: Transaction, proposal_id: str, kind: str) -> Any:
    """The open proposal of this kind, if whoever asks may approve it."""
    row = _open(tx, proposal_id)
    if row.kind != kind:
        raise NotFound(UNKNOWN)
    refuse_author(tx, row.proposed_by)
    return row


def _decide(tx: Transaction, proposal_id: str, state: str, remark: str | None = None) -> None:
    made = {"state": state, "decided_at": tx.now, "decided_by": tx.actor, "remark": remark}
    tx.sql(update(_proposal).where(_proposal.c.id == proposal_id).values(**made))
