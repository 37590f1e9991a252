"""Writes what a release stores of running instances; run with that release's own code, from its own folder.

    python /path/to/this/write.py release.json.xz [scenarios] [small] [more] [drawn]

For each scenario, each small diagram (here and in `shapes.py`) and some random drawings, or only the kinds named: the
files it runs on, each step that the engine was asked to take, and after each step the bytes that lie in the database.
`test_corpus.py` loads them with the program of today.
"""

from __future__ import annotations

import base64
import json
import lzma
import random
import sys
from datetime import datetime
from functools import wraps
from pathlib import Path
from typing import Any

sys.path.insert(0, ".")  # the release, not the program that this file belongs to

from shapes import FAILS, MORE  # beside this file

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
from tests.engine.worlds import START, World, defined
from tests.properties.drawings import LIST, VARIABLES, Drawing

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
DRAWINGS, LENGTH = 24, 12  # random drawings, and the steps of each

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
        self.process: str | None = None  # the main process, where the files do not tell
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


LIMITS = {"verify": {"limit": "P3D", "clock": "working"}}
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


def small(diagrams: dict[str, list[bytes]]) -> None:
    """The small diagrams, each driven twice: by what stands first, and by what stands last."""
    for name, files in diagrams.items():
        for order in ("first", "last"):
            walk = begun(f"{name}, {order}", {f"file{index}.bpmn": data for index, data in enumerate(files)})
            world = World(defined(*files), reload=True, n=0, units="DPU, DLH")
            for step in range(MOST):
                can = choices(world.instance)
                if not can:
                    break
                if order == "last" and step == 0 and name in FAILS:
                    world.fail(can[-1][1], FAILS[name])
                else:
                    take(world, *can[0 if order == "first" else -1], {"n": step})
            assert world.instance.completed, walk.name


def drawn() -> None:
    """Random drawings along random ways, which need not end."""
    for seed in range(DRAWINGS):
        data, chance = Drawing(seed).data, random.Random(seed)
        begun(f"drawing {seed}", {"file0.bpmn": data}).process = "main"
        given: dict[str, Any] = {name: chance.randrange(3) for name in VARIABLES}
        world = World(defined(data, process="main", checked=True), reload=True, **given, **{LIST: "x,y"})
        for _ in range(LENGTH):
            if can := choices(world.instance):
                take(world, *chance.choice(can), {name: chance.randrange(3) for name in VARIABLES})


def begun(name: str, files: dict[str, bytes]) -> Walk:
    walk = Walk(name)
    walk.files = {path: data.decode() for path, data in files.items()}
    walk.limits = LIMITS
    walks.append(walk)
    return walk


def choices(live: Any) -> list[tuple[str, str]]:
    """What can be done; of the timers only the one that is due first."""
    found = [("complete", work.element) for work in live.open()]
    found += [("deliver", wait.element) for wait in live.waits() if wait.kind == "message"]
    timers = sorted((wait for wait in live.waits() if wait.due is not None), key=lambda wait: wait.due)
    return found + [("fire", wait.element) for wait in timers[:1]]


def take(world: Any, act: str, element: str, given: dict[str, Any]) -> None:
    if act != "fire":
        getattr(world, act)(element, **given)
        return
    due = min(wait.due for wait in world.instance.waits() if wait.element == element and wait.due is not None)
    world.now(max((due - START).total_seconds() / 3600 + 0.001, (world.env.now - START).total_seconds() / 3600))
    world.fire(element)


PARTS = {
    "scenarios": scenarios,
    "small": lambda: small(SMALL),
    "more": lambda: small(MORE),
    "drawn": drawn,
}

if __name__ == "__main__":
    spy()
    for part in sys.argv[2:] or PARTS:
        PARTS[part]()
    told = json.dumps([vars(walk) for walk in walks], ensure_ascii=False, separators=(",", ":"), default=dict).encode()
    Path(sys.argv[1]).write_bytes(lzma.compress(told, preset=9))
    print(len(walks), "walks,", sum(len(walk.steps) for walk in walks), "states")
