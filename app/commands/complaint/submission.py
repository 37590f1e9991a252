"""One form makes one complaint: sent twice, it answers the same browser with the same receipt, and nobody else."""

from __future__ import annotations

import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from app.commands.transaction import Transaction
from app.domain.errors import Conflict, Invalid
from app.domain.text import Text
from app.domain.tracking import shown
from app.store.base import table_of
from app.store.complaints import Attachment, Complaint
from app.store.keys import MasterKey

TOKEN, SENDER, SENT = "submission", "submission sender", "submission sent"  # purposes of the keyed hashes
LENGTHS = range(32, 65)
RELOAD = Text("Muat ulang halaman ini.", "Please reload this page.")
OTHERS = Text(
    "Formulir ini sudah pernah dikirim, jadi isian Anda belum terkirim. Periksa, lalu kirim sekali lagi.",
    "This form was sent before, so what you wrote has not been sent. Check it, then send it once more.",
)
_complaint, _attachment = table_of(Complaint), table_of(Attachment)


@dataclass(frozen=True, slots=True)
class Submission:
    """What is sent with one form: its one-time token, the mark of the browser that holds it, and what was typed.

    The hashes of sender and words hold the token, which is stored nowhere: they tell nothing about either.
    """

    token: str
    sender: str
    given: Mapping[str, Any]

    def __post_init__(self) -> None:
        if len(self.token) not in LENGTHS or not set(self.token) <= set("0123456789abcdef"):
            raise Invalid(errors={"submission": [RELOAD]})

    def columns(self, tx: Transaction) -> dict[str, str]:
        """What the complaint's row keeps of it."""
        key = tx.toolbox.keys.current
        return {"submission": key.digest(TOKEN, self.token.encode()), **self._hashes(tx, key)}

    def known(self, tx: Transaction) -> tuple[str, str, MasterKey] | None:
        """The complaint that this very form made before: its number, its case, and the key its secret follows from.

        Raises Conflict when it came with other words, or from another browser.
        """
        columns = (_complaint.c.id, _complaint.c.instance_id, _complaint.c.sender, _complaint.c.sent)
        for key in tx.toolbox.keys.all:
            digest = key.digest(TOKEN, self.token.encode())
            found = tx.sql(select(*columns).filter_by(submission=digest)).first()
            if found is None:
                continue
            hashes = self._hashes(tx, key)
            ours = bool(self.sender) and hmac.compare_digest(found.sender or "", hashes["sender"])
            if ours and hmac.compare_digest(found.sent or "", hashes["sent"]):
                tx.chain = found.instance_id
                return found.id, found.instance_id, key
            raise _other_words(found.id) if ours else Conflict(OTHERS)
        return None

    def _hashes(self, tx: Transaction, key: MasterKey) -> dict[str, str]:
        return {
            "sender": key.digest(SENDER, f"{self.token} {self.sender}".encode()),
            "sent": key.digest(SENT, f"{self.token} {self._words(tx)}".encode()),
        }

    def _words(self, tx: Transaction) -> str:
        """Everything typed and attached, the same text for the same answers; files count by their content."""
        given = {name: value for name, value in self.given.items() if value not in (None, "", [], False)}
        ids = {each for value in given.values() if isinstance(value, list) for each in value if isinstance(each, str)}
        found = tx.sql(select(_attachment.c.id, _attachment.c.sha256).where(_attachment.c.id.in_(sorted(ids))))
        content = {row.id: row.sha256 for row in found}
        plain = {
            name: sorted(content.get(each, each) for each in map(str, value)) if isinstance(value, list) else value
            for name, value in given.items()
        }
        return json.dumps(plain, sort_keys=True, ensure_ascii=True, default=str)


def _other_words(number: str) -> Conflict:
    said = shown(number)
    return Conflict(Text(
        f"Formulir ini sudah dikirim dan menjadi aduan {said}. Isian yang sekarang berbeda dan belum terkirim: "
        "kirim sekali lagi hanya bila ini masalah lain.",
        f"This form was sent and became complaint {said}. What it says now is different and has not been sent: "
        "send it once more only if it is about something else.",
    ))  # fmt: skip
