"""The running and ended cases as operators look for them, and one case with its tokens, path, timers and incidents."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, case, func, or_, select
from sqlalchemy.orm import Session

from app.bundle.read import Bundle
from app.domain.errors import NotFound
from app.domain.tracking import normalise
from app.engine.instance import Instance
from app.engine.refusals import DamagedState
from app.queries import sight
from app.queries.case.due import CaseClock, StepClock
from app.rules.sight import Viewer
from app.sdk import Scalar
from app.standard.statuses import CANCELLED
from app.store.audit import AuditEntry
from app.store.complaints import Complaint
from app.store.deployments import Deployment
from app.store.instances import History, ProcessInstance
from app.store.jobs import Incident, Job
from app.store.outbox import OutboxMessage
from app.store.tasks import IS_OPEN, Task
from app.store.words import NEWEST, matching

PAGE = 50
# No more cases are looked for by words either, the newest first.
COUNT_CAP = 1_000  # beyond this the list says "1,000+": counting 100,000 rows would make every page slow


@dataclass(frozen=True, slots=True)
class Filter:
    """What an operator looks for; empty fields do not narrow."""

    text: str = ""  # tracking id, or the beginning of an instance's id
    state: str = ""
    status: str = ""
    definition: str = ""
    unit: str = ""
    step: str = ""  # element of an open task
    overdue: bool = False
    version: int | None = None
    units: frozenset[str] | None = None  # whoever may read own units only sees these


@dataclass(frozen=True, slots=True)
class Row:
    """One case in the list."""

    id: str
    business_key: str
    definition_key: str
    version: int
    state: str
    status: str
    unit: str | None
    started_at: datetime
    ended_at: datetime | None
    case: CaseClock
    test: bool
    title: str = ""
    steps: tuple[str, ...] = ()  # elements of the open tasks
    clocks: tuple[StepClock, ...] = ()  # of the open tasks
    sealed: bool = False  # a confidential case whose content is not for whoever looks


@dataclass(frozen=True, slots=True)
class Page:
    """A page of the list, newest first; `after` leads to the next one, `total` is capped at COUNT_CAP."""

    rows: tuple[Row, ...]
    after: str | None
    total: int


@dataclass(frozen=True, slots=True)
class Token:
    """Where a case stands now: an element and what it waits for there."""

    element: str
    kind: str  # task | timer | service | incident | message
    since: datetime | None
    due_at: datetime | None
    detail: str | None
    clock: StepClock | None = None  # of a task


@dataclass(frozen=True, slots=True)
class Path:
    """The way a case took: how often each element was entered and each flow passed."""

    elements: Mapping[str, int]
    flows: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Whole:
    """One case for the operator's page; nothing in it is personal."""

    row: Row
    deployment_id: str
    end_event: str | None
    paused_at: datetime | None
    engine_bytes: int
    tokens: tuple[Token, ...]
    path: Path
    jobs: tuple[Job, ...]
    incidents: tuple[Incident, ...]
    messages: tuple[OutboxMessage, ...]
    told: bool = False  # there is a reporter, who is told what becomes of it
    cancelled_for: str | None = None
    cancelled_because: str | None = None  # for colleagues; the reporter never reads it


def find(
    session: Session, viewer: Viewer, wanted: Filter, now: datetime, after: str | None = None, size: int = PAGE
) -> Page:
    """The cases that fit, newest first. `after` is the id of the last row of the page before."""
    conditions = [*_conditions(session, wanted, viewer, now), sight.not_about(viewer.offices, ProcessInstance.id)]
    rows = select(ProcessInstance, Deployment.version).join(Deployment, ProcessInstance.deployment_id == Deployment.id)
    rows = rows.where(*conditions)
    if after:
        last = session.get(ProcessInstance, after)
        if last is not None:
            started, own = ProcessInstance.started_at, ProcessInstance.id
            rows = rows.where(or_(started < last.started_at, and_(started == last.started_at, own < last.id)))
    rows = rows.order_by(ProcessInstance.started_at.desc(), ProcessInstance.id.desc()).limit(size + 1)
    found = [_row(instance, version) for instance, version in session.execute(rows)]
    more = len(found) > size
    found = _with_words(session, viewer, found[:size])
    capped = select(ProcessInstance.id).where(*conditions)
    if wanted.version is not None:
        capped = capped.join(Deployment, ProcessInstance.deployment_id == Deployment.id)
    total = session.scalar(select(func.count()).select_from(capped.limit(COUNT_CAP).subquery())) or 0
    return Page(tuple(found), found[-1].id if more else None, total)


