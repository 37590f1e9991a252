"""A changed calendar moves what is still open, once, and puts old and new on record."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from app.commands.letter.messages import SendMessage
from app.commands.procedure.service import LoadService
from app.domain.errors import Forbidden
from app.jobs.executor import Executor
from app.jobs.recounter import Recounter
from app.store.audit import AuditEntry
from app.store.instances import ProcessInstance
from app.store.jobs import Job
from app.store.outbox import OutboxMessage
from app.store.service_data import ServiceFile
from app.store.tasks import Candidate, Task
from tests.commands.test_messages import COMPLETION, HOLD
from tests.world import World

CLOSURE = b"""
[[closure]]
date = 2026-11-24
name = { id = "Tanggap darurat banjir", en = "Flood emergency" }
"""


def close_tuesday(service: World) -> None:
    """The process owner closes the office on Tuesday, and what is open is counted again."""
    (row,) = service.rows(ServiceFile, name="calendar.toml")
    service.runner.run(LoadService({"calendar.toml": row.content + CLOSURE}, "banjir"), service.actor("pemilik"))
    assert Recounter(service.runner).run_due() == 1


def test_a_closed_day_moves_due_times_and_their_jobs_by_a_day(service: World) -> None:
    filed = service.file()
    (task,) = service.rows(Task)
    (case,) = service.rows(ProcessInstance)
    close_tuesday(service)
    (moved,) = service.rows(Task)
    assert (task.due_at, moved.due_at) == (
        datetime(2026, 11, 26, 8, 45, tzinfo=UTC),
        datetime(2026, 11, 27, 4, 0, tzinfo=UTC),  # a Friday, when the office closes at eleven
    )
    assert service.rows(Candidate)[0].due_at == moved.due_at
    (later,) = service.rows(ProcessInstance)
    assert later.due_at > case.due_at
    (voice,) = service.rows(Job, state="waiting", task_id=task.id)
    assert (voice.kind, voice.payload) == ("reminder", {"limit": "ministry_disposition", "level": None})
    (entry,) = service.rows(AuditEntry, command="RecountDeadlines", chain=filed.instance_id)
    told = {"of": task.id, "old": task.due_at.isoformat(), "new": moved.due_at.isoformat(), "certain": True}
    assert told in entry.fields["moved"]


def test_a_reminder_already_sent_is_not_sent_again(service: World) -> None:
    service.file()
    (reminder,) = [job for job in service.rows(Job, kind="reminder") if job.task_id is not None]
    service.clock.at = reminder.due_at
    Executor(service.runner).run_due()
    close_tuesday(service)
    service.clock.advance(timedelta(days=2))
    Executor(service.runner).run_due()
    assert [row.template for row in service.rows(OutboxMessage)].count("reminder") == 1


def test_a_paused_case_stays_paused_when_the_calendar_changes(service: World) -> None:
    filed = service.file()
    service.do(filed, "ministry_disposition", "menteri", HOLD)
    close_tuesday(service)
    assert states(service) == {"paused"}
    service.clock.advance(timedelta(days=3))
    service.runner.run(SendMessage(filed.tracking_id, "completion_received", COMPLETION), service.reporter(filed))
    assert states(service) == {"waiting"}


def states(service: World) -> set[str]:
    """Of the notices of whole cases."""
    return {job.state for job in service.rows(Job, task_id=None) if job.instance_id} - {"cancelled"}


def test_a_change_of_something_else_moves_nothing(service: World) -> None:
    service.file()
    (row,) = service.rows(ServiceFile, name="channels.toml")
    service.runner.run(LoadService({"channels.toml": row.content + b"\n# x\n"}, "catatan"), service.actor("pemilik"))
    assert service.rows(AuditEntry, command="RecountDeadlines") == []


def test_only_the_owner_changes_the_calendar(service: World) -> None:
    for who in ("dinkominfo", "kabid", "ops", "admin"):
        with pytest.raises(Forbidden):
            service.runner.run(LoadService({"calendar.toml": b""}, "boleh?"), service.actor(who))
