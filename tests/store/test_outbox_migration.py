"""Messages of the first release get the states that tell what became of them, and keep no secret; nothing is lost."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Engine

from app.store import migrate

AT = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
OLD = sa.table(
    "outbox_message",
    *(sa.column(name) for name in ("id", "key", "template", "recipient", "state", "attempts", "transport")),
    sa.column("last_error"),
    sa.column("fields", sa.JSON()),
    sa.column("created_at", sa.DateTime(timezone=True)),
    sa.column("due_at", sa.DateTime(timezone=True)),
)
LINK = {"link": "http://localhost/sandi/WyJhIl0.rahasia", "minutes": "30"}


def row(number: int, state: str, **changes: Any) -> dict[str, Any]:
    """One message as 0001 kept it."""
    plain = {
        "template": "receipt",
        "fields": {"tracking_id": "x"},
        "attempts": 1,
        "transport": None,
        "last_error": None,
    }
    one = {"id": f"{number:032x}", "key": str(number), "recipient": "user:x", "created_at": AT, "due_at": AT}
    return {**one, "state": state, **plain, **changes}


def test_old_messages_tell_the_truth_and_keep_no_secret(new_database: Callable[[], Engine]) -> None:
    engine = new_database()
    migrate.upgrade(engine, "0001")
    rows = [
        row(1, "sent", transport="smtp"),
        row(2, "sent", transport="blackhole"),
        row(3, "dropped", last_error="no way to this address"),
        row(4, "dropped", last_error="no address"),
        row(5, "dropped", last_error="recipient refused (550)"),
        row(6, "dropped", attempts=0),
        row(7, "failed", last_error="ConnectionRefusedError"),
        row(8, "waiting", attempts=0, template="invitation", fields=LINK),
        row(9, "sent", transport="smtp", template="password_reset", fields=LINK),
    ]
    with engine.begin() as connection:
        connection.execute(OLD.insert(), rows)
    migrate.upgrade(engine)
    with engine.connect() as connection:
        found = connection.execute(sa.select(OLD).order_by(OLD.c.id)).all()
    assert [(each.state, each.last_error) for each in found] == [
        ("sent", None),
        ("kept", None),
        ("unreachable", "no-way"),
        ("unreachable", "no-address"),
        ("dropped", "recipient refused (550)"),
        ("skipped", None),
        ("failed", "ConnectionRefusedError"),
        ("waiting", None),
        ("sent", None),
    ]
    assert found[7].fields == LINK  # it must still leave
    assert found[8].fields == {"minutes": "30"}
