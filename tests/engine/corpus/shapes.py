"""More small diagrams for `write.py`: markers, borders, waits deep inside calls, and names that the library uses.

An error listed in `FAILS` is reported of the work that stands last, once.
"""

from __future__ import annotations

from tests.engine.diagrams import (
    TERMINATE,
    boundary,
    chain,
    clock,
    end,
    error,
    file,
    instances,
    message,
    node,
    process,
    service,
    start,
    sub,
    timer,
    user,
    xor,
)

CATCH = "intermediateCatchEvent"
LIST = '<multiInstanceLoopCharacteristics isSequential="{}" camunda:collection="units" camunda:elementVariable="unit"/>'
REPEAT = (
    '<standardLoopCharacteristics testBefore="false"><loopCondition>n &lt; 2</loopCondition>'
    "</standardLoopCharacteristics>"
)
SEND = '<messageEventDefinition camunda:type="external" camunda:topic="notice"/>'
PART = sub("part", [start("in"), user("x"), end("out")], chain("in", "x", "out"))


def called(name: str = "q") -> bytes:
    """A process of one task and a wait for a message or a timer."""
    nodes = [start("in"), user("x"), node("eventBasedGateway", "which"), node(CATCH, "came", message("m"))]
    nodes += [node(CATCH, "late", timer("P2D")), end("out"), end("out2")]
    flows = [*chain("in", "x", "which", "came", "out"), *chain("which", "late", "out2")]
    return file(process(name, nodes, flows), messages=("m",))


def many(body: str) -> list[bytes]:
    """One step of several instances between two others."""
    return [file(process("p", [start(), body, user("b"), end()], chain("start", "a", "b", "end")))]


