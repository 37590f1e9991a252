"""What the tests of the recount share: changed calendars, everything that may move, and many copies of a case."""

from __future__ import annotations

import tracemalloc
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import event, select

from app.commands.letter.messages import SendMessage
from app.commands.procedure.service import LoadService
from app.engine.instance import Instance
from app.jobs.recounter import Recounter
from app.queries.verify.verify import verify
from app.store.audit import AuditEntry
from app.store.base import table_of
from app.store.database import reading
from app.store.instances import ProcessInstance
from app.store.jobs import Job
from app.store.service_data import ServiceFile
from app.store.tasks import Candidate, Task
from tests.commands.test_messages import COMPLETION, HOLD
from tests.world import World, opened

CALENDAR, LIMITS = "calendar.toml", "sla.toml"
TUESDAY = "2026-11-24"


def closed(*days: str) -> bytes:
    return "".join(
        f'\n[[closure]]\ndate = {day}\nname = {{ id = "rob", en = "tidal flood" }}\n' for day in days
    ).encode()


def original(service: World, name: str) -> bytes:
    content: bytes = min(service.rows(ServiceFile, name=name), key=lambda row: row.seq).content
    return content


def load(service: World, *days: str) -> None:
    """Put the city's calendar in force with these days closed."""
    changed = {CALENDAR: original(service, CALENDAR) + closed(*days)}
    service.runner.run(LoadService(changed, "banjir"), service.actor("pemilik"))


def drain(service: World) -> int:
    return Recounter(service.runner).run_due()


def job(service: World) -> Job:
    (found,) = service.rows(Job, kind="recount")
    return found


def records(service: World, case: str) -> list[AuditEntry]:
    return [each for each in service.rows(AuditEntry, command="RecountDeadlines") if each.chain == case]


def dues(service: World) -> dict[str, tuple[Any, ...]]:
    """Everything that a recount may move: due times, their certainty, lists, jobs and drawn timers."""
    found: dict[str, tuple[Any, ...]] = {}
    bundles = service.toolbox.bundle
    with reading(service.toolbox.database) as session:
        for case in session.scalars(select(ProcessInstance)):
            found[case.id] = (case.due_at, case.due_confirmed)
            if case.state != "completed":
                live = Instance.decode(bundles(session, case.deployment_id).definition, case.blob)
                found |= {wait.id: (wait.due,) for wait in live.waits() if wait.kind == "timer"}
        for task in session.scalars(select(Task).where(Task.state == "open")):
            found[task.id] = (task.due_at, task.due_confirmed, task.overdue)
        for row in session.scalars(select(Candidate)):
            found[f"{row.task_id} {row.role}"] = (row.due_at,)
        for each in session.scalars(select(Job).where(Job.state.in_(("waiting", "paused")), Job.kind != "recount")):
            found[f"{each.instance_id} {each.task_id} {each.kind}"] = (each.due_at, each.payload)
    return found


def green(service: World) -> None:
    with reading(service.toolbox.database) as session:
        assert verify(session, service.toolbox) == []


def until_done(service: World) -> None:
    recounter = Recounter(service.runner)
    while any(row.state == "waiting" for row in service.rows(Job, kind="recount")):
        recounter.run_due()


def measured(service: World) -> tuple[int, int]:
    """How many statements a recount takes, and how much memory at its peak."""
    count = 0

    def counted(*_: object) -> None:
        nonlocal count
        count += 1

    event.listen(service.toolbox.database, "before_cursor_execute", counted)
    quick = _count_quick(counted)
    tracemalloc.start()
    try:
        assert drain(service) == 1
        return count, tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
        quick()
        event.remove(service.toolbox.database, "before_cursor_execute", counted)


def _count_quick(counted: Any) -> Any:
    """Statements that go to the driver past SQLAlchemy count too."""
    from app.store.compiled import CompiledStatement

    run, rows = CompiledStatement.run, CompiledStatement.rows
    CompiledStatement.run = lambda *given: (counted(), run(*given))[1]  # type: ignore[method-assign,assignment]
    CompiledStatement.rows = lambda *given: (counted(), rows(*given))[1]  # type: ignore[method-assign,assignment]

    def back() -> None:
        CompiledStatement.run, CompiledStatement.rows = run, rows  # type: ignore[method-assign]

    return back


def copies(service: World, case: str, number: int) -> None:
    """The rows of one case so many times more."""
    with service.toolbox.database.begin() as connection:
        for model, mine in (
            (ProcessInstance, "id"),
            (Task, "instance_id"),
            (Candidate, "task_id"),
            (Job, "instance_id"),
        ):
            table = table_of(model)
            owner = case if mine != "task_id" else service.open(case)[0]
            rows = [dict(row) for row in connection.execute(select(table).where(table.c[mine] == owner)).mappings()]
            connection.execute(table.insert(), [_another(row, n) for n in range(number) for row in rows])


def _another(row: Mapping[str, Any], number: int) -> dict[str, Any]:
    """The row with every id of its own: the same for the same number."""
    ids = ("id", "instance_id", "task_id")
    return {name: f"{number:08x}{value[8:]}" if name in ids and value else value for name, value in row.items()} | (
        {"business_key": f"K{number}"} if "business_key" in row else {}
    )


def copy(service: World, folder: Path) -> World:
    from tests.databases import copy_url
    from tests.world import template

    backend = service.toolbox.database.dialect.name
    return opened(copy_url(template(backend), folder), folder, service.clock)


def empty_load(service: World, *days: str) -> None:
    load(service, *days)
    assert service.rows(Job, kind="recount") == []


def live(service: World) -> None:
    """Cases at every kind of wait, lived within the first day."""
    start = service.clock.now()
    service.file()
    service.at_opd()
    service.answered()
    held = service.file()
    service.do(held, "ministry_disposition", "menteri", HOLD)
    service.clock.advance(timedelta(hours=2))
    back = service.file()
    service.do(back, "ministry_disposition", "menteri", HOLD)
    service.clock.advance(timedelta(hours=3))
    service.runner.run(SendMessage(back.tracking_id, "completion_received", COMPLETION), service.reporter(back))
    service.clock.at = start


def shape(service: World) -> list[tuple[Any, ...]]:
    """Due times without the ids, which differ from one installation to the other."""
    return [
        *((row.status, row.due_at, row.due_confirmed) for row in service.rows(ProcessInstance)),
        *((row.element, row.anchored_at, row.due_at, row.due_confirmed) for row in service.rows(Task, state="open")),
        *((row.role, row.due_at) for row in service.rows(Candidate)),
        *(
            (row.kind, row.element, row.due_at, row.payload, row.state)
            for row in service.rows(Job)
            if row.state in ("waiting", "paused")
        ),
        *(each for key, each in dues(service).items() if len(each) == 1 and " " not in key),
    ]
