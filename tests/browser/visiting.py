"""A browser that visits the service as one person, and that notes whatever a page should not have done."""

from __future__ import annotations

import shutil
from itertools import count
from typing import Any

from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Request

from app.commands.complaint.filing import Filed
from tests.browser.site import PASSWORD, Site

WIDTHS = {"desktop": 1280, "tablet": 768, "phone": 320}
HEIGHT = 900
MACHINES = count(1)
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
LAUNCH: dict[str, Any] = {
    "executable_path": shutil.which("chromium") or shutil.which("chromium", path="/usr/bin"),
    "args": list(QUIET),
}


class Visits:
    """Opens browsers of different people; `faults` grows when a page breaks the rules that hold for every page."""

    def __init__(self, browser: Browser) -> None:
        self.browser = browser
        self.faults: list[str] = []
        self.failing: str | None = None  # a part of the addresses that a test lets fail
        self.contexts: list[BrowserContext] = []

    def visitor(self, site: Site, **how: Any) -> Page:
        """Somebody at a machine of their own, in Pekalongan, who is not signed in."""
        machine = next(MACHINES)
        settings: dict[str, Any] = {
            "base_url": site.url,
            "locale": "id-ID",
            "timezone_id": "Asia/Jakarta",
            "viewport": {"width": WIDTHS["desktop"], "height": HEIGHT},
            "reduced_motion": "reduce",
            "extra_http_headers": {"X-Forwarded-For": f"10.0.{machine // 250}.{machine % 250 + 1}"},
        }
        context = self.browser.new_context(**(settings | how))
        context.set_default_timeout(8_000)
        self.contexts.append(context)
        page = context.new_page()
        self._watch(page, site)
        return page

    def officer(self, site: Site, name: str, **how: Any) -> Page:
        """A demo person who has signed in."""
        page = self.visitor(site, **how)
        page.context.add_cookies([dict(site.cookie(name))])  # type: ignore[list-item]
        return page

    def reporter(self, site: Site, filed: Filed, **how: Any) -> Page:
        """The reporter of a complaint, on its page."""
        page = self.visitor(site, **how)
        track(page, filed.tracking_id, filed.secret)
        return page

    def close(self) -> None:
        """Close all browsers and say what was wrong, if anything."""
        for context in self.contexts:
            context.close()
        self.contexts.clear()
        found, self.faults = self.faults, []
        assert found == [], "pages broke the rules:\n" + "\n".join(found)

    def _watch(self, page: Page, site: Site) -> None:
        refused: set[str] = set()
        page.on("response", lambda answer: refused.add(answer.url) if answer.request.is_navigation_request() else None)
        page.on("console", lambda said: self._heard(said, refused))
        page.on("pageerror", lambda error: self.faults.append(f"script error on {page.url}: {error}"))
        page.on("request", lambda sent: self._asked(sent, site))
        page.on(
            "dialog", lambda dialog: (self.faults.append(f"dialog on {page.url}: {dialog.message}"), dialog.dismiss())
        )

    def _heard(self, said: ConsoleMessage, refused: set[str]) -> None:
        # Chromium reports a page that answers 403 or 409 as an error; the pages themselves are meant to. Where a
        # picture is opened by itself, it asks for an icon.
        status = said.text.startswith("Failed to load resource") and (
            said.location["url"] in refused or said.location["url"].endswith("/favicon.ico")
        )
        if self.failing and self.failing in said.location["url"]:
            return
        if said.type == "error" and not status:
            self.faults.append(f"console on {said.location['url']}: {said.text}")

    def _asked(self, sent: Request, site: Site) -> None:
        if not sent.url.startswith((site.url, "data:", "blob:")):
            self.faults.append(f"asked another site: {sent.url}")


def sign_in(page: Page, mail: str, password: str = PASSWORD) -> None:
    """Sign in through the page, as a person does."""
    page.goto("/masuk")
    page.locator("#email").fill(mail)
    page.locator("#password").fill(password)
    page.locator("form:has(#password)").get_by_role("button").click()
    page.wait_for_url("**/tugas")


def track(page: Page, number: str, secret: str) -> None:
    """Open a complaint's page by its number and secret, as the reporter does."""
    page.goto("/lacak")
    page.locator("[name=nomor]").fill(number)
    page.locator("[name=kode]").fill(secret)
    page.locator("form:has([name=kode])").get_by_role("button").last.click()
    page.wait_for_url("**/lacak/*")
