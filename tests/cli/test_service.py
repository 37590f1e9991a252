"""Files and truth: a restart loads what is new and nothing twice; people put any content in force, old or new."""

from __future__ import annotations

import base64
import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from app.cli.service import service as command
from app.commands.procedure.proposals import RejectProposal
from app.commands.procedure.service import LoadService
from app.main import prepare
from app.store.deployments import Deployment
from app.store.jobs import Job
from app.store.proposals import Proposal
from app.store.service_data import ServiceFile
from app.store.tasks import Task
from tests.commands.conftest import ready, service
from tests.world import KEY, PROCESS, ROOT, World

__all__ = ["ready", "service"]

CALENDAR = "calendar.toml"
CLOSED = b"""
[[closure]]
date = 2026-11-24
name = { id = "rob", en = "tidal flood" }
"""


@pytest.fixture
def city(service: World, tmp_path: Path) -> tuple[Path, Callable[[], None]]:
    """A copy of the content, and a restart that reads it."""
    root = tmp_path / "city"
    for name in ("processes", "forms"):
        shutil.copytree(ROOT / name, root / name)
    settings = replace(service.toolbox.settings, processes_dir=root / "processes", forms_dir=root / "forms")
    return root, lambda: prepare(replace(service.toolbox, settings=settings))


def content(service: World, name: str = CALENDAR) -> bytes:
    """What is in force, as the application reads it."""
    with service.toolbox.database.connect() as connection:
        calendar = service.toolbox.service(connection).calendar
    assert name == CALENDAR
    return b"closed" if calendar.opening.closures else b"open"


def edit(root: Path, more: bytes) -> None:
    file = root / "processes" / "service" / CALENDAR
    file.write_bytes(file.read_bytes() + more)


def test_a_restart_loads_a_new_content_of_a_file_that_no_person_chose(service: World, city) -> None:  # type: ignore[no-untyped-def]
    root, restart = city
    edit(root, CLOSED)
    restart()
    assert content(service) == b"closed"
    loaded = len(service.rows(ServiceFile))
    restart()
    assert len(service.rows(ServiceFile)) == loaded


def test_a_restart_puts_no_earlier_content_in_force_again(service: World, city) -> None:  # type: ignore[no-untyped-def]
    root, restart = city
    original = (root / "processes" / "service" / CALENDAR).read_bytes()
    edit(root, CLOSED)
    restart()
    (root / "processes" / "service" / CALENDAR).write_bytes(original)
    restart()
    assert content(service) == b"closed"


def test_a_restart_never_replaces_what_a_person_put_in_force(service: World, city) -> None:  # type: ignore[no-untyped-def]
    root, restart = city
    (row,) = service.rows(ServiceFile, name=CALENDAR)
    service.runner.run(LoadService({CALENDAR: row.content + CLOSED}, "banjir"), service.actor("pemilik"))
    edit(root, b"\n# a content that nobody ever loaded\n")
    restart()
    assert content(service) == b"closed"
    assert service.runner.run(LoadService({CALENDAR: row.content}, "surut"), service.actor("pemilik")) == (CALENDAR,)
    assert content(service) == b"open"


def test_a_restart_never_replaces_a_procedure_that_a_person_put_live(service: World, city) -> None:  # type: ignore[no-untyped-def]
    root, restart = city
    manifest = root / "processes" / PROCESS.name / "manifest.toml"
    manifest.write_bytes(manifest.read_bytes() + b"\n# edited on the disk\n")
    restart()
    assert [row.version for row in service.rows(Deployment) if row.active] == [1]  # "awal" was somebody's decision


def test_changed_files_of_a_procedure_wait_for_approval_after_a_restart_once(service: World, city) -> None:  # type: ignore[no-untyped-def]
    root, restart = city
    other = root / "processes" / "lain"
    shutil.copytree(PROCESS, other)
    (other / f"{PROCESS.name}.bpmn").rename(other / "lain.bpmn")
    manifest = other / "manifest.toml"
    for file in (manifest, *other.glob("*.bpmn")):
        file.write_bytes(file.read_bytes().replace(PROCESS.name.encode(), b"lain"))
    restart()
    assert [row.version for row in service.rows(Deployment, key="lain") if row.active] == [1], "the first is put live"
    manifest.write_bytes(manifest.read_bytes() + b"\n# edited on the disk\n")
    restart()
    restart()
    assert len(service.rows(Deployment, key="lain")) == 1
    (waiting,) = service.rows(Proposal, key="lain")
    assert (waiting.state, waiting.origin) == ("open", "files")
    service.runner.run(RejectProposal(waiting.id, "Salah sunting di server."), service.actor("pemilik"))
    restart()
    assert len(service.rows(Proposal, key="lain")) == 1, "what was rejected is not proposed again"


def test_the_start_says_which_files_are_not_in_force(
    service: World,
    city,
    capsys: pytest.CaptureFixture[str],  # type: ignore[no-untyped-def]
) -> None:
    _, restart = city
    restart()
    assert "not what is in force" not in capsys.readouterr().out
    (row,) = service.rows(ServiceFile, name=CALENDAR)
    service.runner.run(LoadService({CALENDAR: row.content + CLOSED}, "banjir"), service.actor("pemilik"))
    restart()
    said = capsys.readouterr().out
    assert "not what is in force" in said and CALENDAR in said


