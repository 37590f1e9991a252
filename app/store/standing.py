"""Reads what is stored of the due times of running cases, some cases at a time, in the order of their ids."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import BindParameter, Connection, Select, bindparam, func, select

from app.store.base import table_of
from app.store.instances import History, ProcessInstance
from app.store.jobs import Job
from app.store.tasks import Task

LIMIT_KINDS = ("reminder", "overdue", "escalation")
RUNNING = ("active", "incident")
Row = Mapping[str, Any]
_instance, _task, _job, _history = table_of(ProcessInstance), table_of(Task), table_of(Job), table_of(History)
_of_case = (
    "id",
    "deployment_id",
    "version",
    "blob",
    "started_at",
    "sla_digest",
    "limit_key",
    "due_at",
    "due_confirmed",
)
_of_task = ("id", "instance_id", "element", "limit_key", "anchored_at", "due_at", "due_confirmed", "overdue")
_of_job = ("id", "kind", "instance_id", "task_id", "payload", "due_at", "attempts")
_running = select(*[_instance.c[name] for name in _of_case]).where(_instance.c.state.in_(RUNNING))
_next = _running.where(_instance.c.id > bindparam("after")).order_by(_instance.c.id)
_one = _running.where(_instance.c.id == bindparam("only"))
_ids: BindParameter[Any] = bindparam("ids", expanding=True)
_tasks = select(*[_task.c[name] for name in _of_task]).where(
    _task.c.instance_id.in_(_ids), _task.c.state == "open", _task.c.due_at.is_not(None)
)
_jobs = select(*[_job.c[name] for name in _of_job]).where(
    _job.c.instance_id.in_(_ids), _job.c.kind.in_((*LIMIT_KINDS, "timer")), _job.c.state.in_(("waiting", "paused"))
)
_stops = (
    select(_history.c.instance_id, _history.c.kind, _history.c.at)
    .where(_history.c.instance_id.in_(_ids), _history.c.kind.in_(("paused", "resumed")))
    .order_by(_history.c.instance_id, _history.c.seq)
)
_entered = select(func.max(_history.c.at)).where(
    _history.c.instance_id == bindparam("case"), _history.c.task_id == bindparam("task"), _history.c.kind == "entered"
)


@dataclass(frozen=True)
class Standing:
    """One running case: its row, open tasks with a due time, waiting jobs, and when its clock stopped and went on."""

    case: Row
    tasks: Sequence[Row]
    jobs: Sequence[Row]
    stops: Sequence[tuple[str, datetime]]

    @property
    def timers(self) -> list[Row]:
        """The jobs of drawn timers."""
        return [job for job in self.jobs if job["kind"] == "timer"]

    @property
    def notices(self) -> list[Row]:
        """The jobs of limits: of each limit the notice that comes next."""
        return [job for job in self.jobs if job["kind"] != "timer"]


def standings(connection: Connection, after: str, most: int, *, lock: bool = False) -> list[Standing]:
    """The next running cases behind the id `after`; with `lock` nobody else may change them in the meantime."""
    return _read(connection, _next.limit(most), {"after": after}, lock)


def standing_of(connection: Connection, case: str, *, lock: bool = False) -> list[Standing]:
    """One case; none where it does not run any more."""
    return _read(connection, _one, {"only": case}, lock)


def how_many(connection: Connection) -> int:
    """How many cases run."""
    return connection.execute(select(func.count()).where(_instance.c.state.in_(RUNNING))).scalar_one()


def next_id(connection: Connection, after: str) -> str | None:
    """The id of the next running case, read without anything else of it."""
    wanted = select(_instance.c.id).where(_instance.c.state.in_(RUNNING), _instance.c.id > after)
    return connection.execute(wanted.order_by(_instance.c.id).limit(1)).scalar()


def entered_at(connection: Connection, case: str, task: str) -> datetime | None:
    """When an element was entered, by the id of the engine's task for it."""
    found: datetime | None = connection.execute(_entered, {"case": case, "task": task}).scalar()
    return found


def _read(connection: Connection, query: Select[Any], given: Mapping[str, Any], lock: bool) -> list[Standing]:
    found = connection.execute(query.with_for_update() if lock else query, given)
    cases = [dict(row) for row in found.mappings()]
    ids = [case["id"] for case in cases]
    if not ids:
        return []
    tasks, jobs = (_grouped(connection, wanted, ids) for wanted in (_tasks, _jobs))
    stops = _grouped(connection, _stops, ids)
    return [
        Standing(case, tasks.get(case["id"], ()), jobs.get(case["id"], ()), _pairs(stops.get(case["id"], ())))
        for case in cases
    ]


def _grouped(connection: Connection, query: Select[Any], ids: Collection[str]) -> dict[str, list[Row]]:
    found: dict[str, list[Row]] = {}
    for row in connection.execute(query, {"ids": list(ids)}).mappings():
        found.setdefault(row["instance_id"], []).append(dict(row))
    return found


def _pairs(rows: Sequence[Row]) -> list[tuple[str, datetime]]:
    return [(row["kind"], row["at"]) for row in rows]
