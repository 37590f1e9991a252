"""Fills a demo installation with many cases: the rows of its played complaints, written again under new ids."""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import cycle, islice, pairwise
from typing import Any

from sqlalchemy import JSON, Column, Connection, Table, select

from app.domain.chance import SystemChance
from app.domain.tracking import shown, tracking_id
from app.engine.codec import with_ids
from app.engine.events import branch_id
from app.store.accounts import User
from app.store.audit import AuditEntry, AuditHead
from app.store.base import Base, table_of
from app.store.complaints import Attachment, Complaint, ConversationLine
from app.store.database import compact_json, writer
from app.store.deployments import Deployment
from app.store.escalations import Escalation
from app.store.fingerprints import history_digest, state_digest
from app.store.instances import History, ProcessInstance
from app.store.jobs import Incident, Job
from app.store.keys import KeyRing
from app.store.outbox import OutboxMessage
from app.store.reporters import Accused, Reporter
from app.store.tasks import Answer, Candidate, Task
from app.store.trail import START, entry_hash
from app.store.words import CaseText
from app.toolbox import Toolbox

BATCH = 250  # cases in a transaction, so that people who work meanwhile wait for a fraction of a second
PREFIX = 16  # the ids of a case's jobs begin as its own does
ORIGINALS = 100
AN_ID = re.compile(r"[0-9a-f]{32}")
ONLY_ONCE = ("submission", "sender", "sent")  # of the form that filed a complaint: a copy came from none
CHANCE = SystemChance()

# In the order of their foreign keys; what is computed for each copy stands in `_computed`.
OF_A_CASE: tuple[type[Base], ...] = (
    ProcessInstance,
    History,
    Task,
    Candidate,
    Answer,
    Complaint,
    ConversationLine,
    Reporter,
    Job,
    Incident,
    Escalation,
    OutboxMessage,
    AuditEntry,
    AuditHead,
    CaseText,
)
NUMBERED = (ConversationLine, CaseText)  # the database numbers their rows in the order in which they come
Row = dict[str, Any]
Ids = Mapping[str, str]


class NothingToCopy(Exception):
    """There is no played complaint that can be copied."""


@dataclass(frozen=True)
class Sheet:
    """The rows of one table that belong to a case, as the driver takes them, their texts cut where an id stands."""

    table: Table
    columns: tuple[str, ...]
    rows: Sequence[Sequence[Any]]
    cuts: Sequence[tuple[int, int, Sequence[str]]]  # row, column, and an id or the parts of a text around ids

    def with_ids(self, ids: Ids) -> list[list[Any]]:
        """The rows of a copy."""
        made = [list(row) for row in self.rows]
        for row, column, parts in self.cuts:
            made[row][column] = ids[parts[0]] if len(parts) == 1 else "".join(ids.get(part, part) for part in parts)
        return made


@dataclass(frozen=True)
class Played:
    """A case that was played by the real commands, ready to be written many times."""

    instance_id: str
    complaint_id: str
    ids: frozenset[str]  # of its tasks, jobs, letters and elements
    branches: Mapping[str, tuple[str, str]]  # the waits of event gateways, whose ids follow from: gateway, element
    secret_hash: str
    blob: bytes
    steps: Sequence[tuple[int, Sequence[Row]]]  # first number of each step in the history, and its entries
    entries: Sequence[Row]
    identity: Mapping[str, object] | None
    sheets: Sequence[Sheet]


def multiply(toolbox: Toolbox, cases: int, done: Callable[[int], object] = lambda _: None) -> int:
    """Write `cases` copies of the played complaints; `done` is told how many were just written. Returns their number.

    Times and texts of a copy are those of its original; its ids, its audit chain, its sealed identity and its digests
    are its own, so that `alur verify` holds. Nobody knows its secret. Raises NothingToCopy.
    """
    with toolbox.database.connect() as connection:
        played = [_played(connection, toolbox.keys, row) for row in _originals(connection)]
    if not played:
        raise NothingToCopy
    turns = islice(cycle(played), cases)
    while batch := list(islice(turns, BATCH)):
        with writer(toolbox.database).begin() as connection:
            _write(connection, toolbox.keys, batch)
        done(len(batch))
    return cases


