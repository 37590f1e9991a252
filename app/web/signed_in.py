"""Who sits at the browser: the cookie of a signed-in person."""

from __future__ import annotations

from flask import current_app, g, redirect, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from app.auth import sessions
from app.domain.errors import Busy, StorageFull
from app.domain.roles import Actor
from app.queries.person import people
from app.web.citizen import reporter
from app.web.current import now, read, service, web


def cookie_name() -> str:
    """The `__Host-` prefix ties the cookie to this host; browsers accept it over https only."""
    return "__Host-alur-masuk" if current_app.config["SESSION_COOKIE_SECURE"] else "alur-masuk"


def found() -> sessions.Found | None:
    """The session behind the browser's cookie, live or expired, looked up once a request."""
    if "found_session" not in g:
        token = request.cookies.get(cookie_name())
        with read() as database:
            g.found_session = sessions.find(database, token, now()) if token else None
    value: sessions.Found | None = g.found_session
    return value


def person() -> Actor | None:
    """The signed-in person with the grants in force today; None when nobody is signed in."""
    state = found()
    if state is None or not state.live:
        return None
    if state.stale:
        _see()
    return actor_of(state.user_id)


def expired() -> Actor | None:
    """Whoever was signed in until a while ago: good enough to keep what they typed, never to show anything."""
    state = found()
    return actor_of(state.user_id) if state is not None and not state.live else None


def actor_of(user_id: str) -> Actor | None:
    """An active person as actor; None when the account does not exist or was closed."""
    with read() as database:
        return people.actor_of(database, user_id, now().astimezone(service().calendar.zone).date())


def sign_in(response: Response, user_id: str, only: bool = False) -> Response:
    """Open a new session and give its secret to the browser; whatever the browser had before is forgotten.

    `only`: the person's sessions on all other devices end too.
    """
    toolbox = web().toolbox
    token = toolbox.chance.hex() + toolbox.chance.hex()
    old = request.cookies.get(cookie_name())
    with Session(toolbox.database) as database, database.begin():
        if only:
            sessions.end_all(database, user_id)
        if old:
            sessions.end(database, old)
        sessions.begin(database, token, user_id, now())
    reporter.close()
    secure = current_app.config["SESSION_COOKIE_SECURE"]
    response.set_cookie(cookie_name(), token, secure=secure, httponly=True, samesite="Lax", path="/")
    return response


def sign_out(response: Response) -> Response:
    """End the session on the server and in the browser."""
    token = request.cookies.get(cookie_name())
    if token:
        with Session(web().toolbox.database) as database, database.begin():
            sessions.end(database, token)
    reporter.close()
    secure = current_app.config["SESSION_COOKIE_SECURE"]
    response.delete_cookie(cookie_name(), secure=secure, httponly=True, samesite="Lax", path="/")
    return response


def ask() -> ResponseReturnValue:
    """Lead to the sign-in page and, from there, back to where the person wanted to go."""
    wanted = request.full_path.rstrip("?") if request.method == "GET" else page_of(request.path)
    return redirect(url_for("account.sign_in", next=wanted))


def _see() -> None:
    # Only a note of use: a busy or full database must not keep anybody from reading.
    try:
        with Session(web().toolbox.database) as database, database.begin():
            sessions.see(database, request.cookies[cookie_name()], now())
    except (Busy, StorageFull):
        current_app.logger.info("session use not noted: database busy or full")


def page_of(path: str) -> str:
    """The page from which a form was sent: the nearest address above it that can be shown."""
    adapter = current_app.create_url_adapter(request)
    while path and adapter is not None and not adapter.test(path, "GET"):
        path = path.rpartition("/")[0]
    return path or "/"
