"""A changed calendar counts waiting timers again: from their own start, with the variables of their entry."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from app.domain.calendar import Calendar
from app.domain.calendar_data import calendar_from
from app.domain.limits import Limit
from app.engine.instance import Environment, Instance
from app.engine.refusals import EngineStuck
from tests.engine.diagrams import boundary, chain, clock, end, file, message, node, process, start, sub, timer, user
from tests.engine.worlds import CALENDAR, LIMITS, START, World, at, defined

FLOOD = "2026-11-24"
NOBODY = {}.get


def closed(day: str = FLOOD) -> Calendar:
    """The same office, closed on one day more."""
    return calendar_from(
        {
            "zone": "Asia/Jakarta",
            "confirmed_until": "2027-12-31",
            "holidays": {"country": "ID", "categories": ["public", "government"]},
            "week": {
                **{each: ["08:00-12:00", "13:00-15:45"] for each in ("monday", "tuesday", "wednesday", "thursday")},
                "friday": ["08:00-11:00"],
            },
            "closure": [{"date": day, "name": {"id": "rob", "en": "tidal flood"}}],
        }
    )


def later(hours: float = 20) -> Environment:
    return replace(at(hours), calendar=closed())


def waiting(text: str, kind: str = "working", tag: str = "timeDuration", **variables: Any) -> World:
    pause = node("intermediateCatchEvent", "pause", clock(kind) + timer(text, tag))
    drawn = file(process("p", [start(), pause, end()], chain("start", "pause", "end")))
    return World(defined(drawn, checked=True), **variables)


def due(world: World) -> str:
    (wait,) = [wait for wait in world.instance.waits() if wait.kind == "timer"]
    assert wait.due is not None
    return wait.due.astimezone(CALENDAR.zone).strftime("%Y-%m-%d %H:%M")


def reload(world: World) -> None:
    world.instance = Instance.decode(world.definition, world.instance.encode())


@pytest.mark.parametrize(
    ("text", "kind", "before", "after"),
    [
        ("P3D", "working", "2026-11-26 15:45", "2026-11-27 11:00"),
        ("PT8H", "working", "2026-11-24 10:15", "2026-11-25 10:15"),
        ("PT8H", "wall", "2026-11-23 17:00", "2026-11-23 17:00"),
        ("P1D", "calendar", "2026-11-24 15:45", "2026-11-25 15:45"),
        ("P3D", "calendar", "2026-11-26 15:45", "2026-11-26 15:45"),
        ("sla('verify')", "working", "2026-11-26 15:45", "2026-11-27 11:00"),
        ("working_days(3)", "wall", "2026-11-26 15:45", "2026-11-27 11:00"),
        ("2026-12-01", "working", "2026-12-01 00:00", "2026-12-01 00:00"),
    ],
)
def test_a_timer_is_counted_again_from_its_own_start(text: str, kind: str, before: str, after: str) -> None:
    world = waiting(text, kind)
    assert due(world) == before
    moved = world.instance.recount(later(), NOBODY)
    assert [each.element for each in moved] == (["pause"] if before != after else [])
    reload(world)
    assert due(world) == after
    assert world.instance.recount(later(), NOBODY) == []  # nothing moves twice
    assert world.instance.recount(at(20), NOBODY) != [] or before == after  # and back when the day is open after all
    assert due(world) == before


def test_the_variables_of_the_entry_count_not_those_of_today() -> None:
    world = waiting("${sla('verify') if channel == 'web' else sla('answer')}", "wall", "timeDate", channel="web")
    world.instance.set({"channel": "whatsapp"})
    reload(world)
    world.instance.recount(later(), NOBODY)
    assert due(world) == "2026-11-27 11:00"


def test_a_limit_of_another_figure_moves_the_timer_too() -> None:
    world = waiting("sla('verify')")
    changed = Environment(later().now, CALENDAR, {**LIMITS, "verify": Limit("verify", "P5D")}.__getitem__)
    (moved,) = world.instance.recount(changed, NOBODY)
    assert moved.due - moved.old > timedelta(days=1)


def as_the_first_release_stored_it(world: World) -> dict[str, datetime]:
    """Take out what was kept of the start; gives when each task was entered, as the history has it."""
    entered = {}
    for wait, task in world.instance._waits():
        if wait.kind == "timer":
            for key in ("since", "given", "passed"):
                task.internal_data.pop(key, None)
            entered[task.id.hex] = START
    reload(world)
    return entered


def test_a_timer_of_the_first_release_counts_from_its_entry_in_the_history() -> None:
    world = waiting("sla('verify')")
    entered = as_the_first_release_stored_it(world)
    assert len(world.instance.recount(later(), entered.get)) == 1
    assert due(world) == "2026-11-27 11:00"


def test_a_timer_whose_start_nobody_knows_stays_as_it_is() -> None:
    world = waiting("sla('verify')")
    as_the_first_release_stored_it(world)
    assert world.instance.recount(later(), NOBODY) == []


@pytest.mark.parametrize("where", ["boundary", "gateway", "nested", "loop"])
def test_timers_of_every_kind_and_place(where: str) -> None:
    world = PLACES[where]()
    before = {wait.element: wait.due for wait in world.instance.waits() if wait.kind == "timer"}
    moved = world.instance.recount(later(), NOBODY)
    assert {each.element: each.old for each in moved} == before
    reload(world)
    after = {wait.id: wait.due for wait in world.instance.waits() if wait.kind == "timer"}
    assert after == {each.id: each.due for each in moved}
    fresh = PLACES[where](closed())
    assert sorted(after.values(), key=str) == sorted(
        (wait.due for wait in fresh.instance.waits() if wait.kind == "timer"), key=str
    )
    world.env = replace(at(200), calendar=closed())
    world.fire(moved[0].element)


def test_a_timer_that_can_no_longer_be_counted_says_so() -> None:
    world = waiting("sla('verify')")
    with pytest.raises(EngineStuck):
        world.instance.recount(Environment(START, CALENDAR, {}.__getitem__), NOBODY)


def _made(drawn: bytes, calendar: Calendar) -> World:
    world = World.__new__(World)
    world.definition, world.reload, world.steps = defined(drawn, checked=True), True, []
    world.env = replace(at(), calendar=calendar)
    world.instance, step = Instance.start(world.definition, {}, world.env)
    world._after(step)
    return world


def _boundary(calendar: Calendar = CALENDAR) -> World:
    nodes = [start(), user("work"), boundary("late", "work", timer("P3D"), False), user("remind"), end(), end("told")]
    return _made(
        file(process("p", nodes, [*chain("start", "work", "end"), *chain("late", "remind", "told")])), calendar
    )


def _gateway(calendar: Calendar = CALENDAR) -> World:
    nodes = [
        start(),
        node("eventBasedGateway", "first"),
        node("intermediateCatchEvent", "soon", timer("P1D")),
        node("intermediateCatchEvent", "late", timer("PT20H")),
        node("intermediateCatchEvent", "reply", message("reply")),
        end(),
        end("e2"),
        end("e3"),
    ]
    flows = [*chain("start", "first", "soon", "end"), *chain("first", "late", "e2"), *chain("first", "reply", "e3")]
    return _made(file(process("p", nodes, flows), messages=["reply"]), calendar)


def _nested(calendar: Calendar = CALENDAR) -> World:
    inner = sub(
        "part",
        [start("in"), node("intermediateCatchEvent", "pause", timer("P2D")), end("out")],
        chain("in", "pause", "out"),
    )
    return _made(file(process("p", [start(), inner, end()], chain("start", "part", "end"))), calendar)


def _loop(calendar: Calendar = CALENDAR) -> World:
    """Two timers wait side by side in branches of their own."""
    nodes = [
        start(),
        node("parallelGateway", "fork"),
        node("intermediateCatchEvent", "one", timer("P1D")),
        node("intermediateCatchEvent", "two", timer("P4D")),
        node("parallelGateway", "join"),
        end(),
    ]
    flows = [*chain("start", "fork", "one", "join", "end"), *chain("fork", "two", "join")]
    return _made(file(process("p", nodes, flows)), calendar)


PLACES = {"boundary": _boundary, "gateway": _gateway, "nested": _nested, "loop": _loop}
