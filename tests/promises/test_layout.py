"""The top of the repository is fixed, and nothing that is committed belongs to one machine or one package index."""

from __future__ import annotations

import re
import subprocess
import tomllib
from itertools import chain
from pathlib import PurePosixPath

from tests.promises.files import ROOT, name_of, tracked

TOP = {
    "CHANGELOG.md", "LICENSE", "Makefile", "README.md", "pyproject.toml", "requirements.lock",
    "app", "diagrams", "forms", "processes", "tasks", "tests",
}  # fmt: skip
# Put together here, so that this file does not find itself.
FOREIGN = re.compile(
    "|".join(
        [
            r"https?://[^ \"']+/(?:simple|packages|-)/",
            "files" + r"\.pythonhosted\.org",
            "registry" + r"\.npmjs",
            "find" + "-links",
            r"(?<!emit-)index" + "-url ",
            "/wo" + "rk/",
            "/ro" + "ot/",
            "/op" + "t/pypi",
            "/ho" + r"me/[a-z]",
        ]
    )
)


def test_the_top_level_holds_what_the_architecture_names() -> None:
    top = {PurePosixPath(name_of(path)).parts[0] for path in tracked()}
    assert {name for name in top if not name.startswith(".")} <= TOP
    assert {name for name in top if name.startswith(".")} <= {".ci", ".gitignore", ".gitattributes", ".editorconfig"}


def test_licence_and_changelog_are_there() -> None:
    assert "Apache License" in (ROOT / "LICENSE").read_text(encoding="utf-8")
    assert "Version 2.0, January 2004" in (ROOT / "LICENSE").read_text(encoding="utf-8")
    version = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
    assert f"## {version}" in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")


def test_no_file_names_a_package_index_or_a_path_of_somebodys_machine() -> None:
    found = []
    for path in tracked():
        text = path.read_bytes().decode("utf-8", errors="ignore")
        found += [f"{name_of(path)}: {match.group()}" for match in FOREIGN.finditer(text)]
    assert found == []


def test_every_pin_of_the_lock_has_its_hashes() -> None:
    entries = re.split(r"(?m)^(?=\S)", (ROOT / "requirements.lock").read_text(encoding="utf-8"))
    pins = [entry for entry in entries if entry.strip() and not entry.startswith("#")]
    assert len(pins) > 50
    assert [
        entry for entry in pins if not re.match(r"[a-z0-9._-]+(\[[a-z,]+\])?==[^ ]+ .*--hash=sha256:", entry, re.S)
    ] == []


def test_the_lock_pins_everything_that_the_project_names() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    wanted = [*project["dependencies"], *chain.from_iterable(project["optional-dependencies"].values())]
    named = {re.split(r"[\[~>=<! ;]", line)[0].lower().replace("_", "-") for line in wanted} - {"alur"}
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    pinned = {line.split("==")[0].split("[")[0] for line in lock.splitlines() if "==" in line}
    assert named - pinned == set()


def test_the_lock_of_the_browser_side_carries_no_address() -> None:
    lock = (ROOT / "app/web/assets/package-lock.json").read_text(encoding="utf-8")
    assert '"resolved"' not in lock
    assert lock.count('"integrity"') > 20


def test_what_is_built_is_not_committed() -> None:
    built = ["app/web/static/bundle/app.js", "app/web/assets/node_modules/x", "var/alur.db", ".venv/bin/alur"]
    ignored = subprocess.run(["git", "check-ignore", *built], cwd=ROOT, capture_output=True, text=True)
    assert ignored.stdout.split() == built
