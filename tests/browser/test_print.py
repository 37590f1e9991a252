"""On paper (A4 upright and across, A3) pages are whole: folds open, nothing cut off, nothing that is for clicking."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page

from app.web.paper import parts
from tests.browser.cast import Services
from tests.browser.stories import STORIES
from tests.browser.test_every_page import STICKING_OUT
from tests.browser.visiting import Visits
from tests.processes.content import bundle

SHEETS = {"A4": 703, "A4 across": 1032, "A3 across": 1497}  # the printable width in CSS pixels
PRINTED = ("aduan-returned", "aduan-closed", "standar", "proses-satu", "proses-versi", "operasi-satu", "operasi-audit")
MAIN = bundle().manifest.diagram
PARTS = len(parts(bundle().files[MAIN], MAIN))
FOLDED = "() => [...document.querySelectorAll('main details')].filter((each) => !each.open).length"
CLICKABLE = """() => [...document.querySelectorAll('button, nav, form, .btn')]
  .filter((each) => each.checkVisibility()).map((each) => each.outerHTML.slice(0, 80))"""


def told(name: str, visits: Visits, services: Services) -> Page:
    """The page of a story."""
    story = next(each for each in STORIES if each.name == name)
    return story.tell(visits, services[story.site])


@pytest.mark.parametrize("name", PRINTED)
def test_a_page_fits_every_sheet_with_its_folds_open(name: str, visits: Visits, services: Services) -> None:
    page = told(name, visits, services)
    page.emulate_media(media="print")
    page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    for sheet, width in SHEETS.items():
        page.set_viewport_size({"width": width, "height": 1000})
        assert page.evaluate(STICKING_OUT) == [], sheet
        assert page.evaluate(FOLDED) == 0
        assert page.evaluate(CLICKABLE) == [], sheet
        kinds = page.evaluate("[...document.querySelectorAll('main table')].map((e) => getComputedStyle(e).display)")
        assert set(kinds) <= {"table"}, sheet  # no cards


@pytest.mark.parametrize("name", ["aduan-returned", "operasi-satu"])
def test_printing_opens_the_folds_and_leaves_the_page_as_it_was(
    name: str, visits: Visits, services: Services, tmp_path: Path
) -> None:
    page = told(name, visits, services)
    page.evaluate(f"window.addEventListener('beforeprint', () => {{ window.seen = ({FOLDED})(); }})")
    before = page.evaluate(FOLDED)
    assert before > 0
    pages = {}
    for sheet, how in {"A4": {}, "A4 across": {"landscape": True}, "A3 across": {"landscape": True}}.items():
        printed = page.pdf(format=sheet[:2], **how)
        pages[sheet] = len(re.findall(rb"/Type /Page\b", printed))
    assert page.evaluate("window.seen") == 0
    assert page.evaluate(FOLDED) == before
    assert page.locator(".diagram-paper").count() == 0
    assert 0 < pages["A3 across"] <= pages["A4 across"]


def test_the_live_drawing_is_printed_whole_and_in_parts_with_its_marks(visits: Visits, services: Services) -> None:
    page = told("operasi-satu", visits, services)
    tokens = page.locator(".diagram .has-token").count()
    assert tokens > 0
    page.emulate_media(media="print")
    page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    whole, *rest = page.locator(".diagram-paper .drawing-part").all()
    assert whole.locator(".has-token").count() == tokens and whole.is_visible()
    assert len(rest) == PARTS
    assert all(part.locator("p").inner_text().startswith("baris") for part in rest)
    assert not page.locator(".diagram").is_visible()
    page.evaluate("window.dispatchEvent(new Event('afterprint'))")
    page.emulate_media(media="screen")
    assert page.locator(".diagram-paper").count() == 0 and page.locator(".diagram").is_visible()


def test_the_picture_and_its_parts_are_fetched_once(visits: Visits, services: Services) -> None:
    page = visits.officer(services["lively"], "pemilik")
    asked: list[str] = []
    page.on("request", lambda sent: asked.append(sent.url) if ".svg" in sent.url and "diagram" in sent.url else None)
    page.goto("/proses/pengaduan_sp4n", wait_until="networkidle")
    assert len({url.partition("#")[0] for url in asked}) == 1
    loaded = page.evaluate("performance.getEntriesByType('resource').filter((e) => e.transferSize).map((e) => e.name)")
    assert len([name for name in loaded if "diagram.svg" in name]) == 1