def _originals(connection: Connection) -> Sequence[Mapping[str, Any]]:
    """Cases with nothing outside their rows: no file, nobody complained of, no other case."""
    complaint, instance = table_of(Complaint), table_of(ProcessInstance)
    wanted = select(complaint.c.id, complaint.c.instance_id, complaint.c.secret_hash).join(instance)
    wanted = wanted.where(~instance.c.test, complaint.c.duplicate_of.is_(None))
    for outside in (table_of(Attachment), table_of(Accused)):
        wanted = wanted.where(~select(outside).where(outside.c.complaint_id == complaint.c.id).exists())
    found = connection.execute(wanted.order_by(complaint.c.received_at).limit(ORIGINALS))
    return [dict(row) for row in found.mappings()]


def _played(connection: Connection, keys: KeyRing, of: Mapping[str, Any]) -> Played:
    case, complaint = of["instance_id"], of["id"]
    rows = {model: _rows(connection, model, case, complaint) for model in OF_A_CASE}
    seen = {value for found in rows.values() for row in found for value in row.values() if _is_id(value)}
    ids = frozenset(found for found in seen if found != case and not _is_shared(connection, found))
    branches = {
        row["task_id"]: (gateway, row["element"])
        for row in rows[Job]
        for gateway in ids
        if row["kind"] == "timer" and branch_id(gateway, row["element"]) == row["task_id"]
    }
    firsts = [first for entry in rows[AuditEntry] for first, _ in entry["fields"].get("history", ())]
    steps = [
        (first, [row for row in rows[History] if first <= row["seq"] < following])
        for first, following in pairwise([*sorted(firsts), len(rows[History]) + 1])
    ]
    (instance,), (reporter,) = rows[ProcessInstance], rows[Reporter] or [{}]
    sealed = reporter.get("data_key") is not None
    identity = keys.open(reporter["data_key"], reporter["sealed"], complaint) if sealed else None
    named = [case, complaint, shown(complaint), of["secret_hash"], *sorted(ids), *branches]
    known = re.compile("|".join(map(re.escape, named)))
    sheets = [_sheet(connection, model, found, known) for model, found in rows.items() if found]
    entries, secret = rows[AuditEntry], of["secret_hash"]
    return Played(
        case, complaint, ids - {*branches}, branches, secret, instance["blob"], steps, entries, identity, sheets
    )


def _rows(connection: Connection, model: type[Base], case: str, complaint: str) -> list[Row]:
    table = table_of(model)
    column, value = {
        ProcessInstance: (table.c.get("id"), case),
        Candidate: (table.c.get("task_id"), None),
        AuditEntry: (table.c.get("chain"), case),
        AuditHead: (table.c.get("chain"), case),
        ConversationLine: (table.c.get("complaint_id"), complaint),
        Reporter: (table.c.get("complaint_id"), complaint),
    }.get(model, (table.c.get("instance_id"), case))
    assert column is not None
    task = table_of(Task)
    its = column.in_(select(task.c.id).where(task.c.instance_id == case)) if value is None else column == value
    found = connection.execute(select(table).where(its).order_by(*table.primary_key.columns))
    return [dict(row) for row in found.mappings()]


def _is_id(value: object) -> bool:
    return isinstance(value, str) and AN_ID.fullmatch(value) is not None


def _is_shared(connection: Connection, found: str) -> bool:
    """Whether this is somebody's account or a version of the procedure, which a copy shares with its original."""
    return any(
        connection.execute(select(table_of(model).c.id).where(table_of(model).c.id == found)).first() is not None
        for model in (User, Deployment)
    )


def _sheet(connection: Connection, model: type[Base], rows: Sequence[Row], known: re.Pattern[str]) -> Sheet:
    """Ready the rows of one table: values as the driver stores them, JSON as text."""
    table = table_of(model)
    columns = [column for column in table.columns if not (model in NUMBERED and column.name == "seq")]
    stored = [_stored(column, connection) for column in columns]
    ready, cuts = [], []
    for number, row in enumerate(rows):
        values = [store(row[column.name]) for column, store in zip(columns, stored, strict=True)]
        for place, (column, value) in enumerate(zip(columns, values, strict=True)):
            if column.name in ONLY_ONCE:
                values[place] = None
            elif isinstance(value, str) and known.search(value):
                cuts.append((number, place, [value] if known.fullmatch(value) else _parted(value, known)))
        ready.append(values)
    return Sheet(table, tuple(column.name for column in columns), ready, cuts)


def _stored(column: Column[Any], connection: Connection) -> Callable[[Any], Any]:
    if isinstance(column.type, JSON):
        return lambda value: None if value is None else compact_json(value)
    return column.type.dialect_impl(connection.dialect).bind_processor(connection.dialect) or (lambda value: value)


