"""The supervisor's board: what is late or soon will be, whose it is, what was escalated, and the last four weeks."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import and_, case, func, or_, select
from sqlalchemy.orm import Session

from app.queries import sight
from app.queries.case.due import DueTimes, Standing
from app.rules.limits import nearest
from app.rules.remaining import Deadline, soon_until
from app.rules.sight import Viewer
from app.store.accounts import User
from app.store.complaints import Complaint
from app.store.escalations import Escalation
from app.store.instances import ProcessInstance
from app.store.tasks import IS_OPEN, Task

CAP = 1000  # the board counts up to here: whoever has more late than that needs no finer figure
SHOWN = 50  # lines of one column; the filters lead to the rest
WEEKS = timedelta(weeks=4)
ENDED_CAP = 20_000


@dataclass(frozen=True, slots=True)
class Chosen:
    """What the board is narrowed to; None: everything."""

    office: str | None = None
    element: str | None = None
    holder: str | None = None


@dataclass(frozen=True, slots=True)
class Work:
    """One line of the first two columns: an open task, or (without `task_id`) a late case in which nobody has one."""

    task_id: str | None
    instance_id: str
    tracking_id: str
    deployment_id: str
    element: str | None
    office: str | None
    lane: str | None
    holder: str | None
    holder_name: str | None
    claimed_at: datetime | None
    reminded_at: datetime | None
    due: Standing

    @property
    def place(self) -> str:
        """The unit whose work it is; where a role without a unit has it, its lane."""
        return office_of(self)


@dataclass(frozen=True, slots=True)
class Raised:
    """One escalation that nobody has acknowledged. Without `element` it is about the whole case."""

    instance_id: str
    of: str
    tracking_id: str
    deployment_id: str
    element: str | None
    office: str | None
    lane: str | None
    level: int
    raised_at: datetime
    deadline: Deadline | None

    @property
    def place(self) -> str:
        """The unit whose work it is; where a role without a unit has it, its lane."""
        return office_of(self)


@dataclass(frozen=True, slots=True)
class Tally:
    """How much of one office, step or person is late and soon due."""

    key: str
    late: int
    soon: int


@dataclass(frozen=True, slots=True)
class Weeks:
    """Cases that ended in four weeks, and how many of them within their limit."""

    ended: int
    in_time: int

    @property
    def share(self) -> int | None:
        """Per cent in time; None when nothing ended."""
        return round(100 * self.in_time / self.ended) if self.ended else None


@dataclass(frozen=True, slots=True)
class Board:
    """Everything on the page; `late_count` and `soon_count` are of all that is chosen, counted up to CAP."""

    late: tuple[Work, ...]
    soon: tuple[Work, ...]
    late_count: int
    soon_count: int
    raised: tuple[Raised, ...]
    offices: tuple[Tally, ...]
    elements: tuple[Tally, ...]
    holders: tuple[Tally, ...]
    names: dict[str, str]  # of holders
    recent: Weeks
    before: Weeks


def board(session: Session, times: DueTimes, chosen: Chosen = Chosen(), offices: frozenset[str] = frozenset()) -> Board:
    """Read the board: a few index ranges, whatever the number of cases; none about the reader's own `offices`."""
    now = times.now
    rows = _near(session, soon_until(times.calendar, now), offices)
    fits = [row for row in rows if _fits(row, chosen)]
    late = [row for row in fits if row.due_at < now]
    soon = [row for row in fits if row.due_at >= now]
    names = {row.holder: row.holder_name or "" for row in rows if row.holder}
    return Board(
        tuple(_told(row, times) for row in late[:SHOWN]),
        tuple(_told(row, times) for row in soon[:SHOWN]),
        len(late),
        len(soon),
        tuple(_raised(session, times, offices)),
        _tallies(rows, office_of, now),
        _tallies(rows, lambda row: row.element, now),
        _tallies(rows, lambda row: row.holder, now),
        names,
        _ended(session, now - WEEKS, now),
        _ended(session, now - 2 * WEEKS, now - WEEKS),
    )


def office_of(row: Any) -> str:
    """The unit whose work it is; where a role without a unit has it, its lane."""
    return str(row.office or row.lane or "")


@dataclass(frozen=True, slots=True)
class _Near:
    """One open task or late case as it is read, before it is told."""

    task: Task | None
    instance: ProcessInstance
    holder_name: str | None

    @property
    def due_at(self) -> datetime:
        due = nearest(self.task.due_at if self.task else None, self.instance.due_at)
        assert due is not None  # both queries ask for one
        return due

    @property
    def office(self) -> str | None:
        return self.task.unit if self.task else self.instance.unit

    @property
    def lane(self) -> str | None:
        return self.task.lane if self.task else None

    @property
    def element(self) -> str | None:
        return self.task.element if self.task else None

    @property
    def holder(self) -> str | None:
        return self.task.assignee if self.task else None


