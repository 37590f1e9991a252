"""The task list of one person: what is theirs or their unit's to do, soonest due first, fast however long it grows."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Select,
    and_,
    literal,
    select,
    tuple_,
)
from sqlalchemy.orm import Session, load_only

from app.bundle.read import Bundle
from app.domain.roles import Actor
from app.domain.text import Text
from app.queries import sight
from app.queries.case.due import CaseClock, StepClock
from app.rules.limits import nearest
from app.rules.returns import reason_of
from app.rules.sight import NOBODY, Viewer
from app.rules.statuses import is_returned
from app.standard.service import ServiceData
from app.store.accounts import User
from app.store.complaints import Complaint
from app.store.instances import History, ProcessInstance
from app.store.tasks import IS_OPEN, Answer, Candidate, Task

PAGE = 50
COUNT_CAP = 99  # beyond this the page says "99+": counting 100,000 rows would make every page slow
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
FILTERS = ("unit", "free", "mine", "soon", "late", "waiting")

OF_COMPLAINT = (Complaint.title, Complaint.category, Complaint.kelurahan, *sight.OF_COMPLAINT)
OF_CASE = (ProcessInstance.business_key, ProcessInstance.title, ProcessInstance.deployment_id, ProcessInstance.status)
OF_CASE += (ProcessInstance.unit, *(getattr(ProcessInstance, name) for name in CaseClock._fields))
Conditions = list[ColumnElement[bool]]
# The unit is the same in all rows of a pair; PostgreSQL walks the index only where it is named ("is null" hides it).
BY_INDEX = (Candidate.unit, Candidate.due_at, Candidate.task_id)

Pair = tuple[str, str | None]  # a role, and the unit a task asks for (None: a task that asks for none)
Key = tuple[datetime | None, str]  # where a row stands in the list: its due time and its id


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the list. `task_id` is None for a case that waits for its reporter: there is nothing to do in it."""

    task_id: str | None
    tracking_id: str
    title: str  # of a case that has none the page says what procedure it belongs to
    step: str
    element: str  # of the diagram, for the step's name in the reader's language
    deployment_id: str
    status: str
    category: str | None
    kelurahan: str | None
    unit: str | None
    clock: StepClock | None
    case: CaseClock
    opened_at: datetime
    assignee: str | None
    assignee_name: str | None
    claimed_at: datetime | None
    sealed: bool = False  # its content is not for whoever looks: no title, category or place stands here
    ended: bool = False  # nothing can happen in it any more

    @property
    def due_at(self) -> datetime | None:
        """The earlier of the step's and the case's due time: that is where the row stands in the list."""
        return nearest(self.clock.due_at if self.clock else None, self.case.due_at)


@dataclass(frozen=True, slots=True)
class Page:
    """A part of the list; `after` leads to the next one."""

    rows: tuple[Row, ...]
    after: str | None = None
    more: bool = False  # a search may have found others besides


@dataclass(frozen=True, slots=True)
class Span:
    """Which tasks are wanted, by the earlier of their own and their case's due time.

    Due from (inclusive) until (exclusive); both None: any time, or none at all.
    """

    since: datetime | None = None
    until: datetime | None = None
    free: bool = False  # only what nobody has claimed

    @property
    def dated(self) -> bool:
        """Whether tasks without a due time are left out."""
        return self.since is not None or self.until is not None


class Numbered(Protocol):
    """Any line about a case."""

    @property
    def tracking_id(self) -> str:
        """Its number."""

    @property
    def deployment_id(self) -> str:
        """The version of the procedure that it runs on."""


@dataclass(frozen=True, slots=True)
class Returned:
    """How often a case was sent back, and why the last time."""

    times: int
    why: Text | None


def pairs_of(actor: Actor) -> tuple[Pair, ...]:
    """What the actor's grants open: tasks of exactly that role and unit, and those of the role that ask for no unit."""
    found = dict.fromkeys((grant.role, grant.unit) for grant in actor.grants)
    return tuple(found | dict.fromkeys((role, None) for role in actor.roles))


def span_of(name: str, now: datetime, soon: datetime) -> Span:
    """The due times that a filter asks for."""
    known = {"late": Span(until=now), "soon": Span(since=now, until=soon), "free": Span(free=True)}
    return known.get(name, Span())


def listing(
    session: Session, actor: Actor, span: Span, after: str | None = None, size: int = PAGE, viewer: Viewer = NOBODY
) -> Page:
    """Open tasks that the actor may do, by due time. `after` is the mark of the page before.

    What is confidential shows its title only to a `viewer` who may read it, here and below.
    """
    keys = _keys(session, actor, span, _unmark(after), size + 1)
    rows = rows_of(session, viewer, [task_id for _due, task_id in keys[:size]])
    return Page(rows, _mark(keys[size - 1]) if len(keys) > size else None)


