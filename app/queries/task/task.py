"""One user task as the officer who opens it needs it, and what each possible decision would lead to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.domain.errors import NotFound
from app.domain.roles import Actor
from app.queries.case.due import CaseClock
from app.queries.person.people import names_of
from app.store.complaints import Complaint
from app.store.instances import ProcessInstance
from app.store.tasks import Answer, Candidate, Draft, Task

OF_TASK = (
    "id", "instance_id", "element", "name", "form", "unit", "state", "opened_at", "limit_key", "anchored_at",
    "due_at", "due_confirmed", "assignee", "claimed_at", "completed_by", "completed_at",
)  # fmt: skip


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
    case_unit: str | None
    case: CaseClock
    accused: str | None = None

    def is_for(self, actor: Actor) -> bool:
        """Whether the actor holds one of the roles for exactly this unit, and is not of the office complained of."""
        return self.accused not in actor.offices and any(actor.holds(role, unit) for role, unit in self.candidates)


def assignment(session: Session, task_id: str) -> Assignment:
    """The task; NotFound when there is none."""
    joined = select(Task, ProcessInstance, Complaint.accused_unit).join(
        ProcessInstance, ProcessInstance.id == Task.instance_id
    )
    wanted = joined.outerjoin(Complaint, Complaint.instance_id == Task.instance_id).where(Task.id == task_id)
    found = session.execute(wanted).first()
    if found is None:
        raise NotFound
    task, instance, accused = found
    names = names_of(session, {person for person in (task.assignee, task.completed_by) if person})
    may = session.execute(select(Candidate.role, Candidate.unit).where(Candidate.task_id == task_id))
    return Assignment(
        **{name: getattr(task, name) for name in OF_TASK},
        deployment_id=instance.deployment_id,
        business_key=instance.business_key,
        assignee_name=names.get(task.assignee or ""),
        completed_by_name=names.get(task.completed_by or ""),
        candidates=tuple((row.role, row.unit) for row in may),
        case_unit=instance.unit,
        case=CaseClock.of(instance),
        accused=accused,
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


def engine_state(session: Session, instance_id: str) -> bytes:
    """The stored state of the instance."""
    return session.execute(select(ProcessInstance.blob).where(ProcessInstance.id == instance_id)).scalar_one()
