"""The answer of a case with its photos, author and date: what the reporter was told, and what is to be judged."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.bundle.read import Bundle
from app.bundle.shelf import Shelf
from app.domain.text import Text
from app.queries.complaint.dossier import File, Picture, attachments_of_complaint
from app.rules.offices import office_of
from app.rules.results import Given, Passed, Result, result_of, told
from app.rules.returns import Work
from app.standard.service import ServiceData
from app.store.complaints import Complaint
from app.store.instances import History, ProcessInstance
from app.store.tasks import Answer, Task

BEFORE, AFTER = "before", "after"


@dataclass(frozen=True, slots=True)
class Shown:
    """A result as it is read. `office` acted, `author` wrote the words; `at` is when it was told, else written."""

    text: str
    outcome: Text | None
    office: Text
    author: Text
    at: datetime
    acted_on: date | None
    expected_on: date | None
    photos: tuple[Picture, ...]  # those before first, then those after, then others
    documents: tuple[Picture, ...]

    @property
    def compares(self) -> bool:
        """Whether there are photos from before and from after to be put side by side."""
        return {BEFORE, AFTER} <= {each.kind for each in self.photos}


@dataclass(frozen=True)
class Reading:
    """What is asked to read results: the service, the case's bundle, tasks and sent files."""

    service: ServiceData
    bundle: Bundle
    tasks: Mapping[str, Work]
    files: Sequence[Picture]

    def shown(self, result: Result, at: datetime | None = None) -> Shown:
        """The result with names in place of codes, and with the files of the answers it stands in."""
        sources = {each.seq for each in result.sources}
        files = [each for each in self.files if each.answer_seq in sources]
        photos = [each for each in files if each.is_photo]
        return Shown(
            text=result.text,
            outcome=self._outcome(result),
            office=self.office(result.grounds.task_id),
            author=self.office(result.worded.task_id),
            at=at or result.worded.at,
            acted_on=_day(result.value("acted_on")),
            expected_on=_day(result.value("expected_on")),
            photos=tuple(sorted(photos, key=lambda each: (BEFORE, AFTER, None).index(each.kind))),
            documents=tuple(each for each in files if not each.is_photo),
        )

    def office(self, task_id: str | None) -> Text:
        """The office whose task it was; the owner of the service where it was nobody's task."""
        task = self.tasks.get(task_id or "")
        if task is None:
            return self.service.standard.unit_name
        return office_of(self.service, self.bundle.manifest, task.unit, task.lane)

    def told(self, given: Sequence[Given], history: Iterable[Passed]) -> tuple[Shown, ...]:
        """Everything that the reporter was told so far, the first answer first."""
        statuses = self.service.statuses
        answered = {code for code, status in statuses.items() if status.answered}
        found = told(given, history, self.bundle, answered.__contains__)
        return tuple(self.shown(result, entry.at) for result, entry in found)

    def _outcome(self, result: Result) -> Text | None:
        form = self.bundle.forms.get(result.grounds.form)
        keys = result.meaning.keys("outcome", result.grounds.form)
        value = result.value("outcome")
        questions = [form.by_key[key] for key in keys if key in form.by_key] if form else []
        return next((option.label for each in questions for option in each.options if option.value == value), None)


def judged(service: ServiceData, bundle: Bundle, file: File, form: str) -> Shown | None:
    """The result that a step judges, as the reporter will read it; None where the step's form judges none."""
    if form not in bundle.manifest.meaning.judged_in:
        return None
    result = result_of(file.answers, bundle, without=form)
    reading = Reading(service, bundle, {task.id: task for task in file.tasks}, file.attachments)
    return reading.shown(result) if result is not None else None


def told_files(session: Session, shelf: Shelf, tracking_id: str) -> frozenset[str]:
    """The files that offices have sent to a complaint's reporter: those of the answers that were told."""
    row = session.scalar(
        select(ProcessInstance)
        .join(Complaint, Complaint.instance_id == ProcessInstance.id)
        .where(Complaint.id == tracking_id)
    )
    if row is None:
        return frozenset()
    tasks = session.scalars(select(Task).where(Task.instance_id == row.id))
    given = session.scalars(select(Answer).where(Answer.instance_id == row.id).order_by(Answer.seq)).all()
    history = session.scalars(select(History).where(History.instance_id == row.id).order_by(History.seq))
    files = attachments_of_complaint(session, tracking_id)
    reading = Reading(shelf.service(session), shelf.bundle(session, row.deployment_id), {t.id: t for t in tasks}, files)
    answers = reading.told(given, history)
    return frozenset(each.id for answer in answers for each in (*answer.photos, *answer.documents))


def _day(value: object) -> date | None:
    return date.fromisoformat(str(value)) if value else None
