"""Checks completions against history and audit, messages against history, and the database itself."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING

from sqlalchemy import exists, func, select, text
from sqlalchemy.orm import Session

from app.domain.text import Text
from app.queries.violation import Violation
from app.store.answers import answers_digest
from app.store.audit import AuditEntry
from app.store.base import table_of
from app.store.instances import History, ProcessInstance
from app.store.outbox import OutboxMessage
from app.store.tasks import Answer, Task

if TYPE_CHECKING:
    from app.commands.parts import Parts

BATCH = 2_000
_task, _history, _answer = table_of(Task), table_of(History), table_of(Answer)
_entry, _outbox, _instance = table_of(AuditEntry), table_of(OutboxMessage), table_of(ProcessInstance)


def completions(session: Session, parts: Parts) -> Iterator[Violation]:
    """A completed task was left once in its history and completed once in the audit; its answers are as they were."""
    lefts = select(_history.c.task_id, func.count().label("times")).where(_history.c.kind == "left")
    left = {row.task_id: row.times for row in session.execute(lefts.group_by(_history.c.task_id))}
    audited: Counter[str] = Counter()
    digests: dict[tuple[str, int], str] = {}
    entries = select(_entry.c.chain, _entry.c.command, _entry.c.fields).where(
        _entry.c.outcome == "done", _entry.c.chain != ""
    )
    for row in session.execute(entries.execution_options(yield_per=BATCH)):
        if row.command == "CompleteTask":
            audited[row.fields["task_id"]] += 1
        if "answer" in row.fields:
            digests[row.chain, row.fields["answer"]] = row.fields["digest"]
    for task in session.scalars(select(_task.c.id).where(_task.c.state == "completed").order_by(_task.c.id)):
        times, entered = left.get(task, 0), audited.pop(task, 0)
        if times != 1:
            yield _wrong("task", task, "INV1", f"{times} kali dalam riwayat", f"left {times} times in the history")
        if entered != 1:
            yield _wrong("task", task, "INV1", f"{entered} kali dalam audit", f"{entered} times in the audit")
    for task in sorted(audited):
        yield _wrong("task", task, "INV1", "selesai menurut audit saja", "completed by the audit only")
    yield from _answers(session, parts, digests)
    yield from _numbers(session)


def _answers(session: Session, parts: Parts, digests: dict[tuple[str, int], str]) -> Iterator[Violation]:
    columns = (_answer.c.instance_id, _answer.c.seq, _answer.c.data)
    for row in session.execute(select(*columns).execution_options(yield_per=BATCH)):
        kept, name = digests.pop((row.instance_id, row.seq), None), f"{row.instance_id}:{row.seq}"
        if kept is None:
            yield _wrong("answer", name, "INV1", "tidak dikenal audit", "the audit does not know it")
        elif all(answers_digest(row.data, key) != kept for key in parts.keys.all):
            yield _wrong("answer", name, "INV1", "jawabannya diubah", "the answers were changed")
    for instance, seq in sorted(digests):
        yield _wrong("answer", f"{instance}:{seq}", "INV1", "jawaban hilang", "these answers are missing")


def _numbers(session: Session) -> Iterator[Violation]:
    """The history of each instance is numbered without a gap, up to the number its row tells."""
    counted = (
        select(_instance.c.id, _instance.c.history_count, func.count(_history.c.seq).label("found"))
        .outerjoin(_history, _history.c.instance_id == _instance.c.id)
        .group_by(_instance.c.id, _instance.c.history_count)
    )
    for row in session.execute(counted):
        if row.found != row.history_count:
            said = f"{row.found} dari {row.history_count} baris riwayat", f"{row.found} of {row.history_count} entries"
            yield _wrong("history", row.id, "INV1", *said)


def messages(session: Session, _parts: Parts) -> Iterator[Violation]:
    """Every notice of a history stands in the outbox; no message of an instance stands there without its notice."""
    there = exists().where(_outbox.c.id == _history.c.task_id)
    lost = select(_history.c.instance_id, _history.c.seq).where(_history.c.kind == "notice", ~there)
    for row in session.execute(lost):
        yield _wrong("history", f"{row.instance_id}:{row.seq}", "INV4", "pesannya hilang", "its message is missing")
    told = exists().where(_history.c.instance_id == _outbox.c.instance_id, _history.c.task_id == _outbox.c.id)
    for message in session.scalars(select(_outbox.c.id).where(_outbox.c.instance_id.is_not(None), ~told)):
        yield _wrong("outbox_message", message, "INV4", "tidak ada dalam riwayat", "the history does not know it")
    twice = select(_outbox.c.key).group_by(_outbox.c.key).having(func.count() > 1)
    for key in session.scalars(twice):
        yield _wrong("outbox_message", key, "INV4", "pesan ganda", "the same message stands there twice")


def soundness(session: Session, _parts: Parts) -> Iterator[Violation]:
    """What the database says of itself. PostgreSQL has no such question; there every table is read to its end."""
    if session.get_bind().dialect.name == "sqlite":
        for (said,) in session.execute(text("PRAGMA integrity_check")):
            if said != "ok":
                yield _wrong("database", str(said), "INV6", "berkas basis data rusak", "the database file is damaged")
        for table, row, parent, _ in session.execute(text("PRAGMA foreign_key_check")):
            yield _wrong(str(table), str(row), "INV6", f"acuan ke {parent} hilang", f"it refers to a lost {parent}")
        return
    for table in Task.metadata.sorted_tables:
        session.execute(select(func.count()).select_from(table)).scalar_one()


def counts(session: Session) -> dict[str, int]:
    """How many rows there are of what is checked."""
    tables = (_instance, _task, _answer, _history, _outbox, _entry)
    return {table.name: session.execute(select(func.count()).select_from(table)).scalar_one() for table in tables}


def _wrong(table: str, row: str, invariant: str, id_: str, en: str) -> Violation:
    return Violation(table, row, invariant, Text(id_, en))
