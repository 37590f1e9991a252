"""Each construct of a diagram does what it says, also when the instance is written down and read back at every step."""

from __future__ import annotations

from typing import Any

import pytest

from app.domain.errors import Invalid, InvalidDiagram
from app.engine.refusals import EngineStuck, NotOpen
from tests.engine.diagrams import (
    boundary,
    chain,
    end,
    error,
    file,
    message,
    node,
    process,
    service,
    start,
    timer,
    user,
    xor,
)
from tests.engine.worlds import World, defined, simple

GATEWAY = simple(
    user("ask"),
    node("eventBasedGateway", "gw"),
    node("intermediateCatchEvent", "reply", message("m_reply")),
    node("intermediateCatchEvent", "thanks", message("m_thanks")),
    node("intermediateCatchEvent", "late", timer("P1D")),
    user("answered"),
    user("thanked"),
    user("forgotten"),
    end(),
    flows=[
        *chain("start", "ask", "gw", "reply", "answered", "ask"),
        *chain("gw", "thanks", "thanked", "end"),
        *chain("gw", "late", "forgotten", "end"),
    ],
    messages=("m_reply", "m_thanks"),
)


def test_event_gateway_takes_one_message(world: Any) -> None:
    w = world(GATEWAY)
    for _ in range(3):
        w.complete("ask")
        assert w.waits == ["late", "reply", "thanks"] and w.open == []
        step = w.deliver("reply", text="hello")
        assert w.open == ["answered"] and w.waits == [] and w.instance.variables["text"] == "hello"
        assert "gw_reply" in step.flows and "gw_late" not in step.flows
        w.complete("answered")
    w.complete("ask")
    names = {wait.element: (wait.kind, wait.name) for wait in w.instance.waits()}
    assert names == {"reply": ("message", "m_reply"), "thanks": ("message", "m_thanks"), "late": ("timer", None)}


def test_a_due_timer_of_the_gateway_goes_before_the_message(world: Any) -> None:
    w = world(GATEWAY)
    w.complete("ask")
    blob = w.instance.encode()
    w.now(24 * 14)
    with pytest.raises(NotOpen):
        w.deliver("reply")
    w.instance = type(w.instance).decode(w.definition, blob)
    w.fire("late")
    assert w.open == ["forgotten"] and w.waits == []


def test_a_timer_fires_when_due_and_not_before(world: Any) -> None:
    w = world(GATEWAY)
    w.complete("ask")
    wait = next(wait for wait in w.instance.waits() if wait.kind == "timer")
    assert wait.due is not None and wait.due.isoformat() == "2026-11-24T08:45:00+00:00"  # closing time of Tuesday
    with pytest.raises(NotOpen):
        w.fire("late")
    w.now(31)
    w.fire("late")
    assert w.open == ["forgotten"]


BORDER = simple(
    user("work"),
    boundary("remind", "work", timer("PT1H"), False),
    boundary("limit", "work", timer("PT5H")),
    boundary("stop", "work", message("withdraw")),
    service("tell"),
    user("escalate"),
    end("done"),
    end("told"),
    end("late"),
    end("gone"),
    flows=[
        *chain("start", "work", "done"),
        *chain("remind", "tell", "told"),
        *chain("limit", "escalate", "late"),
        ("stop", "gone"),
    ],
    messages=("withdraw",),
)


def test_a_reminder_leaves_the_work_open_and_a_limit_takes_it_away(world: Any) -> None:
    w = world(BORDER)
    assert w.waits == ["limit", "remind", "stop"]
    w.now(1)
    w.fire("remind")
    assert w.open == ["tell", "work"] and w.waits == ["limit", "stop"]
    w.complete("tell")
    assert w.open == ["work"]
    w.now(7)
    work = w.id("work")
    step = w.fire("limit")
    assert w.open == ["escalate"] and w.waits == []
    assert (work, "work") in step.cancelled and {element for _, element in step.cancelled} == {"work", "stop"}
    w.complete("escalate")
    assert w.instance.completed and w.instance.ended == ("told", "late")


