"""An instance stays small and quick however often it is returned, and an endless one is stopped at once."""

from __future__ import annotations

import pytest

from app.domain.errors import InvalidDiagram
from app.engine.instance import Instance
from app.engine.refusals import EngineStuck
from tests.engine.diagrams import (
    boundary,
    chain,
    end,
    file,
    instances,
    node,
    process,
    start,
    sub,
    timer,
    user,
    xor,
)
from tests.engine.worlds import World, defined
from tests.scale import scaled

INNER = sub("part", [start("in"), user("look"), end("out")], chain("in", "look", "out"))
RETURNS = defined(
    file(
        process(
            "p",
            [
                start(),
                user("dinkominfo"),
                boundary("slow", "dinkominfo", timer("P3D"), False),
                user("hurry"),
                end("told"),
                node("callActivity", "ask", calledElement="more"),
                INNER,
                boundary("limit", "part", timer("P9D")),
                user("opd"),
                xor("ours", "ours_dinkominfo"),
                end(),
            ],
            [
                *chain("start", "dinkominfo", "ask", "part", "opd", "ours"),
                ("ours", "dinkominfo"),
                ("ours", "end", "within_function"),
                *chain("slow", "hurry", "told"),
                ("limit", "dinkominfo"),
            ],
        ),
        process("more", [start("m_start"), user("more_facts"), end("m_end")], chain("m_start", "more_facts", "m_end")),
    )
)


@pytest.mark.slow
@pytest.mark.long
@pytest.mark.parametrize("reload", [True, False], ids=["reloaded", "live"])
def test_two_thousand_returns_are_flat_T29(reload: bool) -> None:
    world = World(RETURNS, reload, within_function=False)
    count = max(300, scaled(2_000))
    sizes, tasks = [], []
    for number in range(count):
        world.now(24 * (60 + number))
        if number < 3:  # open side branches must not stop the compaction
            world.now(24 * 20 * (number + 1))
            world.fire("slow")
        world.complete("dinkominfo", within_function=False)
        world.complete("more_facts")
        world.complete("look")
        world.complete("opd")
        sizes.append(len(world.instance.encode()))
        tasks.append(sum(len(w.tasks) for w in (world.instance._top, *world.instance._top.subprocesses.values())))
    assert world.instance.returns["ours_dinkominfo"] == count
    assert max(sizes[10:]) <= sizes[10] + 20 and max(tasks[10:]) == tasks[10] and sizes[-1] < 1_500
    world.complete("dinkominfo", within_function=True)
    for element in ("more_facts", "look", "opd", "hurry", "hurry", "hurry"):
        world.complete(element)
    assert world.instance.completed and world.instance.ended[-1] == "told"


ENDLESS = file(
    process(
        "p",
        [start(), user("go"), node("scriptTask", "a", "<script>n = 1</script>"), xor("g", "g_a"), end()],
        [*chain("start", "go", "a", "g"), ("g", "a"), ("g", "end", "n == 2")],
    )
)
LONG = file(
    process(
        "p",
        [
            start(),
            user("go"),
            *(node("scriptTask", f"a{n}", "<script>n = 1</script>") for n in range(200)),
            xor("g", "g_a0"),
            end(),
        ],
        [*chain("start", "go", *(f"a{n}" for n in range(200)), "g"), ("g", "a0"), ("g", "end", "n == 2")],
    )
)
RECURSIVE = file(
    process(
        "p",
        [start(), user("go"), node("callActivity", "me", calledElement="q"), end()],
        chain("start", "go", "me", "end"),
    ),
    process("q", [start("qs"), node("callActivity", "you", calledElement="q"), end("qe")], chain("qs", "you", "qe")),
)
MANY = file(
    process("p", [start(), user("go"), user("each", instances("200000")), end()], chain("start", "go", "each", "end"))
)
WIDE = file(
    process(
        "p",
        [
            start(),
            user("go"),
            sub("each", [start("in"), user("x"), end("out")], chain("in", "x", "out"), instances("101")),
            end(),
        ],
        chain("start", "go", "each", "end"),
    )
)


@pytest.mark.parametrize(
    "diagram", [ENDLESS, LONG, RECURSIVE, MANY, WIDE], ids=["loop", "long", "calls", "many", "wide"]
)
def test_the_endless_is_refused_and_stopped_T22(diagram: bytes) -> None:
    if diagram in (ENDLESS, LONG, RECURSIVE):
        with pytest.raises(InvalidDiagram):
            defined(diagram, process="p")
    world = World(defined(diagram, process="p", checked=True))
    blob = world.instance.encode()
    with pytest.raises(EngineStuck) as caught:
        world.complete("go")
    assert caught.value.details["reason"]
    assert [work.element for work in Instance.decode(world.definition, blob).open()] == ["go"]


def test_deadlock_is_noticed() -> None:
    stuck = file(
        process(
            "p",
            [
                start(),
                user("go"),
                xor("split", "split_a"),
                user("a"),
                user("b"),
                node("parallelGateway", "join"),
                end(),
            ],
            [*chain("start", "go", "split", "a", "join", "end"), ("split", "b", "way == 2"), ("b", "join")],
        )
    )
    world = World(defined(stuck, checked=True), way=1)
    world.complete("go")
    with pytest.raises(EngineStuck) as caught:
        world.complete("a")
    assert "nothing is open" in caught.value.details["reason"]
