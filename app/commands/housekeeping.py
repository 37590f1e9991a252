"""What the service does by itself each day: anchor the audit, tell officers their tasks, watch the calendar."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, ClassVar

from sqlalchemy import delete, exists, func, insert, select

from app.commands.letter import notices
from app.commands.transaction import Transaction
from app.domain.permissions import Permission
from app.store import trail
from app.store.base import table_of
from app.store.complaints import Complaint
from app.store.instances import ProcessInstance
from app.store.outbox import OutboxMessage
from app.store.people import holders, people_of
from app.store.tasks import IS_OPEN, Candidate, Draft, Task

HORIZON = timedelta(days=60)  # how long before its end the owner is told that the calendar needs new holidays
DRAFTS_KEPT = timedelta(days=7)  # counted from the last key: whoever lost a race can copy their words that long
MOST_LINES = 10
_outbox, _task, _candidate, _draft = table_of(OutboxMessage), table_of(Task), table_of(Candidate), table_of(Draft)
_complaint, _instance = table_of(Complaint), table_of(ProcessInstance)


@dataclass(frozen=True)
class WriteAnchor:
    """Anchor all audit chains that moved since the last time."""

    permission: ClassVar[Permission] = Permission.INSTANCE_OPERATE

    def execute(self, tx: Transaction) -> int:
        """How many chains were anchored. Its own entry is anchored next time."""
        covered = trail.anchor(tx.connection, tx.toolbox.keys, tx.now)
        tx.details["heads"] = covered
        return covered


@dataclass(frozen=True)
class SweepDrafts:
    """Remove what was typed for tasks that others completed or that were no longer needed, a week afterwards."""

    permission: ClassVar[Permission] = Permission.INSTANCE_OPERATE

    def execute(self, tx: Transaction) -> int:
        """How many drafts were removed."""
        over = exists().where(_task.c.id == _draft.c.task_id, _task.c.state != "open")
        old = delete(_draft).where(_draft.c.at < tx.now - DRAFTS_KEPT, over)
        removed: int = tx.sql(old).rowcount
        tx.details["removed"] = removed
        return removed


@dataclass(frozen=True)
class SendDigests:
    """At the opening of a working day, tell everybody who has open tasks; running it again sends nothing twice."""

    permission: ClassVar[Permission] = Permission.INSTANCE_OPERATE

    def prepare(self, tx: Transaction) -> list[dict[str, Any]]:
        """Gather the tasks and write the messages before the database is locked: there may be many."""
        today = tx.service.calendar.local_date(tx.now)
        messages = []
        for person, tasks in sorted(_work(tx, today).items()):
            fields = _digest(tx, today, tasks)
            messages.append(notices.row(tx, None, "digest", f"user:{person}", fields, tx.now, f"digest:{today}"))
        return messages

    def execute(self, tx: Transaction) -> int:
        """How many people were written to."""
        return _add_new(tx, tx.prepared)


@dataclass(frozen=True)
class WarnOfHorizon:
    """Tell those who keep the calendar, once a week, that it is certain for a short while only."""

    permission: ClassVar[Permission] = Permission.INSTANCE_OPERATE

    def execute(self, tx: Transaction) -> int:
        """How many people were written to."""
        calendar = tx.service.calendar
        today, horizon = calendar.local_date(tx.now), calendar.confirmed_until
        if horizon - today > HORIZON:
            return 0
        beyond = select(func.count()).where(IS_OPEN, ~_task.c.due_confirmed, _task.c.due_at.is_not(None))
        fields = {"confirmed_until": horizon.isoformat(), "count": str(tx.sql(beyond).scalar_one())}
        cause = f"horizon:{horizon}:{today.isocalendar()[0]}-{today.isocalendar()[1]}"
        roles = sorted(role for role, codes in tx.service.roles.items() if Permission.STANDARD_EDIT.value in codes)
        people = {person for role in roles for person in holders(tx.connection, today, role=role)}
        messages = [
            notices.row(tx, None, "horizon", f"user:{person}", fields, notices.opening(tx), cause)
            for person in sorted(people)
        ]
        return _add_new(tx, messages)


def _work(tx: Transaction, today: date) -> dict[str, list[Any]]:
    """Person -> their open tasks, those due first coming first; one look at the people for each role and unit."""
    columns = (_task.c.id, _task.c.element, _task.c.due_at, _task.c.assignee, _instance.c.deployment_id)
    rows = select(*columns, _candidate.c.role, _candidate.c.unit).join(_candidate, _candidate.c.task_id == _task.c.id)
    rows = rows.join(_instance, _instance.c.id == _task.c.instance_id)
    rows = rows.outerjoin(_complaint, _complaint.c.instance_id == _task.c.instance_id)
    rows = rows.where(IS_OPEN, _candidate.c.role != "reporter").add_columns(_complaint.c.accused_unit)
    able: dict[tuple[str, str | None], list[str]] = {}
    theirs: dict[str, frozenset[str]] = {}
    work: dict[str, dict[str, Any]] = {}
    for row in tx.sql(rows.order_by(_task.c.due_at, _task.c.id)):
        place = (row.role, row.unit)
        if place not in able:
            able[place] = holders(tx.connection, today, role=row.role, unit=row.unit)
        if row.accused_unit is not None and row.accused_unit not in theirs:
            theirs[row.accused_unit] = people_of(tx.connection, today, row.accused_unit)
        for person in able[place] if row.assignee is None else [row.assignee]:
            if person not in theirs.get(row.accused_unit or "", ()):
                work.setdefault(person, {})[row.id] = row
    return {person: list(tasks.values()) for person, tasks in work.items()}


def _digest(tx: Transaction, today: date, tasks: list[Any]) -> dict[str, str]:
    calendar = tx.service.calendar
    dues = [task.due_at for task in tasks if task.due_at is not None]
    ahead = [due for due in dues if due >= tx.now]
    names = [tx.toolbox.bundle(tx.connection, task.deployment_id).label(task.element) for task in tasks[:MOST_LINES]]
    return {
        "date": today.isoformat(),
        "open": str(len(tasks)),
        "due_today": str(sum(calendar.local_date(due) == today for due in ahead)),
        "overdue": str(len(dues) - len(ahead)),
        "tasks": "\n".join(f"- {name.id}" for name in names),
        "tasks_en": "\n".join(f"- {name.en}" for name in names),
        "next_due": min(ahead).isoformat() if ahead else "",
    }


def _add_new(tx: Transaction, messages: Iterable[dict[str, Any]]) -> int:
    """Store the messages whose key is not there yet."""
    rows = list(messages)
    if not rows:
        return 0
    known = select(_outbox.c.key).where(_outbox.c.key.in_([row["key"] for row in rows]))
    sent = {row.key for row in tx.sql(known)}
    fresh = [row for row in rows if row["key"] not in sent]
    if fresh:
        tx.sql(insert(_outbox), fresh)
    tx.details["messages"] = len(fresh)
    return len(fresh)
