"""The task list of one person: what is theirs or their unit's to do, soonest due first, fast however long it grows."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol

from sqlalchemy import ColumnElement, Select, and_, func, literal, or_, select, tuple_
from sqlalchemy.orm import Session

from app.bundle.read import Bundle
from app.bundle.service import ServiceData
from app.domain.roles import Actor
from app.domain.text import Text
from app.domain.tracking import is_tracking_id, normalise
from app.rules.returns import reason_of
from app.rules.statuses import is_returned
from app.store.accounts import User
from app.store.complaints import Complaint
from app.store.instances import History, ProcessInstance
from app.store.tasks import Answer, Candidate, Task

PAGE = 50
COUNT_CAP = 99  # beyond this the page says "99+": counting 100,000 rows would make every page slow
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
FILTERS = ("unit", "free", "mine", "soon", "late", "waiting")

Pair = tuple[str, str | None]  # a role, and the unit a task asks for (None: a task that asks for none)
Key = tuple[datetime | None, str]  # where a row stands in the list: its due time and its id


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the list. `task_id` is None for a case that waits for its reporter: there is nothing to do in it."""

    task_id: str | None
    tracking_id: str
    title: str
    step: str
    element: str  # of the diagram, for the step's name in the reader's language
    deployment_id: str
    status: str
    category: str | None
    kelurahan: str | None
    unit: str | None
    due_at: datetime | None
    due_confirmed: bool
    opened_at: datetime
    assignee: str | None
    assignee_name: str | None
    claimed_at: datetime | None


@dataclass(frozen=True, slots=True)
class Page:
    """A part of the list; `after` leads to the next one."""

    rows: tuple[Row, ...]
    after: str | None = None


@dataclass(frozen=True, slots=True)
class Span:
    """Which tasks are wanted: due from (inclusive) until (exclusive); both None: any time, or none at all."""

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


def listing(session: Session, actor: Actor, span: Span, after: str | None = None, size: int = PAGE) -> Page:
    """Open tasks that the actor may do, by due time. `after` is the mark of the page before."""
    keys = _keys(session, pairs_of(actor), span, _unmark(after), size + 1)
    rows = _rows(session, [task_id for _due, task_id in keys[:size]])
    return Page(rows, _mark(keys[size - 1]) if len(keys) > size else None)


def mine(session: Session, actor: Actor) -> Page:
    """What the actor has claimed, soonest due first."""
    query = select(Task.id).where(Task.assignee == actor.id, Task.state == "open").limit(500)
    rows = _rows(session, list(session.scalars(query)))
    return Page(tuple(sorted(rows, key=lambda row: (row.due_at is None, row.due_at or EPOCH, row.task_id or ""))))


def waiting(session: Session, statuses: Sequence[str], units: frozenset[str] | None, size: int = PAGE) -> Page:
    """Cases in one of these statuses; of these units only (None: all), longest running first."""
    query = (
        select(ProcessInstance, Complaint)
        .join(Complaint, Complaint.instance_id == ProcessInstance.id)
        .where(*_awaited(statuses, units))
        .order_by(ProcessInstance.started_at, ProcessInstance.id)
        .limit(size)
    )
    return Page(tuple(_waiting_row(instance, complaint) for instance, complaint in session.execute(query)))


def counts(
    session: Session,
    actor: Actor,
    now: datetime,
    soon: datetime,
    statuses: Sequence[str],
    units: frozenset[str] | None,
) -> dict[str, int]:
    """How many lines each filter has, never more than COUNT_CAP + 1; `statuses` are those that await the reporter."""
    pairs = pairs_of(actor)
    found = {name: _count(session, pairs, span_of(name, now, soon)) for name in ("unit", "free", "soon", "late")}
    own = select(Task.id).where(Task.assignee == actor.id, Task.state == "open")
    awaited = select(ProcessInstance.id).where(*_awaited(statuses, units))
    return found | {"mine": _capped(session, own), "waiting": _capped(session, awaited)}


def next_due(session: Session, actor: Actor) -> datetime | None:
    """The soonest due time among all the actor may do."""
    keys = _keys(session, pairs_of(actor), Span(since=EPOCH), None, 1)
    return keys[0][0] if keys else None


def next_task(session: Session, actor: Actor, besides: str) -> Row | None:
    """The task to do next: soonest due, not claimed by somebody else."""
    rows = listing(session, actor, Span(), size=20).rows
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
        case: reason_of(cases[case], answer)
        for case, answer in session.execute(given.order_by(Answer.instance_id, Answer.seq))
        if answer.at == max(found[case])
    }
    return {
        case: Returned(len(moments), reasons.get(case) or _meant(service, cases[case], moments[max(moments)]))
        for case, moments in found.items()
    }


def _meant(service: ServiceData, bundle: Bundle, element: str) -> Text | None:
    return service.statuses[bundle.manifest.statuses[element]].why


def search(session: Session, actor: Actor, text: str, size: int = PAGE) -> Page:
    """Open tasks the actor may do whose tracking id is the text, or whose subject or report contains it."""
    tracking = normalise(text)
    if is_tracking_id(tracking):
        fits: ColumnElement[bool] = Complaint.id == tracking
    else:
        fits = or_(Complaint.title.icontains(text, autoescape=True), Complaint.content.icontains(text, autoescape=True))
    query = (
        select(Task.id)
        .join(Complaint, Complaint.instance_id == Task.instance_id)
        .join(Candidate, Candidate.task_id == Task.id)
        .where(fits, Task.state == "open", or_(*(_is(pair) for pair in pairs_of(actor))))
        .distinct()
        .order_by(Task.due_at, Task.id)
        .limit(size)
    )
    return Page(_rows(session, list(session.scalars(query)))) if pairs_of(actor) else Page(())


