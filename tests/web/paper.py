"""What tests read from the forms of a page: its token, its hidden fields, and whether typed texts stand in it."""

from __future__ import annotations

import html
import re
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from app.auth import sessions
from app.commands.complaint.filing import Filed
from app.store.database import writer
from tests.world import World


def token(page: str) -> str:
    """The token of the forms on a page."""
    found = re.search(r'name="csrf_token" value="([^"]+)"', page)
    assert found is not None
    return found[1]


def hidden(page: str, name: str) -> str:
    """What a hidden field of the page holds."""
    found = re.search(rf'name="{name}" value="([^"]*)"', page)
    assert found is not None, name
    return html.unescape(found[1])


def signed(app: Flask, service: World, name: str) -> FlaskClient:
    """A browser of the guarded application in which somebody is signed in."""
    browser, cookie = app.test_client(), f"guarded-{name}".ljust(64, "0")
    with Session(service.toolbox.database) as session, session.begin():
        sessions.end(session, cookie)
        sessions.begin(session, cookie, service.actor(name).id, service.clock.now())
    browser.set_cookie("alur-masuk", cookie)
    return browser


def entered(app: Flask, service: World, filed: Filed) -> FlaskClient:
    """A browser of the guarded application on a reporter's own page."""
    browser = app.test_client()
    data = {"nomor": filed.tracking_id, "kode": filed.secret}
    assert browser.post("/lacak", data={**data, "csrf_token": token(browser.get("/lacak").text)}).status_code == 302
    return browser


@contextmanager
def locked(service: World, app: Flask, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Somebody else holds the database's write lock for longer than anybody waits."""
    monkeypatch.setattr(app.extensions["alur"].runner, "_writer", writer(service.toolbox.database, 30))
    other = sqlite3.connect(service.toolbox.settings.database_url.removeprefix("sqlite:///"), isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    try:
        yield
    finally:
        other.execute("ROLLBACK")
        other.close()


def holds(answer: TestResponse, *texts: str) -> bool:
    """Whether the page shows all these texts, as text."""
    return all(
        html.escape(text, quote=False) in answer.text.replace("&#34;", '"').replace("&#39;", "'") for text in texts
    )
