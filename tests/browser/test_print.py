"""On paper (A4 upright and across, A3) pages are whole: folds open, nothing cut off, nothing that is for clicking."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page

from app.drawing.draw import LABEL_TEXT
from app.web.drawing import parts
from tests.browser.cast import Services
from tests.browser.stories import STORIES
from tests.browser.test_every_page import STICKING_OUT
from tests.browser.visiting import Visits
from tests.processes.content import bundle

SHEETS = {"A4": 703, "A4 across": 1032, "A3 across": 1497}  # the printable width in CSS pixels
PRINTED = ("aduan-returned", "aduan-closed", "standar", "proses-satu", "proses-versi", "operasi-satu", "operasi-audit")
MAIN = bundle().manifest.diagram
POINTS, SMALLEST = 72 / 96, 6.9  # points in a CSS pixel; the smallest letters that are read on paper
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
    assert 0 < pages["A3 across"] <= pages["A4 across"]


@pytest.mark.parametrize("name", ["proses-satu", "proses-versi", "operasi-satu"])
def test_a_drawing_is_printed_whole_and_in_parts_that_can_be_read(
    name: str, visits: Visits, services: Services
) -> None:
    page = told(name, visits, services)
    assert page.locator(".drawing-part:visible").count() == 0
    tokens = page.locator(".drawing-window").get_by_text("●").count()
    assert tokens == (1 if name == "operasi-satu" else 0)
    page.emulate_media(media="print")
    page.set_viewport_size({"width": SHEETS["A4"], "height": 1000})
    whole, rest = page.locator(".drawing-window > svg"), page.locator(".drawing-part:visible")
    assert whole.evaluate("e => e.getBoundingClientRect().width") <= SHEETS["A4"]
    assert rest.count() == PARTS and rest.first.inner_text().startswith("baris")
    for part in rest.all():
        scale = part.locator("svg").evaluate("e => e.getScreenCTM().a")
        assert scale * LABEL_TEXT * POINTS >= SMALLEST
        # What it shows is there: parts repeat the one drawing of the page.
        assert part.locator("use").evaluate("e => e.getBBox().width") > 0


def test_a_printed_drawing_takes_several_sheets(visits: Visits, services: Services) -> None:
    page = told("proses-satu", visits, services)
    printed = page.pdf(format="A4")
    page.locator(".drawing").evaluate("e => e.remove()")
    without = page.pdf(format="A4")
    assert len(re.findall(rb"/Type /Page\b", printed)) - len(re.findall(rb"/Type /Page\b", without)) >= PARTS / 3
