"""Opens the guarded identity of a reporter: only with the right, for a reason, and always on record."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from sqlalchemy import select

from app.commands.case.at_work import CaseAtWork
from app.commands.reasons import need_reason
from app.commands.transaction import Transaction
from app.domain.errors import Expired, Forbidden
from app.domain.permissions import Permission
from app.domain.text import Text
from app.store.reporters import Reporter

# Said to whoever opens it in spite of the page, which offers nothing; the refusal stands in the audit.
ANONYMOUS = Text(
    "Pelapor ini memilih anonim. Peran atau kantor Anda tidak dapat membuka identitasnya, apa pun alasannya.",
    "This reporter chose to stay anonymous. Your role or office cannot open the identity, whatever the reason.",
)


@dataclass(frozen=True)
class OpenIdentity:
    """Read who reported a complaint. The reading itself is an entry of the case's audit chain."""

    permission: ClassVar[Permission] = Permission.IDENTITY_READ
    also: ClassVar[tuple[Permission, ...]] = (Permission.IDENTITY_ANONYMOUS,)
    complaint_id: str
    reason: str

    def execute(self, tx: Transaction) -> dict[str, Any]:
        """The identity's fields. Raises Invalid without a reason, Expired once erased.

        Forbidden where the right ends.
        """
        case = CaseAtWork.of_complaint(tx, self.complaint_id)
        if not tx.viewer.sees(case.standing).identity:
            raise Forbidden(ANONYMOUS if case.standing.anonymous else None)
        need_reason(self.reason)
        row = tx.session.execute(select(Reporter).filter_by(complaint_id=self.complaint_id)).scalar_one()
        if row.data_key is None or row.sealed is None:
            raise Expired(Text("Identitas pelapor sudah dihapus.", "The reporter's identity has been erased."))
        return tx.toolbox.keys.open(row.data_key, row.sealed, self.complaint_id)
