"""The ticker: greets once a day at the opening, anchors at night, and goes on whatever one tick meets."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta

import pytest

from app.commands.housekeeping import SendDigests, WarnOfHorizon
from app.commands.runner import Runner
from app.domain.roles import SYSTEM
from app.jobs.executor import Executor
from app.jobs.outbox import Outbox
from app.jobs.scheduler import Ticker, _safely
from app.senders.blackhole import FOLDER, letters
from app.senders.chosen import senders
from app.store.audit import AuditAnchor
from app.store.jobs import Job
from app.store.outbox import OutboxMessage
from tests.world import World


def digests(service: World) -> list[OutboxMessage]:
    return [row for row in service.rows(OutboxMessage) if row.template == "digest"]


def test_everybody_with_open_tasks_gets_one_digest_a_day(service: World) -> None:
    service.at_opd()
    service.file()
    ticker = Ticker(service.runner)
    assert ticker.greet() >= 2 and ticker.greet() == 0
    assert service.runner.run(SendDigests(), SYSTEM) == 0  # nor does another node send them again
    assert {row.recipient for row in digests(service)} == {
        f"user:{service.actor(who).id}" for who in ("pupr", "menteri")
    }
    mine = next(row for row in digests(service) if row.recipient.endswith(service.actor("pupr").id))
    assert (mine.fields["open"], mine.fields["overdue"]) == ("1", "0")
    service.clock.advance(timedelta(days=1))
    ticker.greet()
    assert len(digests(service)) == 4


def test_nobody_is_greeted_at_night_or_on_a_closed_day(service: World) -> None:
    service.file()
    ticker = Ticker(service.runner)
    service.clock.advance(timedelta(hours=12))
    assert ticker.greet() == 0
    service.clock.advance(timedelta(days=4, hours=12))  # Saturday morning
    assert ticker.greet() == 0


def test_the_calendars_keepers_are_warned_once_a_week_before_it_ends(service: World) -> None:
    with service.toolbox.database.connect() as connection:
        until: date = service.toolbox.service(connection).calendar.confirmed_until
    soon = until - timedelta(days=30)
    service.clock.advance(timedelta(days=(soon - service.clock.now().date()).days))
    first = service.runner.run(WarnOfHorizon(), SYSTEM)
    assert first >= 1 and service.runner.run(WarnOfHorizon(), SYSTEM) == 0
    service.clock.advance(timedelta(days=7))
    assert service.runner.run(WarnOfHorizon(), SYSTEM) == first
    (row, *_) = [each for each in service.rows(OutboxMessage) if each.template == "horizon"]
    assert row.recipient == f"user:{service.actor('pemilik').id}"


def test_a_calendar_that_is_certain_for_long_warns_nobody(service: World) -> None:
    with service.toolbox.database.connect() as connection:
        until: date = service.toolbox.service(connection).calendar.confirmed_until
    if until - service.clock.now().date() < timedelta(days=61):
        service.clock.advance(timedelta(days=(until - service.clock.now().date()).days - 100))
    assert service.runner.run(WarnOfHorizon(), SYSTEM) == 0


def test_every_night_the_audit_is_anchored(service: World) -> None:
    service.at_opd()
    ticker = Ticker(service.runner)
    ticker.tidy()
    service.file()
    ticker.tidy()
    anchors = service.rows(AuditAnchor)
    assert [anchor.seq for anchor in anchors] == [1, 2] and anchors[1].previous == anchors[0].hash


@pytest.mark.slow
def test_a_running_ticker_runs_what_is_due_and_stops(service: World) -> None:
    service.answered()
    (timer,) = service.rows(Job, kind="timer", state="waiting")
    service.clock.at = timer.due_at
    ticker = Ticker(service.runner)
    ticker.start()
    deadline = time.monotonic() + 20
    while service.rows(Job, id=timer.id)[0].state != "done" and time.monotonic() < deadline:
        time.sleep(0.1)
    ticker.stop()
    assert service.rows(Job, id=timer.id)[0].state == "done"


def test_a_ticker_lives_from_its_start(service: World) -> None:
    assert service.toolbox.pulse.ticker == "elsewhere"
    ticker = Ticker(service.runner)
    ticker.start()
    assert service.toolbox.pulse.ticker == "ok"
    ticker.stop()


def test_a_node_without_workers_runs_nothing(service: World) -> None:
    parts = replace(service.toolbox, settings=replace(service.toolbox.settings, workers=0))
    ticker = Ticker(Runner(parts))
    ticker.start()
    assert not ticker.running and ticker.stop()


@pytest.mark.parametrize("demo", [True, False])
def test_letters_that_only_lie_here_are_thrown_away_at_night_but_in_the_demo(service: World, demo: bool) -> None:
    parts = replace(service.toolbox, settings=replace(service.toolbox.settings, demo=demo))
    folder = parts.settings.var_dir / FOLDER
    service.file()
    Outbox(parts, senders(parts.settings)).deliver()
    assert len(list(letters(folder))) == 1
    Ticker(Runner(parts)).tidy()
    assert len(list(letters(folder))) == int(demo)


def test_a_good_tick_is_a_sign_of_life_and_a_failed_one_is_none() -> None:
    beats: list[str] = []

    def half(beat: Callable[[], object]) -> None:
        beat()

    def broken(_: object) -> None:
        raise ValueError

    _safely(half, "half", lambda: beats.append("good"))()
    assert beats == ["good", "good"]  # in the midst of it, and at its end
    _safely(broken, "broken", lambda: beats.append("bad"))()
    assert beats == ["good", "good"]


def test_each_job_and_each_letter_of_a_long_tick_is_a_sign_of_life(service: World) -> None:
    service.at_opd()
    service.clock.at = max(job.due_at for job in service.rows(Job))
    beats: list[int] = []
    count = Executor(service.runner, workers=2).run_due(lambda: beats.append(1))
    assert len(beats) >= count > 1
    beats.clear()
    sent = Outbox(service.toolbox, senders(service.toolbox.settings)).deliver(lambda: beats.append(1))
    assert len(beats) >= sent > 1
