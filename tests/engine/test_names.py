"""Whatever the elements of a drawing are called, it runs as drawn: the library's own names are not ours."""

from __future__ import annotations

import re
from itertools import product
from typing import Any

import pytest

from app.engine.check.run import check_files
from app.engine.definition import define
from app.engine.names import BEHIND_AN_ID, KEPT, numbered
from tests.engine.diagrams import (
    boundary,
    chain,
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
from tests.engine.worlds import World, defined

NODES = [
    start("begun"),
    user("ask"),
    boundary("late", "ask", timer("PT1H"), interrupting=False),
    user("remind"),
    end("reminded"),
    xor("choice", default="choice_both"),
    node("parallelGateway", "both"),
    sub("inner", [start("in_begun"), user("in_ask"), end("in_done")], chain("in_begun", "in_ask", "in_done")),
    boundary("broken", "inner", error("E1")),
    xor("mended"),
    node("callActivity", "call", calledElement="called"),
    user("each", instances("2")),
    node("parallelGateway", "joined"),
    node("eventBasedGateway", "first"),
    node("intermediateCatchEvent", "reply", message("m")),
    node("intermediateCatchEvent", "silence", timer("P1D")),
    service("post"),
    node("scriptTask", "note", "<script>noted = 1</script>"),
    end("done"),
    end("given_up"),
]
FLOWS = [
    *chain("begun", "ask", "choice", "both", "inner", "mended", "joined"),
    *chain("late", "remind", "reminded"),
    *chain("both", "call", "joined"),
    *chain("both", "each", "joined"),
    ("choice", "ask", "again"),
    *chain("joined", "first", "reply", "note", "post", "done"),
    *chain("first", "silence", "given_up"),
    ("broken", "mended"),
]
CALLED = process("called", [start("c_begun"), user("c_ask"), end("c_done")], chain("c_begun", "c_ask", "c_done"))
DRAWN = file(process("p", NODES, FLOWS), CALLED, messages=("m",), errors=("E1",))
ELEMENTS = sorted(set(re.findall(rb'<(?!process|message |error |sequenceFlow)[a-zA-Z]+ id="([^"]+)"', DRAWN)))
TAKEN = [*KEPT, "p.EndJoin", "inner.EndJoin", "called.EndJoin", "ask.BoundaryEventSplit", "inner.BoundaryEventJoin"]


def renamed(old: bytes, new: str) -> bytes:
    """The drawing with another id for one of its elements."""
    wanted = rb'\b((?:id|sourceRef|targetRef|attachedToRef)=)"' + re.escape(old) + b'"'
    return re.sub(wanted, lambda found: found[1] + b'"' + new.encode() + b'"', DRAWN)


def story(drawn: bytes, old: str = "", new: str = "") -> list[Any]:
    """All that a run of the drawing shows to the outside, with `new` told as `old`."""
    told = {new: old}
    world = World(defined(drawn, process="p"))

    def do(act: str, element: str, **data: Any) -> None:
        getattr(world, act)(new if element == old else element, **data)
        step = world.steps[-1]
        seen.append([act, element, sorted(step.flows)])
        for visits in (step.entered, step.left, step.cancelled):
            seen.append(sorted(told.get(visited, visited) for _, visited in visits))
        seen.append(sorted(told.get(each, each) for each in world.open))
        seen.append(sorted(told.get(each, each) for each in world.waits))

    seen: list[Any] = []
    do("complete", "ask", again=True)
    world.now(1)
    do("fire", "late")
    do("complete", "remind")
    do("complete", "ask", again=False)
    do("complete", "in_ask")
    do("complete", "c_ask")
    do("complete", "each")
    do("complete", "each")
    do("deliver", "reply")
    do("complete", "post")
    return [*seen, [told.get(each, each) for each in world.instance.ended], world.instance.completed]


@pytest.fixture(scope="module")
def as_drawn() -> list[Any]:
    """The run with the names of the drawing."""
    return story(DRAWN)


@pytest.mark.parametrize(("element", "name"), [(each.decode(), name) for each, name in product(ELEMENTS, TAKEN)])
def test_an_element_may_have_a_name_that_the_library_keeps(element: str, name: str, as_drawn: list[Any]) -> None:
    if name.split(".")[0] == element:
        name = f"{name}.EndJoin"  # an id cannot end with itself once it is another
    drawn = renamed(element.encode(), name)
    assert not [each for each in check_files({"a.bpmn": drawn}) if each.severity == "error"]
    assert story(drawn, element, name) == as_drawn


def test_only_names_that_clash_are_translated() -> None:
    """A stored state numbers its tasks by their sorted names: another name would move them all."""
    specs = define({"a.bpmn": DRAWN}, "p").spec.task_specs
    assert {each.decode() for each in ELEMENTS} - set(specs) <= {
        "in_begun",
        "in_ask",
        "in_done",
        "c_begun",
        "c_ask",
        "c_done",
    }
    assert not [name for name in specs if name.endswith("~")]
    specs = define({"a.bpmn": renamed(b"ask", "End")}, "p").spec.task_specs
    assert [name for name in specs if "~" in name] == ["End~", *(f"End~{each}" for each in BEHIND_AN_ID[1:3])]


def test_stored_numbers_are_those_of_the_drawn_names_and_the_librarys_own_come_last() -> None:
    plain = ("End", "Start", "a", "a.BoundaryEventSplit", "a_late", "p.EndJoin")
    assert numbered(plain) == plain
    renamed = ("Start", "a~", "a~.BoundaryEventSplit", "a_late", "p.EndJoin", "End~", "End")
    assert numbered(renamed) == ("End~", "Start", "a~", "a~.BoundaryEventSplit", "a_late", "p.EndJoin", "End")


def test_an_element_may_be_called_as_a_process_that_is_called() -> None:
    main = file(process("p", [start("s"), sub("called", [start("t"), user("deep"), end("u")], chain("t", "deep", "u")),
                              node("callActivity", "call", calledElement="other"), end("e")],
                        chain("s", "called", "call", "e")))  # fmt: skip
    other = file(process("other", [start("s2"), user("far"), end("e2")], chain("s2", "far", "e2")))
    named = main.replace(b'"called"', b'"other"')
    world = World(define({"a.bpmn": named, "b.bpmn": other}, "p"))
    assert world.open == ["deep"]
    world.complete("deep")
    assert world.open == ["far"]
    world.complete("far")
    assert world.instance.completed


ARROW = re.compile(rb'<sequenceFlow id="[^"]*"')


def test_arrows_without_an_id_are_called_after_their_ends() -> None:
    nameless = ARROW.sub(b"<sequenceFlow", DRAWN).replace(b'"choice_both"', b'"Flow_choice_both"')
    definition = defined(nameless, process="p")
    assert set(definition.flows) == {f"Flow_{source}_{target}" for source, target, *_ in FLOWS} | {
        f"Flow_{a}_{b}" for a, b in (*chain("in_begun", "in_ask", "in_done"), *chain("c_begun", "c_ask", "c_done"))
    }


def test_two_arrows_between_the_same_elements_are_told_apart() -> None:
    drawn = file(process("p", [start("s"), user("a"), xor("x", default="f"), end("e")], chain("s", "a", "x")))
    arrows = (
        b'<sequenceFlow sourceRef="x" targetRef="e"><conditionExpression>n == 1</conditionExpression></sequenceFlow>'
        b'<sequenceFlow sourceRef="x" targetRef="e"><conditionExpression>n == 2</conditionExpression></sequenceFlow>'
        b'<sequenceFlow id="f" sourceRef="x" targetRef="e"/>'
    )
    definition = defined(drawn.replace(b"</process>", arrows + b"</process>"))
    for number, flow in ((1, "Flow_x_e"), (2, "Flow_x_e_2"), (3, "f")):
        world = World(definition)
        assert world.complete("a", n=number).flows[-1] == flow
        assert world.instance.returns[flow] == 1


def test_the_words_of_a_fork_and_references_with_a_prefix_are_read() -> None:
    drawn = DRAWN.replace(b"camunda:", b"operaton:").replace(b"xmlns:camunda", b"xmlns:operaton")
    drawn = drawn.replace(b'xmlns:operaton="http://camunda.org', b'xmlns:operaton="http://operaton.org')
    drawn = re.sub(rb'(messageRef|sourceRef|attachedToRef|errorRef)="', rb'\1="tns:', drawn)
    assert story(drawn) == story(DRAWN)
