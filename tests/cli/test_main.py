"""The command `alur` answers wrong input with plain lines and an exit code, never with a traceback or the usage."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from app.cli.main import main
from tests.processes.content import FOLDER, ROOT


@pytest.fixture
def alur(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]):  # type: ignore[no-untyped-def]
    """Runs the command as from a terminal; gives its exit code and what it wrote to the error output."""
    monkeypatch.setenv("ALUR_LANGUAGE", "en")
    monkeypatch.setenv("ALUR_DEMO", "1")
    monkeypatch.setenv("ALUR_VAR_DIR", str(tmp_path / "var"))

    def run(*arguments: object) -> tuple[object, list[str]]:
        monkeypatch.setattr("sys.argv", ["alur", *map(str, arguments)])
        with pytest.raises(SystemExit) as ended:
            main()
        return ended.value.code, capsys.readouterr().err.splitlines()

    return run


@pytest.mark.parametrize(
    "arguments",
    [
        ("nope",),
        ("--nope",),
        ("db", "nope"),
        ("db", "state", "x"),
        ("check",),
        ("check", "--format", "yaml", "x"),
        ("deploy", "/nope", "--reason", "x"),
        ("deploy", FOLDER),
        ("diagrams", "--content", "/nope"),
        ("doctor", "x"),
        ("rehearse", "/nope"),
        ("rehearse", FOLDER, "--tasks", "nope"),
        ("rehearse", FOLDER, "--tasks", "os"),
        ("serve", "--port", "abc"),
        ("service", "nope"),
        ("service", "list", "nope.toml"),
        ("service", "load", "/nope", "--reason", "x"),
        ("service", "load", FOLDER),
        ("service", "restore", "sla.toml", "0", "--reason", "x"),
        ("user", "grant", "a@b.example", "officer", "--decree", "1", "--since", "2026-13-01"),
        ("verify", "--only", "INV9"),
    ],
)
def test_wrong_arguments_are_one_line_and_exit_code_two(alur, arguments: tuple[object, ...]) -> None:  # type: ignore[no-untyped-def]
    code, lines = alur(*arguments)
    assert (code, len(lines)) == (2, 1), lines


def test_without_arguments_there_is_help(alur) -> None:  # type: ignore[no-untyped-def]
    code, lines = alur()
    assert code == 2 and lines[0].startswith("Usage: alur") and any("calendar" in line for line in lines)


def test_a_refused_procedure_names_every_fault_and_its_file(alur, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    shutil.copytree(FOLDER, tmp_path / "processes" / "pengaduan_sp4n")
    shutil.copytree(ROOT / "processes" / "service", tmp_path / "processes" / "service")
    (tmp_path / "processes" / "pengaduan_sp4n" / "minta_kelengkapan.bpmn").unlink()
    code, lines = alur("rehearse", tmp_path / "processes" / "pengaduan_sp4n")
    assert code == 1
    assert lines[0] == "minta_kelengkapan.bpmn - [bundle] This file does not exist."


def test_a_missing_reason_is_named(alur) -> None:  # type: ignore[no-untyped-def]
    code, lines = alur("deploy", FOLDER, "--reason", "")
    assert code == 1 and lines[0] == "reason: Give the reason."