class Terminal:
    """The command at the machine of one database."""

    def __init__(self, url: str, var: Path) -> None:
        self.environ = {"ALUR_DEMO": "1", "ALUR_DATABASE_URL": url, "ALUR_VAR_DIR": str(var), "ALUR_LANGUAGE": "en"}
        self.environ["ALUR_IDENTITY_KEY"] = base64.b64encode(KEY).decode()

    def __call__(self, *arguments: str) -> Result:
        return CliRunner().invoke(command, arguments, env=self.environ)


@pytest.fixture
def terminal(ready: str, tmp_path: Path) -> Terminal:
    return Terminal(ready, tmp_path)


def test_a_file_is_loaded_and_an_earlier_content_is_restored(
    service: World, terminal: Terminal, tmp_path: Path
) -> None:
    (row,) = service.rows(ServiceFile, name=CALENDAR)
    file = tmp_path / CALENDAR
    file.write_bytes(row.content + CLOSED)
    loaded = terminal("load", str(file), "--reason", "rob")
    assert (loaded.exit_code, loaded.stdout) == (0, "In force from now on: calendar.toml.\n"), loaded.output
    assert content(service) == b"closed"
    again = terminal("load", str(file), "--reason", "rob")
    assert again.stdout == "All of it is in force already; nothing changed.\n"
    listed = json.loads(terminal("list", CALENDAR, "--json").stdout)
    assert [(each["in_force"], each["reason"]) for each in listed] == [(True, "rob"), (False, "awal")]
    restored = terminal("restore", CALENDAR, listed[1]["digest"][:12], "--reason", "surut")
    assert restored.exit_code == 0 and content(service) == b"open"


def test_the_list_marks_what_the_disk_says_otherwise(service: World, terminal: Terminal) -> None:
    (row,) = service.rows(ServiceFile, name=CALENDAR)
    service.runner.run(LoadService({CALENDAR: row.content + CLOSED}, "banjir"), service.actor("pemilik"))
    lines = terminal("list").stdout.splitlines()
    assert len(lines) == len({row.name for row in service.rows(ServiceFile)})
    (marked,) = [line for line in lines if line.endswith("(the file on the disk differs)")]
    assert "calendar.toml: banjir" in marked
    assert {each["on_disk"] for each in json.loads(terminal("list", "--json").stdout)} == {True, False}


def test_a_template_keeps_its_folder(service: World, terminal: Terminal, tmp_path: Path) -> None:
    folder = tmp_path / "templates"
    folder.mkdir()
    content = (ROOT / "processes" / "service" / "templates" / "receipt.toml").read_bytes()
    (folder / "receipt.toml").write_bytes(content + b"\n# x\n")
    assert terminal("load", str(folder / "receipt.toml"), "--reason", "kata").stdout.endswith(
        "templates/receipt.toml.\n"
    )
    assert len(service.rows(ServiceFile, name="templates/receipt.toml")) == 2


def test_a_file_that_is_no_service_file_is_refused_by_name(service: World, terminal: Terminal, tmp_path: Path) -> None:
    (tmp_path / "kalender.toml").write_bytes(b"zone = 1")
    refused = terminal("load", str(tmp_path / "kalender.toml"), "--reason", "x")
    assert refused.exception is not None and "kalender.toml" in refused.exception.errors  # type: ignore[attr-defined]
    assert service.rows(ServiceFile, name="kalender.toml") == []


def test_loading_a_calendar_counts_again_here_and_shows_how_far_it_is(
    service: World, terminal: Terminal, tmp_path: Path
) -> None:
    for _ in range(3):
        service.file()
    (row,) = service.rows(ServiceFile, name=CALENDAR)
    file = tmp_path / CALENDAR
    file.write_bytes(row.content + CLOSED)
    foretold = terminal("load", str(file), "--preview")
    assert foretold.stdout == ("Would move: 6 due times in 3 of 3 complaints; earlier: 0; not countable: 0.\n"), (
        foretold.output
    )
    assert content(service) == b"open" and service.rows(Job, kind="recount") == []
    loaded = terminal("load", str(file), "--reason", "rob")
    assert loaded.stdout == "In force from now on: calendar.toml.\n"
    assert loaded.stderr.splitlines() == [
        "Complaints counted again: 0/3.",
        "Complaints counted again: 3/3. Due times moved: 6 (complaints: 3).",
    ]
    assert {row.due_at.day for row in service.rows(Task)} == {27}
    back = json.loads(terminal("restore", CALENDAR, row.digest[:12], "--reason", "surut", "--json").stdout)
    assert back == {
        "in_force": [CALENDAR], "recount": {"total": 3, "done": 3, "moved": 3, "times": 6, "failed": 0},
    }  # fmt: skip


def test_a_load_without_a_reason_is_refused(terminal: Terminal) -> None:
    refused = terminal("load", str(ROOT / "processes" / "service" / CALENDAR))
    assert refused.exit_code == 2 and "--reason" in refused.stderr
