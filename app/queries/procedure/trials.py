"""The trials of a procedure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.domain.errors import NotFound
from app.domain.text import Text
from app.store.deployments import Deployment
from app.store.trials import Trial

SHOWN = 50


@dataclass(frozen=True, slots=True)
class TrialRow:
    """One trial with the version it plays."""

    id: str
    key: str
    deployment_id: str
    version: int
    begun_at: datetime
    begun_by: str
    ended_at: datetime | None
    starts_at: datetime
    filed: Mapping[str, Any]
    steps: Sequence[Mapping[str, Any]]


def trials(session: Session, key: str) -> list[TrialRow]:
    """The newest trials of a procedure."""
    found = select(Trial, Deployment.version).join(Deployment, Deployment.id == Trial.deployment_id)
    rows = session.execute(found.where(Trial.key == key).order_by(Trial.begun_at.desc()).limit(SHOWN))
    return [_row(trial, version) for trial, version in rows]


def trial(session: Session, key: str, trial_id: str) -> TrialRow:
    """One trial of this procedure; NotFound."""
    found = select(Trial, Deployment.version).join(Deployment, Deployment.id == Trial.deployment_id)
    row = session.execute(found.where(Trial.key == key, Trial.id == trial_id)).first()
    if row is None:
        raise NotFound(Text("Uji coba ini tidak ada.", "This trial does not exist."))
    return _row(row[0], row[1])


def _row(trial: Trial, version: int) -> TrialRow:
    return TrialRow(
        trial.id, trial.key, trial.deployment_id, version, trial.begun_at, trial.begun_by, trial.ended_at,
        trial.starts_at, trial.filed, trial.steps,
    )  # fmt: skip
