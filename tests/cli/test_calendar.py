"""`alur calendar` answers in the calendar's zone, as text or JSON, and refuses bad input in one line."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from app.cli.calendar import calendar
from app.commands.procedure.service import LoadService
from app.domain.clock import FrozenClock
from app.store.database import connect
from app.store.service_data import ServiceFile
from tests.databases import copy_url
from tests.world import ROOT, opened, template

GOLDEN = json.loads((Path(__file__).parents[1] / "golden" / "working_time.json").read_text())
START = "2026-12-23T15:15:00+07:00"


NOWHERE = str(Path(__file__).parents[1] / "no-such-folder")  # no demo database lies there


def run(*arguments: str, language: str = "en", **environ: str) -> Result:
    return CliRunner().invoke(calendar, arguments, env={"ALUR_LANGUAGE": language, "ALUR_VAR_DIR": NOWHERE, **environ})


@pytest.mark.parametrize("case", GOLDEN, ids=[case["id"] for case in GOLDEN])
def test_every_golden_case_forth_and_back(case: dict[str, str]) -> None:
    minutes = int(case["working_minutes"])
    found = run("due", "--from", case["start"], "--duration", f"PT{minutes}M", "--json")
    assert found.exit_code == 0
    answer = json.loads(found.output)
    assert set(answer) == {"due", "confirmed", "left", "steps", "calendar"}
    assert (answer["due"], answer["confirmed"]) == (case["due"], True)
    back = run("between", case["start"], case["due"], "--json")
    assert json.loads(back.output)["working_seconds"] == minutes * 60


def test_json_has_steps_in_the_calendars_zone() -> None:
    steps = json.loads(run("due", "--from", START, "--duration", "PT1H", "--json", language="id").output)["steps"]
    assert all(set(step) == {"at", "code", "text"} and step["at"].endswith("+07:00") for step in steps)
    assert "Kam 24 Des 2026: cuti bersama (Hari Raya Natal), tutup." in [step["text"] for step in steps]


@pytest.mark.parametrize(
    ("clock", "duration", "due"),
    [
        ("working", "P3D", "2026-12-30T15:45:00+07:00"),
        ("calendar", "P1D", "2026-12-28T15:45:00+07:00"),
        ("wall", "PT24H", "2026-12-24T15:15:00+07:00"),
    ],
)
def test_the_three_clocks(clock: str, duration: str, due: str) -> None:
    answer = json.loads(run("due", "--from", START, "--duration", duration, "--clock", clock, "--json").output)
    assert answer["due"] == due


def test_beyond_the_horizon_the_answer_is_not_confirmed() -> None:
    answer = json.loads(run("due", "--from", START, "--duration", "P400D", "--json").output)
    assert answer["confirmed"] is False
    assert "not yet certain" in run("due", "--from", START, "--duration", "P400D").output


def test_text_is_one_line_and_explained_it_is_one_line_a_step() -> None:
    assert run("due", "--from", START, "--duration", "PT1H").stdout == "Mon 28 Dec 2026 08:30 WIB\n"
    lines = run("due", "--from", START, "--duration", "PT1H", "--explain", language="id").stdout.splitlines()
    assert lines[0].startswith("Mulai Rab 23 Des 2026 15.15 WIB")
    assert lines[-1] == "Jatuh tempo Sen 28 Des 2026 08.30 WIB."


def test_between_keeps_fractions_and_signs() -> None:
    late, early = "2026-11-23T10:00:00.5+07:00", "2026-11-23T02:00:00Z"
    assert json.loads(run("between", early, late, "--json").output)["working_seconds"] == 3600.5
    assert json.loads(run("between", late, early, "--json").output)["working_seconds"] == -3600.5
    assert run("between", early, late).stdout == "1 hour 0.5 seconds (3600.5 s)\n"


@pytest.mark.parametrize(
    "arguments",
    [
        ("due", "--from", "besok", "--duration", "PT1H"),
        ("due", "--from", "2026-12-23T15:15:00", "--duration", "PT1H"),
        ("due", "--from", "2026-12-23", "--duration", "PT1H"),
        ("due", "--from", "2026-02-30T10:00:00+07:00", "--duration", "PT1H"),
        ("due", "--from", "", "--duration", "PT1H"),
        ("due", "--from", "0001-01-01T00:00:00+14:00", "--duration", "PT1H"),
        ("due", "--from", "9999-12-31T23:59:59-14:00", "--duration", "PT1H"),
        ("due", "--from", START, "--duration", "satu jam"),
        ("due", "--from", START, "--duration", "-PT1H"),
        ("due", "--from", START, "--duration", ""),
        ("due", "--from", START, "--duration", "P1DT1H"),
        ("due", "--from", START, "--duration", "PT999999999H"),
        ("due", "--from", START, "--duration", "P99999999D"),
        ("due", "--from", START, "--duration", "P9999999999999999999999D", "--clock", "wall"),
        ("due", "--from", START, "--duration", "PT1H", "--clock", "calendar"),
        ("due", "--from", START, "--duration", "PT1H", "--clock", "kerja"),
        ("due", "--from", START),
        ("due", "--duration", "PT1H"),
        ("due", "--from", START, "--duration", "PT1H", "--cepat"),
        ("due", "--from", START, "--duration", "PT1H", "--content", "/tidak/ada"),
        ("between", START),
        ("between", START, "kapan"),
        ("between", "2026-12-23T15:15:00", START),
        ("between", START, START, START),
    ],
)
@pytest.mark.parametrize("language", ["id", "en"])
def test_bad_input_is_answered_with_one_line_and_exit_code_2(arguments: tuple[str, ...], language: str) -> None:
    found = run(*arguments, language=language)
    assert found.exit_code == 2
    assert found.stdout == ""
    assert len(found.stderr.strip().splitlines()) == 1
    assert "Traceback" not in found.stderr


def test_a_faulty_calendar_is_named_with_its_faults(tmp_path: Path) -> None:
    file = tmp_path / "processes" / "service" / "calendar.toml"
    file.parent.mkdir(parents=True)
    for content, word in (("zone = ", "TOML"), ('zone = "Mars"', "Mars"), ("zone = '\\xff'", "xff")):
        file.write_text(content)
        found = run("due", "--from", START, "--duration", "PT1H", "--content", str(tmp_path))
        assert found.exit_code == 2
        assert word in found.stderr
        assert len(found.stderr.strip().splitlines()) == 1


def test_the_command_starts_without_the_heavy_parts() -> None:
    heavy = ("flask", "SpiffWorkflow", "sqlalchemy", "lxml", "holidays", "marshmallow", "apscheduler")
    program = f"import sys, app.cli.calendar; print([name for name in {heavy!r} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_a_very_long_wrong_time_is_not_repeated_in_full() -> None:
    refused = run("due", "--from", "9" * 5000, "--duration", "PT1H")
    assert refused.exit_code == 2 and len(refused.output.splitlines()) == 1 and len(refused.output) < 200


CLOSED = b"""
[[closure]]
date = 2026-12-28
name = { id = "rob", en = "tidal flood" }
"""


@pytest.fixture
def loaded(tmp_path: Path, clock: FrozenClock) -> str:
    """The address of a database in which the process owner closed Monday 28 December."""
    service = opened(copy_url(template("sqlite"), tmp_path), tmp_path, clock)
    (row,) = service.rows(ServiceFile, name="calendar.toml")
    service.runner.run(LoadService({"calendar.toml": row.content + CLOSED}, "rob"), service.actor("pemilik"))
    service.toolbox.database.dispose()
    return service.toolbox.settings.database_url


def test_the_command_and_the_application_read_the_same_calendar(loaded: str) -> None:
    asked = ("due", "--from", START, "--duration", "PT1H")
    found = run(*asked, ALUR_DATABASE_URL=loaded)
    assert found.stdout == "Tue 29 Dec 2026 08:30 WIB\n"
    assert found.stderr == "Calendar of the database, since Mon 23 Nov 2026 09:00 WIB.\n"
    told = json.loads(run(*asked, "--json", ALUR_DATABASE_URL=loaded).output)["calendar"]
    assert (told["from"], told["since"], told["reason"]) == ("database", "2026-11-23T02:00:00+00:00", "rob")
    back = run("between", START, "2026-12-29T08:30:00+07:00", ALUR_DATABASE_URL=loaded)
    assert back.stdout == "1 hour (3600 s)\n"


def test_the_demos_database_is_found_where_the_demo_keeps_it(loaded: str, tmp_path: Path) -> None:
    Path(loaded.removeprefix("sqlite:///")).rename(tmp_path / "alur.db")
    found = run("due", "--from", START, "--duration", "PT1H", ALUR_VAR_DIR=str(tmp_path))
    assert found.stdout == "Tue 29 Dec 2026 08:30 WIB\n"


def test_a_folder_that_is_named_goes_before_the_database(loaded: str) -> None:
    asked = ("due", "--from", START, "--duration", "PT1H")
    named = run(*asked, "--content", str(ROOT), ALUR_DATABASE_URL=loaded)
    assert named.stdout == "Mon 28 Dec 2026 08:30 WIB\n"
    assert "calendar.toml" in named.stderr
    assert run(*asked, ALUR_DATABASE_URL=loaded, ALUR_CONTENT_DIR=str(ROOT)).stdout.startswith("Tue 29")


def test_without_a_database_the_files_answer_and_none_is_made(tmp_path: Path) -> None:
    missing = tmp_path / "new.db"
    found = run("due", "--from", START, "--duration", "PT1H", "--json", ALUR_DATABASE_URL=f"sqlite:///{missing}")
    assert json.loads(found.output)["calendar"]["from"] == "files"
    assert not missing.exists()
    connect(f"sqlite:///{missing}").connect().close()  # there, but nothing was ever loaded into it
    found = run("due", "--from", START, "--duration", "PT1H", "--json", ALUR_DATABASE_URL=f"sqlite:///{missing}")
    assert json.loads(found.output)["calendar"]["from"] == "files"


@pytest.mark.parametrize("address", ["sqlite:////proc/version", "postgresql://nobody@127.0.0.1:1/alur", "no address"])
def test_a_database_that_cannot_be_opened_is_one_line(address: str) -> None:
    found = run("due", "--from", START, "--duration", "PT1H", ALUR_DATABASE_URL=address)
    assert (found.exit_code, found.stdout) == (2, "")
    assert found.stderr == "The database cannot be opened; --content names a folder of files instead.\n"


def test_json_has_the_due_object_of_the_pages() -> None:
    future = json.loads(run("due", "--from", "2126-01-02T09:00:00+07:00", "--duration", "P3D", "--json").output)
    assert set(future["left"]) >= {"at", "unit", "number", "phrase"}
    assert future["left"]["unit"] == "working_days" and future["left"]["number"] > 1_000
    past = json.loads(run("due", "--from", "2020-03-02T09:00:00+07:00", "--duration", "PT1H", "--json").output)
    assert past["left"]["unit"] == "service_minutes" and past["left"]["number"] < 0
    assert past["left"]["phrase"].endswith("late")
