"""The file of one case as officers read it: report, attachments, conversation, answers, history; no identity."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.bundle.read import Bundle
from app.domain.errors import NotFound
from app.queries.case.due import CaseClock, StepClock
from app.queries.person.people import names_of
from app.rules.returns import Return, returns_of
from app.standard.service import ServiceData
from app.store.complaints import Attachment, Complaint, ConversationLine
from app.store.instances import History, ProcessInstance
from app.store.keys import KeyRing
from app.store.outbox import OutboxMessage
from app.store.reporters import Accused, Reporter, accused_context
from app.store.tasks import Answer, Task

OF_COMPLAINT = (
    "title", "content", "classification", "channel", "category", "received_at", "occurred_on", "location_text",
    "kelurahan", "kecamatan", "latitude", "longitude", "target_unit", "accused_unit", "is_anonymous",
    "is_confidential", "outcome", "cancelled_for", "rating", "rating_text", "extra",
)  # fmt: skip
NONE: Iterator[Any] = iter(())
OF_INSTANCE = ["status", "state", "unit", "due_at", "due_confirmed", "started_at", "ended_at", "paused_at"]


@dataclass(frozen=True, slots=True)
class Picture:
    """A file that was sent: with which answers it came, when, and of which task; `kind` is before, after or None."""

    id: str
    name: str
    media_type: str
    size: int
    task_id: str | None
    answer_seq: int
    kind: str | None
    at: datetime
    by_kind: str  # user | reporter | system

    @property
    def is_photo(self) -> bool:
        """Whether it can be shown as a picture."""
        return self.media_type.startswith("image/")


@dataclass(frozen=True, slots=True)
class Letter:
    """What a letter was written from, so that its words can be said in another language than it was sent in."""

    template: str
    lang: str
    fields: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Said:
    """One line of the conversation with the reporter, as it was written; `letter` where it was one of ours."""

    at: datetime
    direction: str
    author: str
    text: str
    letter: Letter | None = None
    answer_seq: int | None = None
    template: str | None = None  # of what the service wrote by itself


@dataclass(frozen=True, slots=True)
class Given:
    """The answers of one form, by whom and when; `by` is a name, or empty for the reporter and the service."""

    seq: int
    task_id: str | None
    element: str
    form: str
    data: Mapping[str, Any]
    at: datetime
    by: str
    by_kind: str  # user | reporter | system
    unit: str | None = None  # the office whose step it was


@dataclass(frozen=True, slots=True)
class Happened:
    """One entry of the case's history."""

    seq: int
    task_id: str | None
    at: datetime
    kind: str
    element: str
    by: str
    by_kind: str


@dataclass(frozen=True, slots=True)
class OpenStep:
    """A user task that is open now."""

    task_id: str
    element: str
    unit: str | None
    clock: StepClock
    assignee_name: str | None


@dataclass(frozen=True)
class File:
    """Everything about one case but who filed it; what only a complaint has is empty where it is none."""

    tracking_id: str
    instance_id: str
    deployment_id: str
    is_complaint: bool
    title: str
    content: str
    classification: str
    channel: str
    category: str | None
    received_at: datetime
    occurred_on: date | None
    location_text: str | None
    kelurahan: str | None
    kecamatan: str | None
    latitude: float | None
    longitude: float | None
    target_unit: str | None
    accused_unit: str | None
    is_anonymous: bool
    is_confidential: bool
    extra: Mapping[str, Any]
    outcome: str | None
    cancelled_for: str | None
    rating: int | None
    rating_text: str | None
    status: str
    state: str
    unit: str | None
    due_at: datetime | None
    due_confirmed: bool
    started_at: datetime
    ended_at: datetime | None
    paused_at: datetime | None
    clock: CaseClock
    identity_erased: bool
    attachments: tuple[Picture, ...]
    conversation: tuple[Said, ...]
    answers: tuple[Given, ...]
    history: tuple[Happened, ...]
    open_steps: tuple[OpenStep, ...]
    tasks: tuple[Task, ...]

    @property
    def replied(self) -> bool:
        """Whether the last word of the conversation is the reporter's."""
        return bool(self.conversation) and self.conversation[-1].direction == "in"

    def files_of(self, said: Said) -> tuple[Picture, ...]:
        """The files that came with one line of the conversation."""
        return tuple(each for each in self.attachments if said.answer_seq == each.answer_seq)

    def returns(self, service: ServiceData, bundle: Bundle) -> tuple[Return, ...]:
        """Every return so far, the first one first."""
        return returns_of(service, bundle, self.tasks, self.history, self.answers)


