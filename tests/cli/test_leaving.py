"""SIGTERM to the real server: what runs is finished, what waits is given back, whatever the backlog."""

from __future__ import annotations

import re
import threading
import time
import uuid
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlencode

import pytest
from sqlalchemy import Table, insert, select, update

from app.domain.clock import SystemClock
from app.queries.verify.verify import verify
from app.sdk import Case, Result
from app.store.base import table_of
from app.store.complaints import Complaint
from app.store.database import reading
from app.store.jobs import Job
from app.store.outbox import OutboxMessage
from tests.databases import copy_url
from tests.served import Served, served
from tests.web.test_citizen import TYPED
from tests.world import World, opened, template

BACKLOG = 3_000
LONG_AGO = SystemClock().now().replace(year=2020)
# The city's handlers, each of which waits in its work until the file `go` is there.
HANDLERS = """
from pathlib import Path
from time import sleep
from app.sdk import handler, handlers_of

def held(topic, function):
    @handler(topic)
    def run(case):
        folder = Path(__file__).parent.parent
        (folder / "working").touch()
        while not (folder / "go").exists():
            sleep(0.02)
        return function(case)
    return run

globals().update({topic: held(topic, function) for topic, function in handlers_of("tasks").items()})
"""


def until(so: Callable[[], object]) -> None:
    """Wait until it is so."""
    for _ in range(1_500):
        if so():
            return
        time.sleep(0.02)
    raise AssertionError("it never came to that")


@pytest.fixture
def service(tmp_path: Path) -> World:
    """The service as the real server will find it."""
    return opened(copy_url(template("sqlite"), tmp_path), tmp_path, SystemClock())


@pytest.fixture
def held(tmp_path: Path) -> dict[str, str]:
    """The settings with which every handler waits until it may go on."""
    package = tmp_path / "held_tasks"
    package.mkdir()
    (package / "__init__.py").touch()
    (package / "all.py").write_text(HANDLERS)
    return {"ALUR_TASKS_PACKAGE": "held_tasks", "PYTHONPATH": str(tmp_path)}


def file(server: Served) -> int:
    """The status that a reporter gets who sends a complaint."""
    page = server.ask("/lapor")
    token = re.search(r'name="csrf_token"[^>]* value="([^"]+)"', page.text)
    assert token is not None
    cookies = "; ".join(line.split(";")[0] for line in page.headers.get_all("Set-Cookie", []))
    headers = {"Cookie": cookies, "Content-Type": "application/x-www-form-urlencoded"}
    typed = {**{name: value for name, value in TYPED.items() if isinstance(value, str)}, "csrf_token": token[1]}
    return server.ask("/lapor", headers, urlencode(typed).encode()).status


@pytest.mark.slow
def test_T30_a_request_that_runs_is_answered_and_what_it_wrote_is_there(
    service: World, tmp_path: Path, held: dict[str, str]
) -> None:
    said: list[int] = []
    with served(tmp_path, service.toolbox.settings.database_url, ALUR_WORKERS="0", **held) as server:
        sending = threading.Thread(target=lambda: said.append(file(server)))
        sending.start()
        until((tmp_path / "working").exists)
        server.process.terminate()
        until(lambda: _refuses(server))
        (tmp_path / "go").touch()
        sending.join()
        assert server.process.wait(timeout=60) == 0
    assert said == [302] and len(service.rows(Complaint)) == 1


@pytest.mark.slow
@pytest.mark.parametrize("ends", [True, False])
def test_T30_a_job_that_runs_is_finished_and_one_that_does_not_end_is_left_to_be_run_again(
    service: World, tmp_path: Path, held: dict[str, str], ends: bool
) -> None:
    url = service.toolbox.settings.database_url
    opened(url, tmp_path, SystemClock(), dict.fromkeys(service.toolbox.handlers, _fails)).file()
    with service.toolbox.database.begin() as connection:
        connection.execute(update(table_of(Job)).where(table_of(Job).c.kind == "service").values(due_at=LONG_AGO))
    with served(tmp_path, url, **held) as server:
        until((tmp_path / "working").exists)
        server.process.terminate()
        until(lambda: _refuses(server))
        if ends:
            (tmp_path / "go").touch()
        assert server.process.wait(timeout=60) == 0
    (job, *more) = service.rows(Job, kind="service")
    assert job.state == ("done" if ends else "waiting") and not more
    with reading(service.toolbox.database) as session:
        assert verify(session, service.toolbox) == []


def _fails(_case: Case) -> Result:
    raise OSError("not reachable just now")


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["job", "message"])
def test_T30_with_any_backlog_it_leaves_and_gives_back_what_was_not_run(
    service: World, tmp_path: Path, kind: str
) -> None:
    service.file()
    table, done = (table_of(Job), "done") if kind == "job" else (table_of(OutboxMessage), "kept")
    _multiply(service, table)
    with served(tmp_path, service.toolbox.settings.database_url) as server:
        until(lambda: any(state == done for state, _ in _states(service, table)))
        assert server.stop() == 0
    left = _states(service, table)
    assert any(state == "waiting" for state, _ in left)
    assert [state for state, lock in left if lock is not None] == []
    with reading(service.toolbox.database) as session:
        assert verify(session, service.toolbox) == []


def _multiply(service: World, table: Table) -> None:
    """So many due rows like the first one that waits."""
    with service.toolbox.database.begin() as connection:
        wanted = [table.c.state == "waiting"] + ([table.c.kind == "reminder"] if "kind" in table.c else [])
        like = dict(connection.execute(select(table).where(*wanted)).mappings().first() or {})
        like |= {"due_at": LONG_AGO} if "kind" in table.c else {"due_at": LONG_AGO, "instance_id": None}
        rows = [
            like | {"id": (name := uuid.uuid4().hex)} | ({"key": name} if "key" in like else {}) for _ in range(BACKLOG)
        ]
        connection.execute(insert(table), rows)


def _states(service: World, table: Table) -> list[tuple[str, object]]:
    with service.toolbox.database.connect() as connection:
        return [(row.state, row.locked_until) for row in connection.execute(select(table))]


def _refuses(server: Served) -> bool:
    try:
        server.connect().close()
    except ConnectionError:
        return True
    return False
