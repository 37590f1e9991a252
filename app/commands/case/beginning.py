"""Begins a case that is no complaint: by an officer's form, a message, a handler of another case, or the calendar."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, ClassVar

from sqlalchemy import insert, select

from app.bundle.read import Bundle
from app.commands.case import history, words
from app.commands.case.at_work import NO_COMPLAINT, CaseAtWork
from app.commands.case.settlement import Standing, settle
from app.commands.case.startable import live, loaded
from app.commands.case.starting import new_row
from app.commands.command import PERSONAL
from app.commands.task import answering
from app.commands.transaction import Transaction
from app.domain.errors import Conflict, Forbidden
from app.domain.permissions import Permission
from app.domain.recurrence import Recurrence
from app.domain.tracking import tracking_id
from app.engine.instance import Instance
from app.store.base import table_of
from app.store.instances import ProcessInstance
from app.store.starts import CaseStart

FORM = "form"  # the purpose of the keyed hash of a form's one-time token
PERIOD = "period:"
LONGEST_TITLE = 150
_start, _instance = table_of(CaseStart), table_of(ProcessInstance)


@dataclass(frozen=True)
class Started:
    """The case that began: its instance, its number, and the user tasks that opened with it."""

    instance_id: str
    number: str
    opened: tuple[str, ...] = ()


@dataclass(frozen=True)
class StartCase:
    """An officer begins a case with its start form. `submission` is the form's one-time token: twice, it begins one."""

    permission: ClassVar[Permission] = Permission.TASK_WORK

    key: str
    answers: Mapping[str, Any] = field(metadata=PERSONAL)
    message: str | None = None
    submission: str | None = field(default=None, metadata=PERSONAL)

    def execute(self, tx: Transaction) -> Started:
        """Raises Invalid with the errors of each field, Forbidden for whoever the manifest does not name."""
        deployment, bundle = live(tx, self.key)
        unit = next((grant.unit for grant in tx.by.grants if grant.role in bundle.manifest.start.roles), False)
        if unit is False and tx.by.kind != "system":
            raise Forbidden()
        token = self.submission or tx.toolbox.chance.hex()
        cause = f"form:{tx.toolbox.keys.digest(FORM, token)}"[:80]
        told = {"started_by_unit": unit or None}
        return _begin(tx, deployment, bundle, cause, loaded(tx, bundle, self.answers), told, message=self.message)


@dataclass(frozen=True)
class StartByHandler:
    """A handler of another case begins this one; `cause` names the step that asked for it."""

    permission: ClassVar[Permission] = Permission.INSTANCE_OPERATE

    key: str
    answers: Mapping[str, Any] = field(metadata=PERSONAL)
    message: str | None
    cause: str

    def execute(self, tx: Transaction) -> Started:
        """Raises what `look_at` would have raised before."""
        deployment, bundle = live(tx, self.key)
        return _begin(tx, deployment, bundle, self.cause, loaded(tx, bundle, self.answers), {}, message=self.message)


@dataclass(frozen=True)
class StartPeriod:
    """The calendar begins a case once for a period, late where nothing ran when it was due. The system's own."""

    permission: ClassVar[Permission] = Permission.INSTANCE_OPERATE

    key: str
    period: str
    at: datetime

    def execute(self, tx: Transaction) -> Started:
        """Raises Conflict where the procedure that is live now does not begin in this period at this instant."""
        deployment, bundle = live(tx, self.key)
        recurrence = bundle.manifest.start.calendar
        if recurrence is None or not _falls(recurrence, tx, self.period, self.at):
            raise Conflict()
        told = {"period": self.period, "period_on": tx.service.calendar.local_date(self.at).isoformat()}
        return _begin(tx, deployment, bundle, PERIOD + self.period, {}, told, at=self.at)


def _falls(recurrence: Recurrence, tx: Transaction, name: str, at: datetime) -> bool:
    calendar = tx.service.calendar
    period = recurrence.period(calendar.local_date(at))
    return period.name == name and recurrence.instant(period, calendar) == at <= tx.now


def _begin(
    tx: Transaction,
    deployment: str,
    bundle: Bundle,
    cause: str,
    kept: Mapping[str, Any],
    told: Mapping[str, Any],
    *,
    message: str | None = None,
    at: datetime | None = None,
) -> Started:
    """Begin the case of this cause, or find it. `told` are values for variables that the manifest may declare."""
    known = select(_instance.c.id, _instance.c.business_key).join(_start, _start.c.instance_id == _instance.c.id)
    known = known.where(_start.c.key == bundle.key, _start.c.cause == cause)
    if found := tx.sql(known).first():
        tx.silent = True
        return Started(found.id, found.business_key)
    form, manifest = bundle.manifest.start_form, bundle.manifest
    title = manifest.meaning.value("title", form, kept) if form else None
    row = new_row(tx, deployment, bundle, tracking_id(tx.toolbox.chance), title and str(title)[:LONGEST_TITLE])
    row["started_at"] = at or tx.now
    case = CaseAtWork(tx, row, {**NO_COMPLAINT}, fresh=True)
    tx.sql(insert(_instance), row)
    tx.sql(insert(_start), {"key": bundle.key, "cause": cause, "instance_id": case.id, "at": row["started_at"]})
    words.write(case, *(each for each in kept.values() if isinstance(each, str)))
    variables = {name: value for name, value in told.items() if name in manifest.variables}
    history.add(case, [("started", bundle.key, None)])
    if form:
        variables = answering.projected(case, form, kept) | variables
        if kept:
            answering.keep_answers(case, form, form, kept, None)
    instance, step = Instance.start(bundle.definition, variables, case.env, message)
    case.begin(instance)
    settled = settle(case, Standing(), [step])
    return Started(case.id, row["business_key"], settled.opened)