def whole(session: Session, instance_id: str) -> Whole:
    """One case; NotFound when there is none."""
    instance = session.get(ProcessInstance, instance_id)
    if instance is None:
        raise NotFound
    version = session.scalar(select(Deployment.version).where(Deployment.id == instance.deployment_id)) or 0
    jobs = session.scalars(select(Job).where(Job.instance_id == instance_id).order_by(Job.due_at)).all()
    incidents = session.scalars(
        select(Incident).where(Incident.instance_id == instance_id).order_by(Incident.raised_at.desc())
    ).all()
    messages = session.scalars(
        select(OutboxMessage).where(OutboxMessage.instance_id == instance_id).order_by(OutboxMessage.created_at)
    ).all()
    return Whole(
        row=_row(instance, version),
        deployment_id=instance.deployment_id,
        end_event=instance.end_event,
        paused_at=instance.paused_at,
        engine_bytes=len(instance.blob),
        tokens=_tokens(session, instance_id, jobs, incidents),
        path=path(session, instance_id),
        jobs=tuple(jobs),
        incidents=tuple(incidents),
        messages=tuple(messages),
        **_ending(session, instance),
    )


def _ending(session: Session, instance: ProcessInstance) -> dict[str, Any]:
    """Whether a reporter is told, and why the case was ended from outside if it was."""
    query = select(Complaint.id, Complaint.cancelled_for).where(Complaint.instance_id == instance.id)
    complaint = session.execute(query).first()
    found = {"told": complaint is not None, "cancelled_for": complaint.cancelled_for if complaint else None}
    if instance.state != CANCELLED:
        return found
    said = select(AuditEntry.fields).where(AuditEntry.chain == instance.id, AuditEntry.command == "CancelInstance")
    fields = session.scalars(said.where(AuditEntry.outcome == "done").order_by(AuditEntry.seq.desc())).first() or {}
    return found | {"cancelled_because": fields.get("reason")}


def id_of(session: Session, number: str) -> str | None:
    """The id of the case with this tracking number, None when there is none."""
    return session.scalar(select(ProcessInstance.id).where(ProcessInstance.business_key == normalise(number)))


def numbers(session: Session, ids: Sequence[str]) -> dict[str, str]:
    """Instance id -> the number that people know the case by."""
    found = session.execute(
        select(ProcessInstance.id, ProcessInstance.business_key).where(ProcessInstance.id.in_(set(ids)))
    )
    return {id_: number for id_, number in found}


def path(session: Session, instance_id: str) -> Path:
    """How often each element was entered and each flow passed by one case."""
    counts = session.execute(
        select(History.kind, History.element, func.count())
        .where(History.instance_id == instance_id, History.kind.in_(("entered", "flow")))
        .group_by(History.kind, History.element)
    ).all()
    return Path(
        elements={element: count for kind, element, count in counts if kind == "entered"},
        flows={element: count for kind, element, count in counts if kind == "flow"},
    )


def timeline(session: Session, instance_id: str) -> list[History]:
    """Everything that happened in one case, in order."""
    return list(session.scalars(select(History).where(History.instance_id == instance_id).order_by(History.seq)))


def variables(session: Session, instance_id: str, bundle: Bundle) -> dict[str, Scalar]:
    """What the diagram's conditions decide by, as it is now; empty when the state cannot be read."""
    blob = session.scalar(select(ProcessInstance.blob).where(ProcessInstance.id == instance_id))
    try:
        found: Mapping[str, Scalar] = Instance.decode(bundle.definition, blob).variables if blob else {}
    except DamagedState:
        return {}
    return dict(sorted(found.items()))


def tokens_by_element(session: Session, deployment_id: str) -> dict[str, int]:
    """How many running cases of a version have an open user task at each element."""
    counted = session.execute(
        select(Task.element, func.count())
        .join(ProcessInstance, Task.instance_id == ProcessInstance.id)
        .where(ProcessInstance.deployment_id == deployment_id, ProcessInstance.state == "active", Task.state == "open")
        .group_by(Task.element)
    )
    return {element: count for element, count in counted}


