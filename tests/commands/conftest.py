"""A service with its content and people, on each kind of database; after every test all invariants must hold."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from app.domain.clock import FrozenClock
from app.queries.verify.verify import verify
from app.store.database import reading
from tests.databases import BACKENDS, copy_url
from tests.world import World, opened, template


@pytest.fixture(params=BACKENDS)
def ready(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of a database that holds the whole service."""
    return copy_url(template(request.param), tmp_path)


@pytest.fixture
def service(ready: str, tmp_path: Path, clock: FrozenClock) -> Iterator[World]:
    """A running service whose clock stands at Monday 09.00 WIB."""
    made = opened(ready, tmp_path, clock)
    try:
        yield made
        with reading(made.toolbox.database) as session:
            assert verify(session, made.toolbox) == []
    finally:
        made.toolbox.database.dispose()
