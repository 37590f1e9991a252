"""Takes in attachments, and sweeps out those that never came to belong to a complaint."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, ClassVar

from sqlalchemy import delete, insert, select

from app.commands import complaint_rows
from app.commands.casefile import CaseFile
from app.commands.command import PERSONAL
from app.commands.unit import INTAKE, Unit
from app.domain.errors import Forbidden, NotFound
from app.domain.permissions import Permission
from app.store import files
from app.store.base import table_of
from app.store.complaints import Attachment

if TYPE_CHECKING:
    from app.commands.media import Clean

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

    def prepare(self, unit: Unit) -> tuple[str, Clean]:
        """Clean and write the file before the database is locked; a crash after it leaves a file that is swept."""
        # What cleans pictures and papers takes 18 MiB of memory: it is loaded with the first file, not at the start.
        from app.commands.media import cleaned

        parts = unit.parts
        clean = cleaned(self.name, self.content, parts.settings.attachment_bytes, parts.scanner)
        attachment_id = parts.chance.hex()
        files.write(parts.settings.attachments_dir, attachment_id, clean.content)
        if clean.media_type.startswith("image/"):
            from app.commands.thumbnails import small

            files.write(parts.settings.thumbnails_dir, attachment_id, small(clean.content))
        return attachment_id, clean

    def execute(self, unit: Unit) -> str:
        """The attachment's id. Raises Invalid (kind, size, number), NotFound, Forbidden."""
        attachment_id: str = unit.prepared[0]
        clean: Clean = unit.prepared[1]
        unit.chain, name = INTAKE, clean.name
        if self.complaint_id is not None:
            file = self._check(unit, self.complaint_id)
            if unit.by.kind == "reporter" and file.standing.anonymous:
                name = complaint_rows.nameless(name, complaint_rows.count_attachments(file) + 1)
        row = {
            "id": attachment_id,
            "complaint_id": self.complaint_id,
            "task_id": self.task_id,
            "name": name,
            "media_type": clean.media_type,
            "size": len(clean.content),
            "sha256": hashlib.sha256(clean.content).hexdigest(),
            "added_at": unit.now,
            "added_by": unit.actor,
            "public": False,
        }
        unit.execute(insert(_attachment), row)
        unit.details.update(attachment=attachment_id, sha256=row["sha256"], media_type=clean.media_type)
        return attachment_id

    def _check(self, unit: Unit, complaint_id: str) -> CaseFile:
        file = CaseFile.of_complaint(unit, complaint_id)
        if unit.by.kind == "reporter" and unit.by.complaint != complaint_id:
            raise NotFound()
        if unit.by.kind == "user" and not unit.viewer.sees(file.standing).content:
            raise Forbidden()
        most = unit.parts.settings.attachment_count * 10  # over the whole life of a complaint
        if complaint_rows.count_attachments(file) >= most:
            from app.commands.media import refused

            raise refused("Lampiran aduan ini sudah terlalu banyak.", "This complaint has too many attachments.")
        return file


@dataclass(frozen=True)
class SweepAttachments:
    """Remove files that belong to nothing: forms never sent, and what a crash left behind."""

    permission: ClassVar[Permission] = Permission.INSTANCE_OPERATE

    def execute(self, unit: Unit) -> int:
        """How many files were removed."""
        limit, settings = unit.now - ORPHANED, unit.parts.settings
        folder, copies = settings.attachments_dir, settings.thumbnails_dir
        lost = _attachment.c.complaint_id.is_(None) & (_attachment.c.added_at < limit)
        unit.execute(delete(_attachment).where(lost))
        held = set(unit.session.scalars(select(_attachment.c.id)))
        gone = [name for name in files.older_than(folder, limit) if name not in held]
        left = [name for name in files.older_than(copies, limit) if name not in held]
        unit.after_commit(lambda: files.remove(folder, gone))
        unit.after_commit(lambda: files.remove(copies, left))
        unit.details["removed"] = len(gone)
        return len(gone)
