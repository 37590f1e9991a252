"""Checks that procedures, service data and attachments are still, byte for byte, what the audit says was stored."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.bundle.read import digest_of
from app.domain.text import Text
from app.queries.verify.violation import Violation
from app.store import files
from app.store.audit import AuditEntry
from app.store.base import table_of
from app.store.complaints import Attachment
from app.store.deployments import Deployment, DeploymentFile
from app.store.service_data import InForce, ServiceFile

if TYPE_CHECKING:
    from app.toolbox import Toolbox

_entry, _deployment = table_of(AuditEntry), table_of(Deployment)
_file, _service, _attachment = table_of(DeploymentFile), table_of(ServiceFile), table_of(Attachment)
_in_force = table_of(InForce)


def contents(session: Session, toolbox: Toolbox) -> Iterator[Violation]:
    """Deployments, service files and attachments whose content, digest and audited digest are not the same."""
    yield from _deployments(session)
    yield from _service_files(session)
    yield from _attachments(session, toolbox.settings.attachments_dir)


def _deployments(session: Session) -> Iterator[Violation]:
    audited = {
        (fields["key"], fields["version"]): fields["digest"]
        for fields in _entries(session, "Deploy", "ApproveProposal")
        if "digest" in fields
    }
    columns = (_deployment.c.id, _deployment.c.key, _deployment.c.version, _deployment.c.digest)
    for row in session.execute(select(*columns).order_by(_deployment.c.key, _deployment.c.version)).all():
        stored = session.execute(select(_file.c.path, _file.c.content).filter_by(deployment_id=row.id))
        if digest_of({file.path: file.content for file in stored}) != row.digest:
            yield _wrong("deployment_file", row.id, "berkasnya diubah", "its files were changed")
        if audited.pop((row.key, row.version), None) != row.digest:
            yield _wrong("deployment", row.id, "tidak sama dengan audit", "it is not what the audit says")
    for key, version in audited:
        yield _wrong("deployment", f"{key}:{version}", "versi ini hilang", "this version is missing")


def _service_files(session: Session) -> Iterator[Violation]:
    loads = list(_entries(session, "LoadService", "ApproveServiceFiles"))
    audited = {change for fields in loads for change in fields["changed"].items()}
    found = set()
    for row in session.execute(select(_service).order_by(_service.c.seq)):
        found.add((row.name, row.digest))
        if hashlib.sha256(row.content).hexdigest() != row.digest:
            yield _wrong("service_file", row.id, "isinya diubah", "its content was changed")
        elif (row.name, row.digest) not in audited:
            yield _wrong("service_file", row.id, "tidak dikenal audit", "the audit does not know it")
    for name, _digest in sorted(audited - found):
        yield _wrong("service_file", name, "berkas ini hilang", "this file is missing")
    yield from _in_force_now(session, loads)


def _in_force_now(session: Session, loads: list[Any]) -> Iterator[Violation]:
    """Of each file its last loading is in force, and whether a person or a restart put it there."""
    last = {name: (each, not fields.get("seed", False)) for fields in loads for name, each in fields["changed"].items()}
    columns = (_in_force.c.name, _in_force.c.chosen, _service.c.digest)
    there = select(*columns).join(_service, _service.c.id == _in_force.c.file_id)
    held = {row.name: (row.digest, row.chosen) for row in session.execute(there)}
    for name in sorted(last.keys() | held.keys()):
        if held.get(name) != last.get(name):
            yield _wrong("service_in_force", name, "bukan yang terakhir dimuat", "it is not what was loaded last")


def _attachments(session: Session, folder: Path) -> Iterator[Violation]:
    audited = {fields["attachment"]: fields["sha256"] for fields in _entries(session, "StoreAttachment")}
    for row in session.execute(select(_attachment.c.id, _attachment.c.sha256).order_by(_attachment.c.id)):
        if audited.get(row.id) != row.sha256:
            yield _wrong("attachment", row.id, "tidak sama dengan audit", "it is not what the audit says")
        try:
            sound = hashlib.sha256(files.read(folder, row.id)).hexdigest() == row.sha256
        except FileNotFoundError:
            yield _wrong("attachment", row.id, "berkasnya hilang", "its file is missing")
        else:
            if not sound:
                yield _wrong("attachment", row.id, "berkasnya diubah", "its file was changed")


def _entries(session: Session, *commands: str) -> Iterator[Any]:
    wanted = select(_entry.c.fields).where(_entry.c.command.in_(commands), _entry.c.outcome == "done")
    return iter(session.scalars(wanted.order_by(_entry.c.at, _entry.c.chain, _entry.c.seq)))


def _wrong(table: str, row: str, id_: str, en: str) -> Violation:
    return Violation(table, row, "INV7", Text(id_, en))
