"""Draws random BPMN diagrams of the constructs that the engine supports, for the proof of equality."""

from __future__ import annotations

import random
from dataclasses import dataclass, field, replace

from tests.engine.diagrams import (
    TERMINATE,
    Arrow,
    arrows,
    boundary,
    clock,
    end,
    error,
    file,
    message,
    node,
    process,
    start,
    timer,
    user,
    xor,
)

VARIABLES = tuple(f"c{index}" for index in range(5))
LIST = "list_a"


@dataclass
class Scope:
    """One process or sub-process being drawn. In a loop nothing may converge; in a parallel part nothing may end."""

    nodes: list[str] = field(default_factory=list)
    flows: list[Arrow] = field(default_factory=list)


@dataclass(frozen=True)
class Place:
    """Where a block stands: how deep it may nest, in a loop, entered more than once, between a fork and its join."""

    depth: int
    looped: bool = False
    again: bool = False
    parallel: bool = False
    inclusive: bool = False

    def inner(self, **changes: bool) -> Place:
        return replace(self, depth=self.depth - 1, **changes)


class Drawing:
    """One random diagram; `data` is the file, the same seed draws the same."""

    def __init__(self, seed: int) -> None:
        self._chance = random.Random(seed)
        self._count = 0
        self._messages: list[str] = []
        self._errors: list[str] = []
        self._called = [self._process(f"called{index}", Place(1, again=True)) for index in range(2)]
        main = self._process("main", Place(2))
        self.data = file(main, *self._called, messages=self._messages, errors=self._errors)

    def _id(self, kind: str) -> str:
        self._count += 1
        return f"{kind}{self._count}"

    def _process(self, name: str, place: Place) -> str:
        scope = Scope()
        self._body(scope, place, f"{name}_start", f"{name}_end")
        return process(name, scope.nodes, scope.flows)

    def _body(self, scope: Scope, place: Place, first: str, last: str) -> None:
        scope.nodes += [start(first), end(last)]
        if self._chance.random() < 0.4:
            entry, leave = self._loop(scope, replace(place, depth=place.depth + 1))
        else:
            entry, leave = self._sequence(scope, place)
        scope.flows += [(first, entry), (leave, last)]

    def _sequence(self, scope: Scope, place: Place) -> tuple[str, str]:
        first, leave = self._block(scope, place)
        for _ in range(self._chance.choice((0, 1, 1, 2))):
            entry, after = self._block(scope, place)
            scope.flows.append((leave, entry))
            leave = after
        return first, leave

    def _block(self, scope: Scope, place: Place) -> tuple[str, str]:
        leaves = [self._user, self._user, self._user, self._catch, self._receive, self._gateway, self._several]
        nests = [self._choice, self._loop, self._loop, self._sub, self._call, self._side_branch]
        if not place.looped:
            nests += [self._fork, self._fork, self._inclusive]
        kinds = leaves if place.depth <= 0 else leaves + nests + nests
        return self._chance.choice(kinds)(scope, place)

    def _timer(self) -> str:
        return clock("wall") + timer(f'"PT{self._chance.randrange(1, 500_000)}S"')

    def _message(self) -> str:
        self._messages.append(self._id("message"))
        return message(self._messages[-1])

    def _condition(self) -> str:
        return f"{self._chance.choice(VARIABLES)} == {self._chance.randrange(3)}"

    def _user(self, scope: Scope, place: Place) -> tuple[str, str]:
        name = self._id("user")
        scope.nodes.append(user(name))
        return name, self._borders(scope, place, name)

    def _several(self, scope: Scope, place: Place) -> tuple[str, str]:
        name = self._id("each")
        if self._chance.random() < 0.3 and not place.again:
            inside = f'<loopDataInputRef>{LIST}</loopDataInputRef><inputDataItem id="item_{name}" name="i"/>'
        else:
            inside = f"<loopCardinality>{self._chance.randrange(1, 4)}</loopCardinality>"
        order = self._chance.choice(("true", "false"))
        body = f'<multiInstanceLoopCharacteristics isSequential="{order}">{inside}</multiInstanceLoopCharacteristics>'
        scope.nodes.append(user(name, body))
        return name, self._borders(scope, place, name)

    def _catch(self, scope: Scope, place: Place) -> tuple[str, str]:
        name = self._id("pause")
        scope.nodes.append(node("intermediateCatchEvent", name, self._timer()))
        return name, name

    def _receive(self, scope: Scope, place: Place) -> tuple[str, str]:
        name = self._id("receive")
        self._messages.append(self._id("message"))
        scope.nodes.append(node("receiveTask", name, messageRef=self._messages[-1]))
        return name, self._borders(scope, place, name)

    def _gateway(self, scope: Scope, place: Place) -> tuple[str, str]:
        name, merge = self._id("events"), self._id("merge")
        scope.nodes += [node("eventBasedGateway", name), xor(merge)]
        for inside in (self._message(), self._message(), self._timer())[self._chance.randrange(2) :]:
            branch = self._id("event")
            scope.nodes.append(node("intermediateCatchEvent", branch, inside))
            scope.flows += [(name, branch), (branch, merge)]
        return name, merge

    def _choice(self, scope: Scope, place: Place) -> tuple[str, str]:
        name, merge = self._id("choice"), self._id("merge")
        branches = [self._sequence(scope, place.inner()) for _ in range(self._chance.randrange(2, 4))]
        scope.nodes += [xor(name, default=f"{name}_{branches[0][0]}"), xor(merge)]
        for index, (entry, leave) in enumerate(branches):
            scope.flows += [(name, entry, self._condition() if index else None), (leave, merge)]
        if self._chance.random() < 0.25 and not place.parallel:
            last = self._id("stop")
            scope.nodes.append(end(last, TERMINATE if self._chance.random() < 0.5 else ""))
            scope.flows.append((name, last, self._condition()))
        return name, merge

    def _loop(self, scope: Scope, place: Place) -> tuple[str, str]:
        first, again = self._id("merge"), self._id("again")
        entry, leave = self._sequence(scope, place.inner(looped=True, again=True))
        scope.nodes += [xor(first), xor(again, default=f"{again}_{first}")]
        scope.flows += [(first, entry), (leave, again), (again, first)]
        onward = self._id("onward")
        scope.nodes.append(xor(onward))
        scope.flows.append((again, onward, self._condition()))
        return first, onward

    def _fork(self, scope: Scope, place: Place, kind: str = "parallelGateway") -> tuple[str, str]:
        fork, join = self._id("fork"), self._id("join")
        inclusive = kind == "inclusiveGateway"
        within = place.inner(parallel=True, inclusive=inclusive or place.inclusive)
        branches = [self._sequence(scope, within) for _ in range(self._chance.randrange(2, 4))]
        default = {"default": f"{fork}_{branches[0][0]}"} if inclusive else {}
        scope.nodes += [node(kind, fork, **default), node(kind, join)]
        for index, (entry, leave) in enumerate(branches):
            scope.flows += [(fork, entry, self._condition() if inclusive and index else None), (leave, join)]
        return fork, join

    def _inclusive(self, scope: Scope, place: Place) -> tuple[str, str]:
        return self._fork(scope, place, "inclusiveGateway")

    def _side_branch(self, scope: Scope, place: Place) -> tuple[str, str]:
        fork = self._id("split")
        scope.nodes.append(node("parallelGateway", fork))
        entry, leave = self._sequence(scope, place.inner())
        scope.flows.append((fork, entry))
        self._to_end(scope, place, fork)
        return fork, leave

    def _sub(self, scope: Scope, place: Place) -> tuple[str, str]:
        name, inner = self._id("part"), Scope()
        self._body(inner, Place(place.depth - 1, again=place.again), f"{name}_start", f"{name}_end")
        code = ""
        if self._chance.random() < 0.4 and not place.inclusive:
            code = self._id("error")
            self._errors.append(code)
            self._error_end(inner, name, code)
        several = self._chance.random() < 0.2 and not code
        body = (
            '<multiInstanceLoopCharacteristics isSequential="false"><loopCardinality>2</loopCardinality>'
            "</multiInstanceLoopCharacteristics>"
            if several
            else ""
        )
        scope.nodes.append(node("subProcess", name, body + "".join(inner.nodes) + arrows(inner.flows)))
        return name, self._borders(scope, place, name, code)

    def _error_end(self, inner: Scope, name: str, code: str) -> None:
        last = next(flow for flow in inner.flows if flow[1] == f"{name}_end")
        inner.flows.remove(last)
        gate, failed = self._id("check"), self._id("failed")
        inner.nodes += [xor(gate, default=f"{gate}_{name}_end"), end(failed, error(code))]
        inner.flows += [(last[0], gate), (gate, f"{name}_end"), (gate, failed, self._condition())]

    def _call(self, scope: Scope, place: Place) -> tuple[str, str]:
        if len(getattr(self, "_called", ())) < 2:
            return self._user(scope, place)
        name = self._id("call")
        scope.nodes.append(node("callActivity", name, calledElement=f"called{self._chance.randrange(2)}"))
        return name, self._borders(scope, place, name)

    def _borders(self, scope: Scope, place: Place, host: str, code: str = "") -> str:
        """Draw events on the border of `host`; returns the element from which the main path goes on."""
        insides = [error(code)] if code else []
        # An inclusive join of the library may fire too early after an interruption: it looks at tasks that happened
        # to be predicted. Ours predicts anew after every step and waits, so the two cannot be compared there.
        if self._chance.random() < 0.35 and not place.inclusive:
            insides += [self._timer() if self._chance.random() < 0.6 else self._message() for _ in range(2)]
        if not insides:
            return host
        merge = self._id("merge")
        scope.nodes.append(xor(merge))
        scope.flows.append((host, merge))
        for inside in insides:
            event = self._id("border")
            interrupting = "errorEvent" in inside or self._chance.random() < 0.5
            scope.nodes.append(boundary(event, host, inside, interrupting))
            if interrupting and (place.parallel or self._chance.random() < 0.5):
                entry, leave = self._user(scope, place.inner(parallel=True)) if place.depth > 0 else (merge, "")
                scope.flows += [(event, entry), *([(leave, merge)] if leave else [])]
            else:
                self._to_end(scope, replace(place, depth=0), event)
        return merge

    def _to_end(self, scope: Scope, place: Place, source: str) -> None:
        last = self._id("side_end")
        entry, leave = self._block(scope, replace(place, depth=0, parallel=False))
        # The library cannot start several instances right behind an event on a border, so a gateway stands between.
        between = self._id("merge")
        scope.nodes += [end(last), xor(between)]
        scope.flows += [(source, between), (between, entry), (leave, last)]
