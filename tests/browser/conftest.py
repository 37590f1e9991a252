"""How the tests drive the system's Chromium, and how they photograph a page."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page

WIDTHS = {"desktop": 1280, "tablet": 768, "phone": 320}
MISSING = "The browser tests need Chromium: sudo apt-get install chromium"
# Root may not use Chromium's own sandbox; the rest keeps it from talking to the outside.
QUIET = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    """Start the Chromium of the system: the tests never fetch a browser of their own."""
    found = shutil.which("chromium") or shutil.which("chromium", path="/usr/bin")
    if found is None:
        pytest.fail(MISSING, pytrace=False)
    return {**browser_type_launch_args, "executable_path": found, "args": list(QUIET)}


@pytest.fixture(scope="session")
def browser_context_args(browser_context_args: dict[str, Any]) -> dict[str, Any]:
    """An Indonesian reader in Pekalongan, at a desk."""
    desk = {"width": WIDTHS["desktop"], "height": 900}
    return {**browser_context_args, "locale": "id-ID", "timezone_id": "Asia/Jakarta", "viewport": desk}


@pytest.fixture
def picture(request: pytest.FixtureRequest) -> Callable[[Page, str], None]:
    """Photograph the whole page in each width; kept only with `--pictures FOLDER` (make pictures)."""
    folder = request.config.getoption("--pictures")

    def take(page: Page, name: str) -> None:
        if folder is None:
            return
        before = page.viewport_size
        for width, pixels in WIDTHS.items():
            page.set_viewport_size({"width": pixels, "height": 900})
            page.screenshot(path=Path(folder) / f"{name}-{width}.png", full_page=True)
        if before is not None:
            page.set_viewport_size(before)

    return take