def mine(session: Session, actor: Actor, viewer: Viewer = NOBODY) -> Page:
    """What the actor has claimed, soonest due first."""
    rows = rows_of(session, viewer, list(session.scalars(claimed(actor.id, actor.offices).limit(500))))
    return Page(tuple(sorted(rows, key=lambda row: (row.due_at is None, row.due_at or EPOCH, row.task_id or ""))))


def waiting(session: Session, statuses: Sequence[str], viewer: Viewer, size: int = PAGE) -> Page:
    """Cases in one of these statuses, of those the viewer reads; longest running first."""
    query = (
        select(ProcessInstance, Complaint)
        .join(Complaint, Complaint.instance_id == ProcessInstance.id)
        .where(*awaited_by(statuses, viewer))
        .order_by(ProcessInstance.started_at, ProcessInstance.id)
        .options(load_only(*OF_COMPLAINT), load_only(*OF_CASE))
        .limit(size)
    )
    found = session.execute(query).all()
    return Page(tuple(_waiting_row(instance, complaint, viewer) for instance, complaint in found))


def next_due(session: Session, actor: Actor) -> datetime | None:
    """The soonest due time among all the actor may do."""
    keys = _keys(session, actor, Span(since=EPOCH), None, 1)
    return keys[0][0] if keys else None


def next_task(session: Session, actor: Actor, besides: str, viewer: Viewer = NOBODY) -> Row | None:
    """The task to do next: soonest due, not claimed by somebody else."""
    rows = listing(session, actor, Span(), size=20, viewer=viewer).rows
    return next((row for row in rows if row.task_id != besides and row.assignee in (None, actor.id)), None)


def returned(
    session: Session, service: ServiceData, bundle_of: Callable[[str], Bundle], rows: Iterable[Numbered]
) -> dict[str, Returned]:
    """Tracking id -> how often that case was sent back and why the last time; `bundle_of` a deployment."""
    cases = {row.tracking_id: bundle_of(row.deployment_id) for row in rows}
    statuses = {passing for bundle in cases.values() for passing in bundle.manifest.statuses.items()}
    back = {element for element, code in statuses if is_returned(service, code)}
    key, at = ProcessInstance.business_key, History.at
    passed = select(key, at, History.element).join(History, History.instance_id == ProcessInstance.id)
    passed = passed.where(key.in_(cases), History.element.in_(back), History.kind.in_(("flow", "entered")))
    found: dict[str, dict[datetime, str]] = {}
    for case, moment, element in session.execute(passed.order_by(History.instance_id, History.seq)):
        found.setdefault(case, {})[moment] = element  # one decision may pass several arrows that lead back
    given = select(key, Answer).join(Answer, Answer.instance_id == ProcessInstance.id).where(key.in_(found))
    reasons = {
        case: reason_of(cases[case], answer.form, answer.data)
        for case, answer in session.execute(given.order_by(Answer.instance_id, Answer.seq))
        if answer.at == max(found[case])
    }
    return {
        case: Returned(len(moments), reasons.get(case) or _meant(service, cases[case], moments[max(moments)]))
        for case, moments in found.items()
    }


def _meant(service: ServiceData, bundle: Bundle, element: str) -> Text | None:
    return service.statuses[bundle.manifest.statuses[element]].why


def _keys(session: Session, actor: Actor, span: Span, after: Key | None, size: int) -> list[Key]:
    """The first `size` keys after a mark: each pair walks its own part of the index, then the few are merged.

    One query over all pairs would make the database sort everything that any of them holds.
    """
    pairs, others = pairs_of(actor), of_others(actor.offices)
    dated: set[Key] = set()
    if after is None or after[0] is not None:
        for pair in pairs:
            dated.update(_dated(session, pair, others, span, after, size))
    found = sorted(dated, key=lambda key: (key[0] or EPOCH, key[1]))[:size]
    if len(found) == size or span.dated:
        return found
    undated = {key for pair in pairs for key in _undated(session, pair, others, span, after, size)}
    return found + sorted(undated, key=lambda key: key[1])[: size - len(found)]


def _dated(session: Session, pair: Pair, others: Conditions, span: Span, after: Key | None, size: int) -> Iterable[Key]:
    query = select(Candidate.due_at, Candidate.task_id).where(is_of(pair), *others, *between(span), *free_only(span))
    if after is not None:
        due, task_id = after
        query = query.where(tuple_(Candidate.due_at, Candidate.task_id) > tuple_(_bound(due), task_id))
    rows = session.execute(query.order_by(*BY_INDEX).limit(size))
    return [(row.due_at, row.task_id) for row in rows]


