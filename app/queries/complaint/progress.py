"""How far one complaint has come, as its reporter sees it: steps, holder, due time, and what they can do now."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.bundle.read import Bundle
from app.bundle.shelf import Shelf
from app.domain.errors import NotFound
from app.domain.text import Text
from app.engine.instance import Instance, Wait
from app.queries.case.due import DueTimes
from app.queries.complaint.answer import Reading, Shown
from app.queries.complaint.dossier import Picture, Said, attachments_of_complaint, conversation
from app.rules.led_to import statuses_after
from app.rules.merged import ANSWERED
from app.rules.offices import office_of
from app.rules.remaining import Deadline
from app.rules.returns import Return, returns_of
from app.rules.stages import Reached, stages_of
from app.rules.steps import states
from app.standard.service import ServiceData
from app.standard.statuses import Cancellation, PublicStep
from app.store.complaints import Complaint
from app.store.instances import History, ProcessInstance
from app.store.reporters import Reporter
from app.store.tasks import Answer, Task

REPORTER = "reporter"


@dataclass(frozen=True, slots=True)
class Visit:
    """One piece of work within a step: by which office, from when to when, and what came of it (a status code)."""

    office: Text
    began: datetime
    ended: datetime | None
    took: timedelta | None
    led_to: str | None = None
    reason: Text | None = None
    deadline: Deadline | None = None
    element: str = ""
    claimed: bool = False  # somebody works on it; else it only waits to be worked on


@dataclass(frozen=True, slots=True)
class Line:
    """One step of the vertical line; `state` is one of app.rules.steps."""

    step: PublicStep
    state: str
    at: datetime | None
    visits: tuple[Visit, ...]

    @property
    def times(self) -> int:
        """How often the same work of this step was finished: two different tasks of one step count once each."""
        return max(Counter(each.element for each in self.visits if each.ended).values(), default=0)


@dataclass(frozen=True, slots=True)
class Action:
    """What the reporter can do now: send a message, with its form; `until` is when the chance ends."""

    name: str
    form: str
    until: datetime | None


@dataclass(frozen=True, slots=True)
class Duty:
    """A user task of the diagram that the reporter does."""

    task_id: str
    name: Text
    form: str | None
    due_at: datetime | None


@dataclass(frozen=True)
class Progress:
    """Everything on the tracking page."""

    tracking_id: str
    title: str
    content: str
    category: str | None
    location: str | None
    kelurahan: str | None
    occurred_on: date | None
    received_at: datetime
    status: str
    ended_at: datetime | None
    cancelled: Cancellation | None  # why it was ended from outside
    expected_on: date | None
    rating: int | None
    paused_at: datetime | None  # since when the clock stands still
    unit: str | None
    deadline: Deadline | None
    lines: tuple[Line, ...]
    stages: tuple[Reached, ...]
    answers: tuple[Shown, ...]  # every answer that the reporter was told, the first one first
    answered: bool  # the last of them stands: the case was not opened again since, and did not end otherwise
    conversation: tuple[Said, ...]
    attachments: tuple[Picture, ...]  # sent by the reporter
    returns: tuple[Return, ...]
    actions: tuple[Action, ...]
    duties: tuple[Duty, ...]
    anonymous: bool
    confidential: bool
    identity_erased: bool
    withdraw: str | None  # the form with which the complaint can be taken back; None when it cannot

    @property
    def paused(self) -> bool:
        """Whether the clock stands still: nobody in office can act now."""
        return self.paused_at is not None

    @property
    def step_deadline(self) -> Deadline | None:
        """The due time of the work that is open now; of several, the nearest."""
        visits = [visit.deadline for line in self.lines for visit in line.visits if visit.deadline is not None]
        return min(visits, key=lambda each: each.at, default=None)

    @property
    def answer(self) -> Shown | None:
        """The answer that stands; None while the case is worked on, and where it ended without one."""
        return self.answers[-1] if self.answered and self.answers else None

    @property
    def earlier(self) -> tuple[Shown, ...]:
        """Answers that were given before and do not stand any more."""
        return self.answers[:-1] if self.answer else self.answers

    @property
    def filed(self) -> tuple[Picture, ...]:
        """The files that came with the complaint itself."""
        later = {said.answer_seq for said in self.conversation if said.answer_seq is not None}
        return tuple(each for each in self.attachments if each.answer_seq not in later)

    def files_of(self, said: Said) -> tuple[Picture, ...]:
        """The files that came with one line of the conversation."""
        return tuple(each for each in self.attachments if said.answer_seq == each.answer_seq)

    @property
    def holders(self) -> tuple[Visit, ...]:
        """The work that is open now: who has it, and until when."""
        return tuple(visit for line in self.lines for visit in line.visits if visit.ended is None)

    @property
    def merged_answer(self) -> Said | None:
        """The last answer to the complaint that this one was merged with, as its reporter was told."""
        return next((said for said in reversed(self.conversation) if said.template == ANSWERED), None)

    @property
    def last_from_office(self) -> Said | None:
        """The last message to the reporter: what they are answering."""
        return next((said for said in reversed(self.conversation) if said.direction == "out"), None)


@dataclass(frozen=True)
class _Case:
    """What is read of one complaint before it is told."""

    service: ServiceData
    bundle: Bundle
    complaint: Complaint
    instance: ProcessInstance
    identity_erased: bool
    tasks: list[Task]
    history: list[History]
    answers: list[Answer]
    times: DueTimes

    @cached_property
    def returns(self) -> tuple[Return, ...]:
        """Every return so far."""
        return returns_of(self.service, self.bundle, self.tasks, self.history, self.answers)


def progress(session: Session, shelf: Shelf, tracking_id: str, now: datetime) -> Progress:
    """The progress of a complaint as it stands at `now`; NotFound when there is none."""
    case = _read(session, shelf, tracking_id, now)
    complaint, row = case.complaint, case.instance
    waits = Instance.decode(case.bundle.definition, row.blob).waits() if row.state == "active" else []
    files = attachments_of_complaint(session, tracking_id)
    reading = Reading(case.service, case.bundle, {task.id: task for task in case.tasks}, files)
    status = case.service.statuses.get(row.status)
    return Progress(
        tracking_id=tracking_id,
        title=complaint.title,
        content=complaint.content,
        category=complaint.category,
        location=complaint.location_text,
        kelurahan=complaint.kelurahan,
        occurred_on=complaint.occurred_on,
        received_at=complaint.received_at,
        status=row.status,
        ended_at=row.ended_at,
        cancelled=case.service.cancellations.get(complaint.cancelled_for or ""),
        expected_on=complaint.expected_on,
        rating=complaint.rating,
        paused_at=row.paused_at,
        unit=row.unit,
        deadline=case.times.of_case(row, explain=True),
        lines=tuple(_lines(case)),
        conversation=conversation(session, tracking_id),
        attachments=tuple(each for each in files if each.by_kind == REPORTER),
        stages=_stages(case),
        answers=reading.told(case.answers, case.history),
        answered=status is not None and status.answered,
        returns=case.returns,
        actions=tuple(_actions(case.bundle, waits)),
        duties=tuple(_duties(case)),
        anonymous=complaint.is_anonymous,
        confidential=complaint.is_confidential,
        identity_erased=case.identity_erased,
        withdraw=_withdrawal(case),
    )


def _read(session: Session, shelf: Shelf, tracking_id: str, now: datetime) -> _Case:
    joined = select(Complaint, ProcessInstance, Reporter.data_key.is_(None))
    joined = joined.join(ProcessInstance, ProcessInstance.id == Complaint.instance_id)
    joined = joined.outerjoin(Reporter, Reporter.complaint_id == Complaint.id)
    found = session.execute(joined.where(Complaint.id == tracking_id)).first()
    if found is None:
        raise NotFound
    complaint, instance, erased = found
    bundle = shelf.bundle(session, instance.deployment_id)
    tasks = select(Task).where(Task.instance_id == instance.id).order_by(Task.opened_at, Task.id)
    history = select(History).where(History.instance_id == instance.id).order_by(History.seq)
    answers = select(Answer).where(Answer.instance_id == instance.id).order_by(Answer.seq)
    return _Case(
        shelf.service(session),
        bundle,
        complaint,
        instance,
        erased,
        list(session.scalars(tasks)),
        list(session.scalars(history)),
        list(session.scalars(answers)),
        DueTimes(session, shelf, now),
    )


def _lines(case: _Case) -> list[Line]:
    """The steps in order. A step that is reached again after a return is the current one; those after it lie ahead."""
    visits = {step.number: tuple(_visits(case, step)) for step in case.service.steps}
    tasks = {task.id: task.state for task in case.tasks}
    found = states(case.service.steps, case.history, tasks, _current(case, visits))
    return [
        Line(step, found[step.number], _reached(case, step, visits[step.number]), visits[step.number])
        for step in case.service.steps
    ]


def _stages(case: _Case) -> tuple[Reached, ...]:
    service, meant = case.service, case.bundle.manifest.statuses
    received = case.complaint.received_at
    return stages_of(service.stages, service.statuses, meant, case.history, case.instance.status, received)


def _current(case: _Case, visits: Mapping[int, tuple[Visit, ...]]) -> int | None:
    """The first step with open work; without any, that of the status; None once the case has ended."""
    status = case.service.statuses.get(case.instance.status)
    if case.instance.ended_at is not None or (status and status.closed):
        return None
    open_ = [number for number, each in visits.items() if any(visit.ended is None for visit in each)]
    if not open_ and case.instance.paused_at is not None:
        last = {max(visit.ended for visit in each if visit.ended): number for number, each in visits.items() if each}
        if last and not (status and _entered_since(case, status.step, max(last))):
            return last[max(last)]  # the step that asked for more goes on afterwards
    return min(open_, default=status.step if status else None)


def _entered_since(case: _Case, number: int, since: datetime) -> bool:
    """Whether the case has come into a step since an instant."""
    elements = {element for step in case.service.steps if step.number == number for element in step.elements}
    return any(row.kind == "entered" and row.element in elements and row.at >= since for row in case.history)


def _reached(case: _Case, step: PublicStep, visits: tuple[Visit, ...]) -> datetime | None:
    if step.number == 1:
        return case.complaint.received_at
    if visits:
        return visits[-1].ended or visits[-1].began
    return next(
        (row.at for row in reversed(case.history) if row.kind == "entered" and row.element in step.elements), None
    )


def _visits(case: _Case, step: PublicStep) -> list[Visit]:
    return [_visit(case, task) for task in case.tasks if task.element in step.elements and task.state != "cancelled"]


def _visit(case: _Case, task: Task) -> Visit:
    calendar, ended = case.service.calendar, task.completed_at
    return Visit(
        office=office_of(case.service, case.bundle.manifest, task.unit, task.lane),
        began=task.opened_at,
        ended=ended,
        took=calendar.working_time_between(task.opened_at, ended) if ended else None,
        led_to=_led_to(case, task),
        reason=next((each.why for each in case.returns if each.task_id == task.id), None),
        element=task.element,
        claimed=task.assignee is not None,
        deadline=case.times.of_task(task, case.instance, explain=True) if ended is None else None,
    )


def _led_to(case: _Case, task: Task) -> str | None:
    """The last status that completing this task led to."""
    given = statuses_after(case.history, task.id, {each.id for each in case.tasks}, case.bundle.manifest.statuses)
    return given[-1] if given else None


def _actions(bundle: Bundle, waits: list[Wait]) -> list[Action]:
    """The messages of a reporter that the case waits for now, in the manifest's order."""
    awaited = {wait.name for wait in waits if wait.kind == "message"}
    until = min((wait.due for wait in waits if wait.kind == "timer" and wait.due), default=None)
    return [
        Action(message.name, message.form, until)
        for message in bundle.manifest.messages.values()
        if message.name in awaited and message.sender == REPORTER and message.form
    ]


def _duties(case: _Case) -> list[Duty]:
    lanes = case.bundle.manifest.lanes
    return [
        Duty(task.id, case.bundle.label(task.element), task.form, task.due_at)
        for task in case.tasks
        if task.state == "open" and task.lane and task.lane in lanes and REPORTER in lanes[task.lane].roles
    ]


def _withdrawal(case: _Case) -> str | None:
    rule = case.bundle.manifest.instance.withdraw
    return rule.form if rule and rule.sender == REPORTER and case.instance.state == "active" else None


def bundle_and_variables(session: Session, shelf: Shelf, tracking_id: str) -> tuple[Bundle, Mapping[str, Any]]:
    """The version of the process that a complaint runs on, and its variables; NotFound when there is none."""
    complaint = session.get(Complaint, tracking_id)
    row = session.get(ProcessInstance, complaint.instance_id) if complaint else None
    if row is None:
        raise NotFound
    bundle = shelf.bundle(session, row.deployment_id)
    return bundle, Instance.decode(bundle.definition, row.blob).variables
