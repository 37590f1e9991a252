"""Sub-processes, called processes and several instances come back to where they started, live or read back."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from app.engine.refusals import EngineStuck
from tests.engine.diagrams import (
    TERMINATE,
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
from tests.engine.worlds import World, defined, simple

NESTED = simple(
    sub(
        "part",
        [start("in"), user("inner"), xor("check", "check_bad"), end("good"), end("bad", error("NO"))],
        [*chain("in", "inner", "check"), ("check", "good", "fine"), ("check", "bad")],
    ),
    sub("other", [start("in2"), user("inner2"), end("good2")], chain("in2", "inner2", "good2")),
    boundary("other_no", "other", error("NO")),
    boundary("part_no", "part", error("NO")),
    user("repair"),
    user("wrong"),
    node("parallelGateway", "fork"),
    end("done"),
    end("done2"),
    end("done3"),
    end("done4"),
    flows=[
        ("start", "fork"),
        *chain("fork", "part", "done"),
        *chain("fork", "other", "done2"),
        *chain("part_no", "repair", "done3"),
        *chain("other_no", "wrong", "done4"),
    ],
    errors=("NO",),
)


def test_an_error_end_reaches_only_the_border_of_its_own_sub_process(world: Any) -> None:
    w = world(NESTED)
    assert w.open == ["inner", "inner2"]
    step = w.complete("inner", fine=False)
    assert w.open == ["inner2", "repair"] and "part_done" not in step.flows
    w.complete("inner2")
    w.complete("repair")
    assert w.instance.completed and w.instance.ended == ("done2", "done3")


def test_a_sub_process_that_ends_well_goes_on(world: Any) -> None:
    w = world(NESTED)
    step = w.complete("inner", fine=True)
    assert w.open == ["inner2"] and "part_done" in step.flows and w.instance.ended == ("done",)


def test_terminate_ends_the_process_or_only_its_sub_process(world: Any) -> None:
    inner = sub(
        "part",
        [start("in"), node("parallelGateway", "f"), user("x"), user("y"), end("stop", TERMINATE), end("e")],
        [("in", "f"), *chain("f", "x", "stop"), *chain("f", "y", "e")],
    )
    w = world(
        simple(
            inner,
            user("after"),
            user("side"),
            node("parallelGateway", "fork"),
            end("all", TERMINATE),
            end("slow"),
            flows=[("start", "fork"), *chain("fork", "part", "after", "all"), *chain("fork", "side", "slow")],
        )
    )
    assert w.open == ["side", "x", "y"]
    w.complete("x")
    assert w.open == ["after", "side"]
    w.complete("after")
    assert w.instance.completed and w.instance.ended == ("all",) and w.open == []


def test_two_calls_of_one_process_each_come_back_to_their_caller(world: Any) -> None:
    main = process(
        "p",
        [
            start(),
            user("a"),
            node("callActivity", "call_a", calledElement="more"),
            user("b"),
            node("callActivity", "call_b", calledElement="more"),
            xor("again", "again_a"),
            end(),
        ],
        [*chain("start", "a", "call_a", "b", "call_b", "again"), ("again", "a"), ("again", "end", "enough == true")],
    )
    more = process(
        "more",
        [
            start("more_start"),
            node("eventBasedGateway", "more_gw"),
            node("intermediateCatchEvent", "came", message("m")),
            node("intermediateCatchEvent", "never", timer("P10D")),
            end("more_yes"),
            end("more_no"),
        ],
        [("more_start", "more_gw"), *chain("more_gw", "came", "more_yes"), *chain("more_gw", "never", "more_no")],
    )
    w = world(defined(file(main), file(more, messages=("m",))), enough=False)
    for round_ in range(3):
        w.complete("a")
        assert w.waits == ["came", "never"]
        w.deliver("came", note=f"a{round_}")
        assert w.open == ["b"] and w.instance.variables["note"] == f"a{round_}"
        w.complete("b")
        w.now((round_ + 1) * 24 * 30)
        w.fire("never")
        assert w.open == ["a"]
    assert len(w.instance._top.subprocesses) == 0


def test_call_passes_and_returns_only_what_is_named(world: Any) -> None:
    names = (
        '<extensionElements><camunda:in source="outer" target="given"/><camunda:out source="found" target="result"/>'
        "</extensionElements>"
    )
    main = process(
        "p",
        [start(), node("callActivity", "call", names, calledElement="c"), user("last"), end()],
        chain("start", "call", "last", "end"),
    )
    called = process("c", [start("cs"), user("inside"), end("ce")], chain("cs", "inside", "ce"))
    w = world(defined(file(main, called)), outer=1, secret=2)
    assert w.instance.variables == {"given": 1, "outer": 1, "secret": 2}
    assert w.instance._top.subprocesses and next(iter(w.instance._top.subprocesses.values())).task_tree.data == {
        "given": 1
    }
    w.complete("inside", found=3, secret=4)
    assert w.instance.variables == {"outer": 1, "secret": 2, "result": 3}


@pytest.mark.parametrize("sequential", [True, False])
def test_multi_instance_ends_after_a_reload_and_can_be_entered_again(world: Any, sequential: bool) -> None:
    body = (
        f'<multiInstanceLoopCharacteristics isSequential="{str(sequential).lower()}" camunda:collection="${{units}}" '
        'camunda:elementVariable="unit_of_task"/>'
    )
    w = world(
        simple(
            user("list"),
            user("each", body),
            xor("more", "more_list"),
            end(),
            flows=[*chain("start", "list", "each", "more"), ("more", "list"), ("more", "end", "stop")],
        ),
        stop=False,
    )
    for _ in range(3):
        w.complete("list", units="DPU, DLH,DINKES")
        count = 1 if sequential else 3
        seen = set()
        for left in (3, 2, 1):
            assert w.open == ["each"] * (count if sequential else left)
            seen.add(next(iter(sorted(w.instance.variables["unit_of_task"] for _ in [0]))))
            w.complete("each")
        assert w.open == ["list"] and w.instance.variables["units"] == "DPU, DLH,DINKES"
    w.complete("list", units="", stop=True)
    assert w.instance.completed


def test_multi_instance_of_a_sub_process(world: Any) -> None:
    part = sub("part", [start("in"), user("a"), user("b"), end("out")], chain("in", "a", "b", "out"), instances("n"))
    w = world(
        simple(
            part,
            boundary("stop", "part", message("m_stop")),
            user("last"),
            user("gone"),
            end(),
            end("end2"),
            flows=[*chain("start", "part", "last", "end"), *chain("stop", "gone", "end2")],
            messages=("m_stop",),
        ),
        n=3,
    )
    assert w.open == ["a"] * 3
    blob = w.instance.encode()
    for _ in range(3):
        w.complete("a")
        w.complete("b")
    assert w.open == ["last"]
    w.instance = type(w.instance).decode(w.definition, blob)
    w.complete("a")
    w.deliver("stop")
    assert w.open == ["gone"] and not w.instance._top.subprocesses


def test_multi_instance_right_behind_an_event_on_a_border(world: Any) -> None:
    w = world(
        simple(
            user("work"),
            boundary("stop", "work", message("m_stop")),
            user("each", instances("2")),
            end(),
            end("end2"),
            flows=[*chain("start", "work", "end"), *chain("stop", "each", "end2")],
            messages=("m_stop",),
        )
    )
    w.deliver("stop")
    assert w.open == ["each", "each"]
    w.complete("each")
    w.complete("each")
    assert w.instance.completed and w.instance.ended == ("end2",)


def test_withdrawal_cancels_everything(world: Any) -> None:
    w = world(NESTED)
    step = w.instance.cancel("withdrawn", w.env)
    assert w.instance.completed and w.instance.ended == ("withdrawn",)
    assert {element for _, element in step.cancelled} >= {"inner", "inner2", "part", "other"}
    again = type(w.instance).decode(w.definition, w.instance.encode())
    assert again.completed and again.open() == [] and again.waits() == []


def test_threads_share_a_definition_and_not_their_instances() -> None:
    def one_life(number: int) -> dict[str, Any]:
        w = World(NESTED, reload=number % 2 == 0, number=number)
        w.complete("inner", fine=number % 3 == 0, mine=number)
        w.complete("inner2", mine=number)
        if number % 3:
            w.complete("repair")
        assert w.instance.completed
        return dict(w.instance.variables)

    with ThreadPoolExecutor(8) as pool:
        lives = list(pool.map(one_life, range(80)))
    assert [life["number"] for life in lives] == [life["mine"] for life in lives] == list(range(80))


def test_instances_within_instances_are_bounded() -> None:
    many = [start("in"), user("u", instances("100")), end("out")]
    part = sub("part", many, chain("in", "u", "out"), instances("100"))
    with pytest.raises(EngineStuck) as stuck:
        World(simple(part, end(), flows=chain("start", "part", "end")))
    assert "instances within instances" in stuck.value.details["reason"]


def test_processes_running_at_once_are_bounded() -> None:
    def calling(name: str, called: str) -> str:
        call = node("callActivity", f"{name}_call", instances("20"), calledElement=called)
        return process(
            name, [start(f"{name}_in"), call, end(f"{name}_out")], chain(f"{name}_in", f"{name}_call", f"{name}_out")
        )

    last = process("r", [start("r_in"), user("u"), end("r_out")], chain("r_in", "u", "r_out"))
    with pytest.raises(EngineStuck) as stuck:
        World(defined(file(calling("p", "q"), calling("q", "r"), last), process="p"))
    assert "run at the same time" in stuck.value.details["reason"]


def test_a_deployed_process_that_calls_itself_is_stopped() -> None:
    call = node("callActivity", "call", calledElement="p")
    data = file(process("p", [start(), call, end()], chain("start", "call", "end")))
    with pytest.raises(EngineStuck) as stuck:
        World(defined(data, process="p", checked=True))
    assert "more than 10 deep" in stuck.value.details["reason"]
