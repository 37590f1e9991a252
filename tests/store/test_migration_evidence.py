"""Files and replies of a database of the first layout find the answers they came with, and nothing is lost."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, text

from app.store import migrate
from app.store.migrations import evidence

NOW = "2026-11-23 02:00:00.000000"
LATER = "2026-11-24 02:00:00.000000"
PHOTO, EVIDENCE, REPLY, UNSENT, ORPHAN, ELSEWHERE = (f"{number:032x}" for number in range(1, 7))
TASK = "f" * 32
DEPLOYMENT = "d" * 32


def put(connection: Connection, table: str, **row: Any) -> None:
    names = ", ".join(f'"{name}"' for name in row)
    connection.execute(text(f'INSERT INTO "{table}" ({names}) VALUES ({", ".join(f":{name}" for name in row)})'), row)


def case(connection: Connection, number: str, instance: str) -> None:
    put(
        connection, "process_instance", id=instance, business_key=number, definition_key="p", deployment_id=DEPLOYMENT,
        version=1, state="active", status="received", blob=b"x", started_at=NOW, due_confirmed=False,
        paused_seconds=0, history_count=0, test=False,
    )  # fmt: skip
    put(
        connection, "complaint", id=number, instance_id=instance, secret_hash="h", source="alur", channel="web",
        mode="main", origin="national", received_at=NOW, classification="complaint", title="Lampu", content="Padam",
        is_anonymous=False, is_confidential=False, lang="id", extra="{}",
    )  # fmt: skip


def answer(connection: Connection, instance: str, seq: int, data: Any, by: str, at: str, task: str | None) -> None:
    put(
        connection, "answer", instance_id=instance, seq=seq, task_id=task, element="e", form="f",
        data=json.dumps(data), at=at, by=by,
    )  # fmt: skip


def attachment(connection: Connection, id_: str, complaint: str | None, by: str, task: str | None = None) -> None:
    put(
        connection, "attachment", id=id_, complaint_id=complaint, task_id=task, name="a.jpg", media_type="image/jpeg",
        size=3, sha256="0" * 64, added_at=NOW, added_by=by, public=False,
    )  # fmt: skip


def said(connection: Connection, number: str, at: str, direction: str, words: str, seq: int) -> None:
    put(connection, "message", seq=seq, complaint_id=number, at=at, direction=direction, author="reporter", text=words)


@pytest.fixture
def filled(new_database: Callable[[], Engine]) -> Engine:
    """A database of the first layout with two cases."""
    engine = new_database()
    migrate.upgrade(engine, "0001")
    with engine.begin() as connection:
        put(
            connection, "deployment", id=DEPLOYMENT, key="p", digest="0" * 64, version=1, title="p", deployed_at=NOW,
            deployed_by="system", reason="r", active=True, activated_at=NOW,
        )  # fmt: skip
        for number, instance in (("A" * 10, "a" * 32), ("B" * 10, "b" * 32)):
            case(connection, number, instance)
        attachment(connection, PHOTO, "A" * 10, "reporter")
        attachment(connection, EVIDENCE, "A" * 10, "u1", TASK)
        attachment(connection, REPLY, "A" * 10, "reporter")
        attachment(connection, UNSENT, "A" * 10, "u1", TASK)
        attachment(connection, ORPHAN, None, "reporter")
        attachment(connection, ELSEWHERE, "B" * 10, "reporter")
        answer(connection, "a" * 32, 1, {"title": "x", "attachments": [PHOTO]}, "reporter", NOW, None)
        answer(connection, "a" * 32, 9, {"evidence": [EVIDENCE], "result": "y"}, "u1", NOW, TASK)
        answer(connection, "a" * 32, 20, {"attachments": [REPLY], "text": "satu"}, "reporter", LATER, None)
        answer(connection, "a" * 32, 25, {"text": "dua", "attachments": [ELSEWHERE]}, "reporter", LATER, None)
        said(connection, "A" * 10, NOW, "out", "tanda terima", 1)
        said(connection, "A" * 10, LATER, "in", "satu", 2)
        said(connection, "A" * 10, LATER, "in", "dua", 3)
        said(connection, "B" * 10, LATER, "in", "lain", 4)
    return engine


@pytest.mark.parametrize("slice_", [500, 1])
def test_what_stood_there_hangs_on_its_answers(filled: Engine, slice_: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(evidence, "SLICE", slice_)
    migrate.upgrade(filled)
    with filled.connect() as connection:
        files = connection.execute(text("SELECT id, answer_seq, task_id, kind FROM attachment ORDER BY id")).all()
        lines = connection.execute(text("SELECT text, answer_seq FROM message ORDER BY seq")).all()
    assert [tuple(row) for row in files] == [
        (PHOTO, 1, None, None),
        (EVIDENCE, 9, TASK, None),
        (REPLY, 20, None, None),
        (UNSENT, None, TASK, None),
        (ORPHAN, None, None, None),
        (ELSEWHERE, None, None, None),  # another case's answers named it; it stays where it was
    ]
    assert [tuple(row) for row in lines] == [("tanda terima", None), ("satu", 20), ("dua", 25), ("lain", None)]
