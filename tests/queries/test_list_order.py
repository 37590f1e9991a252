"""S9: lists walk their index by the earlier of the step's and the case's due time, however many rows there are."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, event, insert, text
from sqlalchemy.orm import Session

from app.commands.complaint.filing import Filed
from app.commands.letter.messages import SendMessage
from app.domain.clock import FrozenClock
from app.domain.roles import Actor, Grant
from app.queries.task import inbox
from app.queries.task.inbox import Span
from app.store.base import table_of
from app.store.database import reading
from app.store.instances import ProcessInstance
from app.store.tasks import Candidate, Task
from tests.databases import BACKENDS, copy_url
from tests.scale import scaled
from tests.world import World, opened, template

OFFICER = Actor("user", "u" * 32, "Rina", (Grant("opd_admin", "DPUPR"), Grant("liaison", "DPUPR")))
ROWS = 100_000


@pytest.fixture(params=BACKENDS)
def crowded(request: pytest.FixtureRequest, tmp_path: Path, clock: FrozenClock) -> Iterator[World]:
    """A service with very many rows, which no engine knows: its invariants are not looked at."""
    made = opened(copy_url(template(request.param), tmp_path), tmp_path, clock)
    crowd(made, scaled(ROWS))
    yield made
    made.toolbox.database.dispose()


def crowd(service: World, count: int) -> None:
    """So many open tasks of one office, ten to a case, their due times on both sides of the case's."""
    filed = service.file()
    (case,) = service.rows(ProcessInstance, id=filed.instance_id)
    row = {column.name: getattr(case, column.name) for column in table_of(ProcessInstance).c}
    begun = service.clock.now()
    with Session(service.toolbox.database) as session, session.begin():
        for start in range(0, count, 5_000):
            numbers = range(start, min(start + 5_000, count))
            session.execute(insert(ProcessInstance), [{**row, "id": f"{each:030x}cc"} for each in numbers[::10]])
            tasks, candidates = [], []
            for number in numbers:
                own = {"id": f"{number:032x}", "due_at": begun + timedelta(minutes=number % 40_000)}
                of_case = {"instance_id": f"{number // 10 * 10:030x}cc", "element": "follow_up", "name": "Langkah"}
                tasks.append({**own, **of_case, "unit": "DPUPR", "state": "open", "opened_at": begun})
                at = min(own["due_at"], case.due_at) if number % 7 else None
                pair = ("opd_admin", "DPUPR") if number % 2 else ("liaison", None)
                candidates.append({"task_id": own["id"], "role": pair[0], "unit": pair[1], "due_at": at})
            session.execute(insert(Task), tasks)
            session.execute(insert(Candidate), candidates)
    with service.toolbox.database.connect() as connection:
        connection.execution_options(isolation_level="AUTOCOMMIT").execute(text("ANALYZE"))


@contextmanager
def asked(engine: Engine) -> Iterator[list[tuple[str, Any]]]:
    """Every statement that reads candidates meanwhile, with its values."""
    found: list[tuple[str, Any]] = []

    def note(_conn: Any, _cursor: Any, statement: str, values: Any, *_rest: Any) -> None:
        if "FROM candidate" in statement and "SELECT candidate" in statement:
            found.append((statement, values))

    event.listen(engine, "before_cursor_execute", note)
    try:
        yield found
    finally:
        event.remove(engine, "before_cursor_execute", note)


def plan(engine: Engine, statement: str, values: Any) -> str:
    """How the database goes about it."""
    how = "EXPLAIN QUERY PLAN" if engine.dialect.name == "sqlite" else "EXPLAIN"
    with engine.connect() as connection:
        rows = connection.exec_driver_sql(f"{how} {statement}", values).all()
    return "\n".join(str(row[-1]) for row in rows)


@pytest.mark.slow
def test_a_list_of_100_000_rows_walks_its_index_and_sorts_nothing(crowded: World) -> None:
    engine, now = crowded.toolbox.database, crowded.clock.now()
    with reading(engine) as session, asked(engine) as statements:
        first = inbox.listing(session, OFFICER, Span())
        inbox.listing(session, OFFICER, Span(), first.after)
        inbox.listing(session, OFFICER, Span(), "." + "0" * 32)  # among those without a due time
        inbox.listing(session, OFFICER, inbox.span_of("late", now + timedelta(days=3), now))
        inbox.listing(session, OFFICER, inbox.span_of("soon", now, now + timedelta(days=2)))
    assert len(statements) >= 16
    for statement, values in statements:
        how = plan(engine, statement, values)
        if "rows=1 " in how.splitlines()[0]:
            continue  # PostgreSQL expects nothing there, and sorts nothing
        assert "ix_candidate_role_unit_due_at_task_id" in how, how
        assert not re.search("TEMP B-TREE|Sort|Seq Scan on (candidate|task)|SCAN candidate", how), how
    dues = [row.due_at for row in first.rows]
    assert len(dues) == inbox.PAGE and dues == sorted(dues, key=str)


