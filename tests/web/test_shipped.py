"""What browsers load is named after what it holds, sent compressed to whoever takes it, and kept for ever."""

from __future__ import annotations

import gzip
import re
from pathlib import Path

import pytest
from flask import Flask

from app.main import create_app
from app.web import shipped
from app.web.shipped import FOLDER, FOREVER
from tests.promises.files import ROOT, tracked
from tests.world import World

HASHED = re.compile(r"/static/bundle/[\w-]+\.[0-9A-Z]{8}\.(css|js|svg|woff2)")


@pytest.fixture
def address(app: Flask):  # type: ignore[no-untyped-def]
    """The address of a file by its plain name."""

    def found(name: str) -> str:
        with app.test_request_context():
            said: str = app.jinja_env.globals["shipped"](name)
        return said

    return found


def test_pages_name_files_by_what_they_hold(app: Flask) -> None:
    page = app.test_client().get("/").text
    named = re.findall(r"/static/[^\"#]+", page)
    assert len(named) > 4
    assert [each for each in named if not HASHED.fullmatch(each)] == []
    for each in set(named):
        with app.test_client().get(each) as answer:
            assert answer.status_code == 200, each


def test_no_template_names_a_file_by_itself() -> None:
    templates = [path for path in tracked() if path.suffix == ".html" and path.is_relative_to(ROOT / "app")]
    assert [path.name for path in templates if "'static'" in path.read_text("utf-8")] == []


@pytest.mark.parametrize("name", ["app.css", "app.js", "icons.svg", "mark.svg"])
def test_text_is_sent_in_the_coding_that_is_taken(app: Flask, address, name: str) -> None:  # type: ignore[no-untyped-def]
    path = FOLDER / address(name).rpartition("/")[2]
    whole = path.read_bytes()
    for taken, coding in (
        ("gzip, deflate, br, zstd", "br"),
        ("gzip", "gzip"),
        ("br;q=0.5, gzip", "gzip"),
        ("br;q=0, gzip;q=0.1", "gzip"),
        ("*", "br"),
        ("deflate", None),
        ("br;q=0, gzip;q=0", None),
        ("identity", None),
        ("", None),
    ):
        with app.test_client().get(address(name), headers={"Accept-Encoding": taken}) as answer:
            assert answer.headers.get("Content-Encoding") == coding, taken
            assert answer.headers["Vary"] == "Accept-Encoding"
            assert answer.headers["Cache-Control"] == FOREVER
            assert int(answer.headers["Content-Length"]) == len(answer.data)
            if coding == "gzip":
                assert gzip.decompress(answer.data) == whole
            elif coding == "br":
                assert len(answer.data) < len(whole)
            else:
                assert answer.data == whole
        assert answer.mimetype in {"text/css", "text/javascript", "image/svg+xml"}


def test_the_first_page_loads_less_than_60_kilobytes_of_styles_scripts_and_icons(app: Flask, address) -> None:  # type: ignore[no-untyped-def]
    taken = {"Accept-Encoding": "br"}
    sizes = []
    for name in ("app.css", "app.js", "icons.svg", "mark.svg"):
        with app.test_client().get(address(name), headers=taken) as answer:
            sizes.append(len(answer.data))
    assert sum(sizes) < 60_000, sizes


def test_fonts_are_compressed_already_and_kept_for_ever(app: Flask, address) -> None:  # type: ignore[no-untyped-def]
    with app.test_client().get(
        address("public-sans-latin-400-normal.woff2"), headers={"Accept-Encoding": "br, gzip"}
    ) as answer:
        assert answer.status_code == 200 and answer.mimetype == "font/woff2"
        assert "Content-Encoding" not in answer.headers and "Vary" not in answer.headers
        assert answer.headers["Cache-Control"] == FOREVER


def test_a_browser_that_has_the_file_gets_no_second_one(app: Flask, address) -> None:  # type: ignore[no-untyped-def]
    browser = app.test_client()
    tags = {}
    for coding in ("br", "gzip", "identity"):
        with browser.get(address("app.css"), headers={"Accept-Encoding": coding}) as answer:
            tags[coding] = answer.headers["ETag"]
    assert len(set(tags.values())) == 3  # what differs is named differently
    for coding, tag in tags.items():
        headers = {"Accept-Encoding": coding, "If-None-Match": tag}
        with browser.get(address("app.css"), headers=headers) as answer:
            assert (answer.status_code, answer.data) == (304, b"")
            assert answer.headers["Cache-Control"] == FOREVER and answer.headers["Vary"] == "Accept-Encoding"


def test_only_the_files_of_the_list_exist(app: Flask, address) -> None:  # type: ignore[no-untyped-def]
    css = address("app.css")
    for gone in (
        "/static/bundle/app.css",
        "/static/bundle/app.00000000.css",
        "/static/mark.svg",
        "/static/bundle/manifest.json",
        f"{css}.br",
        f"{css}.gz",
        "/static/bundle/../bundle/" + css.rpartition("/")[2] + "/x",
        "/static/bundle/%2e%2e/mark.svg",
        "/static/bundle/",
        css.replace("/bundle/", "/"),
    ):
        with app.test_client().get(gone) as answer:
            assert answer.status_code == 404, gone
            assert answer.headers["Cache-Control"] == "no-store", gone


def test_without_a_bundle_the_service_starts_and_says_what_is_missing(
    service: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(shipped.install, "__defaults__", (tmp_path,))
    bare = create_app(service.toolbox.settings, toolbox=service.toolbox)
    assert "make assets" in capsys.readouterr().out
    page = bare.test_client().get("/")
    assert page.status_code == 200 and "/static/bundle/app.css" in page.text
    assert bare.test_client().get("/static/bundle/app.css").status_code == 404


def test_the_list_is_read_once(app: Flask, address, monkeypatch: pytest.MonkeyPatch) -> None:  # type: ignore[no-untyped-def]
    monkeypatch.setattr(Path, "read_text", lambda *_args, **_kw: pytest.fail("read again"))
    with app.test_client().get(address("mark.svg")) as answer:
        assert answer.status_code == 200
