"""Checks completions against history and audit, messages against history, and the database itself."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from itertools import groupby
from typing import TYPE_CHECKING, Any

from sqlalchemy import exists, func, select, text
from sqlalchemy.orm import Session

from app.domain.text import Text
from app.queries.verify.violation import Violation
from app.store.audit import AuditEntry
from app.store.base import table_of
from app.store.fingerprints import answers_digest, history_digest, state_digest
from app.store.instances import History, ProcessInstance
from app.store.outbox import OutboxMessage
from app.store.tasks import Answer, Task

if TYPE_CHECKING:
    from app.toolbox import Toolbox

BATCH = 2_000
_task, _history, _answer = table_of(Task), table_of(History), table_of(Answer)
_entry, _outbox, _instance = table_of(AuditEntry), table_of(OutboxMessage), table_of(ProcessInstance)


@dataclass
class Audited:
    """What the audit says was done: completions by task, and the digests of answers, histories and states."""

    completions: dict[str, list[tuple[str, datetime]]] = field(default_factory=dict)
    answers: dict[tuple[str, int], str] = field(default_factory=dict)
    histories: dict[tuple[str, int], str] = field(default_factory=dict)  # by instance and first number
    states: dict[str, str] = field(default_factory=dict)  # of each instance the last


def completions(session: Session, toolbox: Toolbox) -> Iterator[Violation]:
    """A completed task was left once in its history and completed once in the audit; what was stored is as it was."""
    audited = _audited(session)
    lefts = select(_history.c.task_id, func.count().label("times")).where(_history.c.kind == "left")
    left = {row.task_id: row.times for row in session.execute(lefts.group_by(_history.c.task_id))}
    done = select(_task.c.id, _task.c.completed_by, _task.c.completed_at).where(_task.c.state == "completed")
    for row in session.execute(done.order_by(_task.c.id)):
        task, times, entered = row.id, left.get(row.id, 0), audited.completions.pop(row.id, [])
        if times != 1:
            yield _wrong("task", task, "INV1", f"{times} kali dalam riwayat", f"left {times} times in the history")
        if len(entered) != 1:
            yield _wrong("task", task, "INV1", f"{len(entered)} kali dalam audit", f"{len(entered)} times in the audit")
        elif entered != [(row.completed_by, row.completed_at)]:
            yield _wrong("task", task, "INV1", "pelaku atau waktunya diubah", "who or when was changed")
    for task in sorted(audited.completions):
        yield _wrong("task", task, "INV1", "selesai menurut audit saja", "completed by the audit only")
    yield from _answers(session, toolbox, audited.answers)
    yield from _numbers(session)
    yield from _histories(session, toolbox, audited.histories)
    yield from _states(session, toolbox, audited.states)


def _audited(session: Session) -> Audited:
    found = Audited()
    columns = (_entry.c.chain, _entry.c.command, _entry.c.actor, _entry.c.at, _entry.c.fields)
    entries = select(*columns).where(_entry.c.outcome == "done").order_by(_entry.c.chain, _entry.c.seq)
    for row in session.execute(entries.execution_options(yield_per=BATCH)):
        if row.command == "CompleteTask":
            found.completions.setdefault(row.fields["task_id"], []).append((row.actor, row.at))
        if "answer" in row.fields:
            found.answers[row.chain, row.fields["answer"]] = row.fields["digest"]
        for first, digest in row.fields.get("history", ()):
            found.histories[row.chain, first] = digest
        if "state" in row.fields:
            found.states[row.chain] = row.fields["state"]
    return found


def _answers(session: Session, toolbox: Toolbox, digests: dict[tuple[str, int], str]) -> Iterator[Violation]:
    columns = (_answer.c.instance_id, _answer.c.seq, _answer.c.data)
    for row in session.execute(select(*columns).execution_options(yield_per=BATCH)):
        kept, name = digests.pop((row.instance_id, row.seq), None), f"{row.instance_id}:{row.seq}"
        if kept is None:
            yield _wrong("answer", name, "INV1", "tidak dikenal audit", "the audit does not know it")
        elif all(answers_digest(row.data, key) != kept for key in toolbox.keys.all):
            yield _wrong("answer", name, "INV1", "jawabannya diubah", "the answers were changed")
    for instance, seq in sorted(digests):
        yield _wrong("answer", f"{instance}:{seq}", "INV1", "jawaban hilang", "these answers are missing")


def _histories(session: Session, toolbox: Toolbox, digests: dict[tuple[str, int], str]) -> Iterator[Violation]:
    """What each step wrote into a history must be what its audit entry fingerprinted."""
    rows = session.execute(select(_history).order_by(_history.c.instance_id, _history.c.seq))
    for instance, entries in groupby(rows.mappings(), key=lambda row: row["instance_id"]):
        step: list[Mapping[Any, Any]] = []
        for row in [*entries, None]:
            if step and (row is None or (instance, row["seq"]) in digests):
                first = step[0]["seq"]
                kept = digests.pop((instance, first), None)
                if all(history_digest(step, key) != kept for key in toolbox.keys.all):
                    said = "riwayatnya diubah", "its entries from here on were changed"
                    yield _wrong("history", f"{instance}:{first}", "INV1", *said)
                step = []
            if row is not None:
                step.append(row)
    for instance, first in sorted(digests):
        yield _wrong("history", f"{instance}:{first}", "INV1", "riwayat hilang", "these entries are missing")


def _states(session: Session, toolbox: Toolbox, digests: dict[str, str]) -> Iterator[Violation]:
    for row in session.execute(select(_instance.c.id, _instance.c.blob).execution_options(yield_per=BATCH)):
        kept = digests.pop(row.id, None)
        if all(state_digest(row.blob, key) != kept for key in toolbox.keys.all):
            yield _wrong("process_instance", row.id, "INV1", "keadaannya diubah", "its state was changed")
    for instance in sorted(digests):
        yield _wrong("process_instance", instance, "INV1", "instans ini hilang", "this instance is missing")


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


def messages(session: Session, _parts: Toolbox) -> Iterator[Violation]:
    """Every notice of a history stands in the outbox; no message of an instance stands there without its notice."""
    there = exists().where(_outbox.c.id == _history.c.task_id)
    lost = select(_history.c.instance_id, _history.c.seq).where(_history.c.kind == "notice", ~there)
    for row in session.execute(lost):
        yield _wrong("history", f"{row.instance_id}:{row.seq}", "INV4", "pesannya hilang", "its message is missing")
    told = exists().where(_history.c.instance_id == _outbox.c.instance_id, _history.c.task_id == _outbox.c.id)
    for message in session.scalars(select(_outbox.c.id).where(_outbox.c.instance_id.is_not(None), ~told)):
        yield _wrong("outbox_message", message, "INV4", "tidak ada dalam riwayat", "the history does not know it")
    known = (_history.c.instance_id == _outbox.c.instance_id) & (_history.c.task_id == _outbox.c.id)
    columns = (_outbox.c.id, _outbox.c.key, _outbox.c.recipient, _outbox.c.template, _history.c.element)
    for sent in session.execute(select(*columns).join(_history, known)):
        if not sent.key.endswith(f":{sent.recipient}") or sent.element != sent.template:
            yield _wrong("outbox_message", sent.id, "INV4", "penerima atau isinya diubah", "what it is was changed")
    twice = select(_outbox.c.key).group_by(_outbox.c.key).having(func.count() > 1)
    for key in session.scalars(twice):
        yield _wrong("outbox_message", key, "INV4", "pesan ganda", "the same message stands there twice")


def soundness(session: Session, _parts: Toolbox) -> Iterator[Violation]:
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
