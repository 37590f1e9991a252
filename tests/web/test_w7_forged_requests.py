"""W7: no change is made for another site: without the form's token, or from a foreign origin, nothing happens."""

from __future__ import annotations

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.main import create_app
from app.web.security import SAFE
from tests.web.conftest import Visit
from tests.world import World

VALUES = {"tracking_id": "0" * 10, "lang": "id", "key": "pengaduan_sp4n", "number": "1"}


@pytest.fixture
def guarded(service: World) -> Flask:
    """The application as it runs, tokens included."""
    return create_app(service.toolbox.settings, toolbox=service.toolbox)


def unsafe(app: Flask) -> list[tuple[str, str]]:
    """Every method and address that changes something."""
    found = []
    with app.test_request_context():
        adapter = app.url_map.bind("localhost")
        for rule in app.url_map.iter_rules():
            values = {name: VALUES.get(name, "0" * 32) for name in rule.arguments}
            for method in (rule.methods or set()) - SAFE:
                found.append((method, adapter.build(rule.endpoint, values, method=method)))
    return found


def test_w7_every_unsafe_route_refuses_a_request_without_the_token(guarded: Flask, visit: Visit) -> None:
    browser = _signed_in(guarded, visit)
    routes = unsafe(guarded)
    assert len(routes) >= 15
    answers = {route: browser.open(route[1], method=route[0]).status_code for route in routes}
    assert {route: status for route, status in answers.items() if status not in (400, 403)} == {}


@pytest.mark.parametrize(
    "headers",
    [{"Origin": "https://evil.example"}, {"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "same-site"}],
)
def test_w7_a_foreign_origin_is_refused_before_anything_else(app: Flask, headers: dict[str, str]) -> None:
    assert app.test_client().post("/masuk", data={"email": "a"}, headers=headers).status_code == 403


@pytest.mark.parametrize("origin", ["null", "http://localhost"])
def test_w7_our_own_forms_pass(app: Flask, origin: str) -> None:
    data = {"email": "tidak.ada@example.com", "password": "salah sama sekali"}
    answer = app.test_client().post("/masuk", data=data, headers={"Origin": origin, "Sec-Fetch-Site": "same-origin"})
    assert "tidak cocok" in answer.text


def _signed_in(app: Flask, visit: Visit) -> FlaskClient:
    cookie = visit("admin").get_cookie("alur-masuk")
    assert cookie is not None
    browser = app.test_client()
    browser.set_cookie("alur-masuk", cookie.value)
    return browser
