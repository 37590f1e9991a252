"""Sketches BPMN diagrams as a beginner would: any box leads anywhere, so that many cannot run and many can."""

from __future__ import annotations

import random

from tests.engine.diagrams import (
    TERMINATE,
    Arrow,
    boundary,
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
)

GATEWAYS = {"xor": "exclusiveGateway", "and": "parallelGateway", "or": "inclusiveGateway"}
KINDS = {"user": 6, "xor": 6, "and": 5, "or": 2, "events": 2, "script": 1, "timer": 1, "message": 1, "service": 1,
         "part": 1.2, "border": 2, "many": 0.6}  # fmt: skip


class Sketch:
    """One diagram; the same seed sketches the same. `data` is the file."""

    def __init__(self, seed: int) -> None:
        self._chance = random.Random(seed)
        self._messages: list[str] = []
        nodes, flows = _Part(self._chance, self._messages, "n", nested=True).drawn()
        self.data = file(process("p", nodes, flows), messages=self._messages)


class _Part:
    """A process or sub-process being sketched; the names of its boxes begin with `prefix`."""

    def __init__(self, chance: random.Random, messages: list[str], prefix: str, nested: bool) -> None:
        self.chance, self.messages, self.prefix = chance, messages, prefix
        kinds = {kind: weight for kind, weight in KINDS.items() if nested or kind != "part"}
        drawn = chance.choices(list(kinds), list(kinds.values()), k=chance.randrange(2, 8))
        self.boxes = {f"{prefix}{number}": kind for number, kind in enumerate(drawn)}
        self.ends = [f"{prefix}end{number}" for number in range(chance.randrange(1, 3))]
        self.nodes = {name: end(name, TERMINATE if chance.random() < 0.2 else "") for name in self.ends}
        self.hosts: dict[str, str] = {}
        self.flows: dict[tuple[str, str], Arrow] = {}

    def drawn(self) -> tuple[list[str], list[Arrow]]:
        """The boxes that can be reached and the arrows between them."""
        begin = f"{self.prefix}start"
        self.nodes[begin] = start(begin)
        self._join(begin, next(iter(self.boxes)))
        for name, kind in self.boxes.items():
            self._draw(name, kind)
        seen, pending = {begin}, [begin]
        while pending:
            name = pending.pop()
            ahead = [target for source, target in self.flows if source == name]
            ahead += [event for event, host in self.hosts.items() if host == name]
            pending += [other for other in ahead if other not in seen]
            seen.update(ahead)
        flows = [arrow for (source, _), arrow in self.flows.items() if source in seen]
        return [text for name, text in self.nodes.items() if name in seen], flows

    def _draw(self, name: str, kind: str) -> None:
        if kind in GATEWAYS:
            self._gateway(name, kind)
            return
        if kind == "events":
            self.nodes[name] = node("eventBasedGateway", name)
            for event, inside in ((f"{name}_in", self._message(f"{name}_in")), (f"{name}_late", timer("PT2H"))):
                self.nodes[event] = node("intermediateCatchEvent", event, inside)
                self._join(name, event)
                self._join(event, self._ahead(name))
            return
        self.nodes[name] = self._box(name, kind)
        self._join(name, self._ahead(name))
        if kind == "border" or (kind == "part" and self.chance.random() < 0.6):
            event = f"{name}_edge"
            inside = timer("PT3H") if self.chance.random() < 0.5 else self._message(event)
            self.nodes[event] = boundary(event, name, inside, self.chance.random() < 0.5)
            self.hosts[event] = name
            self._join(event, self._ahead(name))

    def _box(self, name: str, kind: str) -> str:
        if kind == "script":
            return node("scriptTask", name, f"<script>v = {self.chance.randrange(5)}</script>")
        if kind in ("timer", "message"):
            return node("intermediateCatchEvent", name, timer("PT1H") if kind == "timer" else self._message(name))
        if kind == "part":
            return sub(name, *_Part(self.chance, self.messages, f"{name}_", nested=False).drawn())
        if kind == "service":
            return service(name)
        return user(name, instances("2", self.chance.random() < 0.5) if kind == "many" else "")

    def _gateway(self, name: str, kind: str) -> None:
        targets = list(dict.fromkeys(self._ahead(name) for _ in range(self.chance.choice([1, 2, 2, 3]))))
        deciding = kind != "and" and len(targets) > 1
        for target in targets:
            asked = deciding and target != targets[-1]
            self._join(name, target, f"c{self.chance.randrange(3)} == {self.chance.randrange(3)}" if asked else None)
        default = {"default": f"{name}_{targets[-1]}"} if deciding else {}
        self.nodes[name] = node(GATEWAYS[kind], name, **default)

    def _ahead(self, name: str) -> str:
        """Somewhere to go: mostly forwards."""
        names = list(self.boxes)
        place = names.index(name)
        forwards = [*names[place + 1 : place + 4], *self.ends]
        return self.chance.choice(forwards if self.chance.random() < 0.8 else [*names, *self.ends])

    def _message(self, name: str) -> str:
        self.messages.append(f"m_{name}")
        return message(f"m_{name}")

    def _join(self, source: str, target: str, condition: str | None = None) -> None:
        self.flows.setdefault((source, target), (source, target, condition))
