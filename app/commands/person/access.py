"""How reporters come in and shut the door again: personal links, closing, and a new secret for a lost one."""

from __future__ import annotations

import hmac
from dataclasses import dataclass, field
from datetime import timedelta
from typing import ClassVar

from sqlalchemy import select, update

from app.commands.case import history
from app.commands.case.at_work import CaseAtWork
from app.commands.command import PERSONAL
from app.commands.letter import notices
from app.commands.letter.messages import own
from app.commands.transaction import INTAKE, Transaction
from app.domain.errors import Expired
from app.domain.permissions import Permission
from app.domain.tracking import SECRET_LENGTH, is_tracking_id, normalise
from app.rules.access import OPEN, RENEWAL, SECRET, Link, link_of
from app.store import access
from app.store.access import PersonalLink, VerifiedContact
from app.store.base import table_of
from app.store.complaints import Complaint
from app.store.outbox import OutboxMessage
from app.store.reporters import Reporter
from app.store.upsert import upsert

EMAIL = "email"
MOST, WITHIN = 3, timedelta(hours=24)  # letters with a link to a new secret, so that nobody floods a mailbox
_link, _verified, _complaint = table_of(PersonalLink), table_of(VerifiedContact), table_of(Complaint)
_outbox, _reporter = table_of(OutboxMessage), table_of(Reporter)


@dataclass(frozen=True)
class OpenPersonalLink:
    """The reporter opens the complaint by the link of a letter; the address it went to is theirs from now on."""

    permission: ClassVar[Permission] = Permission.PUBLIC
    token: str = field(metadata=PERSONAL)

    def execute(self, tx: Transaction) -> str:
        """The number of the complaint. Raises Expired, whatever is wrong with the link."""
        link = _found(tx, self.token, OPEN)
        if link.used_at is not None:
            tx.silent = True  # only the first time proves something
        else:
            tx.sql(update(_link).where(_link.c.id == link.id).values(used_at=tx.now))
            _verify(tx, link)
        return link.complaint_id


@dataclass(frozen=True)
class CloseAccess:
    """The reporter closes the complaint: no link sent so far and no browser opens it any more."""

    permission: ClassVar[Permission] = Permission.REPORTER
    complaint_id: str

    def execute(self, tx: Transaction) -> None:
        """Raises NotFound for somebody else's complaint."""
        own(tx, self.complaint_id)
        links, sessions = access.shut(tx.connection, self.complaint_id, tx.now)
        tx.details |= {"links": links, "sessions": sessions}


@dataclass(frozen=True)
class AskForNewSecret:
    """Mail a link to a new secret to the verified address; for any other nothing happens, and nobody can tell."""

    permission: ClassVar[Permission] = Permission.PUBLIC
    complaint_id: str = field(metadata=PERSONAL)
    address: str = field(metadata=PERSONAL)

    def execute(self, tx: Transaction) -> None:
        """Write the letter if number and address fit each other and the address is verified."""
        tx.chain, tx.silent = INTAKE, True
        number = normalise(self.complaint_id)
        instance = _fitting(tx, number, self.address)
        if instance is None or RENEWAL not in tx.service.templates or _flooded(tx, instance):
            return
        tx.chain, tx.silent = instance, False
        case = CaseAtWork.of_complaint(tx, number)
        cause = f"{RENEWAL}:{tx.toolbox.chance.hex()}"
        fields = {"tracking_id": number}
        case.notices.append(notices.row(tx, case, RENEWAL, f"reporter:{number}", fields, tx.now, cause))
        notices.write(case)
        history.keep(case)


@dataclass(frozen=True)
class ReplaceSecret:
    """Give the holder of the verified address a new secret; the old one and every open browser end."""

    permission: ClassVar[Permission] = Permission.PUBLIC
    token: str = field(metadata=PERSONAL)

    def execute(self, tx: Transaction) -> tuple[str, str]:
        """Number and new secret. Raises Expired, whatever is wrong with the link."""
        link = _found(tx, self.token, SECRET)
        secret = tx.toolbox.chance.code(SECRET_LENGTH)
        hashed = tx.toolbox.keys.digest("secret", secret)
        tx.sql(update(_complaint).where(_complaint.c.id == link.complaint_id).values(secret_hash=hashed))
        mine = (_link.c.complaint_id == link.complaint_id, _link.c.purpose == SECRET, _link.c.used_at.is_(None))
        tx.sql(update(_link).where(*mine).values(used_at=tx.now))
        tx.details["sessions"] = access.end_sessions(tx.connection, link.complaint_id)
        return link.complaint_id, secret


def _found(tx: Transaction, token: str, purpose: str) -> Link:
    tx.chain = INTAKE
    link = link_of(tx.connection, token, purpose, tx.now)
    if link is None:
        raise Expired()
    tx.chain = link.instance_id
    return link


def _verify(tx: Transaction, link: Link) -> None:
    """Whoever opened the link reads at that address."""
    if link.contact == EMAIL and link.address_hash is not None:
        row = {"complaint_id": link.complaint_id, "contact": EMAIL, "address_hash": link.address_hash}
        upsert(tx.connection, _verified, {**row, "verified_at": tx.now}, key=tuple(row))
        tx.details["proved"] = EMAIL


def _fitting(tx: Transaction, number: str, address: str) -> str | None:
    """The instance of the complaint if `address` is its reporter's and was verified."""
    if not is_tracking_id(number):
        return None
    query = (
        select(_complaint.c.instance_id, _reporter.c.data_key, _reporter.c.sealed)
        .join(_reporter, _reporter.c.complaint_id == _complaint.c.id)
        .join(_verified, _verified.c.complaint_id == _complaint.c.id)
        .where(
            _complaint.c.id == number, _verified.c.contact == EMAIL, _verified.c.address_hash == _reporter.c.email_hash
        )
    )
    row = tx.sql(query).first()
    if row is None or row.data_key is None or row.sealed is None:
        return None
    held = str(tx.toolbox.keys.open(row.data_key, row.sealed, number).get(EMAIL) or "")
    # Mail does not tell capitals from small letters, whatever the standard allows.
    same = hmac.compare_digest(held.casefold().encode(), address.strip().casefold().encode())
    return str(row.instance_id) if held and same else None


def _flooded(tx: Transaction, instance: str) -> bool:
    asked = (_outbox.c.instance_id == instance, _outbox.c.template == RENEWAL)
    recent = select(_outbox.c.id).where(*asked, _outbox.c.created_at > tx.now - WITHIN).limit(MOST)
    return len(tx.sql(recent).all()) >= MOST
