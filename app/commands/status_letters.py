"""Tells the reporter what a status has to say when no task of the diagram does, and whoever worked that it is over."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sqlalchemy import bindparam, select

from app.commands import notices
from app.commands.casefile import CaseFile
from app.domain.text import Text
from app.engine.instance import Open
from app.rules import assignment
from app.rules.offices import office_of
from app.rules.returns import reason_of
from app.rules.statuses import status_of
from app.sdk import Outgoing
from app.store.base import table_of
from app.store.tasks import Task

REPORTER = "reporter"
TASK_OVER = "task_over"  # to whoever had claimed a task of a case that was ended from outside
_task = table_of(Task)
_claimed = select(_task.c.id, _task.c.assignee).where(
    _task.c.id.in_(bindparam("tasks", expanding=True)), _task.c.assignee.is_not(None)
)


def of_status(file: CaseFile, given: str | None, outgoing: Iterable[Outgoing], opened: Sequence[Open]) -> None:
    """Send the letter of the status that this step gave, unless somebody else has sent it in this very step."""
    letter = status_of(file.unit.service, given).letter if given else None
    sent = {message.template for message in outgoing if message.to == REPORTER}
    if letter is not None and letter not in sent and letter in file.unit.service.templates:
        notices.send(file, Outgoing(letter, REPORTER, _fields(file, given or "", opened)))


def of_end(file: CaseFile, tasks: Iterable[str]) -> None:
    """Tell those who had claimed one of these tasks that it is not needed any more, and how the case ended."""
    people = {row.assignee for row in file.unit.execute(_claimed, {"tasks": sorted(tasks)})} - {file.unit.actor}
    if TASK_OVER in file.unit.service.templates:
        ended = status_of(file.unit.service, file.row["status"]).staff
        for person in sorted(people):
            notices.send(file, Outgoing(TASK_OVER, f"user:{person}", _both("what", ended)))


def _fields(file: CaseFile, given: str, opened: Sequence[Open]) -> dict[str, str]:
    """Whatever a letter may want to say of the step: from where to where, and why."""
    service, about = file.unit.service, file.about
    found = _both("source", office_of(service, file.bundle.manifest, about.get("task_unit"), about.get("task_lane")))
    if opened:
        found |= _both("target", _holder(file, opened[-1]))
    why = reason_of(file.bundle, *file.given) if file.given else None
    if why := why or status_of(service, given).why:
        found |= _both("reason", why)
    return found


def _holder(file: CaseFile, work: Open) -> Text:
    service, bundle = file.unit.service, file.bundle
    who = assignment.candidates(bundle, work.element, file.instance.variables, file.accused, service)
    titles = [service.role_rows[role].title for role in who.roles if role in service.role_rows]
    if who.unit is None and titles:
        return titles[0]
    return office_of(service, bundle.manifest, who.unit, bundle.definition.elements[work.element].lane)


def _both(name: str, text: Text) -> dict[str, str]:
    return {name: text.id, f"{name}_en": text.en} if text.id else {}
