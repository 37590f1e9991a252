"""Every requirement of the source document says which test or page shows it, or why it comes later."""

from __future__ import annotations

import ast
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from app.domain.clock import SystemClock
from app.main import create_app
from app.settings import Settings

ROOT = Path(__file__).resolve().parents[2]
TRACE: dict[str, dict[str, Any]] = tomllib.loads(Path(__file__).with_name("requirements.toml").read_text("utf-8"))
KEYS = {"what", "tests", "pages", "later"}
# What a person is meant to see: tests that look at data only do not show it.
SEEN = [f"R{number}" for number in (1, 3, 6, 9, 10, 11, 13, *range(35, 42), 46, 47, 48, 50, 51, 53, 54, 55, 56)]
LOOKING = ("tests/web/", "tests/browser/", "tests/jobs/test_outbox.py", "tests/test_serving.py")


@cache
def names_in(file: Path) -> frozenset[str]:
    """The tests that a file defines, by name."""
    tree = ast.parse(file.read_text("utf-8"))
    return frozenset(_tests(tree))


def _tests(tree: ast.Module) -> Iterator[str]:
    for node in tree.body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith("test_"):
            yield node.name
        elif isinstance(node, ast.ClassDef):
            yield from (f"{node.name}::{each.name}" for each in node.body if isinstance(each, ast.FunctionDef))


@pytest.fixture(scope="module")
def addresses(tmp_path_factory: pytest.TempPathFactory) -> frozenset[str]:
    """All addresses that the service answers."""
    folder = tmp_path_factory.mktemp("addresses")
    settings = Settings(
        database_url=f"sqlite:///{folder / 'alur.db'}", secret_key="x" * 32, identity_key=bytes(32), var_dir=folder
    )
    app = create_app(settings, SystemClock())
    app.extensions["alur"].toolbox.database.dispose()
    return frozenset(rule.rule for rule in app.url_map.iter_rules())


def test_all_58_requirements_are_traced() -> None:
    assert list(TRACE) == [f"R{number}" for number in range(1, 59)]


@pytest.mark.parametrize("requirement", TRACE)
def test_a_requirement_is_shown_or_put_off_with_a_reason(requirement: str) -> None:
    entry = TRACE[requirement]
    assert set(entry) <= KEYS, "unknown key"
    assert entry["what"], "say in a few words what is required"
    shown = entry.get("tests", []) + entry.get("pages", [])
    assert shown or len(entry.get("later", "")) >= 20, "neither shown nor put off with a reason"


@pytest.mark.parametrize("requirement", SEEN)
def test_what_people_are_meant_to_see_is_looked_at_where_they_see_it(requirement: str) -> None:
    entry = TRACE[requirement]
    assert "later" in entry or [name for name in entry["tests"] if name.startswith(LOOKING)]


@pytest.mark.parametrize("requirement", [key for key, entry in TRACE.items() if entry.get("tests")])
def test_every_named_test_exists(requirement: str) -> None:
    for name in TRACE[requirement]["tests"]:
        path, _, test = name.partition("::")
        assert (ROOT / path).is_file(), f"no file {path}"
        assert test in names_in(ROOT / path), f"no test {test} in {path}"


def test_every_named_page_is_an_address_of_the_service(addresses: frozenset[str]) -> None:
    named = {page for entry in TRACE.values() for page in entry.get("pages", [])}
    assert named - addresses == set()
