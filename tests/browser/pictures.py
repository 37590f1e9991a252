"""`make pictures`: photographs every page in every state and width, for people to look at."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from playwright.sync_api import sync_playwright

from tests.browser.cast import Services
from tests.browser.stories import STORIES
from tests.browser.visiting import HEIGHT, LAUNCH, WIDTHS, Visits


def main(folder: Path, wanted: list[str]) -> int:
    """Write `folder`/<story>-<width>.png for all stories, or for those named."""
    folder.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright, tempfile.TemporaryDirectory() as data:
        browser, services = playwright.chromium.launch(**LAUNCH), Services(Path(data))
        with services.running:
            visits = Visits(browser)
            for story in STORIES:
                if wanted and story.name not in wanted:
                    continue
                page = story.tell(visits, services[story.site])
                for width in WIDTHS.values():
                    page.set_viewport_size({"width": width, "height": HEIGHT})
                    page.screenshot(path=folder / f"{story.name}-{width}.png", full_page=True, timeout=60_000)
                visits.close()
                print(story.name, flush=True)
        browser.close()
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), sys.argv[2:]))
