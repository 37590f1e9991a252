"""`alur backup` and `alur restore`: whole, sealed, tried out; and clear where they cannot be."""

from __future__ import annotations

import base64
import json
import os
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from app.cli.backup import backup, restore
from app.commands.attachment.attachments import StoreAttachment
from app.domain.clock import SystemClock
from app.store import archive
from app.store import backup as copies
from app.store.complaints import Complaint
from app.store.keys import KeyRing
from tests.commands.test_attachments import pdf
from tests.databases import copy_url
from tests.world import ANSWERS, KEY, VISITOR, World, opened, template

HEAD = len(archive.MAGIC) + 2 + len(KeyRing.of(KEY).current.wrap(b"k" * 32)) + 7  # before the first part
TEXT = "Lampu jalan padam sejak tiga malam"


@pytest.fixture
def house(tmp_path: Path) -> World:
    """An installation with a complaint at an office and one with a file."""
    var = tmp_path / "var"
    var.mkdir()
    made = opened(copy_url(template("sqlite"), var), var, SystemClock())
    made.at_opd(made.file(answers={"occurred_on": "2026-11-20"}))
    sheet = made.runner.run(StoreAttachment("surat.pdf", pdf()), VISITOR)
    made.file(attachments=(sheet,))
    return made


def place(url: str, var: Path, key: bytes = KEY) -> dict[str, str]:
    secret = {"ALUR_SECRET_KEY": "s" * 32, "ALUR_IDENTITY_KEY": base64.b64encode(key).decode()}
    about = {"ALUR_DATABASE_URL": url, "ALUR_VAR_DIR": str(var), "ALUR_BASE_URL": "http://localhost"}
    return {**secret, **about, "ALUR_LANGUAGE": "en"}


def here(house: World, **more: str) -> dict[str, str]:
    settings = house.toolbox.settings
    return {**place(settings.database_url, settings.var_dir), **more}


def elsewhere(tmp_path: Path, key: bytes = KEY) -> dict[str, str]:
    return place(f"sqlite:///{tmp_path / 'lain' / 'alur.db'}", tmp_path / "lain", key)


def ran(command: object, *arguments: object, env: dict[str, str]) -> Result:
    return CliRunner().invoke(command, [str(each) for each in arguments], env=env)  # type: ignore[arg-type]


def numbers(world: World) -> set[str]:
    return {row.id for row in world.rows(Complaint)}


def test_what_was_backed_up_stands_elsewhere_and_keeps_every_promise(house: World, tmp_path: Path) -> None:
    file = tmp_path / "alur.cadangan"
    done = ran(backup, file, "--json", env=here(house))
    assert done.exit_code == 0 and json.loads(done.output)["bytes"] == file.stat().st_size
    assert file.stat().st_mode & 0o777 == 0o600
    again = ran(restore, file, env=elsewhere(tmp_path))
    assert again.exit_code == 0 and "has been restored" in again.output
    other = opened(f"sqlite:///{tmp_path / 'lain' / 'alur.db'}", tmp_path / "lain", SystemClock())
    assert numbers(other) == numbers(house)
    kept = {each.name: each.read_bytes() for each in (tmp_path / "lain/attachments").rglob("*") if each.is_file()}
    assert kept == {
        each.name: each.read_bytes() for each in house.toolbox.settings.attachments_dir.rglob("*") if each.is_file()
    }
    assert kept
    filed = other.file()
    assert other.open(filed.instance_id)
    assert not list(tmp_path.rglob(f"{copies.WORKSHOP}*")) and not list(tmp_path.rglob("*.sementara"))


def test_the_file_tells_nothing_without_the_key(house: World, tmp_path: Path) -> None:
    file = tmp_path / "alur.cadangan"
    ran(backup, file, env=here(house))
    content = file.read_bytes()
    for secret in (TEXT.encode(), b"SQLite format 3", b"siti", KEY, b"complaint"):
        assert secret not in content
    assert str(ANSWERS["title"]).encode() not in content


def test_whoever_files_meanwhile_is_not_held_up_and_what_was_acknowledged_before_is_in_it(
    house: World, tmp_path: Path
) -> None:
    filed, stop = list[str](), threading.Event()

    def work() -> None:
        while not stop.is_set():
            filed.append(house.file().tracking_id)

    worker = threading.Thread(target=work)
    worker.start()
    try:
        for number in range(3):
            before = set(filed)
            assert ran(backup, tmp_path / f"{number}.cadangan", env=here(house)).exit_code == 0
    finally:
        stop.set()
        worker.join(30)
    assert ran(restore, tmp_path / "2.cadangan", env=elsewhere(tmp_path)).exit_code == 0
    other = opened(f"sqlite:///{tmp_path / 'lain' / 'alur.db'}", tmp_path / "lain", SystemClock())
    assert before <= numbers(other) <= numbers(house)


def test_a_database_that_stands_there_is_kept_and_only_replaced_when_told(house: World, tmp_path: Path) -> None:
    file, var = tmp_path / "alur.cadangan", house.toolbox.settings.var_dir
    ran(backup, file, env=here(house))
    late = house.file().tracking_id
    house.toolbox.database.dispose()
    refused = ran(restore, file, env=here(house))
    assert refused.exit_code != 0 and "--replace" in str(refused.exception)
    assert late in numbers(house)
    house.toolbox.database.dispose()
    assert ran(restore, file, "--replace", env=here(house)).exit_code == 0
    again = opened(house.toolbox.settings.database_url, var, SystemClock())
    assert late not in numbers(again)
    (kept,) = [each for each in var.iterdir() if re.search(r"\.db\.sebelum-\d{8}T\d{6}$", each.name)]
    assert late in {row[0] for row in sqlite3.connect(kept).execute("SELECT id FROM complaint")}


