"""What every test may ask for: a clock that stands still, repeatable chance, an empty database of each kind."""

from __future__ import annotations

import os
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import hypothesis
import pytest

from app.domain.chance import SeededChance
from app.domain.clock import FrozenClock

LONG = os.environ.get("ALUR_LONG") == "1"
# A Monday in service hours.
MORNING = datetime(2026, 11, 23, 9, 0, tzinfo=ZoneInfo("Asia/Jakarta"))

# Short runs repeat the same cases, so that a red run can be repeated; long runs look for new ones.
hypothesis.settings.register_profile("alur", deadline=None, derandomize=not LONG, print_blob=True)
hypothesis.settings.load_profile("alur")


def pytest_addoption(parser: pytest.Parser) -> None:
    """`--pictures FOLDER` keeps the photographs that the browser tests take."""
    parser.addoption("--pictures", metavar="FOLDER", default=None, help="keep the browser tests' photographs here")


def pytest_configure(config: pytest.Config) -> None:
    """The tests do not depend on how this machine's own installation is set."""
    for name in [name for name in os.environ if name.startswith("ALUR_") and name != "ALUR_LONG"] + ["PORT"]:
        os.environ.pop(name, None)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark by place and by parameter what the fast lane leaves out, so that nobody has to think of it."""
    here = Path(__file__).parent
    for item in items:
        folder = item.path.relative_to(here).parts[0] if item.path.is_relative_to(here) else ""
        if folder in {"browser", "crash"}:
            item.add_marker(folder)
        parameters = getattr(item, "callspec", None)
        if parameters is not None and "postgresql" in parameters.params.values():
            item.add_marker("postgres")


@pytest.fixture
def clock() -> FrozenClock:
    """A clock that stands at nine in the morning of Monday 23 November 2026 (WIB) until a test moves it."""
    return FrozenClock(MORNING)


@pytest.fixture
def chance() -> SeededChance:
    """Codes that are the same in every run."""
    return SeededChance(1)


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of an empty database; the test runs once for each kind."""
    from tests.databases import fresh_url

    return fresh_url(request.param, tmp_path)
