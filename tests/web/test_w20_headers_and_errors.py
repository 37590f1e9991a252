"""W18, W19, W20: headers on every answer, error pages that tell nothing of the inside, and no way to another site."""

from __future__ import annotations

import sqlite3
from dataclasses import replace

import pytest
from flask import Flask

from app.main import create_app
from app.store.database import writer
from app.web.addresses import inside
from tests.web.conftest import Visit
from tests.web.signing import EMAIL, PASSWORD, person
from tests.web.test_w7_forged_requests import VALUES
from tests.world import World

INSIDE = ("Traceback", 'File "', "sqlalchemy", "SELECT", "app/", ".py", "secret of the inside")
FOREIGN = [
    "https://evil.example", "http://evil.example/tugas", "//evil.example", "///evil.example", "/\\evil.example",
    "\\\\evil.example", "/\t/evil.example", "/ /evil.example", "javascript:alert(1)", "data:text/html,x",
    "evil.example", "/\r\nLocation: https://evil.example", "http:evil.example", "https:/evil.example",
    "\x00/tugas", "/tugas\x00",
    "ftp://evil.example", "/%0d%0a/../\\evil", "@evil.example", "mailto:a@b.example",
]  # fmt: skip


def test_w20_every_answer_carries_the_headers(app: Flask, visit: Visit) -> None:
    browser = visit("admin")
    with app.test_request_context():
        adapter = app.url_map.bind("localhost")
        paths = [
            adapter.build(rule.endpoint, {name: VALUES.get(name, "0" * 32) for name in rule.arguments})
            for rule in app.url_map.iter_rules()
            if "GET" in (rule.methods or ()) and rule.endpoint != "static"
        ]
        mark = app.jinja_env.globals["shipped"]("mark.svg")
    for path in [*paths, "/tidak-ada", "/static/mark.svg", mark]:
        with browser.get(path) as answer:
            headers = answer.headers
        assert headers["Content-Security-Policy"].startswith("default-src 'self'"), path
        assert "frame-ancestors 'none'" in headers["Content-Security-Policy"], path
        assert "unsafe" not in headers["Content-Security-Policy"], path
        assert headers["Referrer-Policy"] == "no-referrer", path
        assert headers["X-Content-Type-Options"] == "nosniff", path
        assert "Strict-Transport-Security" not in headers, path


def test_w20_https_asks_browsers_to_stay_with_it(service: World) -> None:
    settings = replace(service.toolbox.settings, base_url="https://aduan.example")
    app = create_app(settings, toolbox=replace(service.toolbox, settings=settings))
    answer = app.test_client().get("/healthz", base_url="https://aduan.example")
    assert answer.headers["Strict-Transport-Security"].startswith("max-age=63072000")


def test_w20_pages_have_no_inline_script_or_style(app: Flask, visit: Visit) -> None:
    for path in ("/masuk", "/sandi", "/tugas", "/akun"):
        page = visit("dinkominfo" if path in ("/tugas", "/akun") else None).get(path).text
        assert "<style" not in page
        assert " style=" not in page
        assert "<script>" not in page
        assert " onclick=" not in page


def test_w18_a_fault_shows_a_number_and_nothing_of_the_inside(app: Flask, visit: Visit) -> None:
    def broken(**_: object) -> str:
        raise ValueError("secret of the inside: SELECT * FROM reporter")

    app.view_functions["inbox.tasks"] = broken
    app.config["PROPAGATE_EXCEPTIONS"] = False
    answer = visit("dinkominfo").get("/tugas")
    assert answer.status_code == 500
    assert "Nomor kejadian" in answer.text
    assert [word for word in INSIDE if word in answer.text.replace("/static/bundle/app.", "")] == []


@pytest.mark.parametrize(
    "path",
    [
        "/tugas/%00",
        "/tugas/" + "a" * 5000,
        "/aduan/%ff%fe",
        "/orang/../../etc",
        "/tugas?setelah=1e99.x",
        "/tugas?cari=%00",
    ],
)
def test_w18_strange_addresses_never_break_the_service(path: str, visit: Visit) -> None:
    for name in ("dinkominfo", "admin", None):
        assert visit(name).get(path).status_code < 500


def test_w18_what_is_not_there_reads_like_a_page(app: Flask) -> None:
    answer = app.test_client().get("/tidak-ada")
    assert answer.status_code == 404
    assert "Tidak ditemukan" in answer.text
    wrong_method = app.test_client().delete("/masuk")
    assert wrong_method.status_code == 405
    assert "GET" in wrong_method.headers["Allow"]


@pytest.mark.parametrize("address", FOREIGN)
def test_w19_no_page_leads_to_another_site(address: str, app: Flask, service: World) -> None:
    assert inside(address) is None
    person(service)
    data = {"email": EMAIL, "password": PASSWORD, "next": address}
    assert app.test_client().post("/masuk", data=data).headers["Location"] == "/beranda"
    answer = app.test_client().get("/bahasa/en", query_string={"next": address})
    assert answer.headers["Location"] == "/"


def test_t12_a_locked_database_answers_503_and_recovers(
    app: Flask, service: World, visit: Visit, monkeypatch: pytest.MonkeyPatch
) -> None:
    filed = service.at_opd()
    (task,) = service.open(filed.instance_id)
    browser, runner = visit("pupr"), app.extensions["alur"].runner
    monkeypatch.setattr(runner, "_writer", writer(service.toolbox.database, 50))
    path = service.toolbox.settings.database_url.removeprefix("sqlite:///")
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    answer = browser.post(f"/tugas/{task}/ambil")
    assert answer.status_code == 503
    assert "Retry-After" in answer.headers
    assert "tidak ada yang berubah" in answer.text
    assert browser.get("/tugas").status_code == 200  # reading goes on
    other.execute("ROLLBACK")
    other.close()
    assert browser.post(f"/tugas/{task}/ambil").status_code == 302
