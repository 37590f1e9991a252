"""What a supervisor does about work that is late: take note of an escalation, remind, free a task that was claimed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from sqlalchemy import bindparam, select, update

from app.commands.case import deadlines, history, limit_notices
from app.commands.case.at_work import CaseAtWork
from app.commands.letter import notices
from app.commands.reasons import need_reason
from app.commands.transaction import Transaction
from app.domain.errors import Conflict, NotFound
from app.domain.permissions import Permission
from app.domain.text import Text
from app.domain.words import instant_text
from app.rules.remaining import unit_of
from app.store.base import table_of
from app.store.escalations import Escalation
from app.store.people import name_of
from app.store.tasks import Task

_task, _escalation = table_of(Task), table_of(Escalation)
_one = (_escalation.c.instance_id == bindparam("case"), _escalation.c.of == bindparam("what"))
_find = select(_escalation).where(*_one)
_take_note = update(_escalation).where(*_one, _escalation.c.acknowledged_at.is_(None))
_reminded = update(_task).where(_task.c.id == bindparam("task")).values(reminded_at=bindparam("instant"))
_reminded_at = select(_task.c.reminded_at).where(_task.c.id == bindparam("task"))
_free = update(_task).where(_task.c.id == bindparam("task")).values(assignee=None, claimed_at=None)


@dataclass(frozen=True)
class AcknowledgeEscalation:
    """A supervisor has taken note of an escalation; `note` says what is done about it. `of` is a task or the case."""

    permission: ClassVar[Permission] = Permission.BOARD_READ
    instance_id: str
    of: str
    note: str = ""

    def execute(self, tx: Transaction) -> None:
        """NotFound for an unknown escalation; Conflict names whoever acknowledged it first."""
        case = CaseAtWork.of_instance(tx, self.instance_id)
        found = tx.sql(_find, {"case": case.id, "what": self.of}).first()
        if found is None:
            raise NotFound()
        if found.acknowledged_at is not None:
            who = name_of(tx.connection, found.acknowledged_by)
            said = Text(f"{who} sudah mencatat eskalasi ini.", f"{who} has already noted this escalation.")
            raise Conflict(said, who=who, when=found.acknowledged_at, what=said)
        values: dict[str, Any] = {"acknowledged_at": tx.now, "acknowledged_by": tx.actor}
        tx.sql(_take_note.values(**values, note=self.note.strip() or None), {"case": case.id, "what": self.of})


@dataclass(frozen=True)
class RemindHolder:
    """A supervisor reminds whoever holds a task, or everybody who may take it; once a day, so that it is not noise."""

    permission: ClassVar[Permission] = Permission.BOARD_READ
    task_id: str

    def execute(self, tx: Transaction) -> int:
        """How many people are told. Conflict when the task is done or was reminded of today."""
        case = CaseAtWork.of_task(tx, self.task_id)
        _need_open(case)
        calendar = tx.service.calendar
        last = tx.sql(_reminded_at, {"task": self.task_id}).scalar()
        if last is not None and calendar.local_date(last) == calendar.local_date(tx.now):
            at = instant_text(calendar.local(last).replace(second=0, microsecond=0))
            raise Conflict(Text(f"Sudah diingatkan {at.id}.", f"Already reminded on {at.en}."))
        people = limit_notices.workers(case, self.task_id)
        tx.sql(_reminded, {"task": self.task_id, "instant": tx.now})
        _tell(case, "nudge", people, {}, f"nudge:{self.task_id}:{calendar.local_date(tx.now)}")
        tx.details.update(element=case.about["task_element"], people=len(people))
        return len(people)


@dataclass(frozen=True)
class FreeTask:
    """A supervisor gives a claimed task back to all who may do it; its holder is told why, and keeps the draft."""

    permission: ClassVar[Permission] = Permission.BOARD_READ
    task_id: str
    reason: str

    def execute(self, tx: Transaction) -> None:
        """Invalid without a reason; Conflict when the task is done or nobody holds it."""
        need_reason(self.reason)
        case = CaseAtWork.of_task(tx, self.task_id)
        _need_open(case)
        holder = case.about["task_assignee"]
        if holder is None:
            raise Conflict(Text("Tugas ini tidak sedang dipegang siapa pun.", "Nobody holds this task."))
        tx.sql(_free, {"task": self.task_id})
        cause = f"freed:{self.task_id}:{case.about['task_claimed_at']}"
        _tell(case, "claim_freed", [holder], {"reason": self.reason.strip()}, cause)
        tx.details.update(element=case.about["task_element"], holder=holder)


def _need_open(case: CaseAtWork) -> None:
    if case.about["task_state"] != "open":
        raise Conflict(Text("Tugas ini sudah selesai.", "This task is completed already."))


def _tell(case: CaseAtWork, template: str, people: list[str], more: dict[str, str], cause: str) -> None:
    about, element = case.about, case.about["task_element"]
    label, due = case.bundle.label(element), about["task_due_at"]
    fields = {"tracking_id": case.row["business_key"], "step": label.id, "step_en": label.en, **more}
    fields["supervisor"] = name_of(case.tx.connection, case.tx.actor)
    if due is not None:
        limit = deadlines.limit_of(case, about["task_limit_key"])
        fields |= {"due": due.isoformat(), "due_unit": unit_of(limit)}
    for person in people:
        row = notices.row(case.tx, case, template, f"user:{person}", fields, notices.opening(case.tx), cause)
        case.notices.append(row)
    notices.write(case)
    history.keep(case)
