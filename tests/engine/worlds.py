"""Small worlds for engine tests: a calendar, an instant, and instances that are encoded and decoded on the way."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

from app.domain.calendar_data import calendar_from
from app.domain.limits import Limit
from app.engine.definition import Definition, define
from app.engine.instance import EngineStep, Environment, Instance
from tests.engine.diagrams import Arrow, file, process, start

START = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)  # Monday 09:00 in Jakarta
SERVICE_HOURS: dict[str, Any] = {
    "zone": "Asia/Jakarta",
    "confirmed_until": "2027-12-31",
    "holidays": {"country": "ID", "categories": ["public", "government"]},
    "week": {
        **{day: ["08:00-12:00", "13:00-15:45"] for day in ("monday", "tuesday", "wednesday", "thursday")},
        "friday": ["08:00-11:00"],
    },
}
CALENDAR = calendar_from(SERVICE_HOURS)
LIMITS = {"verify": Limit("verify", "P3D"), "answer": Limit("answer", "PT1H", clock="wall")}


def at(hours: float = 0) -> Environment:
    """The environment so many hours of wall time after START."""
    return Environment(START + timedelta(hours=hours), CALENDAR, LIMITS.__getitem__)


def defined(*files: bytes, process: str | None = None, checked: bool = False) -> Definition:
    """The definition of these files; `checked` skips the check, to see what the engine itself withstands."""
    return define({f"file{index}.bpmn": data for index, data in enumerate(files)}, process, checked=checked)


class World:
    """Drives one instance by element ids; with `reload` it is encoded and decoded after every step."""

    def __init__(self, definition: Definition, reload: bool = True, start: str | None = None, **data: Any) -> None:
        self.definition, self.reload, self.env = definition, reload, at()
        self.steps: list[EngineStep] = []
        self.instance, step = Instance.start(definition, data, self.env, start)
        self._after(step)

    def _after(self, step: EngineStep) -> None:
        self.steps.append(step)
        if self.reload:
            self.instance = Instance.decode(self.definition, self.instance.encode())

    def now(self, hours: float) -> None:
        self.env = at(hours)

    @property
    def open(self) -> list[str]:
        return sorted(work.element for work in self.instance.open())

    @property
    def waits(self) -> list[str]:
        return sorted(wait.element for wait in self.instance.waits())

    def id(self, element: str) -> str:
        found = [item.id for item in (*self.instance.open(), *self.instance.waits()) if item.element == element]
        assert found, f"{element} is not open"
        return found[0]

    def complete(self, element: str, **data: Any) -> EngineStep:
        self._after(self.instance.complete(self.id(element), data, self.env))
        return self.steps[-1]

    def deliver(self, element: str, **data: Any) -> EngineStep:
        self._after(self.instance.deliver(self.id(element), data, self.env))
        return self.steps[-1]

    def fire(self, element: str) -> EngineStep:
        self._after(self.instance.fire(self.id(element), self.env))
        return self.steps[-1]

    def fail(self, element: str, code: str) -> EngineStep:
        self._after(self.instance.fail(self.id(element), code, self.env))
        return self.steps[-1]


def simple(*nodes: str, flows: Iterable[Arrow], messages: Iterable[str] = (), errors: Iterable[str] = ()) -> Definition:
    """A process of these nodes behind the start event `start`."""
    return defined(file(process("p", [start(), *nodes], flows), messages=messages, errors=errors))