def test_completed_work_ends_its_timers(world: Any) -> None:
    w = world(BORDER)
    w.now(100)  # everything is due, but the person was first
    step = w.complete("work")
    assert w.instance.completed and w.instance.ended == ("done",)
    assert {element for _, element in step.cancelled} == {"limit", "remind", "stop"}


def test_a_message_on_the_border_interrupts(world: Any) -> None:
    w = world(BORDER)
    w.deliver("stop", reason="mine")
    assert w.instance.completed and w.instance.ended == ("gone",) and w.instance.variables == {"reason": "mine"}


FAILING = simple(
    node("parallelGateway", "fork"),
    service("one"),
    service("two"),
    boundary("one_bad", "one", error("BAD")),
    boundary("two_bad", "two", error("BAD")),
    user("fix_one"),
    user("fix_two"),
    end("a"),
    end("b"),
    end("c"),
    end("d"),
    flows=[
        ("start", "fork"),
        *chain("fork", "one", "a"),
        *chain("fork", "two", "b"),
        *chain("one_bad", "fix_one", "c"),
        *chain("two_bad", "fix_two", "d"),
    ],
    errors=("BAD",),
)


def test_an_error_reaches_only_the_border_of_its_own_task(world: Any) -> None:
    w = world(FAILING)
    assert w.open == ["one", "two"] and w.waits == []
    w.fail("one", "BAD")
    assert w.open == ["fix_one", "two"]
    w.fail("two", "BAD")
    assert w.open == ["fix_one", "fix_two"]


def test_an_error_that_nobody_catches_is_stuck_and_changes_nothing() -> None:
    w = World(FAILING)
    blob = w.instance.encode()
    with pytest.raises(EngineStuck):
        w.fail("one", "OTHER")
    assert type(w.instance).decode(w.definition, blob).encode() == blob


def test_several_message_starts(world: Any) -> None:
    definition = defined(
        file(
            process(
                "p",
                [
                    node("startEvent", "by_web", message("web")),
                    node("startEvent", "by_sms", message("sms")),
                    user("read_web"),
                    user("read_sms"),
                    end(),
                ],
                [*chain("by_web", "read_web", "end"), *chain("by_sms", "read_sms", "end")],
            ),
            messages=("web", "sms"),
        )
    )
    assert dict(definition.starts) == {"web": "by_web", "sms": "by_sms"}
    w = world(definition, start="sms", text="hi")
    assert w.open == ["read_sms"] and w.waits == [] and w.instance.variables == {"text": "hi"}
    assert w.steps[0].flows == ("by_sms_read_sms",) and "by_web" not in dict(w.steps[0].left).values()
    w.complete("read_sms")
    assert w.instance.completed
    with pytest.raises(Invalid):
        world(definition)
    with pytest.raises(Invalid):
        world(definition, start="fax")


def test_the_only_message_start_needs_no_name(world: Any) -> None:
    only = defined(
        file(
            process("p", [node("startEvent", "s", message("m")), user("u"), end()], chain("s", "u", "end")),
            messages=("m",),
        )
    )
    assert world(only).open == ["u"] and world(only, start="m").open == ["u"]


def test_message_events_and_ends_are_work_on_a_topic(world: Any) -> None:
    send = '<messageEventDefinition camunda:type="external" camunda:topic="notice"/>'
    w = world(
        simple(node("intermediateThrowEvent", "tell", send), end("close", send), flows=chain("start", "tell", "close"))
    )
    assert [(work.kind, work.topic) for work in w.instance.open()] == [("service", "notice")]
    w.complete("tell")
    assert w.open == ["close"] and w.instance.ended == ()
    w.complete("close")
    assert w.instance.completed and w.instance.ended == ("close",)


def test_two_conditions_to_one_target_tell_which_flow_was_taken(world: Any) -> None:
    flows = "".join(
        f'<sequenceFlow id="{name}" sourceRef="g" targetRef="u"><conditionExpression>{text}</conditionExpression>'
        "</sequenceFlow>"
        for name, text in (("low", "n &lt; 5"), ("high", "n &gt; 5"))
    )
    w = world(simple(xor("g"), user("u"), end(), flows, flows=[("start", "g"), ("u", "end")]), n=7)
    assert w.steps[0].flows == ("start_g", "high")


