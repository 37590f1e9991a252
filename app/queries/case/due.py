"""Tells the due times of cases as they stand at one instant: the one way from stored columns to what people read."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cached_property
from typing import NamedTuple, Protocol

from sqlalchemy.orm import Session

from app.bundle.shelf import Figure, Shelf
from app.domain.calendar import Calendar
from app.queries.complaint.past import pauses_of
from app.rules.explanation import told
from app.rules.pauses import Pause
from app.rules.remaining import Deadline, deadline


class Clocked(Protocol):
    """What a due time needs to know of its case; the row of an instance has it, and `CaseClock`."""

    @property
    def id(self) -> str: ...
    @property
    def started_at(self) -> datetime: ...
    @property
    def sla_digest(self) -> str | None: ...
    @property
    def paused_at(self) -> datetime | None: ...
    @property
    def ended_at(self) -> datetime | None: ...
    @property
    def limit_key(self) -> str | None: ...
    @property
    def due_at(self) -> datetime | None: ...
    @property
    def due_confirmed(self) -> bool: ...


class Limited(Protocol):
    """What a due time needs to know of a task; the row of a task has it, and `StepClock`."""

    @property
    def limit_key(self) -> str | None: ...
    @property
    def anchored_at(self) -> datetime | None: ...
    @property
    def due_at(self) -> datetime | None: ...
    @property
    def due_confirmed(self) -> bool: ...


class CaseClock(NamedTuple):
    """The columns of a case that its due times depend on."""

    id: str
    started_at: datetime
    sla_digest: str | None
    paused_at: datetime | None
    ended_at: datetime | None
    limit_key: str | None
    due_at: datetime | None
    due_confirmed: bool

    @classmethod
    def of(cls, row: Clocked) -> CaseClock:
        """Of an instance's row."""
        return cls(*(getattr(row, name) for name in cls._fields))


class StepClock(NamedTuple):
    """The columns of a task that its due time depends on."""

    limit_key: str | None
    anchored_at: datetime | None
    due_at: datetime | None
    due_confirmed: bool

    @classmethod
    def of(cls, row: Limited) -> StepClock:
        """Of a task's row."""
        return cls(*(getattr(row, name) for name in cls._fields))


@dataclass(frozen=True, slots=True)
class Standing:
    """The due times of a step and of its whole case, as one row of a list tells them."""

    step: Deadline | None
    case: Deadline | None

    @property
    def nearest(self) -> Deadline | None:
        """The one that is broken or comes next: it gives a row its colour and its place."""
        known = [due for due in (self.step, self.case) if due is not None]
        return min(known, key=lambda due: due.at, default=None)


@dataclass(frozen=True)
class DueTimes:
    """Due times at `now`, by the calendar in force and the figures with which each case began."""

    session: Session
    shelf: Shelf
    now: datetime
    _pauses: dict[str, tuple[Pause, ...]] = field(default_factory=dict)

    def of_task(self, task: Limited, case: Clocked, explain: bool = False) -> Deadline | None:
        """The due time of a task; None when nothing is due."""
        start = task.anchored_at or case.started_at
        return self._told(case, task.limit_key, start, task.due_at, task.due_confirmed, explain)

    def of_case(self, case: Clocked, explain: bool = False) -> Deadline | None:
        """The due time of a whole case; None once it has ended, and when nothing is due."""
        if case.ended_at is not None:
            return None
        return self._told(case, case.limit_key, case.started_at, case.due_at, case.due_confirmed, explain)

    def standing(self, task: Limited | None, case: Clocked) -> Standing:
        """Both due times of one row of a list."""
        return Standing(self.of_task(task, case) if task is not None else None, self.of_case(case))

    def removed(self, key: str | None, case: Clocked) -> bool:
        """Whether a limit that the procedure names is not in the policy any more."""
        return key is not None and self._figure(key, case).withdrawn

    @cached_property
    def calendar(self) -> Calendar:
        """The calendar in force."""
        return self.shelf.service(self.session).calendar

    def _told(
        self, case: Clocked, key: str | None, start: datetime, due: datetime | None, confirmed: bool, explain: bool
    ) -> Deadline | None:
        if due is None:
            return None
        figure = self._figure(key, case) if key is not None else Figure(None, True)
        now, limit = self.now, figure.limit
        found = deadline(limit, self.calendar, now, due, confirmed, case.paused_at, figure.withdrawn)
        if not explain:
            return found
        lines = told(limit, self.calendar, start, due, self._stood(case), case.paused_at, figure.withdrawn)
        return replace(found, explanation=lines)

    def _figure(self, key: str, case: Clocked) -> Figure:
        day = self.calendar.local_date(case.started_at)
        return self.shelf.figure(self.session, case.sla_digest, key, day)

    def _stood(self, case: Clocked) -> tuple[Pause, ...]:
        if case.id not in self._pauses:
            self._pauses[case.id] = pauses_of(self.session, case.id)
        return self._pauses[case.id]
