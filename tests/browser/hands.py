"""What people do on a page: fill in a form, send it, find a task, complete it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from playwright.sync_api import Page, expect

from tests.browser.site import MAIL
from tests.browser.visiting import sign_in
from tests.world import ANSWERS, IDENTITY


def fill(page: Page, answers: Mapping[str, Any]) -> None:
    """Give each answer in the control that the form shows for it, unfolding what it lies in."""
    for name, answer in answers.items():
        value = {True: "true", False: "false"}.get(answer, answer) if isinstance(answer, bool) else str(answer)
        controls = page.locator(f"form [name='{name}']")
        first = controls.first
        first.evaluate("box => box.closest('details')?.setAttribute('open', '')")
        kind = first.evaluate("box => box.type")
        if kind in ("radio", "checkbox"):
            page.locator(f"form [name='{name}'][value='{value}']").check()
        elif kind == "select-one":
            first.select_option(str(value))
        else:
            first.fill(str(value))


def file_complaint(page: Page, **changes: str) -> tuple[str, str]:
    """File a complaint from the start page; its number and secret as the receipt shows them."""
    page.goto("/")
    page.get_by_role("link", name="Laporkan masalah").click()
    fill(page, {**ANSWERS, **IDENTITY, **changes})
    page.get_by_role("button", name="Kirim aduan").click()
    page.wait_for_url("**/lapor/diterima")
    number, secret = (page.locator(f"#{part}").inner_text().replace("-", "") for part in ("nomor", "kode"))
    return number, secret


def work(page: Page, who: str, number: str, answers: Mapping[str, Any]) -> None:
    """Sign in, find the complaint's task by its number, complete it, and sign out."""
    sign_in(page, MAIL[who])
    complete(page, number, answers)
    page.get_by_role("button", name="Keluar").click()
    page.wait_for_url("**/masuk")


def complete(page: Page, number: str, answers: Mapping[str, Any]) -> None:
    """Find a complaint's task by its number and complete it."""
    open_task(page, number)
    fill(page, answers)
    page.locator("main [data-verb]").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Tugas selesai")


def open_task(page: Page, number: str) -> None:
    """Search for a complaint's number and open its task."""
    page.goto("/tugas")
    page.get_by_role("searchbox").fill(number)
    page.get_by_role("searchbox").press("Enter")
    page.locator("[data-open]").click()
    page.wait_for_url("**/tugas/*")
