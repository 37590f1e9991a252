"""Old sessions, failures and links are forgotten, those that are still of use stay."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy.orm import Session as Database

from app.auth import reporter_sessions, sessions
from app.auth.housekeeping import forget
from app.auth.sign_in import WrongPassword, check
from app.commands.case.instances import CancelInstance
from app.domain.clock import FrozenClock
from app.store.access import PersonalLink, ReporterSession, add_link, key_of, shut
from app.store.accounts import Session, SignInFailure
from tests.databases import BACKENDS, copy_url
from tests.world import IDENTITY, World, opened, template


@pytest.fixture(params=BACKENDS)
def service(request: pytest.FixtureRequest, tmp_path: Path, clock: FrozenClock) -> Iterator[World]:
    """A running service on each kind of database."""
    made = opened(copy_url(template(request.param), tmp_path), tmp_path, clock)
    yield made
    made.toolbox.database.dispose()


def test_what_is_older_than_a_day_is_forgotten(service: World) -> None:
    for token in ("old", "new"):
        with pytest.raises(WrongPassword):
            check(service.toolbox, f"{token}@example.org", "salah sama sekali")
        with Database(service.toolbox.database) as database, database.begin():
            sessions.begin(database, token, service.actor("pupr").id, service.clock.now())
        service.clock.advance(timedelta(hours=20))
    forget(service.toolbox)
    assert [row.id for row in service.rows(Session)] == [sessions.key_of("new")]
    assert len(service.rows(SignInFailure)) == 1


def test_links_that_open_nothing_any_more_are_forgotten_and_others_stay(service: World) -> None:
    ended, running, closed = (service.file(identity={**IDENTITY, "name": "Siti"}) for _ in range(3))
    service.runner.run(CancelInstance(ended.instance_id, "uji penghapusan tautan", "other"), service.actor("ops"))
    now = service.clock.now()
    with service.toolbox.database.begin() as connection:
        for filed, purpose in [(ended, "open"), (running, "open"), (running, "secret"), (closed, "open")]:
            columns = {"purpose": purpose, "contact": "email", "created_at": now, "address_hash": None}
            add_link(connection, f"{filed.tracking_id}{purpose}", complaint_id=filed.tracking_id, **columns)
        shut(connection, closed.tracking_id, now)
    service.clock.advance(timedelta(hours=23))
    forget(service.toolbox)
    assert {(row.complaint_id, row.purpose) for row in service.rows(PersonalLink)} == {
        (ended.tracking_id, "open"), (running.tracking_id, "open"), (running.tracking_id, "secret"),
    }  # fmt: skip
    service.clock.advance(timedelta(days=30))
    forget(service.toolbox)
    assert [(row.complaint_id, row.purpose) for row in service.rows(PersonalLink)] == [(running.tracking_id, "open")]


def test_browsers_of_reporters_are_forgotten_after_a_day(service: World) -> None:
    filed = service.file()
    for token in ("old", "new"):
        with Database(service.toolbox.database) as database, database.begin():
            reporter_sessions.begin(database, token, filed.tracking_id, service.clock.now(), "GEHEIM")
        service.clock.advance(timedelta(hours=20))
    forget(service.toolbox)
    (left,) = service.rows(ReporterSession)
    assert left.id == key_of("new") and left.receipt is not None and b"GEHEIM" not in left.receipt


def test_a_receipt_opens_with_its_own_cookie_only(service: World) -> None:
    filed, other = service.file(), service.file()
    with Database(service.toolbox.database) as database, database.begin():
        reporter_sessions.begin(database, "mine", filed.tracking_id, service.clock.now(), "GEHEIM")
        reporter_sessions.begin(database, "yours", other.tracking_id, service.clock.now(), None)
    with Database(service.toolbox.database) as database:
        found = reporter_sessions.find(database, "mine", service.clock.now())
        neighbour = reporter_sessions.find(database, "yours", service.clock.now())
        late = reporter_sessions.find(database, "mine", service.clock.now() + timedelta(minutes=31))
    assert found and neighbour and late
    assert reporter_sessions.secret_of(found, "mine") == "GEHEIM"
    assert reporter_sessions.secret_of(found, "yours") is None
    assert reporter_sessions.secret_of(neighbour, "yours") is None
    assert reporter_sessions.secret_of(late, "mine") is None
    stolen = replace(found, complaint_id=other.tracking_id)  # a row that somebody moved to another case
    assert reporter_sessions.secret_of(stolen, "mine") is None
