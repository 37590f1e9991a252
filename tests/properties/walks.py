"""Walks at random through the stock library and our engine side by side and compares them at every step."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from SpiffWorkflow.bpmn.specs.control import BoundaryEventSplit

from app.engine.definition import Definition, define
from app.engine.instance import Environment, Instance
from app.engine.refusals import EngineStuck
from tests.engine.worlds import CALENDAR, LIMITS, START
from tests.properties.drawings import LIST, VARIABLES, Drawing
from tests.properties.stock import Stock, library_clock

STEP = timedelta(milliseconds=1)
LATER = tuple(f"later{index}" for index in range(6))  # variables that only some branches know


@dataclass
class Outcome:
    """How a walk ended: steps walked, why it stopped, and the first difference (None: equal)."""

    steps: int = 0
    stopped: str = ""
    difference: str | None = None


def walk(seed: int, length: int, reload: str) -> Outcome:
    """One walk over one random drawing. `reload`: always, never, or sometimes encode and decode ours after a step."""
    drawing = Drawing(seed)
    with library_clock(START) as clock:
        walker = Walker(define({"drawing.bpmn": drawing.data}, "main", checked=True), random.Random(seed + 1), reload)
        try:
            stock = Stock(drawing.data, {**walker.variables, LIST: ["x", "y"]})
        except Exception as error:
            return Outcome(0, f"stock: {type(error).__name__}")
        return walker.run(stock, clock, length)


class Walker:
    """Chooses the steps and carries them out on both sides."""

    def __init__(self, definition: Definition, chance: random.Random, reload: str) -> None:
        self.definition, self.chance, self.reload = definition, chance, reload
        self.now: datetime = START
        self.variables = {name: chance.randrange(3) for name in VARIABLES} | {"step": 0}
        self.ours, _ = Instance.start(definition, {**self.variables, LIST: "x,y"}, self.env)

    @property
    def env(self) -> Environment:
        return Environment(self.now, CALENDAR, LIMITS.__getitem__)

    def run(self, stock: Stock, clock: Any, length: int) -> Outcome:
        outcome = Outcome()
        while outcome.steps < length:
            outcome.difference = self.compare(stock)
            if outcome.difference or self.ours.completed:
                return outcome
            outcome.steps += 1
            fault = self.step(stock, clock, outcome.steps)
            if fault is not None:
                outcome.stopped, outcome.difference = fault
                return outcome
            self.maybe_reload()
        return outcome

    def maybe_reload(self) -> None:
        if self.reload == "always" or (self.reload == "sometimes" and self.chance.random() < 0.5):
            self.ours = Instance.decode(self.definition, self.ours.encode())

    def step(self, stock: Stock, clock: Any, number: int) -> tuple[str, str | None] | None:
        """One random step on both sides; None, or why the walk stops and the difference if that is one."""
        action = self.choose(number)
        if action is None:
            return "two timers at one instant", None
        kind, item, given = action
        try:
            clock.at = self.now
            self.on_stock(stock, kind, item, given)
        except Exception as error:
            return f"stock: {type(error).__name__} {error}", None
        try:
            self.on_ours(kind, item, given)
        except EngineStuck as stuck:
            silent = not stock.workflow.is_completed() and not stock.ready() and not stock.waits()
            reason = f"ours: {stuck.details['reason']}"
            return reason, None if silent else f"only ours is stuck: {reason}"
        return None

    def choose(self, number: int) -> tuple[str, Any, dict[str, Any]] | None:
        waits = self.ours.waits()
        messages = [("deliver", wait) for wait in waits if wait.kind == "message"]
        timers = sorted((w for w in waits if w.due is not None), key=lambda wait: wait.due)  # type: ignore[arg-type,return-value]
        actions: list[Any] = [("complete", work) for work in self.ours.open()] * 2 + messages
        if timers and (not actions or self.chance.random() < 0.25):
            if len(timers) > 1 and timers[1].due <= timers[0].due + 2 * STEP:  # type: ignore[operator]
                return None
            self.now = timers[0].due + STEP  # type: ignore[operator]
            return "fire", timers[0], {}
        kind, item = self.chance.choice(actions)
        given = {name: self.chance.randrange(3) for name in self.chance.sample(VARIABLES, 2)}
        given[self.chance.choice(LATER)] = number
        return kind, item, {**given, "step": number}

    def on_ours(self, kind: str, item: Any, given: dict[str, Any]) -> None:
        if kind == "complete":
            self.ours.complete(item.id, given, self.env)
        elif kind == "deliver":
            self.ours.deliver(item.id, given, self.env)
        else:
            self.ours.fire(item.id, self.env)

    def on_stock(self, stock: Stock, kind: str, item: Any, given: dict[str, Any]) -> None:
        if kind == "fire":
            stock.fire()
        elif kind == "deliver":
            task, event = self.same_wait(stock, item)
            stock.deliver(task, event, given)
        else:
            stock.complete(self.same_task(stock, item), given)

    def same_task(self, stock: Stock, item: Any) -> Any:
        """The stock task with the same element and data as one of ours (equal ones are interchangeable)."""
        ours = next(token(task) for work, task in self.ours._work() if work.id == item.id)
        return next(task for task in stock.ready() if token(task) == ours)

    def same_wait(self, stock: Stock, item: Any) -> tuple[Any, Any]:
        ours = next((token(task), wait.due) for wait, task in self.ours._waits() if wait.id == item.id)
        return next(
            (task, event)
            for element, due, task, event in stock.waits()
            if element == item.element and (token(task), due) == ours
        )

    def compare(self, stock: Stock) -> str | None:
        """The first difference between both sides in words, or None."""
        pairs = [
            ("completed", self.ours.completed, stock.workflow.is_completed()),
            (
                "ready",
                Counter(_frozen(task) for _, task in self.ours._work()),
                Counter(_frozen(task) for task in stock.ready()),
            ),
            (
                "waits",
                Counter((wait.element, wait.due, address(task)) for wait, task in self.ours._waits()),
                Counter((element, due, address(task)) for element, due, task, _ in stock.waits()),
            ),
        ]
        if self.ours.completed:
            pairs.append(("data", _scalars(self.ours.variables), _scalars(stock.workflow.data)))
        for what, ours, theirs in pairs:
            if ours != theirs:
                return f"{what}: ours {ours}, stock {theirs}"
        return None


def _scalars(data: dict[str, Any]) -> dict[str, Any]:
    # Lists and items of multi-instance tasks are cleared by us on purpose, and the library refuses a second visit.
    return {k: v for k, v in data.items() if not isinstance(v, list | dict) and not k.startswith(("item", "list"))}


def _frozen(task: Any) -> Any:
    return address(task), tuple(sorted(_scalars(task.data).items()))


def token(task: Any) -> Any:
    """What tells apart two tokens at one place: the task's data and the state of the events on its border."""
    border = isinstance(task.parent.task_spec, BoundaryEventSplit)
    events = sorted((t.task_spec.bpmn_id, t.state) for t in task.parent.children) if border else ()
    return _frozen(task), tuple(events)


def address(task: Any) -> Any:
    """Where a task stands: its element and number among several instances, inside those of its callers."""
    own = (task.task_spec.bpmn_id, task.internal_data.get("key_or_index", task.internal_data.get("item")))
    caller = task.workflow.parent_task_id
    return own if caller is None else (address(task.workflow.top_workflow.get_task_from_id(caller)), own)
