"""S7: after every step of every scenario preview, stored due time, rehearsal and explanation say the same.

A real case on a database and a rehearsed one go side by side. Before each task is completed every choice of its form
is foretold; the chosen one is compared with what is stored afterwards, the others with a rehearsal that takes them.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.orm import Session

from app.bundle.scenario import Move, read_scenario
from app.commands.complaint.filing import Filed
from app.domain.clock import FrozenClock
from app.engine.instance import Instance
from app.queries.case.due import DueTimes
from app.queries.task import task as tasks
from app.queries.task.preview import Lookahead, Preview, decision_of
from app.rehearsal import rehearse
from app.rehearsal.stage import Play, Stage
from app.rules import facts
from app.rules.limits import nearest
from app.store.database import reading
from app.store.instances import ProcessInstance
from app.store.jobs import Job
from app.store.tasks import Candidate, Task
from tests.commands.test_rehearsal_agrees import SCENARIOS, begin, make
from tests.databases import copy_url
from tests.processes.content import bundle, handlers
from tests.processes.content import service as data
from tests.world import World, opened, template


@pytest.fixture
def real(tmp_path: Path, clock: FrozenClock) -> Iterator[World]:
    """A service on SQLite; what differs between databases is looked at elsewhere."""
    made = opened(copy_url(template("sqlite"), tmp_path), tmp_path, clock)
    yield made
    made.toolbox.database.dispose()


@pytest.mark.parametrize("name", sorted(SCENARIOS))
def test_every_step_of_every_scenario_has_one_due_time(real: World, name: str) -> None:
    scenario = read_scenario(SCENARIOS[name], name)
    filed = begin(real, scenario)
    stage = Stage(Play(bundle(), data(), handlers(), scenario.similar), real.clock.at, scenario.data)
    compare(real, filed, stage)
    for move in scenario.moves:
        foretold = preview(real, filed, move) if move.kind == "task" else {}
        chosen = chosen_of(move) if foretold else None
        for option, outcome in foretold.items():
            if option != chosen:
                as_rehearsed(outcome, fork(stage, move, option))
        before = {job.id for job in real.rows(Job, instance_id=filed.instance_id, kind="timer", state="waiting")}
        make(real, filed, move)
        rehearse.make(stage, move)
        if chosen is not None:
            as_stored(real, filed, foretold[chosen], before)
        compare(real, filed, stage)


def compare(real: World, filed: Filed, stage: Stage) -> None:
    """Stored due times, candidates, the rehearsal's and the last line of each explanation."""
    with reading(real.toolbox.database) as session:
        instance = session.get(ProcessInstance, filed.instance_id)
        assert instance is not None
        assert (instance.status, instance.paused_at is not None) == (stage.status, stage.paused)
        times = DueTimes(session, real.toolbox.shelf, real.clock.now())
        assert instance.due_at == stage.due["instance"]
        if instance.ended_at is None:
            explained(times.of_case(instance, explain=True), instance.due_at, instance)
        for task in session.query(Task).filter_by(instance_id=filed.instance_id, state="open"):
            assert task.due_at == stage.due.get(task.element), task.element
            explained(times.of_task(task, instance, explain=True), task.due_at, instance)
            for candidate in session.query(Candidate).filter_by(task_id=task.id):
                assert candidate.due_at == nearest(task.due_at, instance.due_at)


def explained(told: Any, stored: datetime | None, instance: ProcessInstance) -> None:
    """The explanation ends with the stored due time and names pauses only where there were some."""
    assert (told is None) == (stored is None)
    if told is not None:
        last = told.explanation[-1]
        assert (told.at, last.code, last.at) == (stored, "due", stored)
        if not instance.paused_seconds and instance.paused_at is None:
            assert "pause" not in {step.code for step in told.explanation}


def preview(real: World, filed: Filed, move: Move) -> Mapping[str, Preview]:
    """What the officer's page foretells for each choice of the form, with the other answers typed already."""
    with reading(real.toolbox.database) as session:
        task = tasks.assignment(session, real.open(filed.instance_id, move.target)[0])
        form = bundle().forms[task.form or ""]
        ahead = Lookahead(session, bundle(), real.toolbox.shelf, handlers(), real.clock.now())
        return ahead.of_choices(task, form, move.answers)


def chosen_of(move: Move) -> str:
    """The choice that the scenario makes, as the form writes it."""
    decision = decision_of(bundle(), bundle().forms[bundle().definition.elements[move.target].form_key or ""])
    assert decision is not None
    value = move.answers[decision.key]
    return str(value).lower() if isinstance(value, bool) else str(value)


def as_stored(real: World, filed: Filed, outcome: Preview, before: set[str]) -> None:
    """What was foretold is what is stored now."""
    (instance,) = real.rows(ProcessInstance, id=filed.instance_id)
    assert (outcome.status, outcome.ended) == (instance.status, instance.ended_at is not None)
    now = real.clock.now()
    fresh = [each for each in real.rows(Task, instance_id=filed.instance_id, state="open") if each.opened_at == now]
    assert {(task.element, task.due_at) for task in fresh} >= {(each.element, each.due_at) for each in outcome.opened}
    if outcome.waits_until is not None:
        timers = real.rows(Job, instance_id=filed.instance_id, kind="timer", state="waiting")
        assert min(job.due_at for job in timers if job.id not in before) == outcome.waits_until


def as_rehearsed(outcome: Preview, stage: Stage) -> None:
    """What was foretold is what the rehearsal comes to when it takes that choice."""
    assert (outcome.status, outcome.ended) == (stage.status, stage.instance.completed)
    for each in outcome.opened:
        assert each.due_at == stage.due.get(each.element), each.element
    if outcome.waits_until is not None:
        assert outcome.waits_until in [wait.due for wait in stage.instance.waits()]


def fork(stage: Stage, move: Move, option: str) -> Stage:
    """The rehearsed case after another choice than the scenario's."""
    other = copy.copy(stage)
    other.instance = Instance.decode(bundle().definition, stage.instance.encode())
    for name, value in vars(stage).items():
        if isinstance(value, dict | list):
            setattr(other, name, copy.copy(value))
    form = bundle().forms[bundle().definition.elements[move.target].form_key or ""]
    decision = decision_of(bundle(), form)
    assert decision is not None
    typed: Any = {"true": True, "false": False}.get(option, option)
    answers = facts.project(bundle(), form.key, {**move.answers, decision.key: typed})
    work = next(work for work in other.instance.open() if work.element == move.target)
    other.step(lambda live: live.complete(work.id, answers, other.env))
    return other


def test_the_walk_foretells_more_than_the_scenarios_choose(real: World) -> None:
    """Each choice of a form is looked at, not only the one taken."""
    filed = real.file()
    move = Move("task", "ministry_disposition", "ministry_admin", None, "wall", {"ministry_decision": "forward"}, None)
    assert set(preview(real, filed, move)) == {"forward", "other_agency", "hold", "archive"}
    with Session(real.toolbox.database) as session:
        assert session.get(ProcessInstance, filed.instance_id) is not None