def test_rows_stand_in_the_order_of_the_earlier_due_time(service: World) -> None:
    late = service.file()  # its whole complaint is due before that of the one filed a week later
    service.clock.advance(timedelta(days=16))
    early = service.file()
    with reading(service.toolbox.database) as session:
        rows = inbox.listing(session, service.actor("menteri"), Span()).rows
    assert [row.tracking_id for row in rows] == [late.tracking_id, early.tracking_id]
    assert [row.due_at for row in rows] == [min(row.clock.due_at, row.case.due_at) for row in rows if row.clock]
    (first, *_) = rows
    (candidate,) = service.rows(Candidate, task_id=first.task_id)
    assert candidate.due_at == first.due_at
    (case,) = service.rows(ProcessInstance, id=late.instance_id)
    (task,) = service.rows(Task, instance_id=late.instance_id)
    assert case.due_at > task.due_at == first.due_at  # of a case in time the step comes first


def test_a_case_that_is_late_comes_before_steps_that_are_not(service: World) -> None:
    old = service.file()
    service.clock.advance(timedelta(days=17))  # Thu 10 Dec: the whole complaint is due tomorrow
    service.do(old, "ministry_disposition", "menteri", {"ministry_decision": "forward"})
    service.clock.advance(timedelta(days=4))  # Mon 14 Dec, after the whole limit of Fri 11 Dec
    service.do(old, "verify_disposition_dinkominfo", "dinkominfo", _ASSIGN)
    (task,) = service.rows(Task, instance_id=old.instance_id, state="open")
    (case,) = service.rows(ProcessInstance, id=old.instance_id)
    assert task.due_at > service.clock.now() > case.due_at
    (candidate, *_) = service.rows(Candidate, task_id=task.id)
    assert candidate.due_at == case.due_at
    with reading(service.toolbox.database) as session:
        soon = service.clock.now() + timedelta(days=2)
        late = inbox.listing(session, OFFICER, inbox.span_of("late", service.clock.now(), soon)).rows
        near = inbox.listing(session, OFFICER, inbox.span_of("soon", service.clock.now(), soon)).rows
    assert [row.tracking_id for row in late] == [old.tracking_id] and near == ()


_ASSIGN = {
    "authority_decision": "yes",
    "target_opd": "DPUPR",
    "category": "jalan",
    "classification": "complaint",
    "nature": "ordinary",
}


def test_another_limit_of_the_case_moves_its_rows(service: World) -> None:
    filed = service.file()
    service.do(filed, "ministry_disposition", "menteri", {"ministry_decision": "forward"})
    service.clock.advance(timedelta(days=17))
    service.do(filed, "verify_disposition_dinkominfo", "dinkominfo", {**_ASSIGN, "nature": "oversight"})
    (task,) = service.rows(Task, instance_id=filed.instance_id, state="open")
    (case,) = service.rows(ProcessInstance, id=filed.instance_id)
    assert case.limit_key == "overall_oversight"
    assert {row.due_at for row in service.rows(Candidate, task_id=task.id)} == {min(task.due_at, case.due_at)}


@pytest.fixture
def beside(tmp_path: Path, clock: FrozenClock) -> Iterator[tuple[World, Filed]]:
    """A case with a second open task that the engine does not know, as a parallel branch would leave one."""
    made = opened(copy_url(template("sqlite"), tmp_path), tmp_path, clock)
    filed = made.file()
    own = {"id": SECOND, "instance_id": filed.instance_id, "element": "follow_up", "name": "Langkah", "unit": "DPUPR"}
    counted = {"limit_key": "ministry_disposition", "anchored_at": clock.now(), "opened_at": clock.now()}
    far = clock.now() + timedelta(days=300)
    with Session(made.toolbox.database) as session, session.begin():
        session.execute(insert(Task), [{**own, **counted, "state": "open", "due_at": far}])
        session.execute(insert(Candidate), [{"task_id": SECOND, "role": "opd_admin", "unit": "DPUPR", "due_at": far}])
    yield made, filed
    made.toolbox.database.dispose()


SECOND = "5" * 32


def test_a_limit_of_the_case_that_changes_moves_rows_that_were_open_before(beside: tuple[World, Filed]) -> None:
    service, filed = beside
    service.do(filed, "ministry_disposition", "menteri", {"ministry_decision": "forward"})
    service.do(filed, "verify_disposition_dinkominfo", "dinkominfo", {**_ASSIGN, "nature": "oversight"})
    (case,) = service.rows(ProcessInstance, id=filed.instance_id)
    assert case.limit_key == "overall_oversight"
    assert {row.due_at for row in service.rows(Candidate, task_id=SECOND)} == {case.due_at}


def test_a_pause_that_ends_moves_rows_that_were_open_before(beside: tuple[World, Filed]) -> None:
    service, filed = beside
    hold = {"ministry_decision": "hold", "missing": "Mohon sebutkan nomor tiang lampu yang padam itu."}
    service.do(filed, "ministry_disposition", "menteri", hold)
    service.clock.advance(timedelta(days=2))
    added = SendMessage(filed.tracking_id, "completion_received", {"text": "Tiang nomor 12."})
    service.runner.run(added, service.reporter(filed))
    (task,) = service.rows(Task, id=SECOND)
    assert task.due_at == datetime(2026, 11, 27, 4, tzinfo=UTC)  # three working days without the Tuesday
    assert {row.due_at for row in service.rows(Candidate, task_id=SECOND)} == {task.due_at}
