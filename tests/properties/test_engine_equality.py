"""Our engine does what the stock library does, on random diagrams, with its state written down at every step."""

from __future__ import annotations

import random
from typing import Any

import pytest

from app.domain.errors import InvalidDiagram
from app.engine import compact
from app.engine.definition import define
from app.engine.instance import Instance
from tests.properties.drawings import LIST, Drawing
from tests.properties.walks import Outcome, Walker, walk
from tests.scale import scaled

LENGTH = 60  # steps; the library itself cannot go much further


def outcomes(first: int, count: int, reload: str) -> list[tuple[int, Outcome]]:
    """The outcomes of `count` walks; drawings beyond the size limit are skipped."""
    found: list[tuple[int, Outcome]] = []
    seed = first
    while len(found) < count:
        try:
            found.append((seed, walk(seed, LENGTH, reload)))
        except InvalidDiagram as refused:
            assert refused.findings[0].rule == "xml-too-many-nodes"
        seed += 1
    return found


def differences(found: list[tuple[int, Outcome]]) -> list[str]:
    return [f"seed {seed}, step {one.steps}: {one.difference}" for seed, one in found if one.difference]


def test_a_few_walks_are_equal() -> None:
    assert differences(outcomes(0, 8, "always")) == []


@pytest.mark.slow
@pytest.mark.long
def test_walks_with_encode_and_decode_at_every_step_are_equal() -> None:
    found = outcomes(1_000, scaled(1_000), "always")
    assert differences(found) == []
    assert sum(one.steps for _, one in found) > 10 * len(found)
    unexpected = {one.stopped for _, one in found if one.stopped.startswith("ours")}
    assert unexpected == set(), "the library was stuck, too, but a drawing should not be able to be"


@pytest.mark.slow
@pytest.mark.long
def test_walks_with_live_instances_are_equal() -> None:
    assert differences(outcomes(100_000, scaled(300), "sometimes")) == []


@pytest.mark.slow
def test_a_broken_keep_rule_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = compact._needed_by

    def without_parent(task: Any, tasks: Any) -> set[Any]:
        return whole(task, tasks) - {task._parent}

    monkeypatch.setattr(compact, "_needed_by", without_parent)
    assert len(differences(outcomes(0, 20, "always"))) >= 3


@pytest.mark.slow
def test_forgotten_ended_branches_are_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compact, "_ended_branches", lambda workflow: set())
    assert differences(outcomes(0, 60, "always"))


@pytest.mark.slow
@pytest.mark.long
def test_a_live_instance_and_a_reloaded_one_are_the_same() -> None:
    for seed in range(scaled(300)):
        drawing = Drawing(seed)
        try:
            definition = define({"drawing.bpmn": drawing.data}, "main", checked=True)
        except InvalidDiagram:
            continue
        live, reloaded = (Walker(definition, random.Random(seed), "never") for _ in range(2))
        reloaded.ours = Instance.decode(definition, live.ours.encode())
        for number in range(LENGTH):
            assert reloaded.ours.encode() == live.ours.encode()
            action = live.choose(number) if not live.ours.completed else None
            if action is None:
                break
            reloaded.now = live.now
            live.on_ours(*action)
            reloaded.on_ours(*action)
            assert [work.element for work in live.ours.open()] == [work.element for work in reloaded.ours.open()]
            assert [wait.element for wait in live.ours.waits()] == [wait.element for wait in reloaded.ours.waits()]
            assert dict(live.ours.returns) == dict(reloaded.ours.returns)
            assert live.ours.variables == reloaded.ours.variables
            reloaded.ours = Instance.decode(definition, live.ours.encode())
        assert LIST not in reloaded.ours.variables or isinstance(reloaded.ours.variables[LIST], str)
