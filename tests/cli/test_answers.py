"""Every command of `alur` that prints data answers programs with `--json`, and people's slips with the right name."""

from __future__ import annotations

import importlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
import pytest

from app.cli.main import COMMANDS, main
from tests.processes.content import FOLDER, ROOT

START = "2026-11-23T09:00:00+07:00"
# These do one thing and say so in a sentence; `serve` runs until it is told to stop.
DOERS = {"seed", "serve", "user add", "user disable", "user grant", "user password"}


def commands() -> Iterator[tuple[str, click.Command]]:
    """Every command that can be run, by its words."""
    for name in COMMANDS:
        module, _, attribute = COMMANDS[name][0].partition(":")
        command = getattr(importlib.import_module(module), attribute)
        if isinstance(command, click.Group):
            yield from ((f"{name} {inner}", each) for inner, each in command.commands.items())
        else:
            yield name, command


def options(command: click.Command) -> set[str]:
    """The spellings of its options."""
    return {spelling for option in command.params for spelling in option.opts}


@pytest.fixture
def alur(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]):  # type: ignore[no-untyped-def]
    """Runs the command as from a terminal; gives what it wrote to the output and to the error output."""
    monkeypatch.setenv("ALUR_DEMO", "1")
    monkeypatch.setenv("ALUR_VAR_DIR", str(tmp_path / "var"))

    def run(*arguments: object, language: str = "en") -> tuple[str, str]:
        monkeypatch.setenv("ALUR_LANGUAGE", language)
        monkeypatch.setattr("sys.argv", ["alur", *map(str, arguments)])
        with pytest.raises(SystemExit):
            main()
        said = capsys.readouterr()
        return said.out, said.err

    return run


def test_every_command_that_prints_data_has_the_same_option() -> None:
    without = {name for name, command in commands() if "--json" not in options(command)}
    assert without == DOERS
    assert {name for name, command in commands() if "--format" in options(command)} == {"check", "doctor"}


def test_each_answers_in_json(alur, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    asked: dict[str, tuple[Any, ...]] = {
        "calendar between": (START, "2026-11-23T10:00:00+07:00"),
        "calendar due": ("--from", START, "--duration", "PT1H"),
        "check": (FOLDER,),
        "db state": (),
        "db upgrade": (),
        "demo": ("--cases", 3),
        "deploy": (FOLDER, "--reason", "uji"),
        "diagrams": ("--check",),
        "doctor": (),
        "rehearse": (FOLDER,),
        "service list": (),
        "service load": (ROOT / "processes" / "service" / "sla.toml", "--reason", "uji"),
        "user list": (),
        "verify": (),
        "backup": (tmp_path / "alur.cadangan",),
        "restore": (tmp_path / "alur.cadangan", "--replace"),
    }
    digest = None
    for name, arguments in asked.items():
        said, wrong = alur(*name.split(), *arguments, "--json")
        answer = json.loads(said)
        assert isinstance(answer, dict | list), (name, wrong)
        if name == "service list":
            digest = next(row["digest"] for row in answer if row["name"] == "sla.toml")
    said, _ = alur("service", "restore", "sla.toml", digest, "--reason", "uji", "--json")
    assert json.loads(said) == {"in_force": [], "recount": None}
    assert set(asked) | {"service restore"} == {name for name, _ in commands()} - DOERS


def test_the_older_spelling_says_the_same(alur) -> None:  # type: ignore[no-untyped-def]
    for command in (("check", FOLDER), ("doctor",)):
        assert json.loads(alur(*command, "--json")[0]) == json.loads(alur(*command, "--format", "json")[0])


@pytest.mark.parametrize(
    ("arguments", "indonesian", "english"),
    [
        (("verfiy",), "Tidak ada perintah “verfiy”. Maksud Anda “verify”?", "Did you mean “verify”?"),
        (("Verify",), "Maksud Anda “verify”?", "There is no command “Verify”. Did you mean “verify”?"),
        (("calendar", "betwen"), "Maksud Anda “between”?", "Did you mean “between”?"),
        (("doctor", "--jsno"), "Tidak ada opsi “--jsno”. Maksud Anda “--json”?", "Did you mean “--json”?"),
        (("user", "add", "--nmae", "x"), "Maksud Anda “--name”?", "Did you mean “--name”?"),
        (("verify", "--only", "INV55"), "Maksud Anda “INV5”?", "Did you mean “INV5”?"),
        (("service", "list", "sal.toml"), "Maksud Anda “sla.toml”?", "Did you mean “sla.toml”?"),
    ],
)
def test_a_slip_is_answered_with_what_was_meant(
    alur, arguments: tuple[str, ...], indonesian: str, english: str
) -> None:  # type: ignore[no-untyped-def]
    alur("service", "load", ROOT / "processes" / "service", "--reason", "uji")
    for language, said in (("id", indonesian), ("en", english)):
        out, err = alur(*arguments, language=language)
        assert said in err and err.count("\n") == 1 and out == ""


def test_what_is_like_nothing_names_nothing(alur) -> None:  # type: ignore[no-untyped-def]
    assert alur("zzzz")[1] == "There is no command “zzzz”. See --help.\n"


def test_a_code_that_was_misspelt_for_a_person_is_offered(alur, monkeypatch: pytest.MonkeyPatch) -> None:  # type: ignore[no-untyped-def]
    monkeypatch.setenv("ALUR_PASSWORD", "tiga kata acak yang panjang")
    said = alur("user", "add", "budi@kota.example", "--name", "Budi", "--unit", "DPUR")[1]
    assert "This unit is not on the list. Did you mean “DPUPR”?" in said
    alur("user", "add", "budi@kota.example", "--name", "Budi", "--unit", "DPUPR")
    said = alur("user", "grant", "budi@kota.example", "opd_admn", "--unit", "DPUPR", "--decree", "SK 1")[1]
    assert "This role is not on the list. Did you mean “opd_admin”?" in said
