"""The file of one case while a command works on it: its row, locked, its bundle, and the running instance."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any

from sqlalchemy import ColumnElement, bindparam, select

from app.bundle.read import Bundle
from app.commands.transaction import Transaction
from app.domain.errors import NotFound
from app.domain.limits import Limit
from app.engine.instance import Environment, Instance
from app.engine.refusals import EngineStuck
from app.engine.trace import EngineStep
from app.rules.pauses import Pause
from app.rules.sight import Standing
from app.store.answers import latest_answers
from app.store.base import table_of
from app.store.compiled import CompiledStatement
from app.store.complaints import Complaint
from app.store.instances import ProcessInstance
from app.store.tasks import Task

ENDED = ("completed", "cancelled")
COLUMNS = tuple(column.name for column in table_of(ProcessInstance).c)
_instance, _complaint, _task = table_of(ProcessInstance), table_of(Complaint), table_of(Task)
OF_COMPLAINT: tuple[str, ...] = ("title", "category", "kelurahan", "channel", "lang", "received_at")
OF_COMPLAINT += ("is_anonymous", "is_confidential", "accused_unit")
NO_COMPLAINT = {name: None for name in ("complaint_id", *OF_COMPLAINT)}
_about = [_complaint.c[name] for name in OF_COMPLAINT]
_file = select(_instance, _complaint.c.id.label("complaint_id"), *_about).select_from(
    _instance.outerjoin(_complaint, _complaint.c.instance_id == _instance.c.id)
)
_by_instance = CompiledStatement(_file.where(_instance.c.id == bindparam("key")).with_for_update(of=_instance))
_by_complaint = CompiledStatement(_file.where(_complaint.c.id == bindparam("key")).with_for_update(of=_instance))
_task_columns: list[ColumnElement[Any]] = [column.label(f"task_{column.name}") for column in _task.c]
_by_task = CompiledStatement(
    select(_instance, _complaint.c.id.label("complaint_id"), *_about, *_task_columns)
    .select_from(
        _task.join(_instance, _instance.c.id == _task.c.instance_id).outerjoin(
            _complaint, _complaint.c.instance_id == _instance.c.id
        )
    )
    .where(_task.c.id == bindparam("key"))
    .with_for_update(of=(_instance, _task))
)


@dataclass
class CaseAtWork:
    """`row` holds the instance's columns, `about` also those of its complaint; `changed` what will be stored."""

    tx: Transaction
    row: dict[str, Any]
    about: dict[str, Any]
    fresh: bool = False  # started in this very transaction
    _live: Instance | None = None
    changed: dict[str, Any] = field(default_factory=dict)
    events: list[tuple[str, str, str | None]] = field(default_factory=list)  # history rows of this transaction
    notices: list[dict[str, Any]] = field(default_factory=list)  # outbox rows of this transaction
    pauses: list[Pause] | None = None  # those that have ended; read when a limit asks for them
    given: tuple[str, Mapping[str, Any]] | None = None  # the form answered in this transaction, and the answers

    @classmethod
    def of_instance(cls, tx: Transaction, instance_id: str) -> CaseAtWork:
        """Load and lock by instance; NotFound."""
        return cls._found(tx, _by_instance.first(tx.connection, {"key": instance_id}))

    @classmethod
    def of_complaint(cls, tx: Transaction, complaint_id: str) -> CaseAtWork:
        """Load and lock by tracking id; NotFound."""
        return cls._found(tx, _by_complaint.first(tx.connection, {"key": complaint_id}))

    @classmethod
    def of_task(cls, tx: Transaction, task_id: str) -> CaseAtWork:
        """Load and lock by task; `about` has the task's columns with the prefix `task_`. NotFound."""
        return cls._found(tx, _by_task.first(tx.connection, {"key": task_id}))

    @classmethod
    def _found(cls, tx: Transaction, found: dict[str, Any] | None) -> CaseAtWork:
        if found is None:
            raise NotFound()
        tx.chain = found["id"]
        if tx.by.kind == "user" and found["accused_unit"] in tx.by.offices:
            raise NotFound()  # for the people of the office complained of the case does not exist, whatever they want
        tx.afresh()  # the lock may have been waited for while the calendar changed
        return cls(tx, {name: found[name] for name in COLUMNS}, found)

    @property
    def id(self) -> str:
        """The instance's id."""
        return str(self.row["id"])

    @property
    def complaint_id(self) -> str | None:
        """The tracking id; None for an instance without a complaint (a trial)."""
        found: str | None = self.about["complaint_id"]
        return found

    @property
    def ended(self) -> bool:
        """Whether nothing can happen in the case any more."""
        return self.row["state"] in ENDED

    @cached_property
    def bundle(self) -> Bundle:
        """The version of the process that this instance is pinned to."""
        return self.tx.toolbox.bundle(self.tx.connection, self.row["deployment_id"])

    @cached_property
    def env(self) -> Environment:
        """What expressions may ask: this instant, the calendar in force, the limits of the instance's start."""
        return Environment(self.tx.now, self.tx.service.calendar, self.limit)

    def limit(self, key: str) -> Limit:
        """A limit as it was in force when the instance started; raises KeyError for an unknown key."""
        started: datetime = self.row["started_at"]
        day = self.tx.service.calendar.local_date(started)
        return self.tx.toolbox.shelf.limit(self.tx.connection, self.row["sla_digest"], key, day)

    @property
    def acting(self) -> str:
        """The unit that acts in this transaction: that of the task that is done, else the service's own."""
        return str(self.about.get("task_unit") or self.tx.service.standard.unit or "")

    @property
    def responsible(self) -> str | None:
        """The unit that is responsible now, also where the engine's state is damaged."""
        try:
            return self.office(self.instance.variables)
        except EngineStuck:
            held: str | None = self.row["unit"]
            return held

    def office(self, variables: Mapping[str, Any]) -> str | None:
        """The unit that is responsible: the one held by the variable that lanes take their unit from."""
        named = {lane.unit_from for lane in self.bundle.manifest.lanes.values() if lane.unit_from}
        return next((str(variables[name]) for name in sorted(named) if variables.get(name)), self.row["unit"])

    @property
    def instance(self) -> Instance:
        """The running instance, from memory or from its row; EngineStuck when its row is damaged."""
        if self._live is None:
            cache, version = self.tx.toolbox.cache, self.row["version"]
            self._live = cache.take(self.id, version) or Instance.decode(self.bundle.definition, self.row["blob"])
            live = self._live
            # Whoever only looked leaves it as it was; a step sets `changed` and decides anew.
            self.tx.after_commit(lambda: None if self.changed else cache.put(self.id, version, live))
            self.tx.after_failure(lambda: cache.drop(self.id))
        return self._live

    def begin(self, instance: Instance) -> None:
        """Take over an instance that was just started."""
        self._live = instance

    def act(self, change: Callable[[Instance], EngineStep]) -> EngineStep:
        """Let the engine make one step. Raises EngineStuck, also for what no handler of the engine foresaw."""
        try:
            return change(self.instance)
        except RecursionError as error:
            raise EngineStuck(reason=f"{type(error).__name__}: {error}") from error

    @property
    def accused(self) -> str | None:
        """The office complained of: its people have nothing to do with the case."""
        found: str | None = self.about["accused_unit"]
        return found

    @property
    def confidential(self) -> bool:
        """Whether nothing that tells of the case may leave it."""
        return bool(self.about["is_confidential"])

    @property
    def standing(self) -> Standing:
        """What decides who may see it (what offices answered before is of use to pages only)."""
        return Standing(self.row["unit"], self.accused, bool(self.about["is_anonymous"]), self.confidential)

    def answers(self) -> dict[str, dict[str, Any]]:
        """The latest answers of each form."""
        return latest_answers(self.tx.connection, self.id)
