"""Answers programs that come by themselves: monitors, search engines, browsers, and whoever found a hole."""

from __future__ import annotations

from datetime import timedelta

from flask import Blueprint, Response, current_app, jsonify, redirect
from flask.typing import ResponseReturnValue
from sqlalchemy import text

from app.domain.errors import NotFound
from app.domain.permissions import Permission
from app.standard.contact import contact_of
from app.web.current import now, service, web
from app.web.routes import read, route

GOOD_FOR = timedelta(days=180)  # RFC 9116 asks for less than a year
# What search engines may show; everything else is for people with a complaint or an account.
OPEN = ("/$", "/lapor$", "/lacak$", "/standar$", "/privasi$", "/static/")

blueprint = Blueprint("health", __name__)


@route(blueprint, "/healthz", Permission.PUBLIC)
def healthz() -> ResponseReturnValue:
    """`{"status": "ok"}` while the database answers; an error page otherwise."""
    with read() as session:
        session.execute(text("SELECT 1"))
    return jsonify(status="ok")


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
