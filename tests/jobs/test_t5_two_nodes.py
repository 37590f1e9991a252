"""T5: two processes on one database do each due thing exactly once, and greet everybody once."""

from __future__ import annotations

import subprocess
import sys
from datetime import date, timedelta
from pathlib import Path

import pytest

from app.store.audit import AuditEntry
from app.store.instances import ProcessInstance
from app.store.jobs import Incident, Job
from app.store.outbox import OutboxMessage
from tests.scale import scaled
from tests.world import ROOT, World


def at_once(service: World, folder: Path, part: str, nodes: int = 2) -> list[int]:
    """Let so many processes do their part at the same time; what each of them says it did."""
    settings, at = service.toolbox.settings, service.clock.now().isoformat()
    command = [sys.executable, "-m", "tests.jobs.node", settings.database_url, str(folder), at, part]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True, "cwd": ROOT}
    running = [subprocess.Popen(command, **pipes) for _ in range(nodes)]  # type: ignore[call-overload]
    for node in running:
        assert node.stdout.readline() == "ready\n"
    for node in running:
        node.stdin.write("go\n")
        node.stdin.flush()
    said = [node.communicate(timeout=280)[0] for node in running]
    assert [node.returncode for node in running] == [0] * nodes
    return [int(each) for each in said]


@pytest.mark.long
@pytest.mark.slow
def test_T5_two_processes_drain_due_jobs_exactly_once(service: World, tmp_path: Path) -> None:
    for _ in range(scaled(1_000)):
        service.answered()
    timers = service.rows(Job, kind="timer", state="waiting")
    assert len(timers) == scaled(1_000)
    service.clock.at = max(job.due_at for job in timers)
    done = at_once(service, tmp_path, "drain")
    finished = service.rows(Job, state="done")
    ran = [entry.fields["job"] for entry in service.rows(AuditEntry, command="RunJob", outcome="done")]
    assert sorted(ran) == sorted(job.id for job in finished)  # none twice, none lost
    assert sum(done) == len(finished) >= len(timers) and min(done) > 0, done
    assert service.rows(Job, kind="timer", state="waiting") == [] == service.rows(Incident)
    assert {instance.state for instance in service.rows(ProcessInstance)} == {"completed"}
    keys = [message.key for message in service.rows(OutboxMessage)]
    assert len(keys) == len(set(keys))


@pytest.mark.slow
def test_T5_two_nodes_greet_everybody_once(service: World, tmp_path: Path) -> None:
    with service.toolbox.database.connect() as connection:
        until: date = service.toolbox.service(connection).calendar.confirmed_until
    service.at_opd()
    service.file()
    service.clock.advance(timedelta(days=(until - timedelta(days=30) - service.clock.now().date()).days))
    while service.clock.now().weekday() != 1:  # a day on which the service is open
        service.clock.advance(timedelta(days=1))
    sent = at_once(service, tmp_path, "greet", nodes=3)
    greetings = [row for row in service.rows(OutboxMessage) if row.template in ("digest", "horizon")]
    assert {row.template for row in greetings} == {"digest", "horizon"}
    assert len({(row.template, row.recipient) for row in greetings}) == len(greetings) == sum(sent)
    assert at_once(service, tmp_path, "greet") == [0, 0]