def running_by_version(session: Session, key: str) -> dict[str, tuple[int, int]]:
    """Deployment id -> (running, ended) cases of one process, trials left out."""
    running = func.sum(case((ProcessInstance.state.in_(("active", "incident")), 1), else_=0))
    counted = session.execute(
        select(ProcessInstance.deployment_id, running, func.count())
        .where(ProcessInstance.definition_key == key, ProcessInstance.test.is_(False))
        .group_by(ProcessInstance.deployment_id)
    )
    return {deployment: (int(active or 0), total - int(active or 0)) for deployment, active, total in counted}


def _conditions(session: Session, wanted: Filter, viewer: Viewer, now: datetime) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    exact = {
        ProcessInstance.state: wanted.state,
        ProcessInstance.status: wanted.status,
        ProcessInstance.definition_key: wanted.definition,
        ProcessInstance.unit: wanted.unit,
    }
    found.extend(column == value for column, value in exact.items() if value)
    if wanted.units is not None:
        found.append(ProcessInstance.unit.in_(sorted(wanted.units)))
    if wanted.text:
        tracking = normalise(wanted.text)
        worded = [instance for _, instance in matching(session, wanted.text, NEWEST, COUNT_CAP)]
        told = select(ProcessInstance.id).outerjoin(Complaint, Complaint.instance_id == ProcessInstance.id)
        told = told.where(ProcessInstance.id.in_(worded), or_(Complaint.id.is_(None), sight.unsealed(viewer)))
        found.append(
            or_(
                ProcessInstance.business_key == tracking,
                ProcessInstance.id.startswith(wanted.text.lower(), autoescape=True),
                ProcessInstance.id.in_(session.scalars(told).all()),
            )
        )
    if wanted.step:
        found.append(ProcessInstance.id.in_(select(Task.instance_id).where(IS_OPEN, Task.element == wanted.step)))
    if wanted.overdue:
        late = select(Task.instance_id).where(IS_OPEN, Task.due_at < now)
        found.append(
            or_(ProcessInstance.id.in_(late), and_(ProcessInstance.due_at < now, ProcessInstance.ended_at.is_(None)))
        )
    if wanted.version is not None:
        found.append(Deployment.version == wanted.version)
    return found


def _with_words(session: Session, viewer: Viewer, rows: list[Row]) -> list[Row]:
    """The rows of one page with the titles that the viewer may read and the steps they stand at."""
    seen = sight.seen(session, viewer, [row.id for row in rows])
    open_ = [row.business_key for row in rows if not seen[row.id].sealed]
    titles = {
        number: title
        for number, title in session.execute(
            select(ProcessInstance.business_key, func.coalesce(Complaint.title, ProcessInstance.title))
            .outerjoin(Complaint, Complaint.instance_id == ProcessInstance.id)
            .where(ProcessInstance.business_key.in_(open_))
        )
    }
    found: dict[str, list[Task]] = {}
    open_tasks = select(Task).where(IS_OPEN, Task.instance_id.in_([row.id for row in rows]))
    for task in session.scalars(open_tasks.order_by(Task.opened_at)):
        found.setdefault(task.instance_id, []).append(task)
    return [
        replace(
            row,
            title=titles.get(row.business_key) or "",
            steps=tuple(task.element for task in found.get(row.id, [])),
            clocks=tuple(StepClock.of(task) for task in found.get(row.id, [])),
            sealed=seen[row.id].sealed,
        )
        for row in rows
    ]


def _row(instance: ProcessInstance, version: int) -> Row:
    return Row(
        id=instance.id,
        business_key=instance.business_key,
        definition_key=instance.definition_key,
        version=version,
        state=instance.state,
        status=instance.status,
        unit=instance.unit,
        started_at=instance.started_at,
        ended_at=instance.ended_at,
        case=CaseClock.of(instance),
        test=instance.test,
    )


def _tokens(
    session: Session, instance_id: str, jobs: Sequence[Job], incidents: Sequence[Incident]
) -> tuple[Token, ...]:
    open_tasks = session.scalars(select(Task).where(Task.instance_id == instance_id, Task.state == "open"))
    found = [
        Token(task.element, "task", task.opened_at, task.due_at, task.assignee, StepClock.of(task))
        for task in open_tasks
    ]
    drawn = [job for job in jobs if job.state == "waiting" and job.kind in ("timer", "service")]
    found.extend(Token(job.element or "", job.kind, None, job.due_at, None) for job in drawn)
    stuck = [each for each in incidents if each.resolved_at is None]
    found.extend(Token(each.element or "", "incident", each.raised_at, None, each.code) for each in stuck)
    return tuple(found)
