"""A timer beside a step that repeats comes exactly so often, each time counted from the time before."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.domain.calendar_data import calendar_from
from app.domain.errors import InvalidDiagram
from app.engine.definition import define
from app.engine.instance import Environment, Instance
from app.engine.refusals import NotOpen
from tests.engine.diagrams import boundary, chain, clock, end, instances, node, sub, timer, user, xor
from tests.engine.worlds import CALENDAR, LIMITS, SERVICE_HOURS, START, World, simple
from tests.scale import scaled

CASE = Path(__file__).parent / "cases" / "cycle_reminder.bpmn"


def cycle(text: str, how: str = "wall") -> str:
    return clock(how) + timer(text, "timeCycle")


def reminded(text: str = "R3/PT1H", how: str = "wall", host: str | None = None) -> World:
    """A step with a reminder beside it."""
    nodes = [
        host or user("ask"),
        boundary("late", "ask", cycle(text, how), interrupting=False),
        user("remind"),
        end(),
        end("end2"),
    ]
    return World(simple(*nodes, flows=[*chain("start", "ask", "end"), *chain("late", "remind", "end2")]))


def due(world: World) -> list[datetime]:
    return [wait.due for wait in world.instance.waits() if wait.due is not None]


def test_the_case_reminds_three_times_an_hour_of_service_time_apart() -> None:
    world = World(define({"a.bpmn": CASE.read_bytes()}))
    dues = []
    for number in range(1, 4):
        (instant,) = due(world)
        dues.append(instant)
        world.env = Environment(instant, CALENDAR, LIMITS.__getitem__)
        world.fire("b")
        assert world.open == ["a", *["r"] * number]
    hours = [CALENDAR.add(START, f"PT{number}H", "working").at for number in (1, 2, 3)]
    assert dues == hours
    assert world.waits == []
    for _ in range(3):
        world.complete("r")
    assert not world.instance.completed
    world.complete("a")
    assert world.instance.completed and sorted(world.instance.ended) == ["e", "e2", "e2", "e2"]


def test_the_end_of_the_step_ends_what_would_have_come_and_nothing_that_came() -> None:
    world = reminded()
    world.now(1)
    world.fire("late")
    world.complete("ask")
    assert world.waits == [] and world.open == ["remind"] and not world.instance.completed
    world.complete("remind")
    assert world.instance.completed


def test_after_a_downtime_each_comes_once_with_its_own_due_time() -> None:
    world = reminded()
    world.now(50)
    seen = []
    while world.waits:
        seen += due(world)
        world.fire("late")
    assert seen == [START + timedelta(hours=hours) for hours in (1, 2, 3)]
    assert world.open == ["ask", "remind", "remind", "remind"]


def test_a_message_that_comes_after_all_of_them_lets_them_pass_first() -> None:
    nodes = [
        node("receiveTask", "ask", messageRef="m"),
        boundary("late", "ask", cycle("R2/PT1H"), interrupting=False),
        user("remind"),
        end(),
        end("end2"),
    ]
    flows = [*chain("start", "ask", "end"), *chain("late", "remind", "end2")]
    world = World(simple(*nodes, flows=flows, messages=["m"]))
    world.now(9)
    world.deliver("ask")
    assert world.open == ["remind", "remind"]


def test_before_its_time_none_comes() -> None:
    world = reminded()
    with pytest.raises(NotOpen):
        world.fire("late")
    world.now(1)
    world.fire("late")
    with pytest.raises(NotOpen):
        world.fire("late")


def test_a_new_visit_begins_anew() -> None:
    nodes = [
        user("ask"),
        boundary("late", "ask", cycle("R2/PT1H"), interrupting=False),
        xor("gw", default="gw_end"),
        end(),
        end("end2"),
    ]
    flows = [*chain("start", "ask", "gw", "end"), ("gw", "ask", "again"), ("late", "end2")]
    world = World(simple(*nodes, flows=flows))
    for visit in range(4):
        since = START + timedelta(hours=10 * visit)
        world.now(10 * visit + 2)
        assert due(world) == [since + timedelta(hours=1)]
        world.fire("late")
        assert due(world) == [since + timedelta(hours=2)]
        if visit % 2:
            world.fire("late")
            assert due(world) == []
        world.now(10 * visit + 10)
        world.complete("ask", again=True)
    assert world.instance.returns["late_end2"] == 1 + 2 + 1 + 2


@pytest.mark.parametrize(
    "host",
    [
        sub("ask", [user("inner").replace("userTask", "startEvent", 2).replace("inner", "s"), user("inner"), end("e")],
            chain("s", "inner", "e")),
        user("ask", instances("2")),
    ],
)  # fmt: skip
def test_it_sits_on_whatever_goes_on(host: str) -> None:
    world = reminded("R2/PT1H", host=host)
    world.now(5)
    world.fire("late")
    world.fire("late")
    assert world.waits == [] and world.open.count("remind") == 2
    for element in list(world.open):
        world.complete(element)
    assert world.instance.completed


def test_a_calendar_that_changes_moves_only_what_is_still_to_come() -> None:
    world = reminded("R3/P1D", "working")
    (first,) = due(world)
    world.env = Environment(first, CALENDAR, LIMITS.__getitem__)
    world.fire("late")
    (second,) = due(world)
    day = {"date": second.date(), "name": {"id": "libur setempat", "en": "local holiday"}}
    closed = calendar_from({**SERVICE_HOURS, "holiday": [day]})
    moved = world.instance.recount(Environment(first, closed, LIMITS.__getitem__), lambda _task: None)
    (late,) = moved
    assert (late.element, late.old, late.due) == ("late", second, closed.add(first, "P1D", "working").at)
    assert due(world) == [late.due] and late.due > second


def test_the_state_does_not_grow_with_what_was_reminded_of_and_done() -> None:
    world = reminded("R100/PT1M")
    sizes = []
    world.now(100)
    while world.waits:
        world.fire("late")
        world.complete("remind")
        sizes.append(len(world.instance.encode()))
    assert len(sizes) == 100
    assert sizes[-1] - sizes[10] < 89 * 8  # bytes: the name of the end that each of them reached


@pytest.mark.parametrize("live", [True, False])
def test_a_live_instance_and_one_read_back_are_the_same(live: bool) -> None:
    def story(reload: bool) -> list[object]:
        world = reminded("R4/PT1H")
        world.reload = reload
        seen: list[object] = []
        for hour in (1, 2, 2.5, 3, 4):
            world.now(hour)
            if hour == 2.5:
                world.complete("remind", n=hour)
            elif world.waits:
                world.fire("late")
            seen.append((world.open, world.waits, due(world), world.instance.variables))
        return seen

    assert story(live) == story(True)


@pytest.mark.parametrize(
    "text", ["R/PT1H", "R0/PT1H", "R101/PT1H", "R3/2026-01-01T00:00:00/PT1H", "R-1/PT1H", "3/PT1H", "${x}", "R3/${x}"]
)
def test_what_has_no_end_or_no_number_is_refused_at_its_element(text: str) -> None:
    with pytest.raises(InvalidDiagram) as refused:
        reminded(text)
    assert [(one.rule, one.element) for one in refused.value.findings if one.severity == "error"] == [
        ("timer-cycle", "late")
    ]


def test_elsewhere_a_repeating_timer_is_refused() -> None:
    wait = node("intermediateCatchEvent", "wait", cycle("R3/PT1H"))
    breaking = boundary("wait", "ask", cycle("R3/PT1H"))
    for nodes, flows in (
        ([wait, end()], chain("start", "wait", "end")),
        ([user("ask"), breaking, end()], [*chain("start", "ask", "end"), ("wait", "end")]),
    ):
        with pytest.raises(InvalidDiagram) as refused:
            simple(*nodes, flows=flows)
        assert ("timer-cycle", "wait") in [(one.rule, one.element) for one in refused.value.findings]


@pytest.mark.parametrize("text", ["R3/PT1,5X", "R2/P1M", "R2/P1DT2H"])
def test_the_time_between_is_held_to_the_rules_of_times(text: str) -> None:
    with pytest.raises(InvalidDiagram) as refused:
        reminded(text, "working")
    assert {one.element for one in refused.value.findings if one.severity == "error"} == {"late"}


def test_an_instance_that_was_stored_while_it_waited_goes_on() -> None:
    world = reminded()
    world.now(1)
    world.fire("late")
    blob = world.instance.encode()
    again = Instance.decode(world.definition, blob)
    assert [wait.due for wait in again.waits()] == [START + timedelta(hours=2)]
    assert again.encode() == blob


def either(times: int, host: str, joined: bool) -> tuple[World, World]:
    """A repeating timer, and the same drawn as so many timers that come once, each an hour later."""
    worlds = []
    for drawn in (
        [boundary("late", "ask", cycle(f"R{times}/PT1H"), interrupting=False)],
        [
            boundary(f"late{n}", "ask", clock("wall") + timer(f"PT{n}H"), interrupting=False)
            for n in range(1, times + 1)
        ],
    ):
        events = [text.split('"')[1] for text in drawn]
        nodes = [host, *drawn, xor("merge"), user("remind"), end(), end("end2")]
        flows = [*chain("merge", "remind", "end2"), *[(event, "merge") for event in events]]
        if joined:
            nodes += [node("parallelGateway", "fork"), user("other"), node("parallelGateway", "join")]
            flows += [*chain("start", "fork", "ask", "join", "end"), *chain("fork", "other", "join")]
        else:
            flows += [*chain("start", "ask", "end")]
        worlds.append(World(simple(*nodes, flows=flows)))
    return worlds[0], worlds[1]


@settings(max_examples=scaled(600))
@given(
    times=st.integers(2, 4),
    host=st.sampled_from([
        user("ask"), user("ask", instances("2")),
        sub("ask", [node("startEvent", "s"), user("inner"), end("e")], chain("s", "inner", "e")),
    ]),
    joined=st.booleans(),
    reload=st.booleans(),
    acts=st.lists(st.sampled_from(["time", "time", "remind", "ask", "inner", "other"]), max_size=14),
)  # fmt: skip
def test_it_is_the_same_as_so_many_timers_that_come_once(
    times: int, host: str, joined: bool, reload: bool, acts: list[str]
) -> None:
    ours, drawn = either(times, host, joined)
    ours.reload = reload
    hour = 0
    for number, act in enumerate(acts):
        if act == "time" and drawn.waits:
            hour += 1
            for world, element in ((ours, "late"), (drawn, f"late{hour}")):
                world.now(hour)
                world.fire(element)
        elif act in ours.open:
            for world in (ours, drawn):
                world.complete(act, n=number)
        assert ours.open == drawn.open
        assert bool(ours.waits) == bool(drawn.waits) and due(ours) == sorted(due(drawn))[:1]
        assert ours.instance.completed == drawn.instance.completed
        assert ours.instance.variables == drawn.instance.variables
