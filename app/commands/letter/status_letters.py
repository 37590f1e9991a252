"""Tells the reporter what a status has to say when no task of the diagram does, and whoever worked that it is over."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sqlalchemy import bindparam, select

from app.commands.case.at_work import CaseAtWork
from app.commands.letter import notices
from app.engine.instance import OpenWork
from app.rules.offices import office_of
from app.rules.status_letters import REPORTER, both, holder_of, letter_of
from app.rules.statuses import status_of
from app.sdk import Outgoing
from app.store.base import table_of
from app.store.tasks import Task

TASK_OVER = "task_over"  # to whoever had claimed a task of a case that was ended from outside
_task = table_of(Task)
_claimed = select(_task.c.id, _task.c.assignee).where(
    _task.c.id.in_(bindparam("tasks", expanding=True)), _task.c.assignee.is_not(None)
)


def of_status(case: CaseAtWork, given: str | None, outgoing: Iterable[Outgoing], opened: Sequence[OpenWork]) -> None:
    """Send the letter of the status that this step gave, unless somebody else has sent it in this very step."""
    if given is None:
        return
    service, bundle, about = case.tx.service, case.bundle, case.about
    source = office_of(service, bundle.manifest, about.get("task_unit"), about.get("task_lane"))
    holder = None
    if opened:
        holder = holder_of(bundle, service, opened[-1].element, case.instance.variables, case.accused)
    sent = {message.template for message in outgoing if message.to == REPORTER}
    letter = letter_of(bundle, service, given, sent, source, holder, case.given)
    if letter is not None:
        notices.send(case, letter)


def of_end(case: CaseAtWork, tasks: Iterable[str]) -> None:
    """Tell those who had claimed one of these tasks that it is not needed any more, and how the case ended."""
    people = {row.assignee for row in case.tx.sql(_claimed, {"tasks": sorted(tasks)})} - {case.tx.actor}
    if TASK_OVER in case.tx.service.templates:
        ended = status_of(case.tx.service, case.row["status"]).staff
        for person in sorted(people):
            notices.send(case, Outgoing(TASK_OVER, f"user:{person}", both("what", ended)))
