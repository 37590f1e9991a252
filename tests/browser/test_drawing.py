"""A procedure's drawing can be read at every width: at first, at each step of the list, and whole as an overview."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.browser.cast import Services
from tests.browser.site import Site
from tests.browser.stories import STORIES
from tests.browser.visiting import HEIGHT, Visits

pytestmark = pytest.mark.browser

READ = 11  # pixels; smaller letters are not read
WIDTHS = (1280, 768, 375)
STORIES_WITH = [story for story in STORIES if story.name in ("proses-satu", "proses-versi", "operasi-satu")]
# The height of the smallest letters in view, in pixels of the screen.
LETTERS = """() => {
  const view = document.querySelector('.drawing-window');
  const window_ = view.getBoundingClientRect();
  const seen = [...view.querySelectorAll('text')].filter((text) => {
    const { left, right, top, bottom } = text.getBoundingClientRect();
    return right > window_.left && left < window_.right && bottom > window_.top && top < window_.bottom;
  });
  const scale = view.querySelector('svg').getScreenCTM().a;
  return Math.min(...seen.map((text) => parseFloat(getComputedStyle(text).fontSize) * scale));
}"""
# Words that reach over the edge of their task, note or title, as the browser draws them.
OVER = """() => [...document.querySelectorAll('.drawing-window g[data-element]')].flatMap((group) => {
  const [rect, ...rest] = group.children;
  const text = rest.find((each) => each.tagName === 'text' && each.childElementCount); // the number of a step has none
  if (rect?.tagName !== 'rect' || !text) return [];
  const [its, place] = [text.getBoundingClientRect(), rect.getBoundingClientRect()];
  const out = its.left < place.left || its.right > place.right || its.top < place.top || its.bottom > place.bottom;
  return out ? [group.dataset.element] : [];
})"""
# Words that lie on other words, as the browser draws them.
COLLIDING = """() => {
  const texts = [...document.querySelectorAll('.drawing-window text')];
  const boxes = texts.map((text) => text.getBoundingClientRect());
  return texts.flatMap((text, a) => texts.slice(a + 1).filter((_, more) => {
    const [one, two] = [boxes[a], boxes[a + 1 + more]];
    return one.left < two.right && two.left < one.right && one.top < two.bottom && two.top < one.bottom;
  }).map((other) => `${text.textContent} / ${other.textContent}`));
}"""


def least(page: Page) -> float:
    """The height of the smallest letters in view."""
    found: float = page.evaluate(LETTERS)
    assert found < 1000, "no word is in view"
    return found


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("story", STORIES_WITH, ids=lambda story: story.name)
def test_the_first_view_and_each_step_of_the_list_can_be_read(
    story: object, width: int, visits: Visits, services: Services
) -> None:
    page = story.tell(visits, services["lively"], viewport={"width": width, "height": HEIGHT})  # type: ignore[attr-defined]
    first = page.locator(".drawing").get_attribute("data-drawing")
    view = page.locator(".drawing-window")
    assert inside(page, f"gambar-{first}") and least(page) >= READ
    page.get_by_role("button", name="Tampilkan seluruhnya").click()
    assert view.evaluate("e => e.scrollWidth <= e.clientWidth && e.scrollHeight <= e.clientHeight")
    for link in page.locator("main a[href^='#gambar-']:visible").all():
        shape = (link.get_attribute("href") or "").removeprefix("#")
        link.click()
        expect(page.locator(f"[id='{shape}']")).to_be_in_viewport()
        expect(page.locator(f"[id='{shape}'].is-pointed")).to_have_count(1)
        assert inside(page, shape) and least(page) >= READ, shape
        page.get_by_role("button", name="Tampilkan seluruhnya").click()


def inside(page: Page, shape: str) -> bool:
    """Whether all of a shape lies in the window of the drawing."""
    found: bool = page.evaluate(
        """(id) => {
      const [its, view] = [document.getElementById(id), document.querySelector('.drawing-window')]
        .map((each) => each.getBoundingClientRect());
      return its.left >= view.left && its.right <= view.right && its.top >= view.top && its.bottom <= view.bottom;
    }""",
        shape,
    )
    return found


@pytest.mark.parametrize("language", ["id", "en"])
def test_words_stay_inside_and_apart_as_the_browser_draws_them(lively: Site, visits: Visits, language: str) -> None:
    page = visits.officer(lively, "pemilik")
    page.goto(f"/bahasa/{language}")
    page.goto("/proses/pengaduan_sp4n")
    assert page.evaluate(OVER) == []
    assert page.evaluate(COLLIDING) == []
    # The same as a picture by itself, without the fonts of the page.
    page.goto("/proses/pengaduan_sp4n/versi/1/diagram.svg")
    for script in (OVER, COLLIDING):
        assert page.evaluate(script.replace(".drawing-window ", "")) == []


def test_the_drawing_is_moved_and_scaled_by_keyboard_and_points_at_its_list(lively: Site, visits: Visits) -> None:
    page = visits.officer(lively, "pemilik")
    page.goto("/proses/pengaduan_sp4n")
    view, shape = page.locator(".drawing-window"), page.locator("#gambar-follow_up")
    natural = shape.evaluate("e => e.getBoundingClientRect().width")
    view.focus()
    page.keyboard.press("0")
    assert shape.evaluate("e => e.getBoundingClientRect().width") < natural / 2
    page.keyboard.press("+")
    assert shape.evaluate("e => e.getBoundingClientRect().width") == pytest.approx(natural)
    page.keyboard.press("+")
    assert shape.evaluate("e => e.getBoundingClientRect().width") == pytest.approx(natural * 1.25)
    before = view.evaluate("e => e.scrollLeft")
    page.keyboard.press("ArrowRight")
    page.wait_for_function("(before) => document.querySelector('.drawing-window').scrollLeft > before", arg=before)
    page.keyboard.press("0")
    shape.click()
    expect(page.locator("tr.is-pointed")).to_contain_text("Menindaklanjuti aduan")
    assert inside(page, "gambar-follow_up") and least(page) >= READ
    # Far from the left edge of the drawing it is still said whose lane this is.
    title = page.locator("[data-title][data-element='lane_opd']")
    edges = [each.evaluate("e => e.getBoundingClientRect().left") for each in (title, view)]
    assert edges[0] == pytest.approx(edges[1], abs=3)


def test_without_scripts_the_drawing_stands_in_its_window_and_steps_lead_to_it(lively: Site, visits: Visits) -> None:
    page = visits.officer(lively, "pemilik", java_script_enabled=False)
    page.goto("/proses/pengaduan_sp4n")
    assert page.locator("[data-zoom]:visible").count() == 0
    page.locator("main").get_by_role("link", name="Menindaklanjuti aduan").click()
    expect(page.locator("#gambar-follow_up")).to_be_in_viewport()