def _keys(session: Session, pairs: Sequence[Pair], span: Span, after: Key | None, size: int) -> list[Key]:
    """The first `size` keys after a mark: each pair walks its own part of the index, then the few are merged.

    One query over all pairs would make the database sort everything that any of them holds.
    """
    dated: set[Key] = set()
    if after is None or after[0] is not None:
        for pair in pairs:
            dated.update(_dated(session, pair, span, after, size))
    found = sorted(dated, key=lambda key: (key[0] or EPOCH, key[1]))[:size]
    if len(found) == size or span.dated:
        return found
    undated = {key for pair in pairs for key in _undated(session, pair, span, after, size)}
    return found + sorted(undated, key=lambda key: key[1])[: size - len(found)]


def _dated(session: Session, pair: Pair, span: Span, after: Key | None, size: int) -> Iterable[Key]:
    query = select(Candidate.due_at, Candidate.task_id).where(_is(pair), *_between(span), *_free(span))
    if after is not None:
        due, task_id = after
        query = query.where(tuple_(Candidate.due_at, Candidate.task_id) > tuple_(_bound(due), task_id))
    rows = session.execute(query.order_by(Candidate.due_at, Candidate.task_id).limit(size))
    return [(row.due_at, row.task_id) for row in rows]


def _undated(session: Session, pair: Pair, span: Span, after: Key | None, size: int) -> Iterable[Key]:
    query = select(Candidate.task_id).where(_is(pair), Candidate.due_at.is_(None), *_free(span))
    if after is not None and after[0] is None:
        query = query.where(Candidate.task_id > after[1])
    return [(None, task_id) for task_id in session.scalars(query.order_by(Candidate.task_id).limit(size))]


def _bound(due: datetime | None) -> Any:
    return literal(due, Candidate.due_at.type)


def _is(pair: Pair) -> ColumnElement[bool]:
    role, unit = pair
    return and_(Candidate.role == role, Candidate.unit == unit if unit is not None else Candidate.unit.is_(None))


def _between(span: Span) -> list[ColumnElement[bool]]:
    # "is not null" keeps SQLite on the dated part of the index, where the nulls come first.
    found: list[ColumnElement[bool]] = [Candidate.due_at.is_not(None)]
    if span.since is not None:
        found.append(Candidate.due_at >= span.since)
    if span.until is not None:
        found.append(Candidate.due_at < span.until)
    return found


def _free(span: Span) -> list[ColumnElement[bool]]:
    claimed = select(Task.id).where(Task.id == Candidate.task_id, Task.assignee.is_not(None)).exists()
    return [~claimed] if span.free else []


def _count(session: Session, pairs: Sequence[Pair], span: Span) -> int:
    """Tasks of all pairs, each once, counted up to the cap."""
    found: set[str] = set()
    for pair in pairs:
        query = select(Candidate.task_id).where(_is(pair), *_free(span))
        if span.dated:
            query = query.where(*_between(span))
        found.update(session.scalars(query.limit(COUNT_CAP + 1)))
        if len(found) > COUNT_CAP:
            break
    return min(len(found), COUNT_CAP + 1)


def _capped(session: Session, query: Select[Any]) -> int:
    return session.scalar(select(func.count()).select_from(query.limit(COUNT_CAP + 1).subquery())) or 0


def _awaited(statuses: Sequence[str], units: frozenset[str] | None) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = [ProcessInstance.state == "active", ProcessInstance.status.in_(statuses)]
    return found if units is None else [*found, ProcessInstance.unit.in_(sorted(units))]


def _rows(session: Session, ids: Sequence[str]) -> tuple[Row, ...]:
    """The lines for these tasks, in this order."""
    query = (
        select(Task, ProcessInstance, Complaint.title, Complaint.category, Complaint.kelurahan, User.name)
        .join(ProcessInstance, ProcessInstance.id == Task.instance_id)
        .outerjoin(Complaint, Complaint.instance_id == Task.instance_id)
        .outerjoin(User, User.id == Task.assignee)
    )
    found = {}
    for start in range(0, len(ids), 200):
        for task, instance, *about in session.execute(query.where(Task.id.in_(ids[start : start + 200]))):
            found[task.id] = _task_row(task, instance, *about)
    return tuple(found[task_id] for task_id in ids if task_id in found)


def _task_row(
    task: Task, instance: ProcessInstance, title: str | None, category: str | None, ward: str | None, name: str | None
) -> Row:
    return Row(
        task.id,
        instance.business_key,
        title or instance.business_key,
        task.name,
        task.element,
        instance.deployment_id,
        instance.status,
        category,
        ward,
        task.unit,
        task.due_at,
        task.due_confirmed,
        task.opened_at,
        task.assignee,
        name,
        task.claimed_at,
    )


def _waiting_row(instance: ProcessInstance, complaint: Complaint) -> Row:
    since = instance.paused_at or instance.started_at
    about = (
        complaint.title,
        "",
        "",
        instance.deployment_id,
        instance.status,
        complaint.category,
        complaint.kelurahan,
        instance.unit,
    )
    return Row(None, complaint.id, *about, instance.due_at, instance.due_confirmed, since, None, None, None)


def _mark(key: Key) -> str:
    due, task_id = key
    return f"{'' if due is None else (due - EPOCH) // timedelta(microseconds=1)}.{task_id}"


def _unmark(text: str | None) -> Key | None:
    """The key of a mark; a mark that nobody of us wrote counts as none."""
    due, dot, task_id = (text or "").partition(".")
    if not dot or not task_id.isalnum() or (due and not (due.isascii() and due.isdigit() and len(due) < 18)):
        return None
    return (EPOCH + timedelta(microseconds=int(due)) if due else None, task_id)
