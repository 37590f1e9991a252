"""What browser tests work with: one Chromium for all of them, a running service, and visits that are watched."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser

from tests.browser.cast import Services
from tests.browser.site import Site, site
from tests.browser.visiting import LAUNCH, Visits

MISSING = "The browser tests need Chromium: sudo apt-get install chromium"


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    """Start the Chromium of the system: the tests never fetch a browser of their own."""
    if LAUNCH["executable_path"] is None:
        pytest.fail(MISSING, pytrace=False)
    return {**browser_type_launch_args, **LAUNCH}


@pytest.fixture(scope="session")
def browser_context_args(browser_context_args: dict[str, Any]) -> dict[str, Any]:
    """An Indonesian reader in Pekalongan, at a desk."""
    desk = {"width": 1280, "height": 900}
    return {**browser_context_args, "locale": "id-ID", "timezone_id": "Asia/Jakarta", "viewport": desk}


@pytest.fixture(scope="session")
def services(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Services]:
    """The services that stories play on."""
    found = Services(tmp_path_factory.mktemp("services"))
    with found.running:
        yield found


@pytest.fixture
def lively(services: Services) -> Site:
    """The service with a complaint at every step; its clock stands. Tests add complaints of their own."""
    return services["lively"]


@pytest.fixture
def fresh(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A service of one's own without complaints, for tests that move the clock or count everything."""
    with site(tmp_path_factory.mktemp("fresh"), complaints=False) as found:
        yield found


@pytest.fixture
def visits(browser: Browser) -> Iterator[Visits]:
    """Browsers of different people; at the end no page may have broken the rules for all pages."""
    found = Visits(browser)
    yield found
    found.close()
