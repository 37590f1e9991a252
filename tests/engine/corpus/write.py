"""Writes what a release stores of running instances; run with that release's own code, from its own folder.

    python /path/to/this/write.py release.json.xz

For each scenario and each small diagram below: the files it runs on, each step that the engine was asked to take, and
after each step the bytes that lie in the database. `test_corpus.py` loads them with the program of today.
"""

from __future__ import annotations

import base64
import json
import lzma
import sys
from datetime import datetime
from functools import wraps
from pathlib import Path
from typing import Any

sys.path.insert(0, ".")  # the release, not the program that this file belongs to

from app.bundle.read import read_folder
from app.engine.instance import Instance
from app.sdk import handlers_of
from tests.engine.diagrams import (
    boundary,
    chain,
    end,
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

try:
    from app.bundle.rehearse import rehearse_one
    from app.bundle.service import read_service
    from app.bundle.stage import Stage
except ImportError:  # later releases
    from app.rehearsal.rehearse import rehearse_one
    from app.rehearsal.stage import Stage
    from app.standard.service import read_service

ROOT = Path.cwd()
MOST = 30  # steps of a small diagram

CATCH = "intermediateCatchEvent"
CALL = '<callActivity id="{}" calledElement="{}"/>'
SMALL: dict[str, list[bytes]] = {
    "called process": [
        file(process("p", [start(), user("a"), CALL.format("call", "q"), user("b"), end()],
                     chain("start", "a", "call", "b", "end"))),
        file(process("q", [start("in"), user("x"), user("y"), end("out")], chain("in", "x", "y", "out"))),
    ],
    "sub-process within sub-process": [
        file(process("p", [start(), sub("outer", [
            start("o1"), sub("inner", [start("i1"), user("x"), end("i2")], chain("i1", "x", "i2")), user("y"),
            end("o2"),
        ], chain("o1", "inner", "y", "o2")), end()], chain("start", "outer", "end"))),
    ],
    "several at once": [
        file(process("p", [start(), user("a", instances("3")), user("b"), end()], chain("start", "a", "b", "end"))),
    ],
    "several in turn": [
        file(process("p", [start(), user("a", instances("3", True)), user("b"), end()],
                     chain("start", "a", "b", "end"))),
    ],
    "several sub-processes": [
        file(process("p", [start(), sub("each", [start("in"), user("x"), end("out")], chain("in", "x", "out"),
                                        instances("2")), end()], chain("start", "each", "end"))),
    ],
    "border timer that interrupts": [
        file(process("p", [start(), user("a"), boundary("late", "a", timer("P3D")), user("told"), end(), end("gone")],
                     [*chain("start", "a", "end"), *chain("late", "told", "gone")])),
    ],
    "border timer beside": [
        file(process("p", [start(), user("a"), boundary("late", "a", timer("PT1H"), False), user("remind"), end(),
                           end("told")], [*chain("start", "a", "end"), *chain("late", "remind", "told")])),
    ],
    "border timer on a sub-process": [
        file(process("p", [start(), sub("part", [start("in"), user("x"), end("out")], chain("in", "x", "out")),
                           boundary("late", "part", timer("P3D"), False), user("remind"), end(), end("told")],
                     [*chain("start", "part", "end"), *chain("late", "remind", "told")])),
    ],
    "timer on the way": [
        file(process("p", [start(), user("a"), node(CATCH, "wait", timer("P1D")), user("b"), end()],
                     chain("start", "a", "wait", "b", "end"))),
    ],
    "message on the way": [
        file(process("p", [start(), node(CATCH, "wait", message("m")), user("b"), end()],
                     chain("start", "wait", "b", "end")), messages=("m",)),
    ],
    "message or time": [
        file(process("p", [start(), node("eventBasedGateway", "which"), node(CATCH, "wait", message("m")),
                           node(CATCH, "late", timer("P1D")), user("b"), end(), end("timeout")],
                     [*chain("start", "which", "wait", "b", "end"), *chain("which", "late", "timeout")]),
             messages=("m",)),
    ],
    "parallel branches": [
        file(process("p", [start(), node("parallelGateway", "fork"), user("a"), user("b"),
                           node("parallelGateway", "join"), user("c"), end()],
                     [*chain("start", "fork", "a", "join", "c", "end"), *chain("fork", "b", "join")])),
    ],
    "returns": [
        file(process("p", [start(), xor("again"), user("a"), xor("done", "done_end"), end()],
                     [*chain("start", "again", "a", "done"), ("done", "end"), ("done", "again", "${n < 2}")])),
    ],
    "work of the program": [
        file(process("p", [start(), user("a"), service("s"), user("b"), end()], chain("start", "a", "s", "b", "end"))),
    ],
}  # fmt: skip


class Walk:
    """One instance as it was driven: what was asked of it, and what was stored after each step."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.files: dict[str, str] = {}
        self.limits: dict[str, dict[str, Any]] = {}
        self.steps: list[dict[str, Any]] = []

    def note(self, live: Any, asked: dict[str, Any], env: Any) -> None:
        self.steps.append(asked | {
            "now": env.now.isoformat(),
            "state": base64.b64encode(live.encode()).decode(),
            "open": sorted([work.kind, work.element] for work in live.open()),
            "waits": sorted([wait.kind, wait.element, _text(wait.due)] for wait in live.waits()),
            "variables": live.variables,
            "ended": list(live.ended),
        })  # fmt: skip


def _text(at: datetime | None) -> str | None:
    return None if at is None else at.isoformat()


walks: list[Walk] = []


def spy() -> None:
    """Have every step of every instance written into the last walk."""
    begin = Instance.start.__func__

    def started(cls: Any, definition: Any, variables: Any, env: Any, start: str | None = None) -> Any:
        made, step = begin(cls, definition, variables, env, start)
        walks[-1].note(made, {"do": "start", "given": dict(variables)}, env)
        return made, step

    Instance.start = classmethod(started)
    for name in ("complete", "fail", "deliver", "fire", "cancel"):
        setattr(Instance, name, spied(name, getattr(Instance, name)))


def spied(name: str, act: Any) -> Any:
    @wraps(act)
    def acted(self: Any, target: str, *given: Any) -> Any:
        env = given[-1]
        alike = [work for work in (*self.open(), *self.waits())]
        found = next((each for each in alike if each.id == target), None)
        of_element = [each.id for each in alike if found is not None and each.element == found.element]
        asked = {
            "do": name,
            "element": found.element if found is not None else target,
            "place": of_element.index(target) if found is not None else 0,
            "given": given[0] if len(given) > 1 else None,
        }
        step = act(self, target, *given)
        walks[-1].note(self, asked, env)
        return step

    return acted


def scenarios() -> None:
    """Every scenario of every procedure of the release."""
    known, handlers = read_service(ROOT / "processes/service"), handlers_of("tasks")
    for folder in sorted(path.parent for path in (ROOT / "processes").glob("*/manifest.toml")):
        bundle = read_folder(folder, ROOT / "forms")
        for name, data in bundle.scenarios:
            walk = Walk(f"{bundle.key} {name}")
            drawn = (bundle.manifest.diagram, *bundle.manifest.calls, *bundle.manifest.decisions)
            walk.files = {path: bundle.files[path].decode() for path in drawn}
            limit = Stage.env.fget

            def env(stage: Any, walk: Walk = walk, limit: Any = limit) -> Any:
                asked = limit(stage)

                def noted(key: str) -> Any:
                    found = asked.limit(key)
                    walk.limits[key] = {"limit": found.limit, "clock": found.clock}
                    return found

                return type(asked)(asked.now, asked.calendar, noted)

            Stage.env = property(env)
            walks.append(walk)
            assert rehearse_one(bundle, known, handlers, name, data).passed, name
            Stage.env = property(limit)


def small() -> None:
    """The small diagrams, each driven twice: by what stands first, and by what stands last."""
    for name, files in SMALL.items():
        for order in ("first", "last"):
            walk = Walk(f"{name}, {order}")
            walk.files = {f"file{index}.bpmn": data.decode() for index, data in enumerate(files)}
            walks.append(walk)
            world, hours = World(defined(*files), reload=True, n=0), 0.0
            for step in range(MOST):
                can = [("complete", work.element) for work in world.instance.open()]
                can += [("deliver" if each.kind == "message" else "fire", each.element)
                        for each in world.instance.waits()]  # fmt: skip
                if not can:
                    break
                act, element = can[0 if order == "first" else -1]
                if act == "fire":
                    hours += 100.0
                    world.now(hours)
                    world.fire(element)
                else:
                    getattr(world, act)(element, n=step)
            assert world.instance.completed, walk.name


if __name__ == "__main__":
    spy()
    scenarios()
    small()
    told = json.dumps([vars(walk) for walk in walks], ensure_ascii=False, separators=(",", ":"), default=dict).encode()
    Path(sys.argv[1]).write_bytes(lzma.compress(told, preset=9))
    print(len(walks), "walks,", sum(len(walk.steps) for walk in walks), "states")
