"""An instance starts, shows what is open, takes answers and ends, and every step says what happened."""

from __future__ import annotations

import pytest

from app.engine.refusals import EngineStuck, NotOpen
from tests.engine.diagrams import chain, end, file, process, service, start, user, xor
from tests.engine.worlds import World, defined

LOOP = file(
    process(
        "p",
        [start(), user("verify"), xor("ok", default="ok_verify"), service("tell", "report"), end("closed")],
        [*chain("start", "verify", "ok"), ("ok", "tell", "${accepted == true}"), ("ok", "verify"), ("tell", "closed")],
    )
)


@pytest.mark.parametrize("reload", [True, False])
def test_a_return_and_the_way_to_the_end(reload: bool) -> None:
    world = World(defined(LOOP), reload, accepted=False)
    assert world.open == ["verify"] and not world.instance.completed
    first = world.id("verify")
    step = world.complete("verify", accepted=False)
    assert step.flows == ("verify_ok", "ok_verify") and world.open == ["verify"]
    assert [element for _, element in step.left] == ["verify", "ok"] and step.cancelled == ()
    assert [element for _, element in step.entered] == ["ok", "verify"] and first not in dict(step.entered)
    world.complete("verify", accepted=True)
    (work,) = world.instance.open()
    assert (work.element, work.kind, work.topic, len(work.id)) == ("tell", "service", "report", 32)
    step = world.complete("tell")
    assert world.instance.completed and world.instance.ended == ("closed",) and world.open == []
    assert dict(world.instance.returns) == {
        "start_verify": 1,
        "verify_ok": 2,
        "ok_verify": 1,
        "ok_tell": 1,
        "tell_closed": 1,
    }
    assert world.instance.variables == {"accepted": True}


def test_a_task_is_completed_once() -> None:
    world = World(defined(LOOP), reload=False)
    task = world.id("verify")
    world.complete("verify", accepted=False)
    with pytest.raises(NotOpen):
        world.instance.complete(task, {}, world.env)
    with pytest.raises(NotOpen):
        world.instance.complete("0" * 32, {}, world.env)
    assert world.open == ["verify"]


def test_a_missing_variable_leaves_the_blob_of_before() -> None:
    world = World(defined(LOOP))
    blob = world.instance.encode()
    with pytest.raises(EngineStuck) as caught:
        world.complete("verify")
    assert "accepted" in caught.value.details["reason"]
    with pytest.raises(EngineStuck):
        world.instance.encode()
    world.instance = type(world.instance).decode(world.definition, blob)
    world.complete("verify", accepted=True)
    assert world.open == ["tell"]
