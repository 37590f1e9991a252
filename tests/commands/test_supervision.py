"""The board reads the same on both databases, from a few index ranges, and its acts keep every invariant."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import event, inspect, text, update

from app.commands.case.instances import CancelInstance
from app.commands.task.complete import ClaimTask
from app.commands.task.supervision import AcknowledgeEscalation, FreeTask, RemindHolder
from app.domain.errors import Conflict, NotFound
from app.jobs.executor import Executor
from app.queries.case.due import DueTimes
from app.queries.task.board import CAP, Board, Chosen, board
from app.store.complaints import Complaint
from app.store.database import reading
from app.store.escalations import Escalation
from app.store.schema import metadata
from tests.world import FORWARD, World

WEEK = timedelta(days=7)


def read(service: World, chosen: Chosen | None = None, offices: frozenset[str] = frozenset()) -> Board:
    """The board as it stands now."""
    with reading(service.toolbox.database) as session:
        times = DueTimes(session, service.toolbox.shelf, service.clock.now())
        return board(session, times, chosen or Chosen(), offices)


def late(service: World) -> str:
    """A task of Dinkominfo that is a week late and was escalated; its id."""
    filed = service.file()
    service.do(filed, "ministry_disposition", "menteri", FORWARD)
    service.clock.advance(WEEK)
    Executor(service.runner).run_due()
    return service.open(filed.instance_id)[0]


def statements(service: World, act: Callable[[], Any]) -> int:
    """How many statements `act` sends to the database."""
    sent: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        sent.append(statement)

    event.listen(service.toolbox.database, "before_cursor_execute", note)
    try:
        act()
    finally:
        event.remove(service.toolbox.database, "before_cursor_execute", note)
    return len(sent)


def test_the_board_finds_late_work_and_what_is_due_soon(service: World) -> None:
    fresh, task = service.at_opd(), late(service)
    service.at_opd()
    found = read(service)
    assert [row.task_id for row in found.late if row.element == "verify_disposition_dinkominfo"] == [task]
    assert found.late_count == 2 and fresh.tracking_id in {row.tracking_id for row in found.late}
    assert found.soon_count == 1
    assert {(each.key, each.late, each.soon) for each in found.offices} == {("DINKOMINFO", 1, 0), ("DPUPR", 1, 1)}
    assert read(service, Chosen(office="DINKOMINFO")).late_count == 1
    assert read(service, Chosen(element="follow_up")).late_count == 0


def test_whoever_belongs_to_the_office_complained_of_finds_nothing_of_it_on_the_board(service: World) -> None:
    late(service)
    with service.toolbox.database.begin() as connection:
        connection.execute(update(Complaint).values(accused_unit="DINKES"))
    found = read(service, offices=frozenset({"DINKES"}))
    assert (found.late, found.soon, found.raised, found.offices) == ((), (), (), ())
    assert read(service, offices=frozenset({"DPUPR"})).late


def test_the_board_costs_the_same_for_one_case_and_for_many(service: World) -> None:
    late(service)
    one = statements(service, lambda: read(service))
    for _ in range(5):
        late(service)
    assert statements(service, lambda: read(service)) == one <= 8


def test_acts_keep_every_invariant_and_stand_in_the_audit(service: World) -> None:
    task, kabid = late(service), service.actor("kabid")
    service.runner.run(ClaimTask(task), service.actor("dinkominfo"))
    service.runner.run(RemindHolder(task), kabid)
    service.runner.run(FreeTask(task, "Ia sedang cuti melahirkan."), kabid)
    (raised,) = service.rows(Escalation, of=task)
    service.runner.run(AcknowledgeEscalation(raised.instance_id, task, "Saya telepon."), kabid)
    with pytest.raises(NotFound):
        service.runner.run(AcknowledgeEscalation(raised.instance_id, "0" * 32), kabid)
    with pytest.raises(Conflict):
        service.runner.run(AcknowledgeEscalation(raised.instance_id, task), kabid)
    assert read(service).raised == ()


def test_a_higher_escalation_asks_again(service: World) -> None:
    filed = service.file()
    service.do(filed, "ministry_disposition", "menteri", FORWARD)
    (task,) = service.open(filed.instance_id)
    service.clock.advance(timedelta(days=1, hours=8))  # over, but not by half of its time again
    Executor(service.runner).run_due()
    (first,) = service.rows(Escalation, of=task)
    service.runner.run(AcknowledgeEscalation(filed.instance_id, task), service.actor("kabid"))
    service.clock.advance(WEEK)
    Executor(service.runner).run_due()
    (second,) = service.rows(Escalation, of=task)
    assert (first.level, second.level, second.acknowledged_at) == (0, 1, None)


def test_what_has_ended_leaves_the_board_and_counts_among_the_ended(service: World) -> None:
    task = late(service)
    assert read(service).raised
    (raised,) = service.rows(Escalation, of=task)
    service.runner.run(CancelInstance(raised.instance_id, "Ganda.", "other"), service.actor("ops"))
    found = read(service)
    assert (found.late, found.raised, found.recent.ended, found.recent.share) == ((), (), 1, 100)
    assert CAP == 1000


def test_the_indexes_serve_the_board(service: World) -> None:
    wanted = {
        "SELECT id FROM task WHERE state = 'open' AND due_at < '2026' ORDER BY due_at": "ix_task_open",
        "SELECT id FROM process_instance WHERE ended_at IS NULL"
        " AND due_at < '2026' ORDER BY due_at": "ix_process_instance_running",
        "SELECT 1 FROM process_instance WHERE ended_at IS NOT NULL AND ended_at >= '2026'": "ix_process_instance_ended",
        "SELECT 1 FROM escalation WHERE acknowledged_at IS NULL ORDER BY raised_at": "ix_escalation_open",
    }
    if service.toolbox.database.dialect.name == "postgresql":  # with a handful of rows it rightly reads them all
        known = {
            each["name"] for name in metadata.tables for each in inspect(service.toolbox.database).get_indexes(name)
        }
        assert set(wanted.values()) <= known
        return
    with service.toolbox.database.connect() as connection:
        for query, index in wanted.items():
            plan = " ".join(row[3] for row in connection.execute(text(f"EXPLAIN QUERY PLAN {query}")))
            assert index in plan and "TEMP B-TREE" not in plan, (query, plan)
