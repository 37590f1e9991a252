"""Words find cases in any order, in any form of the word, alike on both databases, the newest case first."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, delete, insert, update

from app.store import migrate
from app.store.base import table_of
from app.store.deployments import Deployment
from app.store.instances import ProcessInstance
from app.store.words import LONGEST, MOST_WORDS, NEWEST, CaseText, matching, words_of

NOW = datetime(2026, 11, 23, 2, tzinfo=UTC)
TEXTS = {
    "a": "Lampu jalan padam di Jalan Mataram",
    "b": "Jalan berlubang, mohon segera diperbaiki",
    "c": "Perbaikan lampu-lampu taman Jum’at lalu",
    "d": "Café Été: 12.500 rupiah 停车",
}


@pytest.fixture
def filled(new_database: Callable[[], Engine]) -> Engine:
    """A database with a procedure and no case."""
    engine = new_database()
    migrate.upgrade(engine)
    deployment = {"id": "d", "key": "p", "digest": "x", "version": 1, "title": "p", "deployed_by": "system"}
    deployment |= {"deployed_at": NOW, "activated_at": NOW, "reason": "", "active": True}
    with engine.begin() as connection:
        connection.execute(insert(table_of(Deployment)), deployment)
    return engine


def put(engine: Engine, texts: dict[str, str]) -> None:
    """Cases that began in this order and are found by these texts."""
    plain = {"definition_key": "p", "deployment_id": "d", "version": 1, "state": "active", "status": "", "blob": b""}
    cases = [{"id": key, "business_key": key, "started_at": NOW, **plain} for key in texts]
    rows = [{"instance_id": key, "words": words_of(said), "category": ""} for key, said in texts.items()]
    with engine.begin() as connection:
        connection.execute(insert(table_of(ProcessInstance)), cases)
        connection.execute(insert(table_of(CaseText)), rows)


def found(engine: Engine, asked: str, before: int = NEWEST, most: int = 50) -> list[str]:
    with engine.connect() as connection:
        return [case for _, case in matching(connection, asked, before, most)]


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ("lampu", ["c", "a"]),
        ("LAMPU padam", ["a"]),
        ("padam lampu", ["a"]),
        ("mataram jalan lampu", ["a"]),
        ("jal", ["b", "a"]),
        ("memperbaiki", ["c", "b"]),
        ("perbaikan jalan", ["b"]),
        ("jumat", ["c"]),
        ("Jum'at", ["c"]),
        ("lampu-lampu", ["c"]),
        ("cafe ete", ["d"]),
        ("500", ["d"]),
        ("停车", ["d"]),
        ("停", ["d"]),
        ("tidakada", []),
        ("lampu tidakada", []),
        ("", []),
        ("  ,.-'\"*()", []),
        ('lampu" OR words:"jalan', []),
        ("lampu NOT padam", []),
        ("padam' | 'jalan", ["a"]),
        ("a" * 500, []),
    ],
)
def test_words_find_what_was_written(filled: Engine, asked: str, expected: list[str]) -> None:
    put(filled, TEXTS)
    assert found(filled, asked) == expected


def test_a_changed_category_is_found_and_the_former_is_not(filled: Engine) -> None:
    put(filled, {"a": "Lampu padam"})
    table = table_of(CaseText)
    for category in ("Jalan dan trotoar", "Penerangan"):
        with filled.begin() as connection:
            connection.execute(update(table).values(category=words_of(category)))
    assert (found(filled, "trotoar"), found(filled, "penerangan lampu")) == ([], ["a"])


def test_one_goes_on_before_the_last_that_was_found(filled: Engine) -> None:
    put(filled, {f"{number:03}": "lampu" for number in range(30)})
    with filled.connect() as connection:
        first = matching(connection, "lampu", NEWEST, 10)
        second = matching(connection, "lampu", first[-1][0], 30)
    assert [case for _, case in (*first, *second)] == [f"{number:03}" for number in reversed(range(30))]


@given(st.text(max_size=300))
@settings(max_examples=300)
def test_every_text_has_words_that_every_database_takes(said: str) -> None:
    words = words_of(said).split(" ") if words_of(said) else []
    assert all(each.isascii() and each.isalnum() and 0 < len(each) <= LONGEST for each in words)
    assert len(words) == len(set(words)) <= MOST_WORDS + 1


@given(st.text(max_size=60), st.text(max_size=60))
@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_what_is_asked_for_never_breaks_and_every_word_of_a_text_finds_it(
    filled: Engine, said: str, asked: str
) -> None:
    put(filled, {"x": said})
    try:
        found(filled, asked)
        for word in said.split()[:5]:
            assert found(filled, word) == (["x"] if words_of(word) else [])
    finally:
        with filled.begin() as connection:
            connection.execute(delete(CaseText))
            connection.execute(delete(ProcessInstance))
