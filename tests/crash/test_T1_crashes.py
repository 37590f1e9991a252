"""T1: killed at every named point of every write path, the service loses nothing, doubles nothing and goes on."""

from __future__ import annotations

import itertools
import json
import re
import subprocess
import sys
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from app.bundle.shelf import Shelf
from app.commands.attachment.attachments import SweepAttachments
from app.commands.case.recount_slices import SLICE
from app.commands.procedure.service import LoadService
from app.commands.runner import Runner
from app.domain.clock import FrozenClock
from app.domain.errors import Conflict
from app.domain.roles import SYSTEM
from app.engine.cache import LiveCache
from app.jobs.executor import Executor
from app.queries.verify.verify import verify
from app.store import faults, migrate
from app.store.audit import AuditEntry
from app.store.complaints import Attachment, Complaint
from app.store.database import connect, reading
from app.store.deployments import Deployment
from app.store.instances import ProcessInstance
from app.store.jobs import Job
from app.store.outbox import OutboxMessage
from app.store.service_data import ServiceFile
from app.store.tasks import Task
from tests.crash.things import PATHS
from tests.crash.worker import act
from tests.databases import BACKENDS, copy_url, fresh_url
from tests.scale import scaled
from tests.world import FORWARD, MORNING, RETURN, ROOT, World, opened, template

ROUNDS = 4  # with the points below, well over 200 crashes on each database
KILLED = -9
POINTS = [(path, point) for path, points in PATHS.items() for point in points]


@dataclass
class Butcher:
    """Talks to the worker."""

    process: subprocess.Popen[str]
    folder: Path

    def kill(self, service: World, action: str, fault: str, given: dict[str, Any]) -> bool:
        """Let a child do it and die at `fault`; whether it had been told "done" before."""
        settings = service.toolbox.settings
        return self.send(settings.database_url, settings.var_dir, service.clock.now().isoformat(), action, fault, given)

    def send(self, url: str, var: Path, at: str, action: str, fault: str, given: dict[str, Any]) -> bool:
        acknowledged = self.folder / uuid.uuid4().hex
        order = {"url": url, "var": str(var), "at": at, "action": action, "fault": fault, "given": given}
        assert self.process.stdin and self.process.stdout
        self.process.stdin.write(json.dumps({**order, "acknowledged": str(acknowledged)}) + "\n")
        self.process.stdin.flush()
        status = self.process.stdout.readline().strip()
        assert status == str(KILLED), f"{action} did not die at {fault}: {status}"
        return acknowledged.exists()


@pytest.fixture(scope="module")
def butcher(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Butcher]:
    command = [sys.executable, "-W", "ignore", "-m", "tests.crash.worker"]
    process = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    yield Butcher(process, tmp_path_factory.mktemp("acknowledged"))
    assert process.stdin and process.stdout
    process.stdin.close()
    process.wait(timeout=30)
    process.stdout.close()


@dataclass
class Prepared:
    """A write path made ready: what the child is given, and how to see that it happened exactly once."""

    given: dict[str, Any] = field(default_factory=dict)
    happened: Callable[[], int] | None = None  # how often the effect is there


def prepare(service: World, action: str) -> Prepared:
    """Bring a fresh case to where the path begins."""
    if action == "submit":
        token = uuid.uuid4().hex
        before = len(service.rows(Complaint))
        return Prepared({"token": token}, lambda: len(service.rows(Complaint)) - before)
    if action in ("claim", "complete"):
        filed = service.file()
        (task,) = service.open(filed.instance_id)
        given = {"task": task, "who": "menteri", "answers": FORWARD}
        if action == "claim":
            return Prepared(given, lambda: int(service.rows(Task, id=task)[0].assignee is not None))
        return Prepared(given, lambda: _completed(service, task))
    if action == "return":
        (task,) = service.open(service.at_opd().instance_id)
        return Prepared({"task": task, "who": "pupr", "answers": RETURN}, lambda: _completed(service, task))
    if action == "message":
        filed = service.answered()
        reply = {"reply_decision": "redo", "text": "Lampunya padam lagi sejak semalam."}
        given = {"complaint": filed.tracking_id, "name": "reporter_reply", "answers": reply}
        return Prepared(given, lambda: len(service.open(filed.instance_id)))
    if action == "withdraw":
        filed = service.file()
        return Prepared({"complaint": filed.tracking_id}, lambda: int(not service.open(filed.instance_id)))
    if action == "timer":
        return _timer(service)
    if action == "deploy":
        before, text = len(service.rows(Deployment)), uuid.uuid4().hex
        return Prepared({"text": text}, lambda: len(service.rows(Deployment)) - before)
    if action == "attachment":
        known = len(service.rows(Attachment))
        return Prepared({}, lambda: len(service.rows(Attachment)) - known)
    if action == "outbox":
        own = service.file().instance_id
        return Prepared({}, lambda: len(service.rows(OutboxMessage, instance_id=own, state="sent")))
    if action == "recount":
        return _recount(service)
    service.file()
    return Prepared()


