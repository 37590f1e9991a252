"""A recount of many cases: by two nodes, with people at work, with few statements and little memory."""

from __future__ import annotations

import threading
from datetime import UTC, datetime

import pytest

from app.commands.case.instances import RetryIncident
from app.commands.case.recount_slices import SLICE
from app.commands.task.complete import CompleteTask
from app.jobs.recounter import MOST_IN_A_ROW
from app.store.audit import AuditEntry
from app.store.jobs import Incident
from app.store.tasks import Task
from tests.jobs.recounts import TUESDAY, copies, drain, job, load, measured, until_done
from tests.scale import scaled
from tests.world import FORWARD, World, opened


def test_two_nodes_count_each_case_once(crowd: World) -> None:
    service = crowd
    number = scaled(1_000)
    originals = service.file().instance_id
    copies(service, originals, number)
    load(service, TUESDAY)
    other = opened(service.toolbox.settings.database_url, service.toolbox.settings.var_dir, service.clock)
    threads = [threading.Thread(target=lambda each=each: until_done(each)) for each in (service, other)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    payload = job(service).payload
    assert (payload["done"], payload["moved"], payload["failed"]) == (number + 1, number + 1, 0)
    told = [entry.chain for entry in service.rows(AuditEntry, command="RecountDeadlines") if "moved" in entry.fields]
    assert len(told) == len(set(told)) == number + 1
    other.toolbox.database.dispose()


def test_a_thousand_cases_cost_few_statements_and_no_memory(crowd: World) -> None:
    service = crowd
    number = scaled(1_000)
    copies(service, service.file().instance_id, number)
    load(service, TUESDAY)
    assert measured(service)[0] <= 9 * (number + 1) + 60  # every case moved: rows, notices, and its trail
    load(service, TUESDAY, "2026-12-30")
    statements, peak = measured(service)
    assert statements <= (number // SLICE + 2) * 12  # none moved: a fixed number a slice
    assert peak < 6_000_000, peak


def test_people_are_never_refused_for_it(crowd: World) -> None:
    service = crowd
    mine = [service.file() for _ in range(12)]
    copies(service, service.file().instance_id, 300)
    load(service, TUESDAY)
    going = threading.Thread(target=lambda: until_done(service))
    going.start()
    for filed in mine:
        (task,) = service.open(filed.instance_id)
        service.runner.run(CompleteTask(task, FORWARD), service.actor("menteri"))
    going.join()
    assert service.rows(AuditEntry, command="CompleteTask", outcome="refused") == []
    for filed in mine:  # whether it was counted before or after, it is counted by the new calendar
        (task,) = service.rows(Task, instance_id=filed.instance_id, state="open")
        assert task.due_at == datetime(2026, 11, 25, 8, 45, tzinfo=UTC)


def test_what_fails_for_every_case_is_one_incident_and_not_one_a_case(
    crowd: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    service = crowd
    copies(service, service.file().instance_id, 60)
    load(service, TUESDAY)
    with monkeypatch.context() as broken:
        broken.setattr("app.commands.case.recount_slices.recount", failing)
        assert drain(service) == 0
    incidents = service.rows(Incident)
    assert len([each for each in incidents if each.code == "recount-failed"]) == MOST_IN_A_ROW
    (whole,) = [each for each in incidents if each.code == "job-failed"]
    assert whole.job_id == job(service).id and job(service).state == "failed"
    service.runner.run(RetryIncident(whole.id, "versi diperbaiki"), service.actor("ops"))
    assert drain(service) == 1
    assert job(service).payload["moved"] == 61 - MOST_IN_A_ROW


def failing(*_: object) -> None:
    raise RuntimeError("a fault of the program")
