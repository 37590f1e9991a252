"""Whatever the check finds no error in can be run: no course of it gets stuck, and an end stays within reach."""

from __future__ import annotations

import random
from datetime import timedelta

import pytest

from app.domain.findings import errors
from app.engine.check.run import check_files
from app.engine.definition import Definition, define
from app.engine.instance import Environment, Instance
from tests.engine.worlds import CALENDAR, LIMITS, START
from tests.properties.sketches import Sketch
from tests.scale import scaled

SKETCHES, COURSES, STEPS = 6_000, 6, 80
CHOICES = ("c0", "c1", "c2")


def course(definition: Definition, chance: random.Random) -> bool:
    """Whether one random course comes to an end; raises EngineStuck where it cannot go on."""
    now = START

    def env() -> Environment:
        return Environment(now, CALENDAR, LIMITS.__getitem__)

    instance, _ = Instance.start(definition, {name: chance.randrange(3) for name in CHOICES}, env())
    for _ in range(STEPS):
        if instance.completed:
            return True
        instance = Instance.decode(definition, instance.encode())
        work = [("work", item) for item in instance.open()] + [(item.kind, item) for item in instance.waits()]
        due = [(kind, item) for kind, item in work if kind == "timer" and item.due <= now]
        kind, item = chance.choice(due or work)
        answers = {name: chance.randrange(3) for name in CHOICES}
        if kind == "work":
            instance.complete(item.id, answers, env())
        elif kind == "message":
            instance.deliver(item.id, answers, env())
        else:
            now = max(now, item.due + timedelta(seconds=1))
            instance.fire(item.id, env())
    return instance.completed


@pytest.mark.slow
def test_a_sketch_without_errors_never_gets_stuck() -> None:
    sound = ended = 0
    for seed in range(scaled(SKETCHES)):
        sketch = Sketch(seed)
        if errors(check_files({"sketch.bpmn": sketch.data})):
            continue
        definition = define({"sketch.bpmn": sketch.data})
        courses = [course(definition, random.Random(f"{seed} {number}")) for number in range(COURSES)]
        sound, ended = sound + 1, ended + any(courses)
    assert sound > scaled(SKETCHES) / 3 and ended > 0.97 * sound