def _near(session: Session, until: datetime, offices: frozenset[str]) -> list[_Near]:
    """Open tasks whose own or whose case's due time comes before `until`, nearest first; no trials, nothing paused."""
    real = (
        ProcessInstance.test.is_(False),
        ProcessInstance.paused_at.is_(None),
        sight.not_about(offices, ProcessInstance.id),
    )
    tasks = (
        select(Task, ProcessInstance, User.name)
        .join(ProcessInstance, ProcessInstance.id == Task.instance_id)
        .outerjoin(User, User.id == Task.assignee)
        .where(IS_OPEN, Task.due_at < until, *real)
        .order_by(Task.due_at)
        .limit(CAP + 1)
    )
    cases = (
        select(Task, ProcessInstance, User.name)
        .select_from(ProcessInstance)
        .outerjoin(Task, and_(Task.instance_id == ProcessInstance.id, Task.state == "open"))
        .outerjoin(User, User.id == Task.assignee)
        .where(ProcessInstance.ended_at.is_(None), ProcessInstance.due_at < until, *real)
        .order_by(ProcessInstance.due_at)
        .limit(CAP + 1)
    )
    found = [_Near(*row) for query in (tasks, cases) for row in session.execute(query)]
    once = {(row.task.id if row.task else row.instance.id): row for row in found}
    return sorted(once.values(), key=lambda row: (row.due_at, row.instance.id))[: CAP + 1]


def _fits(row: _Near, chosen: Chosen) -> bool:
    wanted = (chosen.office, chosen.element, chosen.holder)
    has = (office_of(row), row.element, row.holder)
    return all(want is None or want == own for want, own in zip(wanted, has, strict=True))


def _told(row: _Near, times: DueTimes) -> Work:
    task, instance = row.task, row.instance
    return Work(
        task.id if task else None,
        instance.id,
        instance.business_key,
        instance.deployment_id,
        row.element,
        row.office,
        row.lane,
        row.holder,
        row.holder_name,
        task.claimed_at if task else None,
        task.reminded_at if task else None,
        times.standing(task, instance),
    )


def _raised(session: Session, times: DueTimes, offices: frozenset[str]) -> Iterable[Raised]:
    """Unacknowledged escalations of work that still goes on, oldest first."""
    query = (
        select(Escalation, ProcessInstance, Task)
        .join(ProcessInstance, ProcessInstance.id == Escalation.instance_id)
        .outerjoin(Task, Task.id == Escalation.of)
        .where(
            Escalation.acknowledged_at.is_(None),
            ProcessInstance.ended_at.is_(None),
            ProcessInstance.test.is_(False),
            or_(Escalation.of == Escalation.instance_id, Task.state == "open"),
            sight.not_about(offices, ProcessInstance.id),
        )
        .order_by(Escalation.raised_at)
        .limit(SHOWN)
    )
    for found, instance, task in session.execute(query):
        yield Raised(
            instance.id,
            found.of,
            instance.business_key,
            instance.deployment_id,
            task.element if task else None,
            task.unit if task else instance.unit,
            task.lane if task else None,
            found.level,
            found.raised_at,
            times.of_task(task, instance) if task else times.of_case(instance),
        )


def _tallies(rows: Sequence[_Near], key: Callable[[_Near], str | None], now: datetime) -> tuple[Tally, ...]:
    """Late and soon by key, most late first."""
    late = Counter(key(row) for row in rows if row.due_at < now)
    soon = Counter(key(row) for row in rows if row.due_at >= now)
    found = [Tally(name, late[name], soon[name]) for name in late.keys() | soon.keys() if name]
    return tuple(sorted(found, key=lambda each: (-each.late, -each.soon, each.key)))


def _ended(session: Session, since: datetime, until: datetime) -> Weeks:
    recent = (
        select(ProcessInstance.ended_at, ProcessInstance.due_at)
        .where(
            ProcessInstance.ended_at.is_not(None),
            ProcessInstance.ended_at > since,
            ProcessInstance.ended_at <= until,
            ProcessInstance.due_at.is_not(None),
        )
        .limit(ENDED_CAP)
    )
    rows = recent.subquery()
    in_time = func.sum(case((rows.c.ended_at <= rows.c.due_at, 1), else_=0))
    ended, kept = session.execute(select(func.count(), in_time).select_from(rows)).one()
    return Weeks(ended, kept or 0)


def titles(session: Session, viewer: Viewer, numbers: Iterable[str]) -> dict[str, str | None]:
    """Tracking id -> subject of those complaints; None where it is not for the viewer."""
    title = func.coalesce(Complaint.title, ProcessInstance.title)
    unsealed = or_(Complaint.id.is_(None), sight.unsealed(viewer))
    query = (
        select(ProcessInstance.business_key.label("id"), title.label("title"), unsealed.label("open"))
        .outerjoin(Complaint, Complaint.instance_id == ProcessInstance.id)
        .where(ProcessInstance.business_key.in_(sorted(set(numbers))))
    )
    return {row.id: row.title or "" if row.open else None for row in session.execute(query)}
