"""One user task as the officer who opens it needs it, and what each possible decision would lead to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.domain.errors import NotFound
from app.domain.roles import Actor
from app.queries.case.due import CaseClock
from app.queries.person.people import names_of
from app.queries.sight import PLAIN
from app.rules.sight import Sight, Standing, Viewer
from app.store.complaints import Complaint
from app.store.instances import ProcessInstance
from app.store.tasks import Answer, Candidate, Draft, Task

OF_TASK = (
    "id", "instance_id", "element", "name", "form", "unit", "state", "opened_at", "limit_key", "anchored_at",
    "due_at", "due_confirmed", "assignee", "claimed_at", "completed_by", "completed_at",
)  # fmt: skip
OF_COMPLAINT = (
    Complaint.id, Complaint.title, Complaint.category, Complaint.kelurahan, Complaint.channel, Complaint.accused_unit,
    Complaint.is_anonymous, Complaint.is_confidential,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class About:
    """What a task needs to know of its case; what only a complaint has is empty where it is none."""

    number: str
    status: str
    unit: str | None
    paused_at: datetime | None
    is_complaint: bool
    title: str
    category: str | None
    kelurahan: str | None
    channel: str
    accused_unit: str | None
    is_anonymous: bool
    is_confidential: bool

    def sight(self, viewer: Viewer) -> Sight:
        """What a viewer may see of it; a case that is no complaint hides nothing from those who take part."""
        if not self.is_complaint:
            return PLAIN
        return viewer.sees(Standing(self.unit, self.accused_unit, self.is_anonymous, self.is_confidential))


@dataclass(frozen=True, slots=True)
class Assignment:
    """A task and who may do it: `roles` of `unit` (None: of any unit), while it is open."""

    id: str
    instance_id: str
    deployment_id: str
    business_key: str
    element: str
    name: str
    form: str | None
    unit: str | None
    state: str
    opened_at: datetime
    limit_key: str | None
    anchored_at: datetime | None
    due_at: datetime | None
    due_confirmed: bool
    assignee: str | None
    assignee_name: str | None
    claimed_at: datetime | None
    completed_by: str | None
    completed_by_name: str | None
    completed_at: datetime | None
    candidates: tuple[tuple[str, str | None], ...]
    about: About
    case: CaseClock
    state_blob: bytes = field(repr=False, default=b"")  # of the engine

    @property
    def accused(self) -> str | None:
        """The office complained of."""
        return self.about.accused_unit

    def is_for(self, actor: Actor) -> bool:
        """Whether the actor holds one of the roles for exactly this unit, and is not of the office complained of."""
        return self.accused not in actor.offices and any(actor.holds(role, unit) for role, unit in self.candidates)


def assignment(session: Session, task_id: str) -> Assignment:
    """The task; NotFound when there is none."""
    joined = select(Task, ProcessInstance, *OF_COMPLAINT).join(ProcessInstance, ProcessInstance.id == Task.instance_id)
    wanted = joined.outerjoin(Complaint, Complaint.instance_id == Task.instance_id).where(Task.id == task_id)
    found = session.execute(wanted).first()
    if found is None:
        raise NotFound
    task, instance, *complaint = found
    names = names_of(session, {person for person in (task.assignee, task.completed_by) if person})
    may = session.execute(select(Candidate.role, Candidate.unit).where(Candidate.task_id == task_id))
    return Assignment(
        **{name: getattr(task, name) for name in OF_TASK},
        deployment_id=instance.deployment_id,
        business_key=instance.business_key,
        assignee_name=names.get(task.assignee or ""),
        completed_by_name=names.get(task.completed_by or ""),
        candidates=tuple((row.role, row.unit) for row in may),
        about=_about(instance, *complaint),
        case=CaseClock.of(instance),
        state_blob=instance.blob,
    )


def _about(
    instance: ProcessInstance,
    number: str | None,
    title: str | None,
    category: str | None,
    kelurahan: str | None,
    channel: str | None,
    accused: str | None,
    anonymous: bool | None,
    confidential: bool | None,
) -> About:
    return About(
        instance.business_key,
        instance.status,
        instance.unit,
        instance.paused_at,
        number is not None,
        title or instance.title or "",
        category,
        kelurahan,
        channel or "",
        accused,
        bool(anonymous),
        bool(confidential),
    )


def draft_of(session: Session, task_id: str, user_id: str) -> tuple[Mapping[str, Any], datetime] | None:
    """What the person typed and has not sent, and when it was kept."""
    draft = session.get(Draft, (task_id, user_id))
    return (draft.data, draft.at) if draft is not None else None


def stamp(at: datetime) -> int:
    """When a draft was kept, as a number that a page can compare."""
    return int(at.timestamp() * 1_000_000)


def given_for(session: Session, task_id: str) -> Mapping[str, Any] | None:
    """The answers with which a task was completed."""
    case = select(Task.instance_id).where(Task.id == task_id).scalar_subquery()  # answers lie in the order of cases
    mine = select(Answer.data).where(Answer.instance_id == case, Answer.task_id == task_id)
    data: Mapping[str, Any] | None = session.scalar(mine)
    return data
