"""A timer is due when our calendar says so, whatever the clock or zone of the machine, and it fires only when told."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta

import pytest

from app.engine.instance import Environment, Instance
from app.engine.refusals import EngineStuck, NotOpen
from tests.engine.diagrams import boundary, chain, clock, end, file, node, process, start, timer, user
from tests.engine.worlds import CALENDAR, LIMITS, START, World, at, defined


def paused(text: str, kind: str = "working", tag: str = "timeDuration", **data: object) -> World:
    waiting = node("intermediateCatchEvent", "pause", clock(kind) + timer(text, tag))
    drawn = file(process("p", [start(), waiting, end()], chain("start", "pause", "end")))
    return World(defined(drawn, checked=True), **data)


def due(*args: str, **data: object) -> str:
    (wait,) = paused(*args, **data).instance.waits()
    assert wait.due is not None
    return wait.due.astimezone(CALENDAR.zone).isoformat()


@pytest.mark.parametrize(
    ("text", "kind", "expected"),
    [
        ("PT4H", "working", "2026-11-23T14:00:00+07:00"),
        ("PT4H", "wall", "2026-11-23T13:00:00+07:00"),
        ("P3D", "working", "2026-11-26T15:45:00+07:00"),
        ("P10D", "calendar", "2026-12-03T15:45:00+07:00"),
        ("P1D", "wall", "2026-11-24T09:00:00+07:00"),
        ("'PT4H'", "working", "2026-11-23T14:00:00+07:00"),
        ("${'P3D'}", "working", "2026-11-26T15:45:00+07:00"),
        ("sla('verify')", "working", "2026-11-26T15:45:00+07:00"),
        ("sla('answer')", "working", "2026-11-23T10:00:00+07:00"),
        ("working_days(3)", "wall", "2026-11-26T15:45:00+07:00"),
        ("working_hours(1.5)", "wall", "2026-11-23T10:30:00+07:00"),
        ("calendar_days(10)", "wall", "2026-12-03T15:45:00+07:00"),
        ("now()", "working", "2026-11-23T09:00:00+07:00"),
        ("2026-12-01", "working", "2026-12-01T00:00:00+07:00"),
        ("2026-12-01T08:30:00", "working", "2026-12-01T08:30:00+07:00"),
        ("2026-12-01T08:30:00Z", "working", "2026-12-01T15:30:00+07:00"),
        ("until", "working", "2026-12-01T15:30:00+07:00"),
        ("'PT1H' if nature == 'urgent' else 'P3D'", "working", "2026-11-23T10:00:00+07:00"),
    ],
)
def test_due_time(text: str, kind: str, expected: str) -> None:
    assert due(text, kind, until="2026-12-01T08:30:00+00:00", nature="urgent") == expected
    assert due(text, kind, "timeDate", until="2026-12-01T08:30:00+00:00", nature="urgent") == expected


@pytest.mark.parametrize("text", ["P1DT2H", "besok", "3", "P1M", "nothing", "sla('unknown')", "''", "1 / 0"])
def test_a_text_that_gives_no_time_is_refused_when_reached(text: str) -> None:
    with pytest.raises(EngineStuck) as caught:
        paused(text, nothing=None)
    assert caught.value.details["reason"]


def test_an_unknown_clock_is_refused() -> None:
    with pytest.raises(EngineStuck):
        paused("PT1H", "martian")


def test_the_due_time_survives_and_is_not_computed_again() -> None:
    world = paused("PT4H")
    (before,) = world.instance.waits()
    world.now(1)
    world.instance = Instance.decode(world.definition, world.instance.encode())
    (after,) = world.instance.waits()
    assert after == before


def test_a_timer_fires_once_and_only_when_due() -> None:
    world = paused("PT4H")
    (wait,) = world.instance.waits()
    for hours in (0, 4.99):
        with pytest.raises(NotOpen):
            world.instance.fire(wait.id, at(hours))
    world.now(5)
    world.fire("pause")
    assert world.instance.completed
    with pytest.raises(NotOpen):
        world.instance.fire(wait.id, at(6))


def test_a_clock_that_goes_back_fires_nothing_and_loses_nothing_T7() -> None:
    world = paused("PT4H")
    (wait,) = world.instance.waits()
    with pytest.raises(NotOpen):
        world.instance.fire(wait.id, Environment(START - timedelta(hours=1), CALENDAR, LIMITS.__getitem__))
    world.now(24 * 400)  # a year too late: fires once, with its own due time
    assert world.instance.waits() == [wait]
    world.fire("pause")
    assert world.instance.completed


def test_a_timer_on_a_border_starts_anew_at_each_visit() -> None:
    world = World(
        defined(
            file(
                process(
                    "p",
                    [start(), user("work"), boundary("limit", "work", timer("PT1H")), user("late"), end()],
                    [*chain("start", "work", "end"), *chain("limit", "late", "work")],
                )
            )
        )
    )
    for hours in (1, 2):
        world.now(hours)
        world.fire("limit")
        world.complete("late")
        (wait,) = world.instance.waits()
        assert wait.due == START + timedelta(hours=hours + 1)


@pytest.mark.slow
def test_due_times_do_not_depend_on_the_zone_of_the_machine_T8() -> None:
    code = (
        "from tests.engine.test_timers import due\n"
        "print(due('P3D'), due('2026-12-01'), due('PT4H', 'wall'), due('2026-12-01T08:30:00'))"
    )
    seen = set()
    for zone in ("UTC", "Asia/Jakarta", "Pacific/Kiritimati", "America/Los_Angeles"):
        run = subprocess.run(
            [sys.executable, "-c", code], env={**os.environ, "TZ": zone}, capture_output=True, text=True, check=True
        )
        seen.add(run.stdout)
    assert len(seen) == 1


def test_the_library_never_reads_its_own_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    class NoClock:
        def __getattr__(self, name: str) -> object:
            raise AssertionError("the library's timer module asked for the time")

    monkeypatch.setattr("SpiffWorkflow.bpmn.specs.event_definitions.timer.datetime", NoClock())
    world = paused("PT4H")
    world.now(5)
    world.fire("pause")
    assert world.instance.completed


def test_environment_of_another_instant_type_is_the_same() -> None:
    local = datetime(2026, 11, 23, 9, 0, tzinfo=CALENDAR.zone)
    definition = paused("PT4H").definition
    a, _ = Instance.start(definition, {}, Environment(local, CALENDAR, LIMITS.__getitem__))
    b, _ = Instance.start(definition, {}, Environment(local.astimezone(UTC), CALENDAR, LIMITS.__getitem__))
    assert a.waits()[0].due == b.waits()[0].due


def test_a_process_that_starts_at_a_time_waits_for_it() -> None:
    begin = node("startEvent", "begin", clock("wall") + timer("P1D"))
    world = World(defined(file(process("p", [begin, user("work"), end()], chain("begin", "work", "end")))))
    assert world.waits == ["begin"] and world.open == []
    world.now(24)
    world.fire("begin")
    assert world.open == ["work"] and world.waits == []
