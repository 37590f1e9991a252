"""The migration that seals: nothing is lost, nothing stays open, and returned cases let go of their office."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import Engine, inspect, text

from app.store import migrate
from app.store.keys import KeyRing
from app.store.reporters import accused_context

KEYS = KeyRing.of(b"k" * 32)
AT = "2026-11-23 02:00:00"
MANIFEST = """
key = "p"
[lanes]
"OPD" = { role = "opd_admin", unit_from = "assigned_unit" }
"Kota" = { role = "dinkominfo_admin", unit = "DINKOMINFO" }
[variables]
assigned_unit = { type = "unit", form = ["verifikasi", "penetapan"], field = "target_opd" }
"""
CASES = {  # number -> person complained of, confidential, steps (lane, form) in the order in which they opened
    "AAAAAAAAAA": ("Kenari Terlapor", True, [("Kota", "verifikasi"), ("OPD", "opd")]),
    "BBBBBBBBBB": (None, False, [("Kota", "verifikasi"), ("OPD", "opd"), ("Kota", "verifikasi")]),
    "CCCCCCCCCC": ("", False, [("Kota", "verifikasi"), ("OPD", "opd"), ("Kota", "konfirmasi")]),
}


def insert(engine: Engine, table: str, **values: Any) -> None:
    named = ", ".join(f'"{name}"' for name in values)
    given = ", ".join(f":{name}" for name in values)
    with engine.begin() as connection:
        connection.execute(text(f'INSERT INTO "{table}" ({named}) VALUES ({given})'), values)


def fill(engine: Engine) -> None:
    """A database of the first release with three cases in it."""
    deployment = "d" * 32
    insert(
        engine, "deployment", id=deployment, key="p", version=1, digest="x" * 64, deployed_at=AT, deployed_by="system",
        reason="awal", active=True, title="P", activated_at=AT,
    )  # fmt: skip
    insert(engine, "deployment_file", deployment_id=deployment, path="manifest.toml", content=MANIFEST.encode())
    for number, (person, confidential, steps) in CASES.items():
        case = number.lower().ljust(32, "0")
        insert(
            engine, "process_instance", id=case, business_key=number, definition_key="p", deployment_id=deployment,
            version=1, state="active", status="verified", unit="DPUPR", blob=b"", started_at=AT, due_confirmed=False,
            paused_seconds=0, history_count=0, test=False,
        )  # fmt: skip
        insert(
            engine, "complaint", id=number, instance_id=case, secret_hash=number, source="alur", channel="web",
            mode="main", origin="national", received_at=AT, classification="complaint", title="Judul", content="Isi",
            related_person=person, is_anonymous=False, is_confidential=confidential, lang="id", extra="{}",
        )  # fmt: skip
        for n, (lane, form) in enumerate(steps):
            insert(
                engine, "task", id=f"{n}{case}"[:32], instance_id=case, element=form, name=form, form=form, lane=lane,
                state="completed", opened_at=f"2026-11-23 0{n + 2}:00:00", due_confirmed=False, overdue=False,
            )  # fmt: skip
        fields = {"tracking_id": number, "note": "Kenari catatan", "due": AT, "other": "X"}
        insert(
            engine, "outbox_message", id=case, key=case, instance_id=case, template="forward", recipient="user:x",
            fields=json.dumps(fields), created_at=AT, due_at=AT, state="sent", attempts=1,
        )  # fmt: skip


def test_the_upgrade_seals_releases_and_loses_nothing(new_database: Callable[[], Engine]) -> None:
    engine = new_database()
    migrate.upgrade(engine, "0001")
    fill(engine)
    migrate.upgrade(engine, keys=KEYS)
    with engine.connect() as connection:
        rows = connection.execute(text("SELECT complaint_id, data_key, sealed FROM accused")).all()
        opened = {row[0]: KEYS.open(bytes(row[1]), bytes(row[2]), accused_context(row[0])) for row in rows}
        held = connection.execute(text("SELECT business_key, unit FROM process_instance"))
        offices = {number: unit for number, unit in held}
        letters = connection.execute(text("SELECT instance_id, fields FROM outbox_message")).all()
        titles = connection.execute(text("SELECT count(*) FROM complaint WHERE title = 'Judul'")).scalar_one()
        columns = [column["name"] for column in inspect(connection).get_columns("complaint")]
    assert opened == {"AAAAAAAAAA": {"name": "Kenari Terlapor"}}
    assert offices == {"AAAAAAAAAA": "DPUPR", "BBBBBBBBBB": None, "CCCCCCCCCC": "DPUPR"}
    assert titles == 3 and "related_person" not in columns
    kept = {row[0][:10].upper(): json.loads(row[1]) if isinstance(row[1], str) else row[1] for row in letters}
    assert set(kept["AAAAAAAAAA"]) == {"tracking_id", "due", "other"}
    assert kept["BBBBBBBBBB"]["note"] == "Kenari catatan"


def test_the_sqlite_file_holds_no_open_name_any_more(new_database: Callable[[], Engine]) -> None:
    engine = new_database()
    if engine.dialect.name != "sqlite":
        return  # the files of a PostgreSQL server are its own
    migrate.upgrade(engine, "0001")
    fill(engine)
    migrate.upgrade(engine, keys=KEYS)
    with engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    path = engine.url.database
    assert path is not None
    with open(path, "rb") as file:
        assert b"Kenari Terlapor" not in file.read()


def test_without_the_keys_nothing_is_changed(new_database: Callable[[], Engine]) -> None:
    engine = new_database()
    migrate.upgrade(engine, "0001")
    fill(engine)
    with pytest.raises(RuntimeError, match="keys"):
        migrate.upgrade(engine)
    assert migrate.current(engine) == "0001"
    with engine.connect() as connection:
        named = connection.execute(text("SELECT count(*) FROM complaint WHERE related_person = 'Kenari Terlapor'"))
        assert named.scalar_one() == 1
