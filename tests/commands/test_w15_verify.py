"""W15: whoever changes, drops or reorders a row behind the service's back is found out by `alur verify`, by row."""

from __future__ import annotations

import base64
import functools
import tempfile
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import text

from app.cli.admin import verify
from app.commands.housekeeping import WriteAnchor
from app.domain.clock import FrozenClock
from app.domain.roles import SYSTEM
from app.store.database import connect
from tests.databases import BACKENDS, copy_url
from tests.world import KEY, MORNING, opened, template

CASE = "(SELECT id FROM process_instance ORDER BY history_count DESC LIMIT 1)"
HISTORY = f"instance_id = {CASE} AND seq"
AUDIT = f"chain = {CASE} AND seq"
DEPLOYED = "deployment_id = (SELECT deployment_id FROM process_instance LIMIT 1)"
TIMER = "kind = 'timer' AND state = 'waiting'"
BY = '"by"'
SECOND = "(SELECT id FROM service_file WHERE seq = 2)"
X = "CAST('x' AS BYTES)"
DONE = "element = 'ministry_disposition'"

# what somebody does to the database -> invariant and table that name it
TAMPERING: dict[str, tuple[tuple[str, ...], str]] = {
    "audit: actor": ((f"UPDATE audit_entry SET actor = 'x' WHERE {AUDIT} = 2",), "INV5 audit_entry"),
    "audit: fields": ((f"UPDATE audit_entry SET fields = '{{}}' WHERE {AUDIT} = 1",), "INV5 audit_entry"),
    "audit: drop": ((f"DELETE FROM audit_entry WHERE {AUDIT} = 2",), "INV5 audit_entry"),
    "audit: drop last": ((f"DELETE FROM audit_entry WHERE {AUDIT} > 3",), "INV5 audit_entry"),
    "audit: reorder": (
        (
            f"UPDATE audit_entry SET seq = 99 WHERE {AUDIT} = 2",
            f"UPDATE audit_entry SET seq = 2 WHERE {AUDIT} = 3",
            f"UPDATE audit_entry SET seq = 3 WHERE {AUDIT} = 99",
        ),
        "INV5 audit_entry",
    ),
    "audit: head": ((f"UPDATE audit_head SET hash = 'x' WHERE chain = {CASE}",), "INV5 audit_h"),
    "anchor: hash": (("UPDATE audit_anchor SET hash = 'x' WHERE seq = 1",), "INV5 audit_anchor"),
    "anchor: drop": (
        ("DELETE FROM audit_anchored_head WHERE anchor = 1", "DELETE FROM audit_anchor WHERE seq = 1"),
        "INV5 audit_anchor",
    ),
    "answer: change": (("UPDATE answer SET data = '{\"ministry_decision\":\"hold\"}' WHERE seq > 1",), "INV1 answer"),
    "answer: drop": ((f"DELETE FROM answer WHERE {DONE}",), "INV1 answer"),
    "answer: add": (
        (f"INSERT INTO answer SELECT instance_id, 9, task_id, element, form, data, at, {BY} FROM answer WHERE {DONE}",),
        "INV1 answer",
    ),
    "history: who": ((f"UPDATE history SET {BY} = 'x' WHERE {HISTORY} = 2",), "INV1 history"),
    "history: element": ((f"UPDATE history SET element = 'x' WHERE {HISTORY} = 3",), "INV1 history"),
    "history: drop": ((f"DELETE FROM history WHERE {HISTORY} = 2",), "INV1 history"),
    "history: drop last": (
        (
            f"DELETE FROM history WHERE {HISTORY} > 10",
            f"UPDATE process_instance SET history_count = 10 WHERE id = {CASE}",
        ),
        "INV1 history",
    ),
    "history: reorder": (
        (
            f"UPDATE history SET seq = 9999 WHERE {HISTORY} = 2",
            f"UPDATE history SET seq = 2 WHERE {HISTORY} = 3",
            f"UPDATE history SET seq = 3 WHERE {HISTORY} = 9999",
        ),
        "INV1 history",
    ),
    "task: reopen": ((f"UPDATE task SET state = 'open' WHERE {DONE}",), "INV3 task"),
    "task: who": ((f"UPDATE task SET completed_by = 'x' WHERE {DONE}",), "INV1 task"),
    "task: when": ((f"UPDATE task SET completed_at = '2026-11-23 02:30:00+00:00' WHERE {DONE}",), "INV1 task"),
    "task: drop": (("DELETE FROM candidate", "DELETE FROM task WHERE state = 'open'"), "INV3 task"),
    "job: drop": ((f"DELETE FROM job WHERE {TIMER}",), "INV3 job"),
    "job: done": ((f"UPDATE job SET state = 'done' WHERE {TIMER}",), "INV3 job"),
    "outbox: drop": (("DELETE FROM outbox_message WHERE template = 'receipt'",), "INV4 history"),
    "outbox: recipient": (("UPDATE outbox_message SET recipient = 'x' WHERE template = 'receipt'",), "INV4 outbox"),
    "outbox: template": (("UPDATE outbox_message SET template = 'report' WHERE template = 'receipt'",), "INV4 outbox"),
    "state: older": (
        (
            "UPDATE process_instance SET blob = (SELECT blob FROM process_instance ORDER BY history_count LIMIT 1)"
            " WHERE blob <> (SELECT blob FROM process_instance ORDER BY history_count LIMIT 1)",
        ),
        "INV1 process_instance",
    ),
    "state: damaged": ((f"UPDATE process_instance SET blob = {X} WHERE id = {CASE}",), "INV3 process_in"),
    "procedure: file": ((f"UPDATE deployment_file SET content = {X} WHERE {DEPLOYED}",), "INV7 deployment_file"),
    "procedure: drop": ((f"DELETE FROM deployment_file WHERE {DEPLOYED} AND path LIKE '%.form'",), "INV7 deployment_f"),
    "procedure: digest": (("UPDATE deployment SET digest = 'x'",), "INV7 deployment "),
    "service: content": ((f"UPDATE service_file SET content = {X} WHERE seq = 2",), "INV7 service_file"),
    "service: drop": (
        (f"DELETE FROM service_in_force WHERE file_id = {SECOND}", "DELETE FROM service_file WHERE seq = 2"),
        "INV7 service_file",
    ),
    "service: another in force": (
        (f"UPDATE service_in_force SET file_id = {SECOND} WHERE name = 'calendar.toml'",),
        "INV7 service_in_force calendar.toml",
    ),
    "service: chosen": (
        ("UPDATE service_in_force SET chosen = NOT chosen WHERE name = 'sla.toml'",),
        "INV7 service_in_force sla.toml",
    ),
    "service: none in force": (
        ("DELETE FROM service_in_force WHERE name = 'sla.toml'",),
        "INV7 service_in_force sla.toml",
    ),
}  # fmt: skip


