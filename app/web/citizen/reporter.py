"""The reporter at the browser: a cookie of their own, and the session on the server that it belongs to."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import after_this_request, current_app, g, request, session
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from app.auth import reporter_sessions as sessions
from app.domain.errors import Busy, StorageFull
from app.domain.roles import Actor
from app.store.database import writer
from app.web.current import now, read, web

NAME = "Pelapor"
NOTING_MS = 250  # patience of a mere note


def cookie_name() -> str:
    """The `__Host-` prefix ties the cookie to this host; browsers accept it over https only."""
    return "__Host-alur-lacak" if current_app.config["SESSION_COOKIE_SECURE"] else "alur-lacak"


def open_complaint(complaint_id: str, secret: str | None = None) -> None:
    """Let this browser see one complaint from now on; `secret` can be shown again here as long as it may.

    What the browser had before is forgotten.
    """
    toolbox = web().toolbox
    token, old = toolbox.chance.hex() + toolbox.chance.hex(), request.cookies.get(cookie_name())
    with Session(writer(toolbox.database)) as database, database.begin():
        if old:
            sessions.end(database, old)
        sessions.begin(database, token, complaint_id, now(), secret)
    g.pop("reporter_session", None)
    after_this_request(lambda response: _given(response, token))


def close() -> None:
    """Forget in this browser that it may see the complaint."""
    token = request.cookies.get(cookie_name())
    if token:
        with Session(writer(web().toolbox.database)) as database, database.begin():
            sessions.end(database, token)
        g.pop("reporter_session", None)
        after_this_request(_taken)
    session.clear()


def reporter(arguments: Mapping[str, Any]) -> Actor | None:
    """The reporter of the complaint named in the address, if this browser has proved to be theirs lately."""
    state = _live()
    if state is None or state.complaint_id != arguments.get("tracking_id"):
        return None
    if state.stale:
        _see()
    return Actor("reporter", "reporter", NAME, complaint=state.complaint_id)


def opened() -> str | None:
    """The number of the complaint that this browser may see now."""
    state = _live()
    return None if state is None else state.complaint_id


def receipt() -> tuple[str, str] | None:
    """Number and secret that were given to this very browser, while its session lasts."""
    state = _live()
    secret = None if state is None else sessions.secret_of(state, request.cookies.get(cookie_name(), ""))
    return None if state is None or secret is None else (state.complaint_id, secret)


def _live() -> sessions.Found | None:
    if "reporter_session" not in g:
        token = request.cookies.get(cookie_name())
        with read() as database:
            g.reporter_session = sessions.find(database, token, now()) if token else None
    state: sessions.Found | None = g.reporter_session
    return state if state is not None and state.live else None


def _see() -> None:
    # Only a note of use: a busy or full database must not keep anybody from reading.
    try:
        with Session(writer(web().toolbox.database, NOTING_MS)) as database, database.begin():
            sessions.see(database, request.cookies[cookie_name()], now())
    except (Busy, StorageFull):
        current_app.logger.info("a reporter's session was not noted: database busy or full")


def _given(response: Response, token: str) -> Response:
    secure = current_app.config["SESSION_COOKIE_SECURE"]
    response.set_cookie(cookie_name(), token, secure=secure, httponly=True, samesite="Lax", path="/")
    return response


def _taken(response: Response) -> Response:
    secure = current_app.config["SESSION_COOKIE_SECURE"]
    response.delete_cookie(cookie_name(), secure=secure, httponly=True, samesite="Lax", path="/")
    return response
