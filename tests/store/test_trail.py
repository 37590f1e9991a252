"""Whoever changes, drops or reorders any row of the audit is found out, and the row is named."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import pytest
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from app.queries.verify.trail import chains
from app.store import migrate, trail
from app.store.database import writer
from app.store.keys import KeyRing

KEYS = KeyRing.of(b"k" * 32)
NOW = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)


@pytest.fixture
def audited(new_database: Callable[[], Engine]) -> Iterator[Engine]:
    """Two chains of five entries each, anchored after three of them."""
    engine = new_database()
    migrate.upgrade(engine)
    for number in range(5):
        with writer(engine).begin() as connection:
            for chain in ("a" * 32, "b" * 32):
                trail.append(
                    connection, KEYS, chain=chain, at=NOW, actor="system", command="Test", outcome="done",
                    fields={"number": number, "text": "dua"},
                )  # fmt: skip
            if number == 2:
                trail.anchor(connection, KEYS, NOW)
    yield engine


def found(engine: Engine, keys: KeyRing = KEYS) -> list[tuple[str, str]]:
    with Session(engine) as session:
        parts: Any = SimpleNamespace(keys=keys)
        return [(each.table, each.row) for each in chains(session, parts)]


def tamper(engine: Engine, *statements: str) -> None:
    with engine.begin() as connection:
        for statement in statements:
            connection.exec_driver_sql(statement)


A3 = "chain = '" + "a" * 32 + "' AND seq = 3"


def test_an_untouched_trail_verifies(audited: Engine) -> None:
    assert found(audited) == []


@pytest.mark.parametrize(
    "change",
    [
        "actor = 'somebody'",
        "command = 'Other'",
        "outcome = 'refused'",
        "at = '2026-11-23 02:00:01.000000'",
        'fields = \'{"number":2,"text":"tiga"}\'',
    ],
)
def test_a_changed_entry_is_named(audited: Engine, change: str) -> None:
    tamper(audited, f"UPDATE audit_entry SET {change} WHERE {A3}")
    assert found(audited)[0] == ("audit_entry", f"{'a' * 32}:3")


def test_a_dropped_entry_is_named(audited: Engine) -> None:
    tamper(audited, f"DELETE FROM audit_entry WHERE {A3}")
    assert ("audit_entry", f"{'a' * 32}:3") in found(audited)


def test_dropped_last_entries_are_named_even_when_the_head_is_wound_back(audited: Engine) -> None:
    chain = "chain = '" + "a" * 32 + "'"
    tamper(audited, f"DELETE FROM audit_entry WHERE {chain} AND seq > 2")
    assert found(audited)[0] == ("audit_entry", f"{'a' * 32}:3")
    tamper(
        audited,
        f"UPDATE audit_head SET seq = 2, hash = (SELECT hash FROM audit_entry WHERE {chain} AND seq = 2) WHERE {chain}",
    )
    assert found(audited) == [("audit_entry", f"{'a' * 32}:3")]


def test_a_whole_chain_that_vanishes_is_missed_by_the_anchor(audited: Engine) -> None:
    chain = "chain = '" + "a" * 32 + "'"
    tamper(audited, f"DELETE FROM audit_entry WHERE {chain}", f"DELETE FROM audit_head WHERE {chain}")
    assert found(audited) == [("audit_entry", f"{'a' * 32}:3")]


def test_reordered_entries_are_named(audited: Engine) -> None:
    chain = "chain = '" + "b" * 32 + "'"
    tamper(
        audited,
        f"UPDATE audit_entry SET seq = 99 WHERE {chain} AND seq = 2",
        f"UPDATE audit_entry SET seq = 2 WHERE {chain} AND seq = 4",
        f"UPDATE audit_entry SET seq = 4 WHERE {chain} AND seq = 99",
    )
    assert {("audit_entry", f"{'b' * 32}:2"), ("audit_entry", f"{'b' * 32}:4")} <= set(found(audited))


def test_a_dropped_anchor_or_covered_head_is_named(audited: Engine) -> None:
    tamper(audited, f"DELETE FROM audit_anchored_head WHERE chain = '{'a' * 32}'")
    assert found(audited) == [("audit_anchor", "1")]


def test_an_entry_forged_without_the_key_is_named(audited: Engine) -> None:
    with writer(audited).begin() as connection:
        trail.append(
            connection, KeyRing.of(b"x" * 32), chain="a" * 32, at=NOW, actor="system", command="Test", outcome="done",
            fields={},
        )  # fmt: skip
    assert found(audited) == [("audit_entry", f"{'a' * 32}:6")]


def test_entries_of_a_former_master_key_still_verify(audited: Engine) -> None:
    assert found(audited, KeyRing.of(b"n" * 32, b"k" * 32)) == []
