"""Puts versions of a procedure live: a new one after every check has passed, or an earlier one again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from sqlalchemy import func, insert, select, update

from app.bundle.findings import findings
from app.bundle.manifest import MANIFEST
from app.bundle.read import Bundle, bundle_of
from app.commands.approval import refuse_alone
from app.commands.reasons import need_reason
from app.commands.transaction import Transaction
from app.domain.errors import InvalidDiagram, NotFound
from app.domain.findings import Finding, errors
from app.domain.permissions import Permission
from app.domain.text import Text
from app.rehearsal.rehearse import Rehearsal, Rehearsed, rehearse
from app.sdk import Handlers
from app.standard.service import ServiceData
from app.store.base import table_of
from app.store.deployments import Activation, Deployment, DeploymentFile
from app.store.faults import faultpoint

SHOWN = 10  # arrows named in one sentence

_deployment, _file, _activation = table_of(Deployment), table_of(DeploymentFile), table_of(Activation)


@dataclass(frozen=True)
class Deployed:
    """The version that is live now; `findings` are warnings that did not forbid it."""

    deployment_id: str
    version: int
    findings: tuple[Finding, ...]


@dataclass(frozen=True)
class Deploy:
    """Put a bundle's files live as a new version; running instances stay on theirs.

    `seed`: as a start of the program does, which puts only the first version of a procedure live.
    """

    permission: ClassVar[Permission] = Permission.DEFINITION_DEPLOY
    files: Mapping[str, bytes]
    reason: str
    seed: bool = False
    approved: bool = False  # by somebody else than whoever proposed it

    def prepare(self, tx: Transaction) -> tuple[Bundle, tuple[Finding, ...]]:
        """Check everything before the database is locked; raises InvalidDiagram with all findings."""
        need_reason(self.reason)
        bundle = bundle_of(self.files)
        if self.seed and _newest(tx, bundle.key) is not None:
            return bundle, ()
        found = everything_about(bundle, tx.service, tx.toolbox.handlers, rehearsed=not self.seed)
        if errors(found):
            raise InvalidDiagram(findings=found)
        return bundle, tuple(found)

    def execute(self, tx: Transaction) -> Deployed:
        """Contents that were deployed before are put live again instead of stored twice.

        Raises InvalidDiagram, Conflict where a second person has to approve it.
        """
        if not self.seed and not self.approved:
            refuse_alone(tx)
        bundle, found = tx.prepared
        known = _newest(tx, bundle.key) if self.seed else _same(tx, bundle)
        if known is not None:
            if not known.active and not self.seed:
                _put_live(tx, known.key, known.id, self.reason)
            return Deployed(known.id, known.version, found)
        newest = select(func.max(_deployment.c.version)).where(_deployment.c.key == bundle.key)
        version = (tx.sql(newest).scalar() or 0) + 1
        row = self._row(tx, bundle, version)
        tx.sql(insert(_deployment), row)
        faultpoint("after_deployment_row")
        files = [{"deployment_id": row["id"], "path": path, "content": data} for path, data in bundle.files.items()]
        tx.sql(insert(_file), files)
        faultpoint("after_deployment_files")
        _put_live(tx, bundle.key, row["id"], self.reason)
        tx.details.update(key=bundle.key, version=version, digest=bundle.digest)
        return Deployed(row["id"], version, found)

    def _row(self, tx: Transaction, bundle: Bundle, version: int) -> dict[str, Any]:
        return {
            "id": tx.toolbox.chance.hex(),
            "key": bundle.key,
            "digest": bundle.digest,
            "version": version,
            "title": bundle.manifest.title.id,
            "deployed_at": tx.now,
            "deployed_by": tx.actor,
            "reason": self.reason,
            "active": False,
            "activated_at": tx.now,
        }


@dataclass(frozen=True)
class Activate:
    """Put an earlier version live again; new instances start on it from now on."""

    permission: ClassVar[Permission] = Permission.DEFINITION_DEPLOY
    deployment_id: str
    reason: str

    def execute(self, tx: Transaction) -> None:
        """Raises NotFound."""
        need_reason(self.reason)
        row = tx.sql(select(_deployment.c.key, _deployment.c.version).filter_by(id=self.deployment_id)).first()
        if row is None:
            raise NotFound()
        _put_live(tx, row.key, self.deployment_id, self.reason)
        tx.details.update(key=row.key, version=row.version)


def _put_live(tx: Transaction, key: str, deployment_id: str, reason: str) -> None:
    every = update(_deployment).where(_deployment.c.key == key)
    tx.sql(every.where(_deployment.c.active).values(active=False))
    tx.sql(every.where(_deployment.c.id == deployment_id).values(active=True, activated_at=tx.now))
    row = {
        "id": tx.toolbox.chance.hex(),
        "key": key,
        "deployment_id": deployment_id,
        "at": tx.now,
        "by": tx.actor,
        "reason": reason,
    }
    tx.sql(insert(_activation), row)


def _newest(tx: Transaction, key: str) -> Any:
    """The newest version of this procedure, or None."""
    found = select(_deployment).where(_deployment.c.key == key).order_by(_deployment.c.version.desc()).limit(1)
    return tx.sql(found).first()


def _same(tx: Transaction, bundle: Bundle) -> Any:
    """The deployment with exactly this content, or None."""
    wanted = select(_deployment).where(_deployment.c.key == bundle.key, _deployment.c.digest == bundle.digest)
    return tx.sql(wanted).first()


def everything_about(bundle: Bundle, service: ServiceData, handlers: Handlers, rehearsed: bool = True) -> list[Finding]:
    """Everything there is to say about the bundle; its scenarios are played only if nothing else forbids it."""
    found = findings(bundle, service.roles, service.limit_versions, handlers, service.units, service.statuses)
    if errors(found) or not rehearsed:
        return found
    played = rehearse(bundle, service, handlers)
    found += [_failed(each) for each in played if not each.passed]
    if not played.rehearsals:
        found.append(_unproven())
    elif not errors(found) and not played.passed:
        found.append(_not_covered(bundle, played))
    return found


def _unproven() -> Finding:
    message = Text("Prosedur ini tidak punya skenario.", "This procedure has no scenario.")
    fix = Text(
        "Sertakan folder scenarios: setiap jalur penting satu berkas.",
        "Add the folder scenarios: one file for each course that matters.",
    )
    return Finding("scenarios", None, "scenario-missing", "error", message, fix)


def _not_covered(bundle: Bundle, played: Rehearsed) -> Finding:
    missed = ", ".join(f"{bundle.label(flow).id} ({flow})" for flow in played.missed[:SHOWN])
    more = " …" if len(played.missed) > SHOWN else ""
    share, wanted = f"{played.coverage:.0%}", f"{played.wanted:.0%}"
    message = Text(
        f"Skenario hanya melewati {share} panah; manifes meminta {wanted}. Belum dilewati: {missed}{more}.",
        f"The scenarios pass only {share} of the arrows; the manifest asks for {wanted}. Not passed: {missed}{more}.",
    )
    fix = Text("Tambahkan skenario yang melewatinya.", "Add scenarios that pass them.")
    return Finding(MANIFEST, None, "coverage", "error", message, fix)


def _failed(one: Rehearsal) -> Finding:
    why = one.failure or Text("skenario gagal", "the scenario failed")
    message = Text(f"Skenario “{one.title.id}” gagal: {why.id}", f"The scenario “{one.title.en}” fails: {why.en}")
    fix = Text(
        "Perbaiki diagramnya, atau skenarionya bila prosedurnya memang berubah.",
        "Correct the diagram, or the scenario where the procedure has really changed.",
    )
    return Finding(one.scenario, None, "scenario", "error", message, fix)
