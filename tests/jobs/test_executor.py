"""Due jobs run once, late or not; one that fails is tried again and then becomes an incident, and holds up no other."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any
from unittest.mock import Mock

import pytest
from sqlalchemy import update

from app.commands.case.instances import RetryIncident
from app.commands.case.jobs import RunJob
from app.commands.runner import Runner
from app.commands.task.complete import ClaimTask
from app.domain.clock import FrozenClock
from app.domain.errors import Conflict
from app.domain.roles import SYSTEM
from app.jobs.executor import Executor
from app.queries.verify.verify import verify
from app.sdk import Case, Result
from app.store.audit import AuditEntry
from app.store.database import reading
from app.store.instances import ProcessInstance
from app.store.jobs import Incident, Job
from app.store.outbox import OutboxMessage
from app.store.tasks import Task
from tests.scale import scaled
from tests.world import FORWARD, World, opened


def run_due(service: World, workers: int = 1) -> int:
    return Executor(service.runner, workers).run_due()


def test_nothing_is_due_before_its_time(service: World) -> None:
    service.file()
    assert run_due(service) == 0
    assert {job.state for job in service.rows(Job)} == {"waiting"}


def test_a_completed_task_neither_reminds_nor_escalates(service: World) -> None:
    service.at_opd()
    service.clock.advance(timedelta(days=2))
    done = [task.id for task in service.rows(Task, state="completed")]
    run_due(service)
    assert {job.state for job in service.rows(Job) if job.task_id in done} == {"cancelled"}


def test_a_claimed_task_reminds_its_holder_only(service: World) -> None:
    filed = service.file()
    service.do(filed, "ministry_disposition", "menteri", FORWARD)
    (task,) = service.open(filed.instance_id)
    service.runner.run(ClaimTask(task), service.actor("dinkominfo2"))
    service.clock.at = next(job for job in service.rows(Job, task_id=task) if job.kind == "reminder").due_at
    run_due(service)
    told = [message.recipient for message in service.rows(OutboxMessage) if message.template == "reminder"]
    assert told == [f"user:{service.actor('dinkominfo2').id}"]


def test_a_drawn_timer_moves_the_case_on(service: World) -> None:
    filed = service.answered()
    (timer,) = service.rows(Job, kind="timer", state="waiting")
    service.clock.at = timer.due_at
    run_due(service)
    (instance,) = service.rows(ProcessInstance, id=filed.instance_id)
    assert (instance.state, instance.status, instance.end_event) == ("completed", "closed", "end_closed")


@pytest.mark.long
@pytest.mark.slow
def test_T6_a_thousand_overdue_timers_are_drained_at_once(service: World) -> None:
    count = scaled(1_000)
    for _ in range(count):
        service.answered()
    timers = service.rows(Job, kind="timer", state="waiting")
    assert len(timers) == count
    service.clock.at = max(job.due_at for job in timers) + timedelta(days=3)
    run_due(service, workers=2)
    assert {instance.state for instance in service.rows(ProcessInstance)} == {"completed"}
    assert len(service.rows(Job, kind="timer", state="done")) == count


def test_T5_two_nodes_never_run_the_same_job(service: World) -> None:
    for _ in range(10):
        service.answered()
    service.clock.at = max(job.due_at for job in service.rows(Job, kind="timer", state="waiting"))
    other = opened(service.toolbox.settings.database_url, service.toolbox.settings.var_dir, service.clock)
    counts: list[int] = []
    threads = [
        threading.Thread(target=lambda each=each: counts.append(Executor(each.runner, batch=3).run_due()))
        for each in (service, other)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    done = service.rows(Job, state="done")
    assert sum(counts) == len(done) >= 10
    ran = [entry.fields["job"] for entry in service.rows(AuditEntry, command="RunJob")]
    assert sorted(ran) == sorted(job.id for job in done)
    other.toolbox.database.dispose()


def test_a_dead_executors_jobs_come_free_again(service: World) -> None:
    service.answered()
    service.clock.at = service.rows(Job, kind="timer", state="waiting")[0].due_at
    dead = Executor(service.runner)
    assert dead.claim()
    assert run_due(service) == 0
    service.clock.advance(timedelta(minutes=6))
    assert run_due(service) > 0
    assert len(service.rows(Job, kind="timer", state="done")) == 1


def test_running_a_job_again_changes_nothing(service: World) -> None:
    service.answered()
    (timer,) = service.rows(Job, kind="timer", state="waiting")
    service.clock.at = timer.due_at
    assert service.runner.run(RunJob(timer.id), SYSTEM) is True
    assert service.runner.run(RunJob(timer.id), SYSTEM) is False
    assert service.runner.run(RunJob("0" * 32), SYSTEM) is False


def raising(_case: Case) -> Result:
    raise RuntimeError("the printer is on fire")


@pytest.fixture
def on_fire(ready: str, tmp_path: Path, clock: FrozenClock) -> Iterator[World]:
    """A service whose handler of `forward_to_opd` always raises."""
    made = opened(ready, tmp_path, clock)
    handlers = {**made.toolbox.handlers, "forward_to_opd": raising}
    parts = replace(made.toolbox, handlers=handlers)
    yield World(parts, Runner(parts))
    parts.database.dispose()


def test_T14_a_failing_handler_does_not_stop_the_person_and_becomes_an_incident(on_fire: World) -> None:
    filed = on_fire.at_opd()
    (job,) = on_fire.rows(Job, kind="service")
    assert (job.state, job.attempts) == ("waiting", 1)
    dues = []
    for _ in range(2):
        run_due(on_fire)
        (job,) = on_fire.rows(Job, kind="service")
        dues.append(job.due_at - on_fire.clock.now())
        on_fire.clock.at = max(job.due_at, on_fire.clock.now())
    assert dues[0] >= timedelta(seconds=10)
    assert (job.state, job.attempts) == ("failed", 3)
    (incident,) = on_fire.rows(Incident)
    assert (incident.instance_id, incident.job_id, incident.element) == (filed.instance_id, job.id, "forward_to_opd")
    assert "the printer is on fire" in incident.message_id
    assert on_fire.rows(ProcessInstance)[0].state == "incident"


def test_an_incident_that_is_tried_again_goes_on_once_the_cause_is_gone(on_fire: World) -> None:
    filed = on_fire.at_opd()
    for _ in range(2):
        run_due(on_fire)
        on_fire.clock.advance(timedelta(hours=1))
    (incident,) = on_fire.rows(Incident)
    mended = opened(on_fire.toolbox.settings.database_url, on_fire.toolbox.settings.var_dir, on_fire.clock)
    mended.runner.run(RetryIncident(incident.id, "pencetak diganti"), mended.actor("ops"))
    with pytest.raises(Conflict):
        mended.runner.run(RetryIncident(incident.id, "sekali lagi"), mended.actor("ops"))
    run_due(mended)
    assert mended.open(filed.instance_id, "verify_disposition_opd")
    assert mended.rows(ProcessInstance)[0].state == "active"
    mended.toolbox.database.dispose()


def test_T14_a_poisonous_job_does_not_hold_up_the_others(service: World) -> None:
    filed = service.answered()
    now = service.clock.now()
    poison: list[dict[str, Any]] = [
        {"kind": "no such kind", "instance_id": filed.instance_id},
        {"kind": "timer", "instance_id": "0" * 32},
        {"kind": "escalation", "instance_id": filed.instance_id, "payload": {}},
        {"kind": "overdue", "instance_id": None},
    ]
    with service.toolbox.database.begin() as connection:
        for number, each in enumerate(poison):
            row = {
                "id": f"{number:032}",
                "payload": {},
                "due_at": now - timedelta(days=9),
                "state": "waiting",
                "attempts": 0,
            }
            connection.execute(Job.__table__.insert(), {**row, **each})
    (timer,) = service.rows(Job, kind="timer", state="waiting", instance_id=filed.instance_id)
    service.clock.at = timer.due_at
    run_due(service)
    (timer,) = service.rows(Job, id=timer.id)
    assert timer.state == "done"


@pytest.mark.parametrize("blob", [b"", b"{not msgpack", b"\x80\x05\x95 pickle", b"\x1f\x8b\x08 truncated gzip"])
def test_T15_a_damaged_row_becomes_one_incident_and_the_rest_goes_on(service: World, blob: bytes) -> None:
    filed, healthy = service.answered(), service.answered()
    sound = _overwrite(service, filed.instance_id, blob)
    service.toolbox.cache.drop(filed.instance_id)
    service.clock.at = max(job.due_at for job in service.rows(Job, kind="timer", state="waiting"))
    run_due(service)
    (incident,) = service.rows(Incident)
    assert (incident.instance_id, incident.code) == (filed.instance_id, "damaged-state")
    states = {instance.id: instance.state for instance in service.rows(ProcessInstance)}
    assert states == {filed.instance_id: "incident", healthy.instance_id: "completed"}
    assert service.file()
    with reading(service.toolbox.database) as session:
        assert {each.row for each in verify(session, service.toolbox)} == {filed.instance_id}
    _overwrite(service, filed.instance_id, sound)  # as from a backup


def _overwrite(service: World, instance_id: str, blob: bytes) -> bytes:
    """Put other bytes into the row of an instance; returns what was there."""
    before: bytes = service.rows(ProcessInstance, id=instance_id)[0].blob
    with service.toolbox.database.begin() as connection:
        connection.execute(update(ProcessInstance).where(ProcessInstance.id == instance_id).values(blob=blob))
    return before


@pytest.mark.parametrize("workers", [1, 2])
def test_an_executor_that_is_stopped_ends_the_present_jobs_and_gives_the_others_back(
    service: World, monkeypatch: pytest.MonkeyPatch, workers: int
) -> None:
    for _ in range(6):
        service.file()
    service.clock.at = max(job.due_at for job in service.rows(Job))
    executor = Executor(service.runner, workers, batch=4)
    run, claimed = executor.run, Mock(side_effect=executor.claim)

    def run_and_stop(job_id: str) -> bool:
        executor.stop()
        return run(job_id)

    monkeypatch.setattr(executor, "run", run_and_stop)
    monkeypatch.setattr(executor, "claim", claimed)
    assert 1 <= executor.run_due() <= workers and claimed.call_count == 1
    left = service.rows(Job, state="waiting")
    assert len(left) >= 6 and [job.locked_until for job in left if job.locked_until] == []
    assert executor.run_due() == 0
    assert run_due(service) >= len(left) - 1


@pytest.mark.parametrize("given", [0, 1])
def test_jobs_run_one_by_one_where_the_machine_gives_no_more_threads(
    service: World, monkeypatch: pytest.MonkeyPatch, given: int
) -> None:
    service.at_opd()
    service.clock.at = max(job.due_at for job in service.rows(Job))
    start = threading.Thread.start
    left = iter(range(given))

    def starts(thread: threading.Thread) -> None:
        if next(left, None) is None:
            raise RuntimeError("can't start new thread")
        start(thread)

    monkeypatch.setattr(threading.Thread, "start", starts)
    run_due(service, workers=2)
    monkeypatch.undo()
    assert [job for job in service.rows(Job, state="waiting") if job.due_at <= service.clock.at] == []
    assert service.rows(Job, state="done")