def test_script_and_condition_see_counts_and_limits(world: Any) -> None:
    script = node("scriptTask", "count", "<script>times = returns('u_count')\nlate = sla('verify')</script>")
    w = world(
        simple(
            user("u"),
            script,
            xor("g", "g_u"),
            end(),
            flows=[
                *chain("start", "u", "count", "g"),
                ("g", "u"),
                ("g", "end", "returns('g_u') &gt;= 2".replace("&gt;", ">")),
            ],
        )
    )
    w.complete("u")
    assert w.instance.variables == {"times": 1, "late": "2026-11-26T08:45:00.000000+00:00"}
    w.complete("u")
    assert w.instance.variables["times"] == 2 and not w.instance.completed
    w.complete("u")
    assert w.instance.completed


def test_set_reaches_every_open_task(world: Any) -> None:
    w = world(BORDER, color="red")
    w.now(1)
    w.fire("remind")
    w.instance.set({"color": "blue"})
    w.complete("tell")
    w.complete("work")
    assert w.instance.variables == {"color": "blue"}


@pytest.mark.parametrize(
    "inside",
    [
        node("intermediateCatchEvent", "x", timer("R3/PT1H", "timeCycle")),
        node("serviceTask", "x"),
        node("sendTask", "x"),
        node("receiveTask", "x"),
        node("intermediateThrowEvent", "x", message("m")),
        node("subProcess", "x", start("i") + end("o"), triggeredByEvent="true"),
        node("adHocSubProcess", "x"),
        node("complexGateway", "x"),
        node("intermediateCatchEvent", "x", "<signalEventDefinition/>"),
        node("businessRuleTask", "x", camunda__decisionRef="none"),
        node("callActivity", "x", calledElement="none"),
    ],
)
def test_what_cannot_run_is_refused_with_its_element(inside: str) -> None:
    with pytest.raises(InvalidDiagram) as caught:
        simple(user("u"), inside, end(), flows=chain("start", "u", "x", "end"), messages=("m",))
    assert caught.value.findings


def test_a_standard_loop_repeats_its_work(world: Any) -> None:
    loop = node("standardLoopCharacteristics", "again", "<loopCondition>more</loopCondition>", testBefore="false")
    w = world(simple(user("respond", loop), user("last"), end(), flows=chain("start", "respond", "last", "end")))
    for more in (True, True, False):
        assert w.open == ["respond"]
        w.complete("respond", more=more)
    assert w.open == ["last"]


@pytest.mark.parametrize("before", ["true", "1"])
def test_a_standard_loop_that_asks_before_may_leave_its_work_out(world: Any, before: str) -> None:
    loop = node("standardLoopCharacteristics", "again", "<loopCondition>more</loopCondition>", testBefore=before)
    drawn = simple(user("respond", loop), user("last"), end(), flows=chain("start", "respond", "last", "end"))
    assert world(drawn, more=False).open == ["last"]
    assert world(drawn, more=True).open == ["respond"]


def test_a_step_never_starts_with_a_task_that_is_only_predicted(world: Any) -> None:
    w = world(BORDER)
    for workflow in (w.instance._top,):
        for task in list(workflow.tasks.values()):
            if task.id.hex not in {work.id for work in w.instance.open()}:
                with pytest.raises(NotOpen):
                    w.instance.complete(task.id.hex, {}, w.env)
    assert w.open == ["work"]


def test_a_message_to_a_timer_or_a_timer_to_a_message_is_refused(world: Any) -> None:
    w = world(BORDER)
    w.now(1000)
    for act in (lambda: w.instance.deliver(w.id("limit"), {}, w.env), lambda: w.instance.fire(w.id("stop"), w.env)):
        with pytest.raises(NotOpen):
            act()
    assert w.open == ["work"]
