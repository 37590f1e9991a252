"""Empty databases of both kinds."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine

from app.store.database import connect
from tests.databases import BACKENDS, fresh_url


@pytest.fixture(params=BACKENDS)
def new_database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Callable[[], Engine]]:
    """Makes empty databases; all of one test are of the same kind."""
    engines: list[Engine] = []

    def make() -> Engine:
        engines.append(connect(fresh_url(request.param, tmp_path)))
        return engines[-1]

    yield make
    for engine in engines:
        engine.dispose()