def instance_of(session: Session, tracking_id: str) -> ProcessInstance:
    """The instance of a complaint; NotFound when there is none."""
    found = session.scalar(
        select(ProcessInstance)
        .join(Complaint, Complaint.instance_id == ProcessInstance.id)
        .where(Complaint.id == tracking_id)
    )
    if found is None:
        raise NotFound
    return found


def is_other(session: Session, number: str) -> bool:
    """Whether there is a case of this number that is no complaint."""
    query = select(ProcessInstance.id).outerjoin(Complaint, Complaint.instance_id == ProcessInstance.id)
    return session.scalar(query.where(ProcessInstance.business_key == number, Complaint.id.is_(None))) is not None


def file_of(session: Session, tracking_id: str) -> File:
    """The whole file; NotFound when there is no such case."""
    joined = select(ProcessInstance, Complaint).outerjoin(Complaint, Complaint.instance_id == ProcessInstance.id)
    found = session.execute(joined.where(ProcessInstance.business_key == tracking_id)).first()
    if found is None:
        raise NotFound
    instance, complaint = found
    answers = session.scalars(select(Answer).where(Answer.instance_id == instance.id).order_by(Answer.seq)).all()
    history = session.scalars(select(History).where(History.instance_id == instance.id).order_by(History.seq)).all()
    tasks = session.scalars(select(Task).where(Task.instance_id == instance.id).order_by(Task.opened_at, Task.id)).all()
    names = names_of(session, {row.by for row in answers} | {row.by for row in history if row.by})
    return File(
        tracking_id=instance.business_key,
        instance_id=instance.id,
        deployment_id=instance.deployment_id,
        is_complaint=complaint is not None,
        **(_of_no_complaint(instance) if complaint is None else {n: getattr(complaint, n) for n in OF_COMPLAINT}),
        **{name: getattr(instance, name) for name in OF_INSTANCE},
        clock=CaseClock.of(instance),
        identity_erased=_erased(session, tracking_id),
        attachments=attachments_of_complaint(session, tracking_id),
        conversation=conversation(session, tracking_id),
        answers=_given_all(answers, names, {task.id: task.unit for task in tasks}),
        history=tuple(
            Happened(row.seq, row.task_id, row.at, row.kind, row.element, *_who(row.by, names)) for row in history
        ),
        open_steps=_open_steps(session, tasks),
        tasks=tuple(tasks),
    )


def _of_no_complaint(instance: ProcessInstance) -> dict[str, Any]:
    """What stands in the place of a complaint's columns."""
    empty: dict[str, Any] = dict.fromkeys(OF_COMPLAINT)
    empty |= {"title": instance.title or "", "content": "", "classification": "", "channel": ""}
    return empty | {"received_at": instance.started_at, "is_anonymous": False, "is_confidential": False, "extra": {}}


def accused_person(session: Session, keys: KeyRing, tracking_id: str) -> str | None:
    """The name of the person complained of, opened for the page of whoever may read the case; None without one."""
    row = session.get(Accused, tracking_id)
    if row is None or row.data_key is None or row.sealed is None:
        return None
    return str(keys.open(row.data_key, row.sealed, accused_context(tracking_id))["name"])


