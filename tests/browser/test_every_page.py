"""Every page in every state: accessible in light and dark, at a desk and on a phone, without sideways moves."""

from __future__ import annotations

from collections import Counter

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from tests.browser.cast import Services
from tests.browser.site import Site
from tests.browser.stories import NO_PAGES, STORIES, Story
from tests.browser.visiting import HEIGHT, WIDTHS, Visits

SERIOUS = {"serious", "critical"}
LANDMARKS = {"banner", "complementary", "contentinfo", "form", "main", "navigation", "region", "search"}
COLOURS = ("color-contrast", "link-in-text-block")  # the dark pages differ from the light ones in nothing else
# What sticks out of the window, unless it lies in a part that scrolls by itself.
STICKING_OUT = """() => {
  const width = document.documentElement.clientWidth;
  if (document.documentElement.scrollWidth <= width) return [];
  return [...document.querySelectorAll('body *')]
    .filter((each) => each.getBoundingClientRect().right > width + 1)
    .map((each) => `${each.tagName.toLowerCase()}.${each.getAttribute('class') ?? ''}`);
}"""

# Dates of lists that are torn apart at the end of a line.
BROKEN_DATES = """() => [...document.querySelectorAll('main :is(table, .task-row, .events, .incidents, .tokens) time')]
  .filter((each) => each.getClientRects().length > 1).map((each) => each.textContent)"""

# Words of ordinary length (no addresses or file names) that are torn apart: their column is narrower than they are.
BROKEN_WORDS = r"""() => {
  const texts = document.createTreeWalker(document.querySelector('main'), NodeFilter.SHOW_TEXT);
  const torn = [], range = document.createRange();
  while (texts.nextNode()) {
    if (texts.currentNode.parentElement.closest('svg, code, script, textarea')) continue;
    for (const word of texts.currentNode.data.matchAll(/(?<![\p{L}\d._@/-])\p{L}{3,16}(?![\p{L}\d_@/-]|\.\S)/gu)) {
      range.setStart(texts.currentNode, word.index);
      range.setEnd(texts.currentNode, word.index + word[0].length);
      if (new Set([...range.getClientRects()].map((each) => Math.round(each.top))).size > 1) torn.push(word[0]);
    }
  }
  return torn;
}"""


def test_every_page_has_a_story(lively: Site) -> None:
    pages = {rule for rule, methods in lively.addresses.items() if "GET" in methods}
    assert pages - set(NO_PAGES) - {story.rule for story in STORIES} == set()


def test_no_story_is_about_an_address_that_is_gone(lively: Site) -> None:
    assert ({story.rule for story in STORIES} | set(NO_PAGES)) - set(lively.addresses) == set()
    assert len({story.name for story in STORIES}) == len(STORIES)


@pytest.mark.parametrize("story", STORIES, ids=lambda story: story.name)
def test_a_page_is_accessible_and_fits(story: Story, visits: Visits, services: Services) -> None:
    page = story.tell(visits, services[story.site])
    assert page.title().strip()
    assert page.locator("h1").count() == 1
    assert page.locator(".btn-primary:visible").count() <= 1, "more than one primary button"
    assert repeated_landmarks(page) == []
    for width in WIDTHS.values():
        page.set_viewport_size({"width": width, "height": HEIGHT})
        assert page.evaluate(STICKING_OUT) == [], f"wider than {width} px"
        assert page.evaluate(BROKEN_DATES) == [], f"at {width} px"
        assert page.evaluate(BROKEN_WORDS) == [], f"at {width} px"
    for width in (WIDTHS["desktop"], WIDTHS["phone"]):
        page.set_viewport_size({"width": width, "height": HEIGHT})
        page.emulate_media(color_scheme="light")
        assert violations(page) == [], f"light, {width} px"
        page.emulate_media(color_scheme="dark")
        assert violations(page, COLOURS) == [], f"dark, {width} px"


def repeated_landmarks(page: Page) -> list[tuple[str, str]]:
    """Landmarks that a screen reader's list could not tell apart: a name said twice, or a second one without a name."""
    nodes = page.context.new_cdp_session(page).send("Accessibility.getFullAXTree")["nodes"]
    said = [(node["role"]["value"], node.get("name", {}).get("value", "")) for node in nodes if not node["ignored"]]
    landmarks = [(role, name) for role, name in said if role in LANDMARKS and (name or role != "form")]
    assert ("main", "") in landmarks
    counts = Counter(name or role for role, name in landmarks)
    return [(role, name) for role, name in landmarks if counts[name or role] > 1]


def violations(page: Page, rules: tuple[str, ...] = ()) -> list[tuple[str, list[str]]]:
    """Rules that a page breaks seriously, of all or of `rules`, with the elements that break them."""
    only = {"runOnly": list(rules)} if rules else {}
    found = Axe().run(page, options={"resultTypes": ["violations"], **only}).response["violations"]
    return [(row["id"], [node["html"][:200] for node in row["nodes"]]) for row in found if row["impact"] in SERIOUS]