def _parted(text: str, known: re.Pattern[str]) -> list[str]:
    parts, at = [], 0
    for found in known.finditer(text):
        parts += [text[at : found.start()], found[0]]
        at = found.end()
    return [*parts, text[at:]]


def _write(connection: Connection, keys: KeyRing, batch: Sequence[Played]) -> None:
    made: dict[Table, tuple[tuple[str, ...], list[list[Any]]]] = {table_of(model): ((), []) for model in OF_A_CASE}
    for played in batch:
        ids = _fresh(played)
        computed = _computed(played, ids, keys)
        for sheet in played.sheets:
            rows = sheet.with_ids(ids)
            for name, values in computed.get(sheet.table.name, {}).items():
                place = sheet.columns.index(name)
                for row, value in zip(rows, values, strict=True):
                    row[place] = value
            made[sheet.table] = (sheet.columns, made[sheet.table][1] + rows)
    for table, (columns, rows) in made.items():
        if rows:
            _insert(connection, table.name, columns, rows)


def _fresh(played: Played) -> Ids:
    """New ids for all that the original's were; those that began as its own begin as the copy's own."""
    case, complaint = secrets.token_hex(16), tracking_id(CHANCE)
    ids = {
        old: (case[:PREFIX] if old.startswith(played.instance_id[:PREFIX]) else secrets.token_hex(8))
        + secrets.token_hex(8)
        for old in played.ids
    }
    ids |= {old: branch_id(ids[gateway], element) for old, (gateway, element) in played.branches.items()}
    return ids | {
        played.instance_id: case,
        played.complaint_id: complaint,
        shown(played.complaint_id): shown(complaint),
        played.secret_hash: secrets.token_hex(32),
    }


def _computed(played: Played, ids: Ids, keys: KeyRing) -> dict[str, dict[str, list[Any]]]:
    """table -> column -> a value for each row: what follows from the ids of a copy, or is sealed for it alone."""
    key = keys.current
    blob = with_ids(played.blob, {bytes.fromhex(old): bytes.fromhex(ids[old]) for old in played.ids})
    told = {
        first: history_digest((row | {"task_id": ids.get(row["task_id"])} for row in rows), key)
        for first, rows in played.steps
    }
    hashes, before, fields = [START], START, []
    for number, original in enumerate(played.entries, 1):
        entry = _told(original, ids) | {"previous": before}
        entry["fields"] = _renamed(original["fields"], ids)
        if "history" in entry["fields"]:
            entry["fields"]["history"] = [[first, told[first]] for first, _ in original["fields"]["history"]]
        if "state" in entry["fields"] and number == _last_state(played):
            entry["fields"]["state"] = state_digest(blob, key)
        before = entry_hash(key, entry)
        hashes.append(before)
        fields.append(compact_json(entry["fields"]))
    computed: dict[str, dict[str, list[Any]]] = {
        ProcessInstance.__tablename__: {"blob": [blob]},
        AuditEntry.__tablename__: {"fields": fields, "previous": hashes[:-1], "hash": hashes[1:]},
        AuditHead.__tablename__: {"hash": [before], "anchored": [0]},
    }
    if played.identity is not None:
        data_key, sealed = keys.seal(played.identity, ids[played.complaint_id])
        computed[Reporter.__tablename__] = {"data_key": [data_key], "sealed": [sealed]}
    return computed


def _last_state(played: Played) -> int:
    return max(number for number, entry in enumerate(played.entries, 1) if "state" in entry["fields"])


def _told(row: Row, ids: Ids) -> Row:
    return {name: ids.get(value, value) if isinstance(value, str) else value for name, value in row.items()}


def _renamed(value: Any, ids: Ids) -> Any:
    """The same JSON with the copy's ids."""
    if isinstance(value, dict):
        return {name: _renamed(each, ids) for name, each in value.items()}
    if isinstance(value, list):
        return [_renamed(each, ids) for each in value]
    return ids.get(value, value) if isinstance(value, str) else value


def _insert(connection: Connection, table: str, columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
    """The fastest way of each database: its own COPY, or one prepared statement."""
    names = ", ".join(f'"{name}"' for name in columns)
    if connection.dialect.name == "postgresql":
        cursor = connection.connection.cursor()
        with cursor.copy(f'COPY "{table}" ({names}) FROM STDIN') as copy:
            for row in rows:
                copy.write_row(row)
        return
    marks = ", ".join("?" * len(columns))
    connection.exec_driver_sql(f'INSERT INTO "{table}" ({names}) VALUES ({marks})', [tuple(row) for row in rows])
