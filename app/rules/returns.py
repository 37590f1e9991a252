"""The returns of a case: from which office to which, why and when, and whether it still waits there."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from app.bundle.read import Bundle
from app.domain.text import Text
from app.rules.led_to import Entry, led_to
from app.rules.offices import office_of
from app.rules.statuses import is_returned
from app.standard.service import ServiceData


class Work(Protocol):
    """As much of a user task's row as is looked at."""

    @property
    def id(self) -> str: ...
    @property
    def lane(self) -> str | None: ...
    @property
    def unit(self) -> str | None: ...
    @property
    def state(self) -> str: ...
    @property
    def completed_at(self) -> datetime | None: ...


class Given(Protocol):
    """As much of a form's answers as is looked at."""

    @property
    def task_id(self) -> str | None: ...
    @property
    def form(self) -> str: ...
    @property
    def data(self) -> Mapping[str, Any]: ...


@dataclass(frozen=True, slots=True)
class Return:
    """One return. `why` may be read by everybody, `note` (what was written to colleagues) by staff only.

    `open`: whoever it was sent to has not finished with it yet.
    """

    task_id: str  # the task whose completion sent the case back
    at: datetime
    source: Text
    target: Text
    why: Text
    note: str | None
    open: bool


def returns_of(
    service: ServiceData, bundle: Bundle, tasks: Sequence[Work], history: Sequence[Entry], answers: Iterable[Given]
) -> tuple[Return, ...]:
    """Every return of a case, the first one first; tasks and history in their order."""
    given = {str(answer.task_id): answer for answer in answers if answer.task_id}
    return tuple(_returns(service, bundle, {task.id: task for task in tasks}, history, given))


def _returns(
    service: ServiceData,
    bundle: Bundle,
    tasks: Mapping[str, Work],
    history: Sequence[Entry],
    given: Mapping[str, Given],
) -> Iterator[Return]:
    manifest = bundle.manifest
    done = [task for task in tasks.values() if task.completed_at is not None]
    for task in sorted(done, key=lambda each: each.completed_at):  # type: ignore[arg-type,return-value]  # is not None
        passed = led_to(history, task.id, tasks)
        codes = [manifest.statuses[entry.element] for entry in passed if entry.element in manifest.statuses]
        back = [code for code in codes if is_returned(service, code)]
        if not back:
            continue
        entered = [entry.task_id for entry in passed if entry.kind == "entered" and entry.task_id]
        opened = [tasks[each] for each in entered if each in tasks]
        answer, status = given.get(task.id), service.statuses[back[-1]]
        yield Return(
            task.id,
            passed[0].at,
            office_of(service, manifest, task.unit, task.lane),
            office_of(service, manifest, opened[-1].unit, opened[-1].lane) if opened else status.staff,
            (reason_of(bundle, answer.form, answer.data) if answer else None) or status.why or Text("", ""),
            _note(bundle, answer),
            any(each.state == "open" for each in opened),
        )


def reason_of(bundle: Bundle, form_key: str, answers: Mapping[str, Any]) -> Text | None:
    """The public name of the reason that these answers of a form chose; None where none was asked for."""
    means, form = bundle.manifest.meaning, bundle.forms.get(form_key)
    code = means.value("return_reason", form_key, answers)
    keys = means.keys("return_reason", form_key) if form else ()
    questions = [form.by_key[key] for key in keys if form and key in form.by_key]
    return next((option.label for each in questions for option in each.options if option.value == code), None)


def _note(bundle: Bundle, answer: Given | None) -> str | None:
    said = bundle.manifest.meaning.value("reason", answer.form, answer.data) if answer else None
    return str(said) if said else None
