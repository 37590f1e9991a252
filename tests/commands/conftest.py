"""A service with its content and people, on each kind of database."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from app.domain.clock import FrozenClock
from tests.world import World, world


@pytest.fixture
def service(database: str, tmp_path: Path, clock: FrozenClock) -> Iterator[World]:
    """A running service whose clock stands at Monday 09.00 WIB."""
    made = world(database, tmp_path, clock)
    yield made
    made.parts.database.dispose()
