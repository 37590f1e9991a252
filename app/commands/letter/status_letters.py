"""Tells the reporter what a status has to say when no task of the diagram does, and whoever worked that it is over."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sqlalchemy import bindparam, select

from app.commands.case.at_work import CaseAtWork
from app.commands.letter import notices
from app.domain.text import Text
from app.engine.instance import OpenWork
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


def of_status(case: CaseAtWork, given: str | None, outgoing: Iterable[Outgoing], opened: Sequence[OpenWork]) -> None:
    """Send the letter of the status that this step gave, unless somebody else has sent it in this very step."""
    letter = status_of(case.tx.service, given).letter if given else None
    sent = {message.template for message in outgoing if message.to == REPORTER}
    if letter is not None and letter not in sent and letter in case.tx.service.templates:
        notices.send(case, Outgoing(letter, REPORTER, _fields(case, given or "", opened)))


def of_end(case: CaseAtWork, tasks: Iterable[str]) -> None:
    """Tell those who had claimed one of these tasks that it is not needed any more, and how the case ended."""
    people = {row.assignee for row in case.tx.sql(_claimed, {"tasks": sorted(tasks)})} - {case.tx.actor}
    if TASK_OVER in case.tx.service.templates:
        ended = status_of(case.tx.service, case.row["status"]).staff
        for person in sorted(people):
            notices.send(case, Outgoing(TASK_OVER, f"user:{person}", _both("what", ended)))


def _fields(case: CaseAtWork, given: str, opened: Sequence[OpenWork]) -> dict[str, str]:
    """Whatever a letter may want to say of the step: from where to where, and why."""
    service, about = case.tx.service, case.about
    found = _both("source", office_of(service, case.bundle.manifest, about.get("task_unit"), about.get("task_lane")))
    if opened:
        found |= _both("target", _holder(case, opened[-1]))
    why = reason_of(case.bundle, *case.given) if case.given else None
    if why := why or status_of(service, given).why:
        found |= _both("reason", why)
    return found


def _holder(case: CaseAtWork, work: OpenWork) -> Text:
    service, bundle = case.tx.service, case.bundle
    who = assignment.candidates(bundle, work.element, case.instance.variables, case.accused, service)
    titles = [service.role_rows[role].title for role in who.roles if role in service.role_rows]
    if who.unit is None and titles:
        return titles[0]
    return office_of(service, bundle.manifest, who.unit, bundle.definition.elements[work.element].lane)


def _both(name: str, text: Text) -> dict[str, str]:
    return {name: text.id, f"{name}_en": text.en} if text.id else {}
