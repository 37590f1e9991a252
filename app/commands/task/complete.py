"""User tasks: claim, release, keep a draft, complete."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, ClassVar

from sqlalchemy import bindparam, update

from app.commands.case.at_work import CaseAtWork
from app.commands.case.settlement import take_step
from app.commands.command import PERSONAL
from app.commands.storable import refuse_strange
from app.commands.task import answering
from app.commands.task import rights as task_rights
from app.commands.transaction import Transaction
from app.domain.permissions import Permission
from app.engine.refusals import NotOpen
from app.store.base import table_of
from app.store.tasks import Draft, Task
from app.store.upsert import upsert

# Process owners work on the tasks of their own trials; whose a task is, its candidates say.
OWNERS = (Permission.DEFINITION_DEPLOY,)
_task, _draft = table_of(Task), table_of(Draft)
_assign = (
    update(_task)
    .where(_task.c.id == bindparam("task"))
    .values(assignee=bindparam("person"), claimed_at=bindparam("instant"))
)


@dataclass(frozen=True)
class Completed:
    """What came of it: the case's status, the user tasks that opened, and the end event if the case has ended."""

    instance_id: str
    status: str
    opened: tuple[str, ...]
    ended: str | None


@dataclass(frozen=True)
class ClaimTask:
    """Somebody says: I am working on this."""

    permission: ClassVar[Permission] = Permission.TASK_WORK
    also: ClassVar[tuple[Permission, ...]] = OWNERS
    task_id: str

    def execute(self, tx: Transaction) -> None:
        """Conflict names whoever claimed or finished it first."""
        case = CaseAtWork.of_task(tx, self.task_id)
        task_rights.check(case)
        tx.sql(_assign, {"task": self.task_id, "person": tx.actor, "instant": tx.now})
        tx.details["element"] = case.about["task_element"]


@dataclass(frozen=True)
class ReleaseTask:
    """Whoever claimed a task gives it back; a draft stays."""

    permission: ClassVar[Permission] = Permission.TASK_WORK
    also: ClassVar[tuple[Permission, ...]] = OWNERS
    task_id: str

    def execute(self, tx: Transaction) -> None:
        """Conflict when somebody else holds it."""
        case = CaseAtWork.of_task(tx, self.task_id)
        task_rights.check(case)
        tx.sql(_assign, {"task": self.task_id, "person": None, "instant": None})
        tx.details["element"] = case.about["task_element"]


@dataclass(frozen=True)
class SaveDraft:
    """What was typed so far is kept for the same person; a claimed task keeps everybody's drafts apart."""

    permission: ClassVar[Permission] = Permission.TASK_WORK
    also: ClassVar[tuple[Permission, ...]] = (Permission.REPORTER, *OWNERS)
    task_id: str
    data: Mapping[str, Any] = field(metadata=PERSONAL)

    def execute(self, tx: Transaction) -> datetime:
        """When it was kept. Drafts are not checked against the form: they are allowed to be unfinished."""
        refuse_strange(self.data)
        case = CaseAtWork.of_task(tx, self.task_id)
        task_rights.check(case, claimed_by_others=True)
        row = {"task_id": self.task_id, "user_id": tx.actor, "data": dict(self.data), "at": tx.now}
        upsert(tx.connection, _draft, row, key=("task_id", "user_id"))
        return tx.now


@dataclass(frozen=True)
class CompleteTask:
    """Somebody has done a task: the answers are checked and kept, and the case goes on to its next wait."""

    permission: ClassVar[Permission] = Permission.TASK_WORK
    also: ClassVar[tuple[Permission, ...]] = (Permission.REPORTER, *OWNERS)
    task_id: str
    answers: Mapping[str, Any] = field(metadata=PERSONAL)

    def execute(self, tx: Transaction) -> Completed:
        """Raises Invalid per field, Forbidden, Conflict naming the winner, EngineStuck when the case cannot go on."""
        case = CaseAtWork.of_task(tx, self.task_id)
        task_rights.check(case)
        element, form = case.about["task_element"], case.about["task_form"]
        tx.details["element"] = element
        if all(work.id != self.task_id for work in case.instance.open()):
            raise NotOpen(task=self.task_id)
        _, variables = answering.take_answers(case, form, element, self.answers, self.task_id)
        settled = take_step(case, lambda live: live.complete(self.task_id, variables, case.env), self.task_id)
        return Completed(case.id, settled.status, settled.opened, settled.ended)
