"""Checks that each running case waits for something, and that tasks and timers are those of the engine's state."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from sqlalchemy import Result, Row, Select, select
from sqlalchemy.orm import Session

from app.domain.errors import Refusal
from app.domain.text import Text
from app.engine.instance import Instance
from app.queries.verify.violation import Violation
from app.store.base import table_of
from app.store.instances import ProcessInstance
from app.store.jobs import Incident, Job
from app.store.tasks import Candidate, Task

if TYPE_CHECKING:
    from app.toolbox import Toolbox

BATCH = 500
RUNNING = ("active", "incident")
_instance, _task, _job = table_of(ProcessInstance), table_of(Task), table_of(Job)
_incident, _candidate = table_of(Incident), table_of(Candidate)


def waiting(session: Session, toolbox: Toolbox) -> Iterator[Violation]:
    """Running cases that nothing and nobody will ever move again."""
    stopped = _with_incident(session)
    for row in _running(session):
        if row.id in stopped:
            continue
        instance = _decoded(session, toolbox, row)
        if instance is None or instance.completed or not (instance.open() or instance.waits()):
            yield _wrong("process_instance", row.id, "INV2", "tidak menunggu apa pun", "it waits for nothing")


def standing(session: Session, toolbox: Toolbox) -> Iterator[Violation]:
    """Rows of tasks and jobs that the engine does not know, and work of the engine that has no row."""
    stopped = _with_incident(session)
    tasks = _grouped(session, select(_task.c.instance_id, _task.c.id).where(_task.c.state == "open"))
    timer = (_job.c.kind == "timer", _job.c.state.in_(("waiting", "failed")))
    timers = _grouped(session, select(_job.c.instance_id, _job.c.task_id).where(*timer))
    for row in _running(session):
        instance = _decoded(session, toolbox, row)
        if instance is None:
            if row.id not in stopped:
                yield _wrong("process_instance", row.id, "INV3", "keadaannya tak terbaca", "its state cannot be read")
            continue
        users = {work.id for work in instance.open() if work.kind == "user"}
        due = {wait.id for wait in instance.waits() if wait.kind == "timer"}
        yield from _compare("task", users, tasks.get(row.id, set()))
        yield from _compare("job", due, timers.get(row.id, set()))
    yield from _left_over(session)


def _compare(table: str, engine: set[str], rows: set[str]) -> Iterator[Violation]:
    for lost in sorted(engine - rows):
        yield _wrong(table, lost, "INV3", "barisnya hilang", "the engine waits for it but its row is missing")
    for extra in sorted(rows - engine):
        yield _wrong(table, extra, "INV3", "mesin tidak mengenalnya", "the engine does not wait for it")


def _left_over(session: Session) -> Iterator[Violation]:
    """Open tasks, candidates and waiting jobs of cases that have ended."""
    ended = _instance.c.state.not_in(RUNNING)
    tasks = select(_task.c.id).join(_instance, _instance.c.id == _task.c.instance_id)
    for task in session.scalars(tasks.where(_task.c.state == "open", ended)):
        yield _wrong("task", task, "INV3", "terbuka pada instans yang berakhir", "open in an instance that has ended")
    jobs = select(_job.c.id).join(_instance, _instance.c.id == _job.c.instance_id)
    for job in session.scalars(jobs.where(_job.c.state.in_(("waiting", "paused")), ended)):
        yield _wrong("job", job, "INV3", "menunggu pada instans yang berakhir", "waits in an instance that has ended")
    listed = select(_candidate.c.task_id).join(_task, _task.c.id == _candidate.c.task_id)
    for task in session.scalars(listed.where(_task.c.state != "open").distinct()):
        yield _wrong("candidate", task, "INV3", "tugasnya sudah tidak terbuka", "its task is not open any more")


def _running(session: Session) -> Iterator[Row[Any]]:
    columns = (_instance.c.id, _instance.c.deployment_id, _instance.c.blob)
    rows = select(*columns).where(_instance.c.state.in_(RUNNING)).order_by(_instance.c.id)
    found: Result[Any] = session.execute(rows.execution_options(yield_per=BATCH))
    yield from found


def _grouped(session: Session, pairs: Select[Any]) -> dict[str, set[str]]:
    """First column -> set of the second."""
    found: dict[str, set[str]] = {}
    for owner, item in session.execute(pairs):
        found.setdefault(owner, set()).add(item)
    return found


def _decoded(session: Session, toolbox: Toolbox, row: Row[Any]) -> Instance | None:
    try:
        return Instance.decode(toolbox.bundle(session, row.deployment_id).definition, row.blob)
    except Refusal:
        return None


def _with_incident(session: Session) -> set[str | None]:
    return set(session.scalars(select(_incident.c.instance_id).where(_incident.c.resolved_at.is_(None)).distinct()))


def _wrong(table: str, row: str, invariant: str, id_: str, en: str) -> Violation:
    return Violation(table, row, invariant, Text(id_, en))
