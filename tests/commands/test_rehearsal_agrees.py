"""A rehearsed case and a real one are the same case: every scenario, replayed by commands, gives the same facts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from app.bundle.scenario import Move, Scenario, read_scenario
from app.commands.case.jobs import RunJob
from app.commands.complaint.filing import Filed
from app.commands.letter.messages import SendMessage, Withdraw
from app.commands.task.complete import CompleteTask
from app.domain.clock import FrozenClock
from app.domain.roles import SYSTEM, Actor, Grant
from app.rehearsal.rehearse import rehearse_one
from app.rules import limits
from app.store.instances import History, ProcessInstance
from app.store.jobs import Job
from app.store.outbox import OutboxMessage
from app.store.tasks import Task
from tests.databases import copy_url
from tests.processes.content import bundle, handlers
from tests.processes.content import service as data
from tests.world import World, opened, template

SCENARIOS = {name: content for name, content in bundle().scenarios}


@pytest.fixture
def real(tmp_path: Path, clock: FrozenClock) -> Iterator[World]:
    """A service on SQLite; what differs between databases is looked at elsewhere."""
    made = opened(copy_url(template("sqlite"), tmp_path), tmp_path, clock)
    yield made
    made.toolbox.database.dispose()


def replay(world: World, scenario: Scenario) -> Filed:
    """The scenario's moves as commands; timers run at their own instants, as the executor runs them."""
    filed = begin(world, scenario)
    for move in scenario.moves:
        make(world, filed, move)
    return filed


def begin(world: World, scenario: Scenario) -> Filed:
    """The complaint with which the scenario begins."""
    world.clock.at = scenario.start.astimezone(UTC)
    given = dict(scenario.data)
    origin, channel = given.pop("origin", "national"), given.pop("channel", "web")
    return world.file(answers=given, origin=origin, channel=channel)


def make(world: World, filed: Filed, move: Move) -> None:
    """One move of the scenario as a command."""
    if move.kind == "until":
        _wait(world, move.target.astimezone(UTC))
    elif move.kind == "task":
        (task,) = world.rows(Task, id=world.open(filed.instance_id, move.target)[0])
        answers = dict(move.answers)
        if "duplicate_of" in answers:
            answers["duplicate_of"] = world.file().tracking_id
        world.runner.run(CompleteTask(task.id, answers), _worker(move.role or "", task.unit))
    elif move.target == "withdraw":
        world.runner.run(Withdraw(filed.tracking_id, move.answers), world.reporter(filed))
    else:
        world.runner.run(SendMessage(filed.tracking_id, move.target, move.answers), world.reporter(filed))


def _worker(role: str, unit: str | None) -> Actor:
    return Actor("user", "f" * 32, "Petugas", (Grant(role, unit, "SK 1/2026"),))


def _wait(world: World, until: datetime) -> None:
    while due := sorted(
        (job.due_at, job.id) for job in world.rows(Job, state="waiting", kind="timer") if job.due_at <= until
    ):
        world.clock.at = max(world.clock.at, due[0][0])
        assert world.runner.run(RunJob(due[0][1]), SYSTEM)
    world.clock.at = until


def last(rows: list[Any], key: str, value: str) -> Mapping[str, Any]:
    """Key -> value of its newest row."""
    return {getattr(row, key): getattr(row, value) for row in rows}


@pytest.mark.parametrize("name", sorted(SCENARIOS))
def test_a_real_case_goes_as_its_rehearsal(real: World, name: str) -> None:
    rehearsed = rehearse_one(bundle(), data(), handlers(), name, SCENARIOS[name])
    assert rehearsed.passed and rehearsed.due is not None
    filed = replay(real, read_scenario(SCENARIOS[name], name))
    (instance,) = real.rows(ProcessInstance, id=filed.instance_id)
    assert (instance.status, instance.end_event) == (rehearsed.status, rehearsed.end)

    tasks = sorted(real.rows(Task, instance_id=filed.instance_id), key=lambda task: task.opened_at)
    opened_tasks = [element for element in rehearsed.route if element in {task.element for task in tasks}]
    assert sorted(task.element for task in tasks) == sorted(opened_tasks)
    for element, due in last(tasks, "element", "due_at").items():
        assert due == rehearsed.due[element], element
    timers = sorted(real.rows(Job, instance_id=filed.instance_id, kind="timer"), key=lambda job: job.due_at)
    for element, due in last(timers, "element", "due_at").items():
        assert due == rehearsed.due[element], element
    assert instance.due_at == rehearsed.due["instance"]
    assert instance.limit_key == limits.key_of_case(bundle(), {"nature": _nature(name)})

    told = {row.template for row in real.rows(OutboxMessage, instance_id=filed.instance_id)} | {"withdrawal"}
    for_reporter = {"receipt", "forwarded", "completion_request", "report", "planned", "rating_request", "archived"}
    assert set(rehearsed.sent) & for_reporter <= told
    outbox = [
        row for row in real.rows(OutboxMessage, instance_id=filed.instance_id) if row.recipient[:9] == "reporter:"
    ]
    assert letters((row.template, row.fields) for row in outbox) == letters(
        (each.template, each.fields) for each in rehearsed.letters if each.to == "reporter"
    )
    flows = [row.element for row in real.rows(History, instance_id=filed.instance_id, kind="flow")]
    assert set(flows) == rehearsed.flows


def letters(told: Iterable[tuple[str, Mapping[str, Any]]]) -> list[tuple[str, ...]]:
    """What the reporter is told, in any order: which letters, from where to where and why."""
    said = ("source", "target", "reason", "unit", "status")
    return sorted((template, *(str(fields.get(name)) for name in said)) for template, fields in told)


def _nature(name: str) -> str:
    return "oversight" if "berkadar_pengawasan" in name or "diadukan" in name else "ordinary"