MORE: dict[str, list[bytes]] = {
    "several over a list at once": many(user("a", LIST.format("false"))),
    "several over a list in turn": many(user("a", LIST.format("true"))),
    "several sub-processes in turn": many(
        sub("a", [start("in"), user("x"), user("y"), end("out")], chain("in", "x", "y", "out"), instances("2", True))
    ),
    "several calls at once": [*many(node("callActivity", "a", instances("2"), calledElement="q")), called()],
    "several calls in turn": [*many(node("callActivity", "a", instances("2", True), calledElement="q")), called()],
    "several waits for a message": [
        file(process("p", [start(), node("receiveTask", "a", instances("2"), messageRef="m"), end()],
                     chain("start", "a", "end")), messages=("m",)),
    ],
    "several with a limit": [
        file(process("p", [start(), user("a", instances("3")), boundary("late", "a", timer("P3D")), user("told"), end(),
                           end("gone")], [*chain("start", "a", "end"), *chain("late", "told", "gone")])),
    ],
    "work that repeats": many(user("a", REPEAT)),
    "a sub-process that repeats": many(
        sub("a", [start("in"), user("x"), end("out")], chain("in", "x", "out"), REPEAT)
    ),
    "border message that interrupts": [
        file(process("p", [start(), PART, boundary("stop", "part", message("m")), user("told"), end(), end("gone")],
                     [*chain("start", "part", "end"), *chain("stop", "told", "gone")]), messages=("m",)),
    ],
    "border message beside": [
        file(process("p", [start(), user("a"), boundary("word", "a", message("m"), False), user("read"), end(),
                           end("heard")], [*chain("start", "a", "end"), *chain("word", "read", "heard")]),
             messages=("m",)),
    ],
    "work that fails": [
        file(process("p", [start(), service("s"), boundary("bad", "s", error("NO")), user("repair"), end(),
                           end("mended")],
                     [*chain("start", "s", "end"), *chain("bad", "repair", "mended")]), errors=("NO",)),
    ],
    "a sub-process that fails": [
        file(process("p", [start(), sub("part", [start("in"), user("x"), xor("ok", "ok_bad"), end("out"), end("bad",
                           error("NO"))],
                                        [*chain("in", "x", "ok"), ("ok", "out", "n > 3"), ("ok", "bad")]),
                           boundary("no", "part", error("NO")), user("repair"), end(), end("mended")],
                     [*chain("start", "part", "end"), *chain("no", "repair", "mended")]), errors=("NO",)),
    ],
    "a call with a limit and a reminder": [
        file(process("p", [start(), node("callActivity", "call", calledElement="q"), boundary("slow", "call",
                           timer("PT2H"), False),
                           boundary("limit", "call", timer("P9D")), user("remind"), user("b"), end(), end("told"),
                           end("gone")],
                     [*chain("start", "call", "b", "end"), *chain("slow", "remind", "told"), ("limit", "gone")])),
        called(),
    ],
    "a call within a call within a part": [
        file(process("p", [start(), sub("part", [start("s1"), node("callActivity", "call", calledElement="r"),
                           end("s2")],
                                        chain("s1", "call", "s2")), end()], chain("start", "part", "end"))),
        file(process("r", [start("r1"), node("callActivity", "deep", calledElement="q"), user("y"), end("r2")],
                     chain("r1", "deep", "y", "r2"))),
        called(),
    ],
    "some of several branches": [
        file(process("p", [start(), node("inclusiveGateway", "some", default="some_a"), user("a"), user("b"), user("c"),
                           node("inclusiveGateway", "join"), user("d"), end()],
                     [("start", "some"), ("some", "a"), ("some", "b", "n == 0"), ("some", "c", "n < 1"), ("a", "join"),
                      ("b", "join"), ("c", "join"), *chain("join", "d", "end")])),
    ],
    "parallel branches within a part": [
        file(process("p", [start(), sub("part", [start("in"), node("parallelGateway", "fork"), user("x"), user("y"),
                                                 node("parallelGateway", "join"), end("out")],
                                        [*chain("in", "fork", "x", "join", "out"), *chain("fork", "y", "join")]),
                           user("b"), end()], chain("start", "part", "b", "end"))),
    ],
    "branches of which one ends all": [
        file(process("p", [start(), node("parallelGateway", "fork"), user("a"), user("b"), end("all", TERMINATE),
                           end("one")],
                     [("start", "fork"), *chain("fork", "a", "all"), *chain("fork", "b", "one")])),
    ],
    "returns with reminders": [
        file(process("p", [start(), user("a"), boundary("late", "a", timer("PT1H"), False), user("remind"), end("told"),
                           xor("enough", "enough_a"), end()],
                     [*chain("start", "a", "enough"), ("enough", "a"), ("enough", "end", "n > 4"),
                      *chain("late", "remind", "told")])),
    ],
    "timers of every kind": [
        file(process("p", [start(), node("parallelGateway", "fork"), user("a"),
                           boundary("wall", "a", clock("wall") + timer("PT30M"), False),
                           boundary("days", "a", clock("calendar") + timer("P2D"), False),
                           boundary("date", "a", timer("2026-12-24T09:00:00", "timeDate"), False),
                           boundary("by_limit", "a", timer("sla('verify')"), False),
                           end(), end("e1"), end("e2"), end("e3"), end("e4")],
                     [("start", "fork"), *chain("fork", "a", "end"), ("wall", "e1"), ("days", "e2"), ("date", "e3"),
                      ("by_limit", "e4")])),
    ],
    "messages that are sent": [
        file(process("p", [start(), node("intermediateThrowEvent", "tell", SEND), user("a"), end("close", SEND)],
                     chain("start", "tell", "a", "close"))),
    ],
    "counts in a script": [
        file(process("p", [start(), user("a"), node("scriptTask", "note", "<script>times = returns('g_a')</script>"),
                           xor("g", "g_a"), end()],
                     [*chain("start", "a", "note", "g"), ("g", "a"), ("g", "end", "times >= 2")])),
    ],
    "a call named as what it calls": [
        file(process("p", [start(), user("ask"), node("callActivity", "q", calledElement="q"),
                           boundary("q_late", "q", timer("PT1H"), False), user("q_told"), end("told"),
                           xor("q_enough", "q_enough_ask"), end()],
                     [*chain("start", "ask", "q", "q_enough"), ("q_enough", "ask"), ("q_enough", "end", "n > 3"),
                      *chain("q_late", "q_told", "told")])),
        called(),
    ],
    "an end called End": [
        file(process("p", [start("begun"), user("a"), PART, user("b"), end("End")], chain("begun", "a", "part", "b",
                           "End"))),
    ],
    "names that look like the library's": [
        file(process("p", [start("Root"), user("zed"), user("zed.EndJoin"), user("zed.EndJoin.again"),
                           boundary("zed.BoundaryEventSplit", "zed.EndJoin", timer("PT1H"), False), user("a.b-c"),
                           end("e"),
                           end("e2")],
                     [*chain("Root", "zed", "zed.EndJoin", "zed.EndJoin.again", "e"),
                      *chain("zed.BoundaryEventSplit", "a.b-c", "e2")])),
    ],
}  # fmt: skip
FAILS = {"work that fails": "NO"}
