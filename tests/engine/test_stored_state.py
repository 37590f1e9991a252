"""What is stored of an instance is small, survives hostile names and values, and is refused when damaged."""

from __future__ import annotations

import random
import zlib

import msgpack
import pytest

from app.domain.errors import Invalid
from app.engine.instance import Instance
from app.engine.refusals import DamagedState, EngineStuck
from tests.engine.diagrams import boundary, chain, end, file, process, start, sub, timer, user
from tests.engine.worlds import World, defined

ONE = defined(file(process("p", [start(), user("a"), user("b"), end()], chain("start", "a", "b", "end"))))
TREE = defined(
    file(
        process(
            "q",
            [
                start(),
                sub("part", [start("in"), user("x"), end("out")], chain("in", "x", "out")),
                boundary("late", "part", timer("P3D"), False),
                user("remind"),
                end(),
                end("told"),
            ],
            [*chain("start", "part", "end"), *chain("late", "remind", "told")],
        )
    )
)
POISON = (
    "typename",
    "__builtins__",
    "__class__",
    "constructor",
    "__proto__",
    "self",
    "my_task",
    "data",
    "sla",
    "returns",
    "now",
    "len",
    "item",
    "key",
    "path",
    "a",
    "None",
    "true",
    "ä ö",
    "x" * 200,
    "${x}",
    "{{7*7}}",
)


def test_poison_names_are_plain_data_T20() -> None:
    for reload in (True, False):
        world = World(ONE, reload, **{})
        world.complete("a", **{name: "Jalan" for name in POISON if name != "self"})
        world.instance.set({"self": "Jalan"})
        world.instance = Instance.decode(ONE, world.instance.encode())
        assert world.instance.variables == dict.fromkeys(POISON, "Jalan")
        world.complete("b")
        assert world.instance.completed and world.instance.variables == dict.fromkeys(POISON, "Jalan")
        again = Instance.decode(ONE, world.instance.encode())
        assert again.completed and again.variables == world.instance.variables and again.ended == ("end",)


def test_poison_names_pass_through_sub_processes_and_messages() -> None:
    world = World(TREE)
    world.instance.complete(world.id("x"), dict.fromkeys(POISON, 1), world.env)
    assert world.instance.completed and world.instance.variables == dict.fromkeys(POISON, 1)


@pytest.mark.parametrize(
    "value",
    [
        [],
        {},
        {"typename": "timedelta"},
        (1,),
        {1},
        b"x",
        object(),
        float("nan"),
        float("inf"),
        2**63,
        "\ud800",
        "x" * 10_001,
    ],
)
def test_only_simple_values_enter(value: object) -> None:
    world = World(ONE)
    blob = world.instance.encode()
    for attempt in (
        lambda: world.instance.complete(world.id("a"), {"v": value}, world.env),
        lambda: world.instance.set({"v": value}),
        lambda: Instance.start(ONE, {"v": value}, world.env),
    ):
        with pytest.raises(Invalid) as caught:
            attempt()
        assert list(caught.value.errors) == ["v"]
    assert world.instance.encode() == blob
    world.complete("a", v=None, w=-(2**63), x=1.5, y="\0\u202e", z=True)
    assert world.open == ["b"]


def test_answers_replace_and_are_never_merged() -> None:
    world = World(ONE, target="DPUPR")
    world.complete("a", target="DLH")
    assert world.instance.variables == {"target": "DLH"}


def test_damaged_state_is_refused_with_a_reason_T15() -> None:
    blob = World(TREE).instance.encode()
    chance = random.Random(7)
    flipped = [
        bytes(b ^ (1 << chance.randrange(8)) if i == n else b for i, b in enumerate(blob)) for n in range(len(blob))
    ]
    garbage = [
        b"",
        b"\x01",
        b"{}",
        b"\x80\x05\x95",
        b'{"serializer_version": "1.0"}',
        blob[:-1],
        blob[: len(blob) // 2],
    ]
    for bad in (*flipped, *garbage, chance.randbytes(300), bytes([2]) + blob[1:], bytes([0]) + blob[1:]):
        with pytest.raises(DamagedState) as caught:
            Instance.decode(TREE, bad)
        assert caught.value.details["reason"] and isinstance(caught.value, EngineStuck)
    with pytest.raises(DamagedState):
        Instance.decode(TREE, None)  # type: ignore[arg-type]


def test_a_forged_body_with_a_right_checksum_is_refused() -> None:
    blob = World(TREE).instance.encode()
    body = msgpack.unpackb(blob[5:], strict_map_key=False)
    forgeries: list[object] = [
        None,
        [],
        {},
        "x",
        body[:-1],
        [*body[:4], [[None, [[999]]]]],
        [*body[:4], [[b"1", []]]],
        7,
    ]
    forgeries += [
        [*body[:4], [[None, []]]],
        [body[0], [[99, 1]], *body[2:]],
        [*body[:4], [[b"\0" * 16, body[4][0][1]]]],
    ]
    for forged in forgeries:
        packed = msgpack.packb(forged)
        with pytest.raises(DamagedState):
            Instance.decode(TREE, blob[:1] + zlib.crc32(packed).to_bytes(4, "big") + packed)


def test_the_state_of_another_definition_is_refused() -> None:
    with pytest.raises(DamagedState):
        Instance.decode(ONE, World(TREE).instance.encode())


def test_ids_are_stable_and_the_definition_is_not_stored() -> None:
    world = World(TREE)
    before = {work.element: work.id for work in world.instance.open()}, world.instance.waits()
    blob = world.instance.encode()
    again = Instance.decode(TREE, blob)
    assert ({work.element: work.id for work in again.open()}, again.waits()) == before
    assert again.encode() == blob and b"remind" not in blob and len(blob) < 400
