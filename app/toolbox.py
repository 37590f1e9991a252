"""What the commands need of the outside: settings, clock, chance, database, keys, handlers, memory and pulse."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from sqlalchemy import Engine

from app.bundle.read import Bundle
from app.bundle.shelf import Reader, Shelf
from app.domain.chance import Chance
from app.domain.clock import Clock
from app.domain.pulse import Pulse
from app.engine.cache import LiveCache
from app.sdk import Handlers
from app.settings import Settings
from app.standard.service import ServiceData
from app.store.keys import KeyRing

LIVE_INSTANCES = 2_000

Scanner = Callable[[bytes], str | None]  # the name of what a file is infected with, or None


def no_scanner(_content: bytes) -> str | None:
    """Where no scanner is installed, nothing is known to be infected."""
    return None


@dataclass(frozen=True)
class Toolbox:
    """Joined once in app.main; frozen, and shared by all threads."""

    settings: Settings
    clock: Clock
    chance: Chance
    database: Engine
    handlers: Handlers
    keys: KeyRing
    cache: LiveCache = field(default_factory=lambda: LiveCache(LIVE_INSTANCES))
    shelf: Shelf = field(default_factory=Shelf)
    scanner: Scanner = no_scanner
    pulse: Pulse = field(default_factory=Pulse)

    def service(self, session: Reader) -> ServiceData:
        """The service data in force; NotFound while none was loaded."""
        return self.shelf.service(session)

    def bundle(self, session: Reader, deployment_id: str) -> Bundle:
        """The bundle of a deployment; NotFound when there is none."""
        return self.shelf.bundle(session, deployment_id)
