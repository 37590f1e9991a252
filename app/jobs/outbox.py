"""Delivers the outbox: reads the address only now, words the message, sends it, and tries again when that fails."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import structlog
from sqlalchemy import Row, select
from sqlalchemy.orm import Session

from app.bundle.wording import letter, pages
from app.commands.parts import Parts
from app.rules.remaining import letter_fields
from app.senders.letter import Letter, NotSent, Sender, Unsendable
from app.store.accounts import User
from app.store.claims import claim_messages, mark_sent, mark_unsent
from app.store.complaints import Complaint
from app.store.database import reading, writer
from app.store.faults import faultpoint
from app.store.keys import Unreadable
from app.store.reporters import Reporter

BATCH = 50
TRIES = 30  # about a day: a receiver that is down for an afternoon loses nothing
LONGEST_WAIT = timedelta(hours=1)
log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Addressee:
    """Where a message goes, in order of preference, and in which language."""

    addresses: tuple[str, ...]
    lang: str
    audience: str = "staff"
    about: Mapping[str, str] = field(default_factory=dict)  # what the frame says of the reporter's own complaint


class Outbox:
    """Sends what is due."""

    def __init__(self, parts: Parts, senders: Sequence[Sender]) -> None:
        self._parts = parts
        self._senders = senders
        self._writer = writer(parts.database)

    def deliver(self) -> int:
        """Send everything that is due now; returns how many messages left."""
        sent = 0
        while rows := self._claim():
            sent += sum([self._send(row) for row in rows])
        return sent

    def _claim(self) -> Sequence[Row[Any]]:
        with self._writer.begin() as connection:
            return claim_messages(connection, self._parts.clock.now(), BATCH)

    def _send(self, row: Row[Any]) -> bool:
        try:
            with reading(self._parts.database) as session:
                to = addressee(session, self._parts, row.recipient)
                letter = self._letter(session, row, to)
            way = next((way for way in self._senders if way.takes(letter.to)), None)
            if way is None:
                raise Unsendable("no way to this address")
            way.send(letter)
            faultpoint("after_send")
        except Unsendable as error:
            self._unsent(row, "dropped", str(error))
            return False
        except NotSent as error:
            self._unsent(row, "waiting" if row.attempts + 1 < TRIES else "failed", str(error))
            return False
        except Exception as error:  # one message that cannot be written must not hold up the others
            log.error("a message could not be written", message=row.id, reason=type(error).__name__)
            self._unsent(row, "waiting" if row.attempts + 1 < TRIES else "failed", type(error).__name__)
            return False
        with self._writer.begin() as connection:
            mark_sent(connection, row.id, self._parts.clock.now(), way.name)
        return True

    def _letter(self, session: Session, row: Row[Any], to: Addressee) -> Letter:
        if not to.addresses:
            raise Unsendable("no address")
        address = next((each for each in to.addresses if any(way.takes(each) for way in self._senders)), "")
        service, now = self._parts.service(session), self._parts.clock.now()
        links = {"link": self._link(row), **pages(self._parts.settings.base_url), **to.about}
        fields = letter_fields(service.calendar, now, {**links, **row.fields})
        said = letter(service, row.template, to.lang, to.audience, fields)
        return Letter(row.key, address, said.subject, said.body, said.short)

    def _link(self, row: Row[Any]) -> str:
        """Where the addressee goes on: the tracking page, the complaint's file, or the task list."""
        kind, _, of = row.recipient.partition(":")
        base, number = self._parts.settings.base_url, row.fields.get("tracking_id")
        if kind == "reporter":
            return f"{base}/lacak/{of}"
        return f"{base}/aduan/{number}" if number else f"{base}/tugas"

    def _unsent(self, row: Row[Any], state: str, error: str) -> None:
        now = self._parts.clock.now()
        wait = min(timedelta(minutes=1) * 2 ** min(row.attempts, 10), LONGEST_WAIT)
        with self._writer.begin() as connection:
            mark_unsent(connection, row.id, state, now + wait, error)


def addressee(session: Session, parts: Parts, recipient: str) -> Addressee:
    """Who that is. An erased reporter and a closed account have no address any more."""
    kind, _, of = recipient.partition(":")
    if kind == "user":
        user = session.get(User, of)
        return Addressee((user.email,), user.lang) if user is not None and user.active else Addressee((), "id")
    row = session.get(Reporter, of)
    if row is None or row.data_key is None or row.sealed is None:
        return Addressee((), "id")
    try:
        identity = parts.keys.open(row.data_key, row.sealed, of)
    except Unreadable as error:
        raise NotSent("the identity does not open") from error
    about = select(Complaint.lang, Complaint.title, Complaint.is_confidential).where(Complaint.id == of)
    lang, title, confidential = session.execute(about).one()
    addresses = tuple(str(identity[name]) for name in ("email", "phone") if identity.get(name))
    # A letter lies in shared inboxes and on lock screens: that of a confidential case does not say what it is about.
    return Addressee(addresses, lang, "reporter", {"title": "" if confidential else title})
