"""A change of the calendar falls between two steps, never into one: no case keeps a due time of the old calendar."""

from __future__ import annotations

import threading
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import text

from app.commands.case.at_work import CaseAtWork
from app.commands.case.starting import new_row
from app.commands.transaction import Transaction
from app.domain.roles import SYSTEM
from app.jobs.recounter import Recounter
from app.store.instances import ProcessInstance
from app.store.tasks import Task
from tests.jobs.recounts import TUESDAY, load
from tests.world import FORWARD, World, opened

MOVED = datetime(2026, 11, 27, 4, 0, tzinfo=UTC)


def test_a_step_that_waited_for_its_case_counts_by_the_newest_calendar(service: World, tmp_path: Path) -> None:
    """It had looked at the service data before, to see what its actor may do."""
    filed = service.file()
    with service.toolbox.database.connect() as connection:
        tx = Transaction(connection, service.clock.now(), SYSTEM, service.toolbox)
        before = tx.service
        connection.rollback()
        load(service, TUESDAY)
        assert tx.service is before
        CaseAtWork.of_instance(tx, filed.instance_id)
        assert tx.service is not before and len(tx.service.calendar.opening.closures) == 1


def test_a_case_that_begins_meanwhile_is_not_missed(service: World, tmp_path: Path) -> None:
    """PostgreSQL: it read the old calendar and is stored after the new one; SQLite lets one write at a time anyway."""
    if service.toolbox.database.dialect.name == "sqlite":
        pytest.skip("one writer at a time")
    other = opened(service.toolbox.settings.database_url, tmp_path, service.clock)
    with other.toolbox.database.begin() as connection:
        tx = Transaction(connection, service.clock.now(), SYSTEM, other.toolbox)
        (deployment,) = other.toolbox.shelf.live(connection).values()
        new_row(tx, deployment, other.toolbox.bundle(connection, deployment), "X")  # it begins
        changing = threading.Thread(target=lambda: load(service, TUESDAY))
        changing.start()
        assert waits(other)  # the change waits for it
    changing.join(10)
    assert not changing.is_alive()
    other.toolbox.database.dispose()


def waits(service: World) -> bool:
    """Whether somebody stands before the turn, within ten seconds."""
    asked = text("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted")
    for _ in range(100):
        with service.toolbox.database.connect() as connection:
            if connection.execute(asked).scalar_one():
                return True
        time.sleep(0.1)
    return False


def test_cases_that_are_filed_and_worked_on_while_calendars_change_end_with_the_last_one(service: World) -> None:
    """Ten changes, with a ticker that counts again, while people file and complete: nothing stays behind."""
    stop = threading.Event()

    def change() -> None:
        recounter = Recounter(service.runner)
        for number in range(10):
            load(service, *([TUESDAY] if number % 2 else [TUESDAY, "2026-11-25"]))
            recounter.run_due()
        stop.set()

    changing = threading.Thread(target=change)
    changing.start()
    for _ in range(20):  # few enough that the ticker keeps up with whoever files on a slow machine
        if stop.is_set():
            break
        filed = service.file()
        service.do(filed, "ministry_disposition", "menteri", FORWARD)
        service.file()
    changing.join()
    while Recounter(service.runner).run_due():
        pass
    first = {row.due_at for row in service.rows(Task, state="open", element="ministry_disposition")}
    second = {row.due_at for row in service.rows(Task, state="open", element="verify_disposition_dinkominfo")}
    assert first <= {MOVED} and second <= {datetime(2026, 11, 25, 8, 45, tzinfo=UTC)}
    assert len({row.due_at for row in service.rows(ProcessInstance)}) == 1