def _undated(
    session: Session, pair: Pair, others: Conditions, span: Span, after: Key | None, size: int
) -> Iterable[Key]:
    query = select(Candidate.task_id).where(is_of(pair), *others, Candidate.due_at.is_(None), *free_only(span))
    if after is not None and after[0] is None:
        query = query.where(Candidate.task_id > after[1])
    return [(None, task_id) for task_id in session.scalars(query.order_by(*BY_INDEX).limit(size))]


def _bound(due: datetime | None) -> Any:
    return literal(due, Candidate.due_at.type)


def is_of(pair: Pair) -> ColumnElement[bool]:
    role, unit = pair
    return and_(Candidate.role == role, Candidate.unit == unit if unit is not None else Candidate.unit.is_(None))


def of_others(offices: frozenset[str]) -> Conditions:
    """Tasks about the reader's own offices are left out; there are few of those, so the database looks them up once."""
    if not offices:
        return []
    theirs = select(Task.id).join(Complaint, Complaint.instance_id == Task.instance_id)
    theirs = theirs.where(Complaint.accused_unit.in_(sorted(offices)), IS_OPEN)
    return [Candidate.task_id.not_in(theirs)]


def claimed(person: str | BindParameter[str], offices: frozenset[str]) -> Select[Any]:
    query = select(Task.id).where(Task.assignee == person, Task.state == "open")
    return query.where(sight.not_about(offices, Task.instance_id))


def between(span: Span) -> list[ColumnElement[bool]]:
    # "is not null" keeps SQLite on the dated part of the index, where the nulls come first.
    found: list[ColumnElement[bool]] = [Candidate.due_at.is_not(None)]
    if span.since is not None:
        found.append(Candidate.due_at >= span.since)
    if span.until is not None:
        found.append(Candidate.due_at < span.until)
    return found


def free_only(span: Span) -> list[ColumnElement[bool]]:
    claimed = select(Task.id).where(Task.id == Candidate.task_id, Task.assignee.is_not(None)).exists()
    return [~claimed] if span.free else []


def awaited_by(statuses: Sequence[str], viewer: Viewer) -> Conditions:
    found: Conditions = [ProcessInstance.state == "active", ProcessInstance.status.in_(statuses), sight.there(viewer)]
    reads = viewer.reads
    return found if reads.everywhere else [*found, ProcessInstance.unit.in_(sorted(reads.offices))]


def rows_of(session: Session, viewer: Viewer, ids: Sequence[str]) -> tuple[Row, ...]:
    """The lines for these tasks, in this order."""
    query = (
        select(Task, ProcessInstance, Complaint, User.name)
        .join(ProcessInstance, ProcessInstance.id == Task.instance_id)
        .outerjoin(Complaint, Complaint.instance_id == Task.instance_id)
        .outerjoin(User, User.id == Task.assignee)
        .options(load_only(*OF_COMPLAINT), load_only(*OF_CASE))
    )
    found = {}
    for start in range(0, len(ids), 200):
        for task, instance, complaint, name in session.execute(query.where(Task.id.in_(ids[start : start + 200]))):
            found[task.id] = _task_row(task, instance, complaint, name, viewer)
    return tuple(found[task_id] for task_id in ids if task_id in found)


def _task_row(
    task: Task, instance: ProcessInstance, complaint: Complaint | None, name: str | None, viewer: Viewer
) -> Row:
    sealed = complaint is not None and sight.sealed(viewer, complaint, instance)
    shown = None if sealed else complaint
    return Row(
        task.id,
        instance.business_key,
        "" if sealed else (shown.title if shown else instance.title) or "",
        task.name,
        task.element,
        instance.deployment_id,
        instance.status,
        shown.category if shown else None,
        shown.kelurahan if shown else None,
        task.unit,
        StepClock.of(task),
        CaseClock.of(instance),
        task.opened_at,
        task.assignee,
        name,
        task.claimed_at,
        sealed,
    )


def _waiting_row(instance: ProcessInstance, complaint: Complaint, viewer: Viewer) -> Row:
    since, sealed = instance.paused_at or instance.started_at, sight.sealed(viewer, complaint, instance)
    about = (
        "" if sealed else complaint.title,
        "",
        "",
        instance.deployment_id,
        instance.status,
        None if sealed else complaint.category,
        None if sealed else complaint.kelurahan,
        instance.unit,
    )
    return Row(None, complaint.id, *about, None, CaseClock.of(instance), since, None, None, None, sealed)


def _mark(key: Key) -> str:
    due, task_id = key
    return f"{'' if due is None else (due - EPOCH) // timedelta(microseconds=1)}.{task_id}"


def _unmark(text: str | None) -> Key | None:
    """The key of a mark; a mark that nobody of us wrote counts as none."""
    due, dot, task_id = (text or "").partition(".")
    if not dot or not task_id.isalnum() or (due and not (due.isascii() and due.isdigit() and len(due) < 18)):
        return None
    return (EPOCH + timedelta(microseconds=int(due)) if due else None, task_id)
