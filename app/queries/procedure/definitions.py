"""The shelf of procedures: which are deployed, in which versions, by whom and why."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.domain.errors import NotFound
from app.queries.case.instances import running_by_version
from app.store.accounts import User
from app.store.deployments import Activation, Deployment, DeploymentFile


@dataclass(frozen=True, slots=True)
class Version:
    """One deployed version and how many cases run on it."""

    id: str
    key: str
    version: int
    title: str
    digest: str
    deployed_at: datetime
    deployed_by: str
    reason: str
    active: bool
    running: int
    ended: int


@dataclass(frozen=True, slots=True)
class Change:
    """One moment at which a version went live: deployed, or put back."""

    at: datetime
    by: str
    reason: str
    version: int


def shelf(session: Session) -> list[Version]:
    """The live version of every procedure, by title."""
    live = session.scalars(select(Deployment).where(Deployment.active.is_(True)).order_by(Deployment.title)).all()
    return [_version(session, each, running_by_version(session, each.key)) for each in live]


def versions(session: Session, key: str) -> list[Version]:
    """All versions of one procedure, newest first; NotFound for an unknown one."""
    found = session.scalars(select(Deployment).where(Deployment.key == key).order_by(Deployment.version.desc())).all()
    if not found:
        raise NotFound
    counts = running_by_version(session, key)
    return [_version(session, each, counts) for each in found]


def version(session: Session, key: str, number: int) -> Version:
    """One version; NotFound when there is none."""
    found = session.scalar(select(Deployment).where(Deployment.key == key, Deployment.version == number))
    if found is None:
        raise NotFound
    return _version(session, found, running_by_version(session, key))


def files(session: Session, deployment_id: str) -> dict[str, bytes]:
    """Path -> content of one deployment."""
    rows = session.scalars(select(DeploymentFile).where(DeploymentFile.deployment_id == deployment_id))
    return {row.path: row.content for row in rows}


def changes(session: Session, key: str) -> list[Change]:
    """Who put which version live when and why, newest first."""
    rows = session.execute(
        select(Activation, Deployment.version)
        .join(Deployment, Activation.deployment_id == Deployment.id)
        .where(Activation.key == key)
        .order_by(Activation.at.desc())
    )
    return [Change(each.at, name_of(session, each.by), each.reason, number) for each, number in rows]


def name_of(session: Session, actor: str | None) -> str:
    """The name of a user id for people; other actors keep their word."""
    user = session.get(User, actor) if actor else None
    return user.name if user else (actor or "")


def _version(session: Session, found: Deployment, counts: dict[str, tuple[int, int]]) -> Version:
    running, ended = counts.get(found.id, (0, 0))
    return Version(
        id=found.id,
        key=found.key,
        version=found.version,
        title=found.title,
        digest=found.digest,
        deployed_at=found.deployed_at,
        deployed_by=name_of(session, found.deployed_by),
        reason=found.reason,
        active=found.active,
        running=running,
        ended=ended,
    )
