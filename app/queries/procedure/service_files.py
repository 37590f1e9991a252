"""Which content of each service file is in force, since when and why, and which files on the disk differ from it."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.store.service_data import InForce, ServiceFile


@dataclass(frozen=True, slots=True)
class Loading:
    """One loading of a service file; of those with the same name one is in force."""

    name: str
    digest: str
    at: datetime
    by: str
    reason: str
    in_force: bool


def in_force(session: Session) -> list[Loading]:
    """Every file with the loading that is in force."""
    return _loadings(session, InForce.file_id.is_not(None))


def history(session: Session, name: str) -> list[Loading]:
    """All loadings of one file, the last one first."""
    return _loadings(session, ServiceFile.name == name)


def content(session: Session, name: str, digest: str) -> list[bytes]:
    """The contents of a file that were ever loaded and whose digest begins so: one, unless it is too short or wrong."""
    wanted = select(ServiceFile.digest, ServiceFile.content).where(ServiceFile.name == name)
    rows = session.execute(wanted.where(ServiceFile.digest.startswith(digest, autoescape=True)))
    return list({row.digest: row.content for row in rows}.values())


def differing(session: Session, contents: Mapping[str, bytes]) -> list[str]:
    """The names of those `contents` that are not what is in force."""
    held = {each.name: each.digest for each in in_force(session)}
    return [name for name in sorted(contents) if held.get(name) != hashlib.sha256(contents[name]).hexdigest()]


def _loadings(session: Session, wanted: object) -> list[Loading]:
    columns = (ServiceFile.name, ServiceFile.digest, ServiceFile.loaded_at, ServiceFile.loaded_by, ServiceFile.reason)
    rows = select(*columns, InForce.file_id).outerjoin(InForce, InForce.file_id == ServiceFile.id)
    rows = rows.where(wanted).order_by(ServiceFile.name, ServiceFile.seq.desc())  # type: ignore[arg-type]
    return [Loading(*row[:5], in_force=row.file_id is not None) for row in session.execute(rows)]
