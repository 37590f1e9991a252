"""What the check says about the courses of a diagram is what the engine then does with them."""

from __future__ import annotations

import pytest

from app.domain.findings import errors
from app.engine.check.run import check_files
from tests.engine.diagrams import (
    TERMINATE,
    Arrow,
    boundary,
    chain,
    end,
    file,
    message,
    node,
    process,
    start,
    timer,
    user,
    xor,
)
from tests.engine.worlds import World, defined


def drawn(*nodes: str, flows: list[Arrow]) -> bytes:
    return file(process("p", [start(), *nodes], flows), messages=["stop"])


def faults(data: bytes) -> list[tuple[str, str | None]]:
    return [(found.rule, found.element) for found in errors(check_files({"file.bpmn": data}))]


@pytest.mark.parametrize("event", [timer("PT1H"), message("stop")])
@pytest.mark.parametrize("between", [(), ("b",)])
def test_a_circle_that_only_a_border_event_leaves_runs(event: str, between: tuple[str, ...]) -> None:
    flows = [*chain("start", "a", *between, "a"), ("out", "end")]
    data = drawn(user("a"), *map(user, between), boundary("out", "a", event), end(), flows=flows)
    assert faults(data) == []
    world = World(defined(data))
    for _ in range(200):
        for element in ("a", *between):
            world.complete(element)
    world.now(1)
    world.fire("out") if "timer" in event else world.deliver("out")
    assert world.instance.ended == ("end",)


def test_a_dashed_border_event_beside_a_join_is_no_deadlock() -> None:
    flows = [*chain("start", "fork", "a", "join", "end"), *chain("fork", "b", "join"), ("reminder", "reminded")]
    gateways = [node("parallelGateway", "fork"), node("parallelGateway", "join")]
    reminder = boundary("reminder", "a", timer("PT1H"), interrupting=False)
    data = drawn(*gateways, user("a"), user("b"), reminder, end(), end("reminded"), flows=flows)
    assert faults(data) == []
    world = World(defined(data))
    world.now(1)
    world.fire("reminder")
    world.complete("a")
    world.complete("b")
    assert world.instance.completed


def test_a_solid_border_event_beside_a_join_is_a_deadlock() -> None:
    flows = [*chain("start", "fork", "a", "join", "end"), *chain("fork", "b", "join"), ("late", "ended")]
    gateways = [node("parallelGateway", "fork"), node("parallelGateway", "join")]
    late = boundary("late", "a", timer("PT1H"))
    data = drawn(*gateways, user("a"), user("b"), late, end(), end("ended"), flows=flows)
    assert faults(data) == [("deadlock", "join")]


def test_a_circle_beside_a_dashed_border_event_or_a_fork_never_ends() -> None:
    dashed = boundary("note", "a", message("stop"), interrupting=False)
    border = drawn(user("a"), dashed, xor("gw"), end(), flows=[*chain("start", "a", "gw", "a"), ("note", "end")])
    assert faults(border) == [("no-way-to-end", "a")]
    flows = [*chain("start", "a", "fork", "gw", "a"), ("fork", "end")]
    fork = [user("a"), node("parallelGateway", "fork"), xor("gw")]
    assert faults(drawn(*fork, end(), flows=flows)) == [("no-way-to-end", "a")]
    assert faults(drawn(*fork, end("end", TERMINATE), flows=flows)) == []
