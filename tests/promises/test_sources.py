"""What stands in every source file, and what in none: a sentence on top, no wall clock, no hidden choice."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

from tests.promises.files import name_of, python

CLOCKS = {
    ("datetime", "now"), ("datetime", "utcnow"), ("datetime", "today"), ("date", "today"),
    ("time", "time"), ("time", "time_ns"), ("time", "localtime"), ("time", "gmtime"), ("time", "ctime"),
}  # fmt: skip
DRAWERS = ("Service", "Manager", "Helper", "Utils", "Util")
SERVICE_DATA = {"LoadService"}  # commands whose object is the public service itself


def calls(path: Path) -> Iterator[tuple[int, str, str]]:
    """Line, object and attribute of everything of the form `object.attribute` in a file."""
    for node in ast.walk(ast.parse(path.read_bytes())):
        if isinstance(node, ast.Attribute):
            owner = node.value
            name = owner.id if isinstance(owner, ast.Name) else owner.attr if isinstance(owner, ast.Attribute) else ""
            yield node.lineno, name, node.attr


def test_only_the_clock_reads_the_wall_clock() -> None:
    readers = {
        f"{name_of(path)}:{line} {owner}.{attribute}"
        for path in python("app", "tasks")
        if name_of(path) != "app/domain/clock.py"
        for line, owner, attribute in calls(path)
        if (owner, attribute) in CLOCKS
    }
    assert readers == set()
    hidden = {
        name_of(path)
        for path in python("app", "tasks")
        for node in ast.walk(ast.parse(path.read_bytes()))
        if isinstance(node, ast.ImportFrom) and node.module == "time"
        if {alias.name for alias in node.names} & {attribute for _, attribute in CLOCKS}
    }
    assert hidden == set()


def test_only_the_command_line_hands_the_environment_to_the_settings() -> None:
    readers = {
        name_of(path)
        for path in python("app", "tasks")
        for _, owner, attribute in calls(path)
        if (owner, attribute) in {("os", "environ"), ("os", "getenv")}
    }
    # The fault points of the crash tests are armed from outside the process and belong to no installation.
    allowed = {"app/main.py", "app/store/faults.py"}
    assert {name for name in readers if not name.startswith("app/cli")} <= allowed


def test_every_module_says_in_one_sentence_what_it_is() -> None:
    silent = [
        name_of(path)
        for path in python("app", "tasks", "tests")
        if path.read_bytes().strip() and not ast.get_docstring(ast.parse(path.read_bytes()))
    ]
    assert silent == []


def test_packages_of_the_product_are_empty_at_the_top() -> None:
    full = [name_of(path) for path in python("app") if path.name == "__init__.py" and path.read_bytes().strip()]
    assert full == []


def test_no_class_is_named_after_a_drawer() -> None:
    found = [
        f"{name_of(path)} {node.name}"
        for path in python("app", "tasks")
        for node in ast.walk(ast.parse(path.read_bytes()))
        if isinstance(node, ast.ClassDef) and node.name.endswith(DRAWERS) and node.name not in SERVICE_DATA
    ]
    assert found == []
