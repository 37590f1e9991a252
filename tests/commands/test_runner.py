"""The one door: a refusal changes nothing and is on record, a busy database is said to be busy, nothing leaks."""

from __future__ import annotations

import sqlite3
import threading
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar

import pytest
from sqlalchemy import event

from app.commands.command import PERSONAL
from app.commands.task.complete import ClaimTask, CompleteTask
from app.commands.transaction import Transaction
from app.domain.clock import FrozenClock
from app.domain.errors import Busy, Conflict, Forbidden, NotFound, StorageFull
from app.domain.permissions import Permission
from app.domain.roles import SYSTEM
from app.engine.refusals import EngineStuck
from app.queries.verify.verify import verify
from app.store.audit import AuditEntry
from app.store.database import reading
from app.store.instances import ProcessInstance
from app.store.jobs import Incident
from app.store.tasks import Task
from tests.databases import copy_url
from tests.world import FORWARD, VISITOR, World, opened, template


@pytest.fixture
def on_sqlite(tmp_path: Path, clock: FrozenClock) -> World:
    """A service on a SQLite file."""
    return opened(copy_url(template("sqlite"), tmp_path), tmp_path, clock)


def file_of(service: World) -> str:
    return service.toolbox.settings.database_url.removeprefix("sqlite:///")


def test_every_change_is_one_entry_with_its_actor(service: World) -> None:
    filed = service.at_opd()
    entries = service.rows(AuditEntry, chain=filed.instance_id)
    assert [(entry.seq, entry.command, entry.actor) for entry in sorted(entries, key=lambda each: each.seq)] == [
        (1, "FileComplaint", "reporter"),
        (2, "CompleteTask", service.actor("menteri").id),
        (3, "CompleteTask", service.actor("dinkominfo").id),
    ]


def test_a_refusal_for_lack_of_a_right_is_on_record(service: World) -> None:
    filed = service.file()
    (task,) = service.open(filed.instance_id)
    with pytest.raises(Forbidden):
        service.runner.run(ClaimTask(task), VISITOR)
    with pytest.raises(Forbidden):
        service.runner.run(ClaimTask(task), service.actor("pupr"))
    with pytest.raises(NotFound):
        service.runner.run(ClaimTask("0" * 32), service.actor("menteri"))
    refused = service.rows(AuditEntry, outcome="refused")
    assert {(entry.actor, entry.fields["refusal"]["code"]) for entry in refused} == {
        ("reporter", "forbidden"),
        (service.actor("pupr").id, "forbidden"),
        (service.actor("menteri").id, "not-found"),
    }


@dataclass(frozen=True)
class Stumble:
    """Changes a row, then raises what it was given."""

    permission: ClassVar[Permission] = Permission.PUBLIC
    error: Any = field(metadata=PERSONAL)
    task_id: str = ""

    def execute(self, tx: Transaction) -> None:
        ClaimTask(self.task_id).execute(tx)
        raise self.error


def test_whatever_goes_wrong_takes_everything_back(service: World) -> None:
    filed = service.file()
    (task,) = service.open(filed.instance_id)
    for error in (ZeroDivisionError(), Conflict()):
        with pytest.raises(type(error)):
            service.runner.run(Stumble(error, task), SYSTEM)
    (row,) = service.rows(Task, id=task)
    assert row.assignee is None


def test_an_instance_that_cannot_go_on_becomes_one_incident_and_keeps_its_state(service: World) -> None:
    filed = service.file()
    (task,) = service.open(filed.instance_id)
    for _ in range(3):
        with pytest.raises(EngineStuck):
            service.runner.run(Stumble(EngineStuck(reason="no way out"), task), SYSTEM)
    (incident,) = service.rows(Incident)
    assert (incident.instance_id, incident.code) == (filed.instance_id, "engine-stuck")
    (instance,) = service.rows(ProcessInstance)
    assert (instance.state, instance.version) == ("incident", 1)
    service.runner.run(CompleteTask(task, FORWARD), service.actor("menteri"))  # the task itself is still open


@pytest.mark.slow
def test_T12_a_locked_database_is_answered_with_busy_after_some_patience(on_sqlite: World) -> None:
    filed = on_sqlite.file()
    (task,) = on_sqlite.open(filed.instance_id)
    other = sqlite3.connect(file_of(on_sqlite), isolation_level=None, check_same_thread=False)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(Busy):
        on_sqlite.runner.run(CompleteTask(task, FORWARD), on_sqlite.actor("menteri"))
    with on_sqlite.toolbox.database.connect() as connection:
        assert connection.exec_driver_sql("PRAGMA busy_timeout").scalar() == 5_000
    assert on_sqlite.open(filed.instance_id) == [task]  # reading goes on meanwhile
    other.execute("ROLLBACK")
    on_sqlite.runner.run(CompleteTask(task, FORWARD), on_sqlite.actor("menteri"))


@pytest.mark.slow
def test_T12_a_writer_waits_for_another_that_is_quick(on_sqlite: World) -> None:
    filed = on_sqlite.file()
    (task,) = on_sqlite.open(filed.instance_id)
    other = sqlite3.connect(file_of(on_sqlite), isolation_level=None, check_same_thread=False)
    other.execute("BEGIN IMMEDIATE")
    timer = threading.Timer(1.0, lambda: other.execute("ROLLBACK"))
    timer.start()
    on_sqlite.runner.run(CompleteTask(task, FORWARD), on_sqlite.actor("menteri"))
    timer.join()


def test_a_refusal_is_still_the_answer_when_it_cannot_be_noted(on_sqlite: World) -> None:
    filed = on_sqlite.file()
    (task,) = on_sqlite.open(filed.instance_id)
    other = sqlite3.connect(file_of(on_sqlite), isolation_level=None, check_same_thread=False)

    @dataclass(frozen=True)
    class RefusedWhileLocked:
        permission: ClassVar[Permission] = Permission.PUBLIC

        def execute(self, tx: Transaction) -> None:
            tx.after_failure(lambda: other.execute("BEGIN IMMEDIATE"))
            raise Conflict()

    with pytest.raises(Conflict):
        on_sqlite.runner.run(RefusedWhileLocked(), SYSTEM)
    other.execute("ROLLBACK")
    on_sqlite.runner.run(ClaimTask(task), on_sqlite.actor("menteri"))


def test_T11_a_full_database_says_so_and_recovers(on_sqlite: World) -> None:
    filed = on_sqlite.file()
    engine = on_sqlite.toolbox.database
    with engine.connect() as connection:
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one()

    def cap(most: int) -> None:
        engine.dispose()
        event.listen(engine, "connect", lambda dbapi, _: dbapi.execute(f"PRAGMA max_page_count={most}"))

    cap(pages)
    with pytest.raises(StorageFull):
        for _ in range(200):
            on_sqlite.file()
    assert on_sqlite.open(filed.instance_id)
    cap(pages + 10_000)
    on_sqlite.file()
    with reading(engine) as session:
        assert verify(session, on_sqlite.toolbox) == []
