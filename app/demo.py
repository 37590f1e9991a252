"""Fills a demo installation with people and complaints, by running the real commands at instants of the past days."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.auth.demo import DEMO_PASSWORD
from app.commands.complaint.filing import FileComplaint
from app.commands.person.accounts import AddUser, GrantRole
from app.commands.runner import Runner
from app.commands.task.complete import CompleteTask
from app.domain.clock import FrozenClock
from app.domain.roles import SYSTEM, Actor
from app.domain.toml import parse_toml
from app.queries.person import people
from app.store.accounts import User
from app.store.database import reading
from app.store.tasks import Task
from app.toolbox import Toolbox

FOLDER = "demo"
BEFORE = timedelta(days=30)  # the demo people were there long before the demo complaints


@dataclass(frozen=True)
class Event:
    """One thing to do: file complaint number `complaint`, or take a step in it (`step` set)."""

    at: datetime
    complaint: int
    data: Mapping[str, Any]
    step: bool


def seed(toolbox: Toolbox) -> bool:
    """Make demo people and complaints, once; False when there were demo people already, or no demo content."""
    folder = toolbox.settings.processes_dir / FOLDER
    if has_demo_people(toolbox) or not folder.is_dir():
        return False
    clock = FrozenClock(toolbox.clock.now())
    runner = Runner(replace(toolbox, clock=clock))
    _people(runner, clock, _read(folder / "people.toml"))
    _complaints(runner, clock, toolbox.clock.now(), _read(folder / "complaints.toml"))
    return True


def has_demo_people(toolbox: Toolbox) -> bool:
    """Whether this database holds demo people; production refuses to start on it."""
    with reading(toolbox.database) as session:
        return session.scalar(select(User.id).where(User.demo).limit(1)) is not None


def _people(runner: Runner, clock: FrozenClock, content: Mapping[str, Any]) -> None:
    clock.advance(-BEFORE)
    first_day = clock.now().date()
    for row in content["person"]:
        user = runner.run(AddUser(row["name"], row["email"], DEMO_PASSWORD, row.get("unit"), demo=True), SYSTEM)
        grant = GrantRole(user, row["role"], content["decree"], first_day, None, row.get("unit"))
        runner.run(grant, SYSTEM)
    clock.advance(BEFORE)


def _complaints(runner: Runner, clock: FrozenClock, now: datetime, content: Mapping[str, Any]) -> None:
    """All events of all complaints in the order of time, as they would have come."""
    filed: dict[int, str] = {}
    for event in sorted(_events(now, content), key=lambda event: (event.at, event.complaint)):
        clock.at = _in_hours(runner.toolbox, event.at)
        if event.step:
            _complete(runner, filed[event.complaint], event.data, clock.at)
        else:
            answers = event.data["answers"] | {"occurred_on": clock.at.date().isoformat()}
            visitor = Actor("reporter", "reporter", "Pelapor")
            filed[event.complaint] = runner.run(FileComplaint(answers, {}), visitor).instance_id


def _in_hours(toolbox: Toolbox, at: datetime) -> datetime:
    """The last moment up to `at` at which the office was open, so that nobody seems to work at night."""
    with reading(toolbox.database) as session:
        calendar = toolbox.service(session).calendar
    while not calendar.is_open(at):
        at -= timedelta(minutes=15)
    return at


def _events(now: datetime, content: Mapping[str, Any]) -> Iterator[Event]:
    for number, row in enumerate(content["complaint"]):
        yield Event(now - timedelta(hours=row["hours_ago"]), number, row, False)
        for step in row.get("step", ()):
            yield Event(now - timedelta(hours=step["hours_ago"]), number, step, True)


def _complete(runner: Runner, instance_id: str, step: Mapping[str, Any], at: datetime) -> None:
    answers = {name: at.date().isoformat() if value == "today" else value for name, value in step["answers"].items()}
    with reading(runner.toolbox.database) as session:
        by = _person(session, step["as"], at)
        open_task = select(Task.id).where(Task.instance_id == instance_id, Task.element == step["task"])
        task = session.scalar(open_task.where(Task.state == "open"))
    assert task is not None, f"the demo expects {step['task']} to be open"
    runner.run(CompleteTask(task, answers), by)


def _person(session: Session, email: str, at: datetime) -> Actor:
    user_id = people.id_of(session, email)
    actor = people.actor_of(session, user_id, at.date()) if user_id else None
    assert actor is not None, f"the demo expects {email} to have an account"
    return actor


def _read(path: Path) -> dict[str, Any]:
    return parse_toml(path.read_bytes())