def spread(count: int) -> list[tuple[str, str]]:
    """So many of the points, from all paths alike."""
    return [POINTS[number * len(POINTS) // count] for number in range(count)]


def _timer(service: World) -> Prepared:
    """Everything else due is run first, so that the next due job is the drawn timer."""
    filed = service.answered()
    (timer,) = service.rows(Job, kind="timer", state="waiting", instance_id=filed.instance_id)
    service.clock.at = timer.due_at - timedelta(seconds=1)
    Executor(service.runner).run_due()
    service.clock.at = timer.due_at
    return Prepared({}, lambda: int(service.rows(Job, id=timer.id)[0].state == "done"))


def _recount(service: World) -> Prepared:
    """More cases than one slice has, and a calendar under which all of them are due on another day."""
    while len(service.rows(ProcessInstance, state="active")) <= SLICE:
        service.file()
    held = service.rows(ServiceFile, name="calendar.toml")
    original = min(held, key=lambda row: row.seq).content
    day = MORNING.date() + timedelta(days=1 + len(held) % 2)  # Tuesday and Wednesday by turns
    closure = f'\n# {uuid.uuid4().hex}\n[[closure]]\ndate = {day}\nname = {{ id = "rob", en = "tidal flood" }}\n'
    service.runner.run(LoadService({"calendar.toml": original + closure.encode()}, "rob"), SYSTEM)
    (job,) = service.rows(Job, kind="recount", state="waiting")
    change = job.payload["change"]

    def happened() -> int:
        entries = service.rows(AuditEntry, command="RecountDeadlines")
        mine = [entry.chain for entry in entries if entry.fields.get("change") == change]
        assert len(mine) == len(set(mine)), "a case was counted twice"
        return int(service.rows(Job, id=job.id)[0].state == "done")

    return Prepared({}, happened)


def _completed(service: World, task: str) -> int:
    return int(service.rows(Task, id=task)[0].state == "completed")


def again(service: World, action: str, prepared: Prepared) -> None:
    """What the person, or the ticker, does after the restart: the same once more."""
    service.clock.advance(timedelta(minutes=6))  # the dead executor's claim has run out
    try:
        act(service, action, prepared.given)
    except Conflict:
        assert prepared.happened is not None and prepared.happened() == 1  # it had been stored just before the end


@pytest.mark.long
@pytest.mark.slow
@pytest.mark.parametrize("backend", BACKENDS)
def test_T1_killed_anywhere_nothing_is_lost_or_doubled(backend: str, butcher: Butcher, tmp_path: Path) -> None:
    count = scaled(ROUNDS * len(POINTS))
    chosen = list(itertools.islice(itertools.cycle(POINTS), count)) if count >= len(POINTS) else spread(count)
    service = opened(copy_url(template(backend), tmp_path), tmp_path, FrozenClock(MORNING))
    for action, point in chosen:
        service.clock.at = FrozenClock(MORNING).now()
        prepared = prepare(service, action)
        acknowledged = butcher.kill(service, action, point, prepared.given)
        service = _restarted(service)
        assert _violations(service) == [], (action, point)
        if prepared.happened is not None:
            assert prepared.happened() in (0, 1) and (prepared.happened() == 1 or not acknowledged), (action, point)
        again(service, action, prepared)
        assert prepared.happened is None or prepared.happened() == 1 or action == "attachment", (action, point)
        assert _violations(service) == [], (action, point)
    service.clock.advance(timedelta(days=2))
    service.runner.run(SweepAttachments(), SYSTEM)
    service.toolbox.database.dispose()


def _restarted(service: World) -> World:
    """The service as a new process finds it: nothing is open, nothing is remembered."""
    service.toolbox.database.dispose()
    parts = replace(service.toolbox, cache=LiveCache(100), shelf=Shelf())
    return World(parts, Runner(parts))


def _violations(service: World) -> list[object]:
    with reading(service.toolbox.database) as session:
        return list(verify(session, service.toolbox))


@pytest.mark.parametrize("backend", BACKENDS)
def test_T25_a_migration_killed_half_way_leaves_nothing_behind(backend: str, butcher: Butcher, tmp_path: Path) -> None:
    url = fresh_url(backend, tmp_path)
    butcher.send(url, tmp_path, MORNING.isoformat(), "migrate", "after_migration_step", {})
    engine = connect(url)
    assert migrate.current(engine) is None
    migrate.upgrade(engine)
    assert migrate.current(engine) == migrate.head()
    engine.dispose()


def test_every_named_point_of_the_product_is_on_a_path() -> None:
    named = set()
    for path in (ROOT / "app").rglob("*.py"):
        named |= set(re.findall(r'faultpoint\("(\w+)"\)', path.read_text()))
    assert named == {point for _, point in POINTS} | {"after_migration_step"}
    assert ROUNDS * len(POINTS) >= 200


def test_a_point_that_is_not_armed_does_nothing() -> None:
    faults.arm("after_begin:1")
    faults.arm(None)
    faults.faultpoint("after_begin")


@pytest.mark.slow
@pytest.mark.parametrize("backend", BACKENDS)
def test_T1_a_recount_killed_anywhere_goes_on_and_counts_each_case_once(
    backend: str, butcher: Butcher, tmp_path: Path
) -> None:
    service = opened(copy_url(template(backend), tmp_path), tmp_path, FrozenClock(MORNING))
    for point in PATHS["recount"]:
        service.clock.at = FrozenClock(MORNING).now()
        prepared = prepare(service, "recount")
        assert prepared.happened is not None
        butcher.kill(service, "recount", point, {})
        service = _restarted(service)
        assert _violations(service) == [] and prepared.happened() == 0, point
        again(service, "recount", prepared)
        assert prepared.happened() == 1 and _violations(service) == [], point
        expected = {service.rows(Task, state="open")[0].due_at}
        assert {row.due_at for row in service.rows(Task, state="open")} == expected, point
    service.toolbox.database.dispose()
