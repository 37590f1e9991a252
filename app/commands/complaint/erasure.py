"""Erases the identity of a reporter: on their own wish, when they ask an officer, and after the retention time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import ClassVar

from sqlalchemy import delete, or_, select, update
from sqlalchemy.orm import Session

from app.commands.case.at_work import CaseAtWork
from app.commands.letter.messages import own
from app.commands.reasons import need_reason
from app.commands.transaction import Transaction
from app.domain.errors import Expired, Forbidden
from app.domain.permissions import Permission
from app.domain.text import Text
from app.standard.service import ServiceData
from app.store.access import PersonalLink, VerifiedContact
from app.store.base import table_of
from app.store.complaints import Complaint
from app.store.instances import ProcessInstance
from app.store.reporters import Accused, Reporter

AT_ONCE = 500  # of one night; the rest follows in the next
GONE = Text("Identitas pelapor sudah dihapus.", "The reporter's identity has been erased.")
_reporter, _accused = table_of(Reporter), table_of(Accused)
_link, _verified = table_of(PersonalLink), table_of(VerifiedContact)


@dataclass(frozen=True)
class EraseIdentity:
    """The reporter erases who they are. The case goes on; they follow it by its number and secret alone."""

    permission: ClassVar[Permission] = Permission.REPORTER
    complaint_id: str

    def execute(self, tx: Transaction) -> None:
        """Raises NotFound for somebody else's complaint, Expired where there is nothing left to erase."""
        own(tx, self.complaint_id)
        if not _erase(tx, self.complaint_id):
            raise Expired(GONE)


@dataclass(frozen=True)
class EraseIdentityOnRequest:
    """An officer erases who reported, because the reporter asked for it through another channel."""

    permission: ClassVar[Permission] = Permission.IDENTITY_READ
    also: ClassVar[tuple[Permission, ...]] = (Permission.IDENTITY_ANONYMOUS,)
    complaint_id: str
    reason: str

    def execute(self, tx: Transaction) -> None:
        """Raises Forbidden for whoever may not erase it, Invalid without a reason, Expired once erased."""
        case = CaseAtWork.of_complaint(tx, self.complaint_id)
        if not tx.viewer.sees(case.standing).erases:
            raise Forbidden()
        need_reason(self.reason)
        if not _erase(tx, self.complaint_id):
            raise Expired(GONE)


@dataclass(frozen=True)
class EraseAfterRetention:
    """Erase who reported a case that ended long ago, and the name of the person complained of."""

    permission: ClassVar[Permission] = Permission.INSTANCE_OPERATE
    complaint_id: str

    def execute(self, tx: Transaction) -> None:
        """Does nothing where the case was opened again, or the time has been made longer meanwhile."""
        case = CaseAtWork.of_complaint(tx, self.complaint_id)
        days, ended = tx.service.standard.identity_retention_days, case.row["ended_at"]
        if not days or ended is None or ended + timedelta(days=days) > tx.now:
            tx.silent = True
            return
        _erase(tx, self.complaint_id)
        named = update(_accused).where(_accused.c.complaint_id == self.complaint_id)
        tx.sql(named.values(data_key=None, sealed=None))
        tx.details["days"] = days


def beyond_retention(session: Session, service: ServiceData, now: datetime) -> list[str]:
    """The complaints whose identities have been kept for as long as the service standard says, oldest first."""
    days = service.standard.identity_retention_days
    if not days:
        return []
    rows = select(Complaint.id).join(ProcessInstance, ProcessInstance.id == Complaint.instance_id)
    rows = rows.outerjoin(Reporter, Reporter.complaint_id == Complaint.id)
    rows = rows.outerjoin(Accused, Accused.complaint_id == Complaint.id)
    rows = rows.where(or_(Reporter.data_key.is_not(None), Accused.data_key.is_not(None)))
    rows = rows.where(ProcessInstance.ended_at <= now - timedelta(days=days))
    return list(session.scalars(rows.order_by(ProcessInstance.ended_at).limit(AT_ONCE)))


def _erase(tx: Transaction, complaint_id: str) -> bool:
    """Throw away the key of the identity, the sealed text and every hash that could be looked up; False if gone."""
    sealed = update(_reporter).where(_reporter.c.complaint_id == complaint_id, _reporter.c.data_key.is_not(None))
    nothing = dict.fromkeys(("data_key", "sealed", "nik_hash", "phone_hash", "email_hash"))
    if not tx.sql(sealed.values(**nothing, erased_at=tx.now)).rowcount:
        return False
    tx.sql(delete(_verified).where(_verified.c.complaint_id == complaint_id))
    tx.sql(update(_link).where(_link.c.complaint_id == complaint_id).values(address_hash=None))
    return True
