"""Imports go down the layers, and each library is known only where ARCHITECTURE puts it."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from tests.promises.files import ROOT, name_of, python

PLAIN = ("app/domain/", "app/settings.py", "app/sdk.py")


def imports(path: Path) -> Iterator[str]:
    """Every module that a file names in an import, wherever the import stands."""
    for node in ast.walk(ast.parse(path.read_bytes())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{name_of(path)}:{node.lineno}: write the whole name of the module"
            yield node.module or ""


def test_the_import_contracts_are_kept() -> None:
    command = [str(Path(sys.executable).with_name("lint-imports")), "--no-cache"]
    said = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert said.returncode == 0, said.stdout + said.stderr


def test_only_the_engine_knows_the_engine_library() -> None:
    knowing = {name_of(path) for path in python("app", "tasks") for name in imports(path) if "SpiffWorkflow" in name}
    assert {name for name in knowing if not name.startswith("app/engine/")} == set()


def test_the_domain_the_settings_and_the_sdk_are_plain_python() -> None:
    allowed = sys.stdlib_module_names | {"app", "__future__"}
    foreign = {
        (name_of(path), name)
        for path in python("app")
        if name_of(path).startswith(PLAIN)
        for name in imports(path)
        if name.split(".")[0] not in allowed
    }
    assert foreign <= {("app/domain/holidays.py", "holidays")}


def test_handlers_of_a_city_see_the_sdk_only() -> None:
    allowed = sys.stdlib_module_names | {"tasks", "__future__"}
    foreign = {
        (name_of(path), name)
        for path in python("tasks")
        for name in imports(path)
        if name != "app.sdk" and name.split(".")[0] not in allowed
    }
    assert foreign == set()


def test_a_pure_module_pulls_in_neither_flask_nor_the_engine() -> None:
    code = "import sys, app.domain.errors, app.settings, app.cli.main; print(*sys.modules)"
    command = [sys.executable, "-c", code]
    loaded = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout.split()
    assert {"flask", "SpiffWorkflow", "sqlalchemy", "lxml"} & set(loaded) == set()
