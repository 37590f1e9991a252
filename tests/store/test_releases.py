"""A database of an earlier release is brought up to date, holds what it promised, and every case in it can finish."""

from __future__ import annotations

import random
import tarfile
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.commands.runner import Runner
from app.commands.task.complete import CompleteTask
from app.domain.clock import FrozenClock
from app.domain.errors import Refusal
from app.domain.roles import Actor
from app.engine.instance import Instance
from app.jobs.executor import Executor
from app.main import join, prepare
from app.queries.person import people
from app.queries.verify.verify import verify
from app.rehearsal.samples import samples
from app.settings import Settings
from app.standard.sources import sources_of
from app.store.database import reading
from app.store.instances import ProcessInstance
from app.store.people import User
from app.store.tasks import Task
from app.toolbox import Toolbox

pytestmark = pytest.mark.slow  # cases are carried to their ends

FOLDER = Path(__file__).parent / "corpus"
RELEASES = sorted(path.name for path in FOLDER.glob("*.tar.xz"))
ROUNDS = 60  # returns come back up to three times each, and then a supervisor decides


@pytest.fixture(params=RELEASES)
def toolbox(request: pytest.FixtureRequest, tmp_path: Path) -> Toolbox:
    """The installation of an earlier release, an hour after it was left, with the program of today."""
    with tarfile.open(FOLDER / request.param) as packed:
        packed.extractall(tmp_path, filter="data")
    settings = Settings.from_environment({"ALUR_VAR_DIR": str(tmp_path)}, demo=True)
    found = replace(join(settings), clock=FrozenClock(datetime(2026, 11, 26, 17, 45, tzinfo=UTC)))
    prepare(found)
    return found


def violations(toolbox: Toolbox) -> list[str]:
    with reading(toolbox.database) as session:
        return [f"{each.invariant} {each}" for each in verify(session, toolbox, None)]


def test_it_holds_what_it_promised_after_it_was_brought_up_to_date(toolbox: Toolbox) -> None:
    assert violations(toolbox) == []


def test_every_case_in_it_can_finish(toolbox: Toolbox) -> None:
    runner, chance = Runner(toolbox), random.Random(0)
    assert running(toolbox)
    for _ in range(ROUNDS):
        for task in open_tasks(toolbox):
            complete(runner, task, chance)
        Executor(runner).run_due()
        if not running(toolbox):
            break
        toolbox.clock.advance(timedelta(days=1))  # type: ignore[attr-defined]
    assert running(toolbox) == []
    assert violations(toolbox) == []


def running(toolbox: Toolbox) -> list[str]:
    with reading(toolbox.database) as session:
        return list(
            session.scalars(select(ProcessInstance.id).where(ProcessInstance.state.in_(("active", "incident"))))
        )


def open_tasks(toolbox: Toolbox) -> list[Any]:
    with Session(toolbox.database) as session:
        return list(session.execute(select(Task.id, Task.element, Task.instance_id).where(Task.state == "open")))


def complete(runner: Runner, task: Any, chance: random.Random) -> None:
    """Do a task by whomever it is for, with some answers that its form takes."""
    toolbox = runner.toolbox
    with reading(toolbox.database) as session:
        row = session.get_one(ProcessInstance, task.instance_id)
        bundle, service = toolbox.bundle(session, row.deployment_id), toolbox.service(session)
        variables = Instance.decode(bundle.definition, row.blob).variables
        form = bundle.forms[bundle.definition.elements[task.element].form_key or ""]
        answers = list(samples(form, sources_of(service, toolbox.clock.now()), variables))
        staff = [actor_of(session, user, toolbox) for user in session.scalars(select(User))]
    for given in chance.sample(answers, len(answers)):
        for actor in staff:
            try:
                runner.run(CompleteTask(task.id, given), actor)
            except Refusal:
                continue
            return
    raise AssertionError(f"nobody can do {task.element}")


def actor_of(session: Session, user: User, toolbox: Toolbox) -> Actor:
    found = people.actor_of(session, user.id, toolbox.clock.now().date())
    assert found is not None
    return found