@pytest.mark.parametrize(
    "harm",
    [
        "another key",
        "cut in a part",
        "cut at a part",
        "a byte changed",
        "parts changed places",
        "a part left out",
        "the last byte changed",
        "longer",
        "no backup",
        "empty",
    ],
)
def test_what_is_not_a_whole_backup_of_this_house_is_refused_and_nothing_is_laid_out(
    house: World, tmp_path: Path, harm: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(archive, "PART", 1 << 16)
    file, key = tmp_path / "alur.cadangan", KEY
    ran(backup, file, env=here(house))
    content, part = bytearray(file.read_bytes()), archive.PART + 16
    if harm == "another key":
        key = b"x" * 32
    elif harm == "cut in a part":
        del content[-100:]
    elif harm == "cut at a part":
        del content[HEAD + 3 * part :]
    elif harm == "a byte changed":
        content[len(content) // 2] ^= 1
    elif harm == "parts changed places":
        first, second = (slice(HEAD + at * part, HEAD + (at + 1) * part) for at in (1, 2))
        content[first], content[second] = content[second], content[first]
    elif harm == "a part left out":
        del content[HEAD + part : HEAD + 2 * part]
    elif harm == "the last byte changed":
        content[-1] ^= 1
    elif harm == "longer":
        content += b"x"
    elif harm == "no backup":
        content[:4] = b"PK\x03\x04"
    else:
        content.clear()
    file.write_bytes(content)
    refused = ran(restore, file, env=elsewhere(tmp_path, key))
    assert refused.exit_code != 0 and isinstance(refused.exception, archive.BadArchive)
    assert not (tmp_path / "lain" / "alur.db").exists() and not list(tmp_path.rglob(f"{copies.WORKSHOP}*"))


def test_a_database_with_a_damaged_row_gives_no_backup_and_leaves_the_last_good_one(
    house: World, tmp_path: Path
) -> None:
    file = tmp_path / "alur.cadangan"
    ran(backup, file, env=here(house))
    good = file.read_bytes()
    with house.toolbox.database.begin() as connection:
        connection.exec_driver_sql("UPDATE audit_entry SET actor = 'somebody else' WHERE seq = 1")
    refused = ran(backup, file, env=here(house))
    assert isinstance(refused.exception, copies.NoBackup) and "damaged" in refused.exception.message.en
    assert file.read_bytes() == good and not list(tmp_path.rglob("*.sementara"))


def test_a_lost_attachment_is_noticed(house: World, tmp_path: Path) -> None:
    shutil.rmtree(house.toolbox.settings.attachments_dir)
    refused = ran(backup, tmp_path / "alur.cadangan", env=here(house))
    assert isinstance(refused.exception, copies.NoBackup) and not (tmp_path / "alur.cadangan").exists()


def test_where_there_is_no_database_or_another_kind_it_says_so(tmp_path: Path) -> None:
    nothing = ran(backup, tmp_path / "a", env=elsewhere(tmp_path))
    assert isinstance(nothing.exception, copies.NoBackup) and "no database yet" in nothing.exception.message.en
    other = place("postgresql+psycopg://somebody@127.0.0.1:1/alur", tmp_path)
    for command in (backup, restore):
        (tmp_path / "a").write_bytes(b"x")
        refused = ran(command, tmp_path / "a", env=other)
        assert isinstance(refused.exception, copies.NoBackup) and "pg_dump" in refused.exception.message.en


def test_what_a_killed_backup_left_is_swept_out_by_the_next(house: World, tmp_path: Path) -> None:
    gone = subprocess.Popen([sys.executable, "-c", "pass"])
    gone.wait()
    left = tmp_path / f"{copies.WORKSHOP}{gone.pid}-abc"
    left.mkdir()
    (left / copies.DATABASE).write_bytes(b"SQLite format 3")
    mine = tmp_path / f"{copies.WORKSHOP}{os.getpid()}-abc"
    mine.mkdir()
    (tmp_path / "alur.cadangan.sementara").write_bytes(b"half")
    assert ran(backup, tmp_path / "alur.cadangan", env=here(house)).exit_code == 0
    assert not left.exists() and mine.exists() and not (tmp_path / "alur.cadangan.sementara").exists()


@pytest.mark.slow
def test_killed_at_any_moment_it_leaves_the_last_good_one(house: World, tmp_path: Path) -> None:
    file = tmp_path / "alur.cadangan"
    alur = Path(sys.executable).with_name("alur")
    environment = {**os.environ, **here(house)}
    assert ran(backup, file, env=here(house)).exit_code == 0
    for wait in (0.5, 0.8, 1.1, 1.4):
        running = subprocess.Popen([alur, "backup", str(file)], env=environment)
        try:
            running.wait(wait)
        except subprocess.TimeoutExpired:
            running.send_signal(signal.SIGKILL)
            running.wait()
        with file.open("rb") as opened_file, archive.SealedReader(opened_file, KeyRing.of(KEY)) as whole:
            while whole.read(1 << 20):
                pass
