"""The scripts and styles that we ship do their work under the strict policy, and without a word to any other site."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, Response, expect

from tests.browser.site import Site
from tests.browser.visiting import Visits

BUNDLE = Path(__file__).parents[2] / "app" / "web" / "static" / "bundle"
NAMES = json.loads((BUNDLE / "manifest.json").read_text("utf-8")) if (BUNDLE / "manifest.json").exists() else {}
POLICY = "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; frame-ancestors 'none'"

HEAD = """<!doctype html><html lang="id" class="staff"><head><meta charset="utf-8"><title>Uji</title>
<meta name="viewport" content="width=device-width, initial-scale=1"><link rel="icon" href="data:,">
<link rel="stylesheet" href="/bundle/app.css"><script src="/bundle/app.js" defer></script></head><body>
<main><h1>Uji</h1>"""

PAGES = {
    "/form": """<form method="post" action="/sent" data-draft="lapor">
        <p data-draft-note hidden>Draf dipulihkan <button type="button" data-draft-discard>Hapus draf</button></p>
        <label>Judul <input class="form-control" name="title"></label>
        <label data-private>NIK <input name="nik"></label>
        <fieldset><legend>Keputusan</legend>
        <label><input type="radio" name="decision" value="forward"> Teruskan</label>
        <label><input type="radio" name="decision" value="return"> Kembalikan</label></fieldset>
        <div id="reason" data-hide="=decision != &quot;return&quot;">
        <label>Alasan <input name="reason" required></label></div>
        <div id="odd" data-hide="decision.upper()"><label>Lain <input name="other"></label></div>
        <button class="btn btn-primary">Kirim</button></form>""",
    "/list": """<label>Cari <input type="search" data-search></label>
        <label><input type="checkbox" data-keys-switch> Tombol cepat</label>
        <details data-keys-help><summary>Tombol</summary><p>j k c / ?</p></details>
        <ul data-tasks><li data-task><a href="/one">Satu</a>
        <button data-claim type="button" id="claim1">Ambil</button></li>
        <li data-task><a href="/two">Dua</a> <button data-claim type="button">Ambil</button></li></ul>
        <p><output id="number">ABC-123</output> <button type="button" class="btn needs-script" data-copy="#number"
        data-done="Tersalin">Salin</button></p>
        <p class="due">Rabu <span class="chip chip-late"><svg class="icon" aria-hidden="true">
        <use href="/bundle/icons.svg#alert-circle"></use></svg> terlambat</span></p>""",
    "/receipt": '<p data-draft-sent="lapor">Terima kasih</p>',
}


class Handler(SimpleHTTPRequestHandler):
    """Serves the bundle and the little pages above, with the policy that the product sends."""

    def do_GET(self) -> None:
        """Answer with a page, else with a file of the bundle."""
        known = {path: (HEAD + body + "</main></body></html>", "text/html") for path, body in PAGES.items()}
        if (name := NAMES.get(self.path.removeprefix("/bundle/"))) is not None:
            self.path = f"/bundle/{name}"
        if self.path not in known:
            super().do_GET()
            return
        text, kind = known[self.path]
        self.send_response(200)
        self.send_header("Content-Type", f"{kind}; charset=utf-8")
        self.end_headers()
        self.wfile.write(text.encode())

    def end_headers(self) -> None:
        """Every answer carries the policy."""
        self.send_header("Content-Security-Policy", POLICY)
        super().end_headers()

    def log_message(self, format: str, *args: object) -> None:
        """Stay quiet."""


@pytest.fixture(scope="module")
def site() -> Iterator[str]:
    """The address of a server for the pages of this file."""
    assert NAMES, "the bundle is not built: make assets"
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Handler, directory=str(BUNDLE.parent)))
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def visit(page: Page, site: str) -> Iterator[Callable[[str], Page]]:
    """Open one of the pages; at the end nothing may have been blocked, failed or asked of another site."""
    complaints: list[str] = []
    page.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("request", lambda sent: None if sent.url.startswith((site, "data:")) else complaints.append(sent.url))

    def open_page(path: str) -> Page:
        page.goto(site + path)
        return page

    yield open_page
    assert complaints == []


def test_a_draft_outlives_the_page_and_is_forgotten_once_sent(visit: Callable[[str], Page]) -> None:
    page = visit("/form")
    page.get_by_label("Judul").fill("Jalan berlubang")
    page.get_by_label("NIK").fill("3375000000000001")
    page.get_by_label("Kembalikan").check()
    visit("/form")
    assert "3375" not in page.evaluate("JSON.stringify(localStorage)")
    expect(page.get_by_label("Judul")).to_have_value("Jalan berlubang")
    expect(page.get_by_label("NIK")).to_have_value("")
    expect(page.get_by_text("Draf dipulihkan")).to_be_visible()
    expect(page.locator("#reason")).to_be_visible()
    visit("/receipt")
    visit("/form")
    expect(page.get_by_label("Judul")).to_have_value("")
    expect(page.get_by_text("Draf dipulihkan")).to_be_hidden()


def test_a_draft_can_be_discarded_by_hand(visit: Callable[[str], Page]) -> None:
    page = visit("/form")
    page.get_by_label("Judul").fill("Lampu mati")
    visit("/form")
    page.get_by_role("button", name="Hapus draf").click()
    expect(page.get_by_label("Judul")).to_have_value("")
    assert "Lampu mati" not in page.evaluate("JSON.stringify(localStorage)")


def test_fields_follow_the_decision_and_an_unreadable_rule_hides_nothing(visit: Callable[[str], Page]) -> None:
    page = visit("/form")
    expect(page.locator("#reason")).to_be_hidden()
    expect(page.get_by_label("Alasan")).to_be_disabled()
    expect(page.locator("#odd")).to_be_visible()
    page.get_by_label("Kembalikan").check()
    expect(page.get_by_label("Alasan")).to_be_enabled()
    page.get_by_label("Teruskan").check()
    expect(page.locator("#reason")).to_be_hidden()


def test_the_keyboard_walks_the_list_and_can_be_switched_off(visit: Callable[[str], Page]) -> None:
    page = visit("/list")
    page.keyboard.press("j")
    expect(page.get_by_role("link", name="Satu")).to_be_focused()
    page.keyboard.press("j")
    page.keyboard.press("j")
    expect(page.get_by_role("link", name="Dua")).to_be_focused()
    page.keyboard.press("k")
    page.evaluate(
        "document.querySelector('#claim1').addEventListener('click', e => e.target.textContent = 'Milik saya')"
    )
    page.keyboard.press("c")
    expect(page.get_by_role("button", name="Milik saya")).to_be_visible()
    page.keyboard.press("?")
    expect(page.get_by_text("j k c / ?")).to_be_visible()
    page.keyboard.press("/")
    expect(page.get_by_label("Cari")).to_be_focused()
    page.keyboard.type("jk?")
    expect(page.get_by_label("Cari")).to_have_value("jk?")
    page.get_by_label("Tombol cepat").uncheck()
    page.get_by_role("link", name="Satu").focus()
    page.keyboard.press("j")
    expect(page.get_by_role("link", name="Satu")).to_be_focused()
    visit("/list")
    expect(page.get_by_label("Tombol cepat")).not_to_be_checked()


def test_copying_says_that_it_worked(visit: Callable[[str], Page]) -> None:
    page = visit("/list")
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.get_by_role("button", name="Salin").click()
    expect(page.get_by_role("button", name="Tersalin")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()") == "ABC-123"


@pytest.mark.parametrize("path", sorted(PAGES))
@pytest.mark.parametrize("mode", ["light", "dark"])
def test_our_parts_are_accessible_in_both_colour_modes(visit: Callable[[str], Page], path: str, mode: str) -> None:
    page = visit(path)
    page.emulate_media(color_scheme=mode, reduced_motion="reduce")
    found = [row for row in Axe().run(page).response["violations"] if row["impact"] in {"serious", "critical"}]
    assert [(row["id"], [node["html"] for node in row["nodes"]]) for row in found] == []


def test_a_browser_is_sent_compressed_files_and_asks_for_each_once(visits: Visits, lively: Site) -> None:
    page = visits.visitor(lively)
    sent: list[Response] = []
    page.on("response", lambda answer: sent.append(answer) if "/static/" in answer.url else None)
    page.goto("/")
    codings = {answer.url.rpartition(".")[2]: answer.headers.get("content-encoding") for answer in sent}
    assert codings["css"] == codings["js"] == "br" and codings.get("woff2") is None
    whole = (BUNDLE / NAMES["app.css"]).read_bytes()
    assert next(answer for answer in sent if answer.url.endswith(".css")).body() == whole
    asked = len(sent)
    page.goto("/lacak")
    again = [answer.url for answer in sent[asked:] if not answer.from_service_worker and answer.status != 304]
    cached = page.evaluate(
        "performance.getEntriesByType('resource').filter((e) => e.transferSize > 0).map((e) => e.name)"
    )
    assert cached == [], again
