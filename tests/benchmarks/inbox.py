"""The task list of an officer, with a hundred and with a hundred thousand open tasks."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta

from sqlalchemy import delete
from sqlalchemy.orm import Session

from app.auth import sessions
from app.main import create_app
from app.store.accounts import RoleGrant, User
from app.store.tasks import Candidate, Task
from tests.benchmarks.copies import Row, copy_case, key
from tests.benchmarks.measure import Figure, at_most, median_ratio, seconds
from tests.benchmarks.world import FORWARD, MINISTRY, World, fresh_folder

FEW, MANY = 100, 100_000
SAMPLES = 30
TOKEN = "t" * 64
OFFICER = "d" * 32


def figures() -> Iterator[Figure]:
    """The page as a browser gets it, the two installations asked in turn."""
    few, many = _page(FEW), _page(MANY)
    times = [(seconds(few), seconds(many)) for _ in range(SAMPLES)]
    little, much = zip(*times[3:], strict=True)
    yield Figure("task list with 100 open tasks", round(sorted(little)[len(little) // 2] * 1e3, 1), "ms")
    yield at_most("task list: 100,000 open tasks / 100", median_ratio(much, little), "x", 2)


def _page(tasks: int) -> Callable[[], None]:
    """An installation with so many open tasks, and one visit to its task list."""
    world = World.build(fresh_folder())
    original = world.file().instance_id
    world.complete(world.open_task(original), FORWARD, MINISTRY)
    with Session(world.toolbox.database) as session, session.begin():
        session.execute(delete(Task).where(Task.state != "open"))
    copies = {
        Task: lambda row, n: row | {"id": key(n), "instance_id": key(n), "due_at": _spread(row, n)},
        Candidate: lambda row, n: row | {"task_id": key(n), "due_at": _spread(row, n)},
    }
    copy_case(world, original, tasks - 1, copies)
    _officer(world)
    browser = create_app(world.toolbox.settings, toolbox=world.toolbox).test_client()
    browser.set_cookie("alur-masuk", TOKEN)

    def visit() -> None:
        answer = browser.get("/tugas")
        rows = answer.get_data(as_text=True).count("/tugas/")
        if answer.status_code != 200 or rows < 50:
            raise RuntimeError(f"the task list answered {answer.status_code} with {rows} links to tasks")

    return visit


def _spread(row: Row, number: int) -> datetime:
    """Due times that differ, as they do in an office."""
    due: datetime = row["due_at"]
    return due + timedelta(minutes=number % 20_000)


def _officer(world: World) -> None:
    """An account that may do these tasks, signed in."""
    now = world.clock.now()
    with Session(world.toolbox.database) as session, session.begin():
        session.add(User(id=OFFICER, name="Petugas", email="petugas@contoh.example", created_at=now, stamp="1"))
        session.flush()
        grant = {"role": "dinkominfo_admin", "unit": "DINKOMINFO", "decree_no": "SK 1/2026", "granted_by": "benchmark"}
        session.add(RoleGrant(id="1" * 32, user_id=OFFICER, valid_from=date(2026, 1, 1), granted_at=now, **grant))
        sessions.begin(session, TOKEN, OFFICER, now)
