"""A complaint's city shows at head and foot of public pages, with its emblem once it has supplied one."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from app.main import create_app
from app.web.security import limiter
from tests.web.conftest import Visit
from tests.web.test_citizen_tracking import enter
from tests.world import ROOT, World

PAGES = ("/", "/lapor", "/lacak", "/standar", "/privasi")
EMBLEM = (
    b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 8 8">'
    b'<script>alert(1)</script><rect width="8" height="8"/></svg>'
)


def head(page: str) -> str:
    return page[page.index("<header") : page.index("</header>")]


def foot(page: str) -> str:
    return page[page.index("<footer") : page.index("</footer>")]


@pytest.mark.parametrize("path", PAGES)
def test_public_pages_carry_the_city_its_office_address_and_telephone(visit: Visit, path: str) -> None:
    page = visit(None).get(path).text
    assert "Kota Pekalongan" in head(page) and ">KP<" in head(page)
    for part in (foot(page), head(page)):  # on paper the same stands at the head
        assert "Dinas Komunikasi dan Informatika Kota Pekalongan" in part
        assert "Jalan Mataram Nomor 1" in part and 'href="tel:0285421243"' in part


def test_the_tracking_page_and_a_page_that_is_not_there_carry_it_too(visit: Visit, service: World) -> None:
    filed, browser = service.file(), visit(None)
    assert "Kota Pekalongan" in head(enter(browser, filed))
    assert "Kota Pekalongan" in head(browser.get("/tidak-ada").text)


@pytest.fixture
def own(service: World, tmp_path: Path) -> Iterator[tuple[FlaskClient, Path]]:
    """A browser on a service whose content folder is its own, and the folder of its service data."""
    folder = tmp_path / "content"
    shutil.copytree(ROOT / "processes", folder / "processes")
    settings = replace(service.toolbox.settings, processes_dir=folder / "processes")
    made = create_app(settings, toolbox=replace(service.toolbox, settings=settings))
    made.config.update(WTF_CSRF_ENABLED=False)
    limiter.enabled = False
    yield made.test_client(), folder / "processes" / "service"


def test_an_emblem_beside_the_service_data_is_shown_and_can_do_nothing(own: tuple[FlaskClient, Path]) -> None:
    browser, folder = own
    assert browser.get("/lambang").status_code == 404
    (folder / "emblem.svg").write_bytes(EMBLEM)
    assert '<img class="emblem" src="/lambang"' in head(browser.get("/").text)
    answer = browser.get("/lambang")
    assert (answer.status_code, answer.mimetype, answer.data) == (200, "image/svg+xml", EMBLEM)
    assert "sandbox" in answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert browser.get("/lambang", headers={"If-None-Match": answer.headers["ETag"]}).status_code == 304


def test_a_picture_as_large_as_a_poster_is_no_emblem(own: tuple[FlaskClient, Path]) -> None:
    browser, folder = own
    (folder / "emblem.png").write_bytes(b"\x89PNG\r\n\x1a\n" + b"0" * 300_000)
    assert ">KP<" in head(browser.get("/").text) and browser.get("/lambang").status_code == 404
