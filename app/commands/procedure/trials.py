"""Trials of a version: begun, played step by step, taken back, ended, deleted; they touch no case and send nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

from sqlalchemy import delete, insert, select, update

from app.commands.command import PERSONAL
from app.commands.transaction import Transaction
from app.domain.errors import Conflict, Invalid, NotFound
from app.domain.permissions import Permission
from app.domain.text import Text
from app.rehearsal.samples import samples
from app.rehearsal.trial import play
from app.standard.sources import sources_of
from app.store.base import table_of
from app.store.deployments import Deployment
from app.store.trials import Trial

MOST_STEPS = 200
STALE = Text(
    "Uji coba ini sudah berubah sejak halaman dibuka. Lihat keadaannya sekarang, lalu ulangi.",
    "This trial has changed since the page was opened. See how it stands now, then try again.",
)
OVER = Text("Uji coba ini sudah diakhiri.", "This trial has been ended.")
TOO_LONG = Text(f"Uji coba paling banyak {MOST_STEPS} langkah.", f"A trial has {MOST_STEPS} steps at most.")

_trial, _deployment = table_of(Trial), table_of(Deployment)


@dataclass(frozen=True)
class StartTrial:
    """Begin a trial of one version with a made-up complaint, or with what `filed` says."""

    permission: ClassVar[Permission] = Permission.DEFINITION_DEPLOY
    deployment_id: str
    filed: Mapping[str, Any] | None = field(default=None, metadata=PERSONAL)

    def execute(self, tx: Transaction) -> str:
        """The id of the trial. Raises NotFound, Refusal when the version cannot begin at all."""
        bundle = tx.toolbox.bundle(tx.connection, self.deployment_id)
        form = None if bundle.manifest.start_form is None else bundle.forms[bundle.manifest.start_form]
        filed = self.filed
        if filed is None:
            made = {} if form is None else next(samples(form, sources_of(tx.service, tx.now), {}), {})
            filed = made if form is None else form.split(made)[0]
        play(bundle, tx.service, tx.toolbox.handlers, tx.now, filed, ())
        row = {
            "id": tx.toolbox.chance.hex(),
            "key": bundle.key,
            "deployment_id": self.deployment_id,
            "begun_at": tx.now,
            "begun_by": tx.actor,
            "ended_at": None,
            "starts_at": tx.now.replace(second=0, microsecond=0),
            "filed": dict(filed),
            "steps": [],
        }
        tx.sql(insert(_trial), row)
        tx.details.update(key=bundle.key, trial=row["id"])
        return str(row["id"])


@dataclass(frozen=True)
class AddTrialStep:
    """Play one step more; `seen` is the number of steps that stood on the page."""

    permission: ClassVar[Permission] = Permission.DEFINITION_DEPLOY
    trial_id: str
    seen: int
    step: Mapping[str, Any] = field(default_factory=dict, metadata=PERSONAL)

    def execute(self, tx: Transaction) -> None:
        """Raises NotFound, Conflict, Invalid with the form's sentences, Refusal when the step cannot be played."""
        row = _open(tx, self.trial_id, self.seen)
        if self.seen >= MOST_STEPS:
            raise Invalid(TOO_LONG)
        bundle = tx.toolbox.bundle(tx.connection, row.deployment_id)
        steps = [*row.steps, dict(self.step)]
        played = play(bundle, tx.service, tx.toolbox.handlers, row.starts_at, row.filed, steps)
        if played.broken is not None:
            raise played.broken[1]
        if self.step.keys() & {"task", "message"}:
            steps[-1]["status"] = played.stage.status
        _write(tx, self.trial_id, steps=steps)


@dataclass(frozen=True)
class ChangeFiled:
    """Let the trial begin with another complaint, as long as nothing was played."""

    permission: ClassVar[Permission] = Permission.DEFINITION_DEPLOY
    trial_id: str
    filed: Mapping[str, Any] = field(metadata=PERSONAL)

    def execute(self, tx: Transaction) -> None:
        """Raises NotFound, Conflict, Invalid, Refusal when the case cannot begin so."""
        row = _open(tx, self.trial_id, 0)
        bundle = tx.toolbox.bundle(tx.connection, row.deployment_id)
        play(bundle, tx.service, tx.toolbox.handlers, row.starts_at, self.filed, ())
        _write(tx, self.trial_id, filed=dict(self.filed), steps=[])


@dataclass(frozen=True)
class StepBack:
    """Take the last step back, so that the other choice can be tried."""

    permission: ClassVar[Permission] = Permission.DEFINITION_DEPLOY
    trial_id: str
    seen: int

    def execute(self, tx: Transaction) -> None:
        """Raises NotFound, Conflict."""
        row = _open(tx, self.trial_id, self.seen)
        _write(tx, self.trial_id, steps=row.steps[:-1])


@dataclass(frozen=True)
class EndTrial:
    """End a trial; it stays to be read and to be kept as a scenario."""

    permission: ClassVar[Permission] = Permission.DEFINITION_DEPLOY
    trial_id: str

    def execute(self, tx: Transaction) -> None:
        """Raises NotFound. Ending twice is ending once."""
        _found(tx, self.trial_id)
        tx.sql(update(_trial).where(_trial.c.id == self.trial_id, _trial.c.ended_at.is_(None)).values(ended_at=tx.now))


@dataclass(frozen=True)
class DeleteTrial:
    """Delete a trial with all its steps."""

    permission: ClassVar[Permission] = Permission.DEFINITION_DEPLOY
    trial_id: str

    def execute(self, tx: Transaction) -> None:
        """Raises NotFound."""
        row = _found(tx, self.trial_id)
        tx.sql(delete(_trial).where(_trial.c.id == self.trial_id))
        tx.details.update(key=row.key, trial=self.trial_id)


def _found(tx: Transaction, trial_id: str) -> Any:
    row = tx.sql(select(_trial).where(_trial.c.id == trial_id)).first()
    if row is None:
        raise NotFound(Text("Uji coba ini tidak ada.", "This trial does not exist."))
    return row


def _open(tx: Transaction, trial_id: str, seen: int) -> Any:
    """The trial, if nobody went on with it since `seen` steps."""
    row = _found(tx, trial_id)
    if row.ended_at is not None:
        raise Conflict(OVER)
    if len(row.steps) != seen:
        raise Conflict(STALE)
    return row


def _write(tx: Transaction, trial_id: str, **values: Any) -> None:
    tx.sql(update(_trial).where(_trial.c.id == trial_id).values(**values))
    tx.details.update(trial=trial_id, steps=len(values["steps"]))
