"""The commands that people read about exist and do what is said."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from app.cli.main import COMMANDS
from tests.promises.files import ROOT

ALUR = Path(sys.executable).with_name("alur")
TARGETS = {
    "assets", "bench", "check", "clean", "diagrams", "help", "lint", "lock", "pictures", "rehearse", "run", "setup",
    "test", "test-fast", "test-long", "verify", "words",
}  # fmt: skip
README = (ROOT / "README.md").read_text(encoding="utf-8")
LINES = [
    line.split("  #")[0].strip()
    for block in re.findall(r"```sh\n(.*?)```", README, re.S)
    for line in block.splitlines()
    if line.strip() and not line.strip().startswith("#")
]
# What changes nothing and needs no database is really run.
CHEAP = re.compile(r"^\.venv/bin/alur (--help|--version|calendar|check|rehearse)\b|^make$")


def module_of(command: str) -> Path:
    """The file in which a subcommand of `alur` stands."""
    return ROOT / f"{COMMANDS[command][0].split(':')[0].replace('.', '/')}.py"


def test_make_alone_prints_every_target() -> None:
    said = subprocess.run(["make", "--no-print-directory"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert set(re.findall(r"(?m)^  make ([a-z-]+) +\S", said)) == TARGETS
    declared = re.search(r"(?m)^\.PHONY: (.*)$", (ROOT / "Makefile").read_text(encoding="utf-8"))
    assert declared is not None
    assert set(declared.group(1).split()) - {"chromium"} == TARGETS


def test_the_readme_names_the_two_commands() -> None:
    assert {"make run", "make test"} <= set(LINES)


@pytest.mark.parametrize("line", LINES)
def test_each_command_of_the_readme_exists(line: str) -> None:
    words = [word for word in shlex.split(line) if not re.fullmatch(r"[A-Z_]+=.*", word)]
    if words[0] == "make":
        assert set(words[1:]) <= TARGETS
    elif words[0] == ".venv/bin/alur":
        assert words[1] in COMMANDS or words[1] in {"--help", "--version"}
    else:
        assert words[0] in {"git", "cd", "export", "sudo", "curl", "openssl", "python3"}


@pytest.mark.slow
@pytest.mark.parametrize("line", [line for line in LINES if CHEAP.match(line)])
def test_each_cheap_command_of_the_readme_runs(line: str) -> None:
    words = shlex.split(line.replace(".venv/bin/alur", str(ALUR)))
    done = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_ci_calls_the_test_command_of_the_readme() -> None:
    run = ROOT / ".ci" / "run"
    assert os.access(run, os.X_OK)
    assert "make test" in run.read_text(encoding="utf-8").splitlines()[-1]
    assert "set -eu" in run.read_text(encoding="utf-8")


@pytest.mark.parametrize("command", sorted(COMMANDS))
def test_each_subcommand_explains_itself(command: str) -> None:
    assert module_of(command).exists()
    said = subprocess.run([ALUR, command, "--help"], cwd=ROOT, capture_output=True, text=True)
    assert said.returncode == 0, said.stderr
    assert f"alur {command}" in said.stdout


def test_the_help_names_every_subcommand_and_imports_none() -> None:
    code = (
        "import sys; sys.argv = ['alur', '--help']\nfrom app.cli.main import main\n"
        "try:\n    main()\nexcept SystemExit:\n    pass\nprint(*sys.modules)"
    )
    said = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    help_text, _, modules = said.rstrip().rpartition("\n")
    assert set(re.findall(r"(?m)^  ([a-z]+)  +\S", help_text)) == set(COMMANDS)
    heavy = {"flask", "sqlalchemy", "SpiffWorkflow", "lxml", "marshmallow"} | {
        f"app.{module_of(name).stem}" for name in COMMANDS
    }
    assert heavy & set(modules.split()) == set()


def test_a_refusal_is_one_line_and_a_failing_exit() -> None:
    environ = {"PATH": os.environ["PATH"], "LANG": "id_ID.UTF-8"}
    said = subprocess.run([ALUR, "verify"], cwd=ROOT, capture_output=True, text=True, env=environ)
    assert said.returncode == 1
    assert said.stderr.count("\n") == 1
    assert "ALUR_SECRET_KEY belum diatur" in said.stderr


def test_every_setting_stands_in_the_readme() -> None:
    text = (ROOT / "app" / "settings.py").read_text(encoding="utf-8")
    names = set(re.findall(r'"(ALUR_[A-Z_]+|PORT)"', text))
    assert {name for name in names if f"`{name}`" not in README} == set()
    told = set(re.findall(r"(?m)^\| `(ALUR_[A-Z_]+|PORT)`", README))
    assert told - names == set()


def test_the_command_is_declared() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert project["name"] == "alur"
    assert project["scripts"] == {"alur": "app.cli.main:main"}
