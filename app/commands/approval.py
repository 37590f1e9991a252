"""Where the service asks for two people, nobody puts a change in force alone."""

from __future__ import annotations

from app.commands.transaction import Transaction
from app.domain.errors import Conflict
from app.domain.text import Text

NEEDS_APPROVAL = Text(
    "Layanan ini memerlukan dua orang: ajukan perubahan ini, lalu orang lain menyetujuinya.",
    "This service asks for two people: propose this change, then somebody else approves it.",
)
SECOND_PERSON = Text(
    "Layanan ini memerlukan dua orang: yang mengusulkan tidak boleh menyetujui usulannya sendiri.",
    "This service asks for two people: whoever proposed a change may not approve it.",
)


def refuse_alone(tx: Transaction) -> None:
    """Raise Conflict where a person makes a change that somebody else has to approve."""
    if tx.by.kind == "user" and tx.service.standard.approval == "two":
        raise Conflict(NEEDS_APPROVAL)


def refuse_author(tx: Transaction, author: str) -> None:
    """Raise Conflict where whoever proposed a change would approve it, and the service asks for two."""
    if tx.service.standard.approval == "two" and author == tx.actor:
        raise Conflict(SECOND_PERSON)
