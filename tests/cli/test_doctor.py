"""`alur doctor` lists contradictions of the source, what nobody confirmed and what has run out."""

from __future__ import annotations

import json
import shutil
from datetime import date
from pathlib import Path

from click.testing import CliRunner, Result

from app.cli.doctor import ageing, doctor
from app.standard.service import FOLDER, read_service

ROOT = Path(__file__).parents[2]


def run(*arguments: str, **environment: str) -> Result:
    return CliRunner().invoke(doctor, arguments, env={"ALUR_LANGUAGE": "en", "ALUR_DEMO": "1", **environment})


def test_the_conflicts_of_the_source_and_unconfirmed_data_are_listed() -> None:
    found = run()
    assert found.exit_code == 0
    for words in (
        "1706",
        "The completion time is empty",
        "31 entries not confirmed",
        "working or calendar",
        "Holidays only reckoned so far: Wed 10 Mar 2027, Thu 11 Mar 2027, Mon 17 May 2027",
        "0 errors",
    ):
        assert words in found.output


def test_json_is_a_list_of_findings() -> None:
    found = json.loads(run("--format", "json").output)
    assert {frozenset(finding) for finding in found} == {
        frozenset(("file", "element", "rule", "severity", "message", "fix"))
    }
    assert {"channel-conflict", "channel-raw", "source-conflict", "question-open", "unconfirmed"} <= {
        finding["rule"] for finding in found
    }


def test_findings_are_sentences_in_either_language() -> None:
    for language, where in (("id", "(komponen 5, Produk Pelayanan)"), ("en", "(component 5, Product)")):
        said = run(ALUR_LANGUAGE=language).output
        assert where in said
        assert "Text(" not in said and "id=" not in said
    assert "1 entry not confirmed" in run().output


def test_indonesian_is_complete_too() -> None:
    assert "Durasi penyelesaian kosong." in run(ALUR_LANGUAGE="id").output


def test_errors_end_with_exit_code_1(tmp_path: Path) -> None:
    shutil.copytree(ROOT / "processes" / "service", tmp_path / "processes" / "service")
    file = tmp_path / "processes" / "service" / "calendar.toml"
    file.write_text(file.read_text().replace("13:00-15:45", "11:00-15:45"))
    found = run("--content", str(tmp_path))
    assert found.exit_code == 1
    assert "ERROR calendar.toml, week.monday" in found.output


def test_an_empty_folder_is_answered_with_findings(tmp_path: Path) -> None:
    found = run("--content", str(tmp_path))
    assert found.exit_code == 1
    assert "calendar.toml is missing" in found.output


def test_missing_settings_are_told_outside_demo_mode() -> None:
    assert "ALUR_SECRET_KEY" in run(ALUR_DEMO="").output
    assert "ALUR_SECRET_KEY" not in run().output


def test_what_runs_out_is_told_in_time() -> None:
    service = read_service(ROOT / FOLDER)
    early = {finding.rule for finding in ageing(service, date(2026, 11, 23))}
    late = {finding.rule for finding in ageing(service, date(2027, 11, 23))}
    assert early == {"legal-basis-outdated", "calendar-guessed"}
    assert late == {"legal-basis-outdated", "calendar-horizon"}