@functools.cache
def lived(backend: str) -> str:
    """A database with three cases in it and two anchors; to be copied."""
    folder = Path(tempfile.mkdtemp(prefix="alur-lived-"))
    service = opened(copy_url(template(backend), folder), folder, FrozenClock(MORNING))
    service.file()
    service.clock.advance(timedelta(minutes=1))
    service.answered()
    service.runner.run(WriteAnchor(), SYSTEM)
    service.file()
    service.runner.run(WriteAnchor(), SYSTEM)
    if backend == "sqlite":
        with service.toolbox.database.connect() as connection:
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    service.toolbox.database.dispose()
    return service.toolbox.settings.database_url


def verified(url: str) -> Result:
    """What `alur verify` says of a database."""
    keys = {"ALUR_SECRET_KEY": "s" * 32, "ALUR_IDENTITY_KEY": base64.b64encode(KEY).decode()}
    return CliRunner().invoke(verify, [], env={**keys, "ALUR_DATABASE_URL": url, "ALUR_BASE_URL": "http://localhost"})


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize("what", TAMPERING)
def test_W15_verify_names_what_somebody_did(backend: str, what: str, tmp_path: Path) -> None:
    url, (statements, named) = copy_url(lived(backend), tmp_path), TAMPERING[what]
    engine = connect(url)
    with engine.begin() as connection:
        for statement in statements:
            said = statement.replace("BYTES", "bytea" if backend == "postgresql" else "BLOB")
            assert connection.execute(text(said)).rowcount > 0, said
    engine.dispose()
    answer = verified(url)
    assert answer.exit_code == 1, answer.output
    assert any(line.startswith(named) for line in answer.output.splitlines()), answer.output


@pytest.mark.parametrize("backend", BACKENDS)
def test_W15_what_nobody_touched_verifies(backend: str, tmp_path: Path) -> None:
    answer = verified(copy_url(lived(backend), tmp_path))
    assert (answer.exit_code, answer.output.count(" ok ")) == (0, 7), answer.output