def answers_of(session: Session, instance_id: str, offices: frozenset[str]) -> tuple[Given, ...]:
    """The answers that these offices gave in a case, and no others."""
    rows = session.scalars(select(Answer).where(Answer.instance_id == instance_id).order_by(Answer.seq)).all()
    tasks = session.execute(select(Task.id, Task.unit).where(Task.instance_id == instance_id))
    units = {task_id: unit for task_id, unit in tasks}
    given = _given_all(rows, names_of(session, {row.by for row in rows}), units)
    return tuple(each for each in given if each.unit in offices)


def _given_all(rows: Sequence[Answer], names: Mapping[str, str], units: Mapping[str, str | None]) -> tuple[Given, ...]:
    """The answers with their authors; `units` says whose task each was."""
    return tuple(
        Given(
            row.seq, row.task_id, row.element, row.form, row.data, row.at, *_who(row.by, names),
            units.get(row.task_id or ""),
        )
        for row in rows
    )  # fmt: skip


def attachments_of_complaint(session: Session, tracking_id: str) -> tuple[Picture, ...]:
    """All files that were sent with a complaint's answers, in that order; what was only chosen is nobody's yet."""
    sent = select(Attachment).where(Attachment.complaint_id == tracking_id, Attachment.answer_seq.is_not(None))
    rows = session.scalars(sent.order_by(Attachment.answer_seq, Attachment.added_at, Attachment.id))
    return tuple(_picture(row) for row in rows)


def _picture(row: Attachment) -> Picture:
    kind = row.added_by if row.added_by in ("reporter", "system") else "user"
    assert row.answer_seq is not None  # only sent ones are asked for
    return Picture(
        row.id, row.name, row.media_type, row.size, row.task_id, row.answer_seq, row.kind, row.added_at, kind
    )


def conversation(session: Session, tracking_id: str) -> tuple[Said, ...]:
    """What was written to and by the reporter, and the offices' notes, in order."""
    letters = _letters(session, tracking_id)
    query = select(ConversationLine).where(ConversationLine.complaint_id == tracking_id).order_by(ConversationLine.seq)
    return tuple(
        Said(
            row.at, row.direction, row.author, row.text, next(letters.get((row.template, row.at), NONE), None),
            row.answer_seq, row.template,
        )
        for row in session.scalars(query)
    )  # fmt: skip


def _letters(session: Session, tracking_id: str) -> dict[tuple[str | None, datetime], Iterator[Letter]]:
    """The letters to the reporter, as they went into the outbox: by template and instant, in their order."""
    query = (
        select(OutboxMessage, Complaint.lang)
        .join(Complaint, Complaint.id == tracking_id)
        .where(OutboxMessage.recipient == f"reporter:{tracking_id}")  # also what another case told, merged with this
        .order_by(OutboxMessage.created_at, OutboxMessage.key)
    )
    found: dict[tuple[str | None, datetime], list[Letter]] = {}
    for row, lang in session.execute(query):
        letter = Letter(row.template, lang or "id", row.fields)
        found.setdefault((row.template, row.created_at), []).append(letter)
    return {key: iter(letters) for key, letters in found.items()}


def _open_steps(session: Session, tasks: Sequence[Task]) -> tuple[OpenStep, ...]:
    rows = [task for task in tasks if task.state == "open"]
    names = names_of(session, {row.assignee for row in rows if row.assignee})
    return tuple(
        OpenStep(row.id, row.element, row.unit, StepClock.of(row), names.get(row.assignee or "")) for row in rows
    )


def _erased(session: Session, tracking_id: str) -> bool:
    reporter = session.get(Reporter, tracking_id)
    return reporter is None or reporter.data_key is None


def _who(by: str | None, names: Mapping[str, str]) -> tuple[str, str]:
    """The name to show and the kind of whoever did it."""
    if by is None or by == "system":
        return "", "system"
    return ("", "reporter") if by == "reporter" else (names.get(by, ""), "user")
