"""Delivers the outbox: reads the address only now, words the message, sends it, and tries again when that fails."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import structlog
from sqlalchemy import Row

from app.jobs.addressee import Addressee, Gone, addressee, way_on
from app.jobs.executor import LAST_PATIENCE_MS
from app.jobs.limit_letters import NoLongerTrue, as_it_is
from app.rules.access import PATHS, days_of, purpose_of
from app.rules.letters import fit_to_send
from app.rules.remaining import letter_fields
from app.senders.letter import Letter, NotSent, PutOff, Sender, Unreachable, Unsendable, kind_of
from app.standard.service import ServiceData
from app.standard.wording import LINK, around, letter
from app.store.access import add_link, drop_link
from app.store.claims import claim_messages, mark_sent, mark_unsent, release_messages
from app.store.database import reading, writer
from app.store.faults import faultpoint
from app.toolbox import Toolbox

BATCH = 50
TRIES = 30  # about a day: a receiver that is down for an afternoon loses nothing
LONGEST_WAIT = timedelta(hours=1)
log = structlog.get_logger(__name__)


class Outbox:
    """Sends what is due."""

    def __init__(self, toolbox: Toolbox, senders: Sequence[Sender]) -> None:
        self._toolbox = toolbox
        self._senders = senders
        self._writer = writer(toolbox.database)
        self._stopping = threading.Event()

    def deliver(self, tell: Callable[[], object] = lambda: None) -> int:
        """Send everything that is due now, or until `stop` is called; returns how many messages left, or were kept
        where nothing leaves. `tell`: after each."""
        sent = 0
        while not self._stopping.is_set() and (rows := self._claim()):
            for number, row in enumerate(rows):
                if self._stopping.is_set():
                    self._give_back(rows[number:])
                    break
                sent += self._send(row)
                tell()
        return sent

    def stop(self) -> None:
        """End after the present message; the others are given back."""
        self._stopping.set()

    def _give_back(self, rows: Sequence[Row[Any]]) -> None:
        with writer(self._toolbox.database, LAST_PATIENCE_MS).begin() as connection:
            release_messages(connection, [row.id for row in rows])

    def _claim(self) -> Sequence[Row[Any]]:
        with self._writer.begin() as connection:
            return claim_messages(connection, self._toolbox.clock.now(), BATCH)

    def _send(self, row: Row[Any]) -> bool:
        try:
            with reading(self._toolbox.database) as session:
                to = addressee(session, self._toolbox, row.recipient, row.instance_id)
                service = self._toolbox.service(session)
                told = as_it_is(session, row, self._toolbox.clock.now())
                on = way_on(session, self._toolbox, row.recipient, row.fields) if to.complaint_id is None else ""
            way, address = self._way(to)
            with self._link(row, to, address, on) as link:
                ready = self._letter(service, row, told, to, address, link)
                self._hand_over(way, ready)
            faultpoint("after_send")
        except Gone:
            return self._unsent(row, "skipped", "recipient-gone")
        except NoLongerTrue as error:
            return self._unsent(row, "skipped", str(error))
        except Unreachable as error:
            return self._unsent(row, "unreachable", str(error))
        except Unsendable as error:
            return self._unsent(row, "dropped", str(error))
        except NotSent as error:
            return self._unsent(row, "waiting" if row.attempts + 1 < TRIES else "failed", str(error))
        except Exception as error:  # one message that cannot be written must not hold up the others
            log.error("a message could not be written", message=row.id, reason=type(error).__name__)
            return self._unsent(row, "waiting" if row.attempts + 1 < TRIES else "failed", type(error).__name__)
        secret = to.complaint_id is not None or "until" in row.fields
        body = ready.body.replace(link, LINK.say(to.lang)) if secret and link else ready.body
        left = {"state": "sent" if way.real else "kept", "transport": way.name, "subject": ready.subject, "body": body}
        with self._writer.begin() as connection:
            mark_sent(connection, row.id, self._toolbox.clock.now(), **left)
        return True

    def _hand_over(self, way: Sender, ready: Letter) -> None:
        """Send it, and note whether the other end answered."""
        try:
            way.send(ready)
        except (Unsendable, PutOff):
            self._toolbox.pulse.reached(way.name)
            raise
        except NotSent:
            self._toolbox.pulse.lost(way.name)
            raise
        self._toolbox.pulse.reached(way.name)

    def _way(self, to: Addressee) -> tuple[Sender, str]:
        """The first way to the first address that any way leads to."""
        for address in to.addresses:
            for way in self._senders:
                if way.takes(address):
                    return way, address
        raise Unreachable("no-way" if to.addresses else "no-address")

    @contextmanager
    def _link(self, row: Row[Any], to: Addressee, address: str, on: str) -> Iterator[str]:
        """The way on for the addressee: `on`, but for a reporter a link with a token that is in this letter only."""
        if to.complaint_id is None:
            yield on
            return
        chance, kind = self._toolbox.chance, kind_of(address)
        token, purpose = chance.code(26), purpose_of(row.template)
        columns = {
            "complaint_id": to.complaint_id,
            "purpose": purpose,
            "contact": kind,
            "address_hash": to.email_hash if kind == "email" else None,
            "created_at": self._toolbox.clock.now(),
        }
        # It must be there before the letter is: somebody may open it at once.
        with self._writer.begin() as connection:
            add_link(connection, token, **columns)
        try:
            yield f"{self._toolbox.settings.base_url}/{PATHS[purpose]}/{token}"
        except Exception:
            with self._writer.begin() as connection:
                drop_link(connection, token)
            raise

    def _letter(
        self, service: ServiceData, row: Row[Any], told: Mapping[str, str], to: Addressee, address: str, link: str
    ) -> Letter:
        known = around(self._toolbox.settings.base_url, link, days_of(row.template))
        # A case may have become confidential since the letter was written.
        own = fit_to_send(told, service.templates.get(row.template), to.confidential)
        fields = letter_fields(service.calendar, self._toolbox.clock.now(), {**known, **to.about, **own})
        said = letter(service, row.template, to.lang, to.audience, fields)
        return Letter(row.key, address, said.subject, said.body, said.short)

    def _unsent(self, row: Row[Any], state: str, error: str) -> bool:
        now = self._toolbox.clock.now()
        wait = min(timedelta(minutes=1) * 2 ** min(row.attempts, 10), LONGEST_WAIT)
        with self._writer.begin() as connection:
            mark_unsent(connection, row.id, state, now + wait, error)
        return False
