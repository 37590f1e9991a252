"""Answers programs that come by themselves: monitors, search engines, browsers, and whoever found a hole."""

from __future__ import annotations

import os
import shutil
from datetime import timedelta
from pathlib import Path

from flask import Blueprint, Response, current_app, jsonify, redirect
from flask.typing import ResponseReturnValue
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from app.domain.errors import NotFound, Refusal
from app.domain.permissions import Permission
from app.domain.pulse import State
from app.settings import MEBIBYTE
from app.standard.contact import contact_of
from app.web.current import now, service, web
from app.web.routes import read, route

LEAST_FREE = 100 * MEBIBYTE
RETRY_AFTER = "10"  # seconds
GOOD_FOR = timedelta(days=180)  # RFC 9116 asks for less than a year
# What search engines may show; everything else is for people with a complaint or an account.
OPEN = ("/$", "/lapor$", "/lacak$", "/standar$", "/privasi$", "/static/")

blueprint = Blueprint("health", __name__)


@route(blueprint, "/healthz", Permission.PUBLIC)
def healthz() -> ResponseReturnValue:
    """For monitors: whether ticker, database, disk and senders live; 503 as soon as one of them does not."""
    pulse = web().toolbox.pulse
    return _told(ticker=pulse.ticker, database=_database(), disk=_disk(), senders=pulse.senders)


@route(blueprint, "/readyz", Permission.PUBLIC)
def readyz() -> ResponseReturnValue:
    """For whoever shares requests out to several nodes: whether this one can take them; 503 while it cannot."""
    return _told(database=_database())


def _told(**states: State) -> ResponseReturnValue:
    if "failing" in states.values():
        return jsonify(status="failing", **states), 503, {"Retry-After": RETRY_AFTER}
    return jsonify(status="ok", **states)


def _database() -> State:
    try:
        with read() as session:
            session.execute(text("SELECT 1"))
    except (Refusal, SQLAlchemyError):
        return "failing"
    return "ok"


def _disk() -> State:
    """Whether attachments, and the database where it is a file, can still be written."""
    toolbox = web().toolbox
    file = toolbox.database.url.database if toolbox.database.dialect.name == "sqlite" else None
    try:
        for folder in {toolbox.settings.var_dir, Path(file).parent if file else toolbox.settings.var_dir}:
            if not os.access(folder, os.W_OK) or shutil.disk_usage(folder).free < LEAST_FREE:
                return "failing"
    except OSError:
        return "failing"
    return "ok"


@route(blueprint, "/robots.txt", Permission.PUBLIC)
def robots() -> ResponseReturnValue:
    """Search engines show the public pages and follow no complaint."""
    lines = ["User-agent: *", *(f"Allow: {path}" for path in OPEN), "Disallow: /"]
    return _plain(lines)


@route(blueprint, "/.well-known/security.txt", Permission.PUBLIC)
def security_txt() -> ResponseReturnValue:
    """Where to report a weakness (RFC 9116): the office that owns the service; NotFound where it has no e-mail."""
    email = contact_of(service()).email
    if not email:
        raise NotFound
    lines = [
        f"Contact: mailto:{email}",
        f"Expires: {(now() + GOOD_FOR).replace(microsecond=0).isoformat()}",
        "Preferred-Languages: id, en",
        f"Canonical: {web().toolbox.settings.base_url}/.well-known/security.txt",
    ]
    return _plain(lines)


@route(blueprint, "/favicon.ico", Permission.PUBLIC)
def favicon() -> ResponseReturnValue:
    """The mark, for browsers that ask for it under its old name."""
    return redirect(current_app.jinja_env.globals["shipped"]("mark.svg"))  # type: ignore[operator]


def _plain(lines: list[str]) -> Response:
    return Response("\n".join(lines) + "\n", mimetype="text/plain")
