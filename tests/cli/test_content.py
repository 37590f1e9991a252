"""`alur rehearse` and `alur diagrams` tell plainly what they found, and exit with 1 when something is not right."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner

from app.cli.content import diagrams, rehearse
from tests.processes.content import FOLDER, ROOT
from tests.rehearsal.test_mend import with_new_task


@pytest.fixture
def content(tmp_path: Path) -> Path:
    """A copy of the city's content that a test may spoil."""
    for name in ("processes", "forms"):
        shutil.copytree(ROOT / name, tmp_path / name)
    return tmp_path


def test_rehearse_prints_every_route_and_the_coverage() -> None:
    result = CliRunner().invoke(rehearse, [str(FOLDER)], env={"ALUR_LANG": "id"})
    assert result.exit_code == 0, result.output
    assert result.output.count("✓") == len(list((FOLDER / "scenarios").glob("*.toml")))
    assert "ministry_disposition → verify_disposition_dinkominfo" in result.output
    assert "100%" in result.output.splitlines()[-1]


@pytest.mark.slow
def test_rehearse_proposes_how_scenarios_follow_and_writes_them(content: Path) -> None:
    folder = content / "processes/pengaduan_sp4n"
    for path, data in with_new_task().files.items():
        place = content / path if path.startswith("forms/") else folder / path
        place.write_bytes(data)
    before = {path.name: path.read_bytes() for path in (folder / "scenarios").iterdir()}
    shown = CliRunner().invoke(rehearse, [str(folder), "--propose"], env={"ALUR_LANG": "en"})
    assert shown.exit_code == 1 and "± Put in the step “Memeriksa biaya” by opd_admin" in shown.output
    assert {path.name: path.read_bytes() for path in (folder / "scenarios").iterdir()} == before
    told = CliRunner().invoke(rehearse, [str(folder), "--propose", "--json"])
    proposals = json.loads(told.stdout)["proposals"]
    assert len(proposals) > 20 and all('task = "check_cost"' in each["content"] for each in proposals)
    assert CliRunner().invoke(rehearse, [str(folder), "--write"]).exit_code == 1
    again = CliRunner().invoke(rehearse, [str(folder)])
    assert again.exit_code == 0, again.output


def test_rehearse_fails_and_says_why(content: Path) -> None:
    scenario = content / "processes/pengaduan_sp4n/scenarios/02_sepuluh_hari_kerja.toml"
    scenario.write_text(scenario.read_text("utf-8").replace('end = "end_closed"', 'end = "end_merged"'), "utf-8")
    result = CliRunner().invoke(rehearse, [str(content / "processes/pengaduan_sp4n"), "--json"])
    assert result.exit_code == 1
    told = json.loads(result.output)
    assert not told["passed"]
    (failed,) = [each for each in told["scenarios"] if not each["passed"]]
    assert failed["failure"] and "end_merged" in failed["failure"]
    assert failed["route"][-1] == "end_closed"


def test_diagrams_are_checked_then_drawn_then_fresh(content: Path) -> None:
    arguments = ["--content", str(content)]
    assert CliRunner().invoke(diagrams, [*arguments, "--check"]).exit_code == 1
    assert not (content / "diagrams").exists()
    assert CliRunner().invoke(diagrams, arguments).exit_code == 0
    assert CliRunner().invoke(diagrams, [*arguments, "--check"]).exit_code == 0
    assert (content / "diagrams/pengaduan_sp4n.svg").read_bytes() == (ROOT / "diagrams/pengaduan_sp4n.svg").read_bytes()
