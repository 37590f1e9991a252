"""Old sessions and failures are forgotten, those of today stay."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy.orm import Session as Database

from app.auth import sessions
from app.auth.housekeeping import forget
from app.auth.sign_in import WrongPassword, check
from app.domain.clock import FrozenClock
from app.store.accounts import Session, SignInFailure
from tests.databases import BACKENDS, copy_url
from tests.world import World, opened, template


@pytest.fixture(params=BACKENDS)
def service(request: pytest.FixtureRequest, tmp_path: Path, clock: FrozenClock) -> Iterator[World]:
    """A running service on each kind of database."""
    made = opened(copy_url(template(request.param), tmp_path), tmp_path, clock)
    yield made
    made.parts.database.dispose()


def test_what_is_older_than_a_day_is_forgotten(service: World) -> None:
    for token in ("old", "new"):
        with pytest.raises(WrongPassword):
            check(service.parts, f"{token}@example.org", "salah sama sekali")
        with Database(service.parts.database) as database, database.begin():
            sessions.begin(database, token, service.actor("pupr").id, service.clock.now())
        service.clock.advance(timedelta(hours=20))
    forget(service.parts)
    assert [row.id for row in service.rows(Session)] == [sessions.key_of("new")]
    assert len(service.rows(SignInFailure)) == 1
