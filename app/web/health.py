"""Tells a monitor whether the service can answer and reach its database."""

from __future__ import annotations

from flask import Blueprint, jsonify
from flask.typing import ResponseReturnValue
from sqlalchemy import text

from app.domain.permissions import Permission
from app.web.routes import read, route

blueprint = Blueprint("health", __name__)


@route(blueprint, "/healthz", Permission.PUBLIC)
def healthz() -> ResponseReturnValue:
    """`{"status": "ok"}` while the database answers; an error page otherwise."""
    with read() as session:
        session.execute(text("SELECT 1"))
    return jsonify(status="ok")
