"""Takes in attachments, and sweeps out those that never came to belong to a complaint."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, ClassVar

from sqlalchemy import delete, insert, select

from app.commands.case.at_work import CaseAtWork
from app.commands.command import PERSONAL
from app.commands.complaint import rows as complaint_rows
from app.commands.transaction import INTAKE, Transaction
from app.domain.errors import Forbidden, NotFound
from app.domain.permissions import Permission
from app.store import files
from app.store.base import table_of
from app.store.complaints import Attachment

if TYPE_CHECKING:
    from app.commands.attachment.media import Clean

ORPHANED = timedelta(days=1)  # time enough to finish a form
_attachment = table_of(Attachment)


@dataclass(frozen=True)
class StoreAttachment:
    """Keep one file. It belongs to a complaint from the start, or once the form that names its id is sent."""

    permission: ClassVar[Permission] = Permission.PUBLIC
    name: str = field(metadata=PERSONAL)
    content: bytes = field(metadata=PERSONAL)
    complaint_id: str | None = None
    task_id: str | None = None

    def prepare(self, tx: Transaction) -> tuple[str, Clean]:
        """Clean and write the file before the database is locked; a crash after it leaves a file that is swept."""
        # What cleans pictures and papers takes 18 MiB of memory: it is loaded with the first file, not at the start.
        from app.commands.attachment.media import cleaned

        toolbox = tx.toolbox
        clean = cleaned(self.name, self.content, toolbox.settings.attachment_bytes, toolbox.scanner)
        attachment_id = toolbox.chance.hex()
        files.write(toolbox.settings.attachments_dir, attachment_id, clean.content)
        if clean.media_type.startswith("image/"):
            from app.commands.attachment.thumbnails import small

            files.write(toolbox.settings.thumbnails_dir, attachment_id, small(clean.content))
        return attachment_id, clean

    def execute(self, tx: Transaction) -> str:
        """The attachment's id. Raises Invalid (kind, size, number), NotFound, Forbidden."""
        attachment_id: str = tx.prepared[0]
        clean: Clean = tx.prepared[1]
        tx.chain, name = INTAKE, clean.name
        if self.complaint_id is not None:
            case = self._check(tx, self.complaint_id)
            if tx.by.kind == "reporter" and case.standing.anonymous:
                name = complaint_rows.nameless(name, complaint_rows.count_attachments(case) + 1)
        row = {
            "id": attachment_id,
            "complaint_id": self.complaint_id,
            "task_id": self.task_id,
            "name": name,
            "media_type": clean.media_type,
            "size": len(clean.content),
            "sha256": hashlib.sha256(clean.content).hexdigest(),
            "added_at": tx.now,
            "added_by": tx.actor,
            "public": False,
        }
        tx.sql(insert(_attachment), row)
        tx.details.update(attachment=attachment_id, sha256=row["sha256"], media_type=clean.media_type)
        return attachment_id

    def _check(self, tx: Transaction, complaint_id: str) -> CaseAtWork:
        case = CaseAtWork.of_complaint(tx, complaint_id)
        if tx.by.kind == "reporter" and tx.by.complaint != complaint_id:
            raise NotFound()
        if tx.by.kind == "user" and not tx.viewer.sees(case.standing).content:
            raise Forbidden()
        most = tx.toolbox.settings.attachment_count * 10  # over the whole life of a complaint
        if complaint_rows.count_attachments(case) >= most:
            from app.commands.attachment.media import refused

            raise refused("Lampiran aduan ini sudah terlalu banyak.", "This complaint has too many attachments.")
        return case


@dataclass(frozen=True)
class SweepAttachments:
    """Remove files that belong to nothing: forms never sent, and what a crash left behind."""

    permission: ClassVar[Permission] = Permission.INSTANCE_OPERATE

    def execute(self, tx: Transaction) -> int:
        """How many files were removed."""
        limit, settings = tx.now - ORPHANED, tx.toolbox.settings
        folder, copies = settings.attachments_dir, settings.thumbnails_dir
        lost = _attachment.c.complaint_id.is_(None) & (_attachment.c.added_at < limit)
        tx.sql(delete(_attachment).where(lost))
        held = set(tx.session.scalars(select(_attachment.c.id)))
        gone = [name for name in files.older_than(folder, limit) if name not in held]
        left = [name for name in files.older_than(copies, limit) if name not in held]
        tx.after_commit(lambda: files.remove(folder, gone))
        tx.after_commit(lambda: files.remove(copies, left))
        tx.details["removed"] = len(gone)
        return len(gone)
