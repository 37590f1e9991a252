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
    error,
    file,
    instances,
    message,
    node,
    process,
    start,
    sub,
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


def wrapped(*around: str, flows: list[Arrow]) -> bytes:
    inner = sub("part", [start("in"), user("u"), end("failed", error("lost"))], chain("in", "u", "failed"))
    return file(
        process("p", [start(), inner, *around, end()], [*chain("start", "part", "end"), *flows]), errors=["lost"]
    )


def test_an_error_that_leaves_a_sub_process_must_be_caught() -> None:
    assert faults(wrapped(flows=[])) == [("error-uncaught", "failed")]
    assert faults(wrapped(boundary("catch", "part", error("lost")), flows=[("catch", "end")])) == []
    assert faults(wrapped(boundary("catch", "part", error(None)), flows=[("catch", "end")])) == []


def calling(*around: str, flows: list[Arrow]) -> bytes:
    called = process("q", [start("in"), user("u"), end("failed", error("lost"))], chain("in", "u", "failed"))
    call = node("callActivity", "call", calledElement="q")
    return file(
        process("p", [start(), call, *around, end()], [*chain("start", "call", "end"), *flows]), called, errors=["lost"]
    )


def test_an_error_that_leaves_a_called_process_must_be_caught_where_it_is_called() -> None:
    assert faults(calling(flows=[])) == [("error-uncaught", "failed")]
    assert faults(calling(boundary("catch", "call", error("lost")), flows=[("catch", "end")])) == []


def test_an_error_end_of_the_main_process_is_an_end() -> None:
    failed = end("failed", error("lost"))
    assert (
        faults(file(process("p", [start(), user("u"), failed], chain("start", "u", "failed")), errors=["lost"])) == []
    )


@pytest.mark.parametrize("number", ["0", "-1", "101", "200000", "2.5", "'x'", "1/0"])
def test_a_number_of_repetitions_must_be_possible(number: str) -> None:
    assert faults(drawn(user("a", instances(number)), end(), flows=chain("start", "a", "end"))) == [
        ("instances-number", "a")
    ]


@pytest.mark.parametrize("number", ["1", "100", "40 + 2", "${n}"])
def test_a_possible_number_of_repetitions_is_left_alone(number: str) -> None:
    assert faults(drawn(user("a", instances(number)), end(), flows=chain("start", "a", "end"))) == []


def test_two_start_events_need_two_messages() -> None:
    begun = [node("startEvent", name, message("stop")) for name in ("one", "two")]
    flows = [*chain("one", "a", "end"), ("two", "a")]
    data = file(process("p", [*begun, user("a"), end()], flows), messages=["stop"])
    assert faults(data) == [("start-same-message", "two")]


def test_a_repetition_written_as_a_duration_is_no_expression() -> None:
    wait = node("intermediateCatchEvent", "wait", timer("R3/PT1H"))
    assert faults(drawn(wait, end(), flows=chain("start", "wait", "end"))) == [("timer-invalid", "wait")]


def test_a_process_marked_as_not_to_be_run_is_no_second_one() -> None:
    first = process("p", [start(), user("a"), end()], chain("start", "a", "end"))
    second = process("q", [start("s2"), user("b"), end("e2")], chain("s2", "b", "e2"))
    assert faults(file(first, second)) == [("process-several", "q")]
    data = file(first.replace('"true"', '"1"', 1), second.replace('"true"', '"0"', 1))
    assert faults(data) == [] and defined(data).process_id == "p"


@pytest.mark.parametrize(("data", "rule"), [(b"", "xml-empty"), (b" \n", "xml-empty"), (b"<a>", "xml-malformed")])
def test_an_empty_file_is_called_empty(data: bytes, rule: str) -> None:
    assert faults(data) == [(rule, None)]


def test_a_box_inside_of_a_task_is_misplaced() -> None:
    inner = '<userTask id="inner"/><sequenceFlow id="f" sourceRef="a" targetRef="end"/>'
    data = drawn(user("a", inner), end(), flows=chain("start", "a", "end"))
    assert faults(data) == [("element-misplaced", "inner"), ("element-misplaced", "f")]
