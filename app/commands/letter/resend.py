"""Lets an operator send a message once more after its last try had failed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from sqlalchemy import select, update

from app.commands.reasons import need_reason
from app.commands.transaction import Transaction
from app.domain.errors import Conflict, NotFound
from app.domain.permissions import Permission
from app.domain.text import Text
from app.store.base import table_of
from app.store.outbox import PROBLEMS, OutboxMessage

_message = table_of(OutboxMessage)
MOVED_ON = Text("Pesan ini sudah dicoba lagi.", "This message is being tried again already.")


@dataclass(frozen=True)
class SendAgain:
    """Give a failed message its tries back; the outbox sends it with its next round."""

    permission: ClassVar[Permission] = Permission.INSTANCE_OPERATE
    message_id: str
    reason: str

    def execute(self, tx: Transaction) -> None:
        """Raises NotFound, Conflict when nothing is wrong with the message (any more), Invalid without a reason."""
        need_reason(self.reason)
        mine = _message.c.id == self.message_id
        found = tx.sql(select(_message.c.instance_id, _message.c.state).where(mine).with_for_update()).first()
        if found is None:
            raise NotFound()
        if found.instance_id is not None:
            tx.chain = found.instance_id
        if found.state not in PROBLEMS:
            raise Conflict(MOVED_ON)
        tx.sql(update(_message).where(mine).values(state="waiting", attempts=0, due_at=tx.now))
