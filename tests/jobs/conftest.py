"""The same service as for the commands."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from app.domain.clock import FrozenClock
from tests.commands.conftest import ready, service
from tests.world import World, opened

__all__ = ["crowd", "ready", "service"]


@pytest.fixture
def crowd(ready: str, tmp_path: Path, clock: FrozenClock) -> Iterator[World]:
    """A service that will hold copies of cases: they have no history, so nobody verifies it."""
    made = opened(ready, tmp_path, clock)
    yield made
    made.toolbox.database.dispose()
