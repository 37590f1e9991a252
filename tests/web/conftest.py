"""The pages of a whole service on SQLite, and browsers in which any of its people is signed in already."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import jinja2
import pytest
from flask import Flask
from flask.testing import FlaskClient
from jinja2.bccache import Bucket
from sqlalchemy.orm import Session

from app.auth import sessions
from app.domain.clock import FrozenClock
from app.main import create_app
from app.web.security import limiter
from tests.databases import copy_url
from tests.world import World, opened, template

Visit = Callable[[str | None], FlaskClient]


class CompiledOnce(jinja2.BytecodeCache):
    """Templates compiled by an earlier test of this run: each test has its own application, and all the same pages."""

    def __init__(self) -> None:
        self._codes: dict[tuple[str, str], object] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        """Take what was compiled from the very same source."""
        bucket.code = self._codes.get((bucket.key, bucket.checksum))  # type: ignore[assignment]

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep what was compiled."""
        self._codes[bucket.key, bucket.checksum] = bucket.code


class Missing(jinja2.Undefined):
    """What a template names and nobody gave it: it may be asked for, but a page that prints it says nothing there."""

    __str__ = __html__ = jinja2.StrictUndefined.__str__


Flask.jinja_options = {**Flask.jinja_options, "bytecode_cache": CompiledOnce(), "undefined": Missing}


@pytest.fixture
def service(tmp_path: Path, clock: FrozenClock) -> Iterator[World]:
    """A running service whose clock stands at Monday 09.00 WIB."""
    made = opened(copy_url(template("sqlite"), tmp_path), tmp_path, clock)
    yield made
    made.toolbox.database.dispose()


@pytest.fixture
def app(service: World) -> Flask:
    """Its pages; forms need no token here (that they do is tested by itself), and nobody is too fast."""
    made = create_app(service.toolbox.settings, toolbox=service.toolbox)
    made.config.update(WTF_CSRF_ENABLED=False, RATELIMIT_ENABLED=False)
    limiter.enabled = False
    return made


@pytest.fixture
def guarded(service: World) -> Flask:
    """The same pages as they run, tokens included; nobody is too fast."""
    made = create_app(service.toolbox.settings, toolbox=service.toolbox)
    limiter.enabled = False
    return made


@pytest.fixture
def visit(app: Flask, service: World) -> Visit:
    """A browser in which one of tests.world.PEOPLE is signed in; None: nobody."""

    def browser(name: str | None) -> FlaskClient:
        client = app.test_client()
        if name is not None:
            token = f"token-of-{name}".ljust(64, "0")
            with Session(service.toolbox.database) as session, session.begin():
                sessions.end(session, token)
                sessions.begin(session, token, service.actor(name).id, service.clock.now())
            client.set_cookie("alur-masuk", token)
        return client

    return browser
