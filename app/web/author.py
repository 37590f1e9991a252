"""For whom a page was made: its forms carry a mark of that person, so that what was typed comes back to nobody else."""

from __future__ import annotations

import hashlib
import hmac

from flask import current_app, g, request
from flask_wtf import CSRFProtect
from flask_wtf.csrf import generate_csrf

from app.domain.roles import Actor
from app.web.current import web

MARK = "~"  # stands between the token against forged forms and the mark; never part of a token
TOKEN = "csrf_token"
HEADER = "X-CSRFToken"
LENGTH = 32


class Tokens(CSRFProtect):  # type: ignore[misc]  # the library brings no types
    """The token against forged forms, which is checked without the mark behind it."""

    def _get_csrf_token(self) -> str | None:
        token: str | None = super()._get_csrf_token()
        return token.partition(MARK)[0] if token else token


def mark_of(actor: Actor) -> str:
    """The mark of a person or of one complaint's reporter, "" for a visitor; it says nothing about whom it is of."""
    return _digest("author", actor)


def shelf_of(actor: Actor) -> str:
    """Under this name the browser keeps what the person typed; another mark, so that it gives nothing away."""
    return _digest("shelf", actor)[:12]


def token_for(mark: str) -> str:
    """The token of a form whose author has this mark."""
    return f"{generate_csrf()}{MARK}{mark}" if mark else str(generate_csrf())


def posted() -> str:
    """The mark in the form that was sent."""
    token = request.form.get(TOKEN) or request.headers.get(HEADER) or ""
    return token.partition(MARK)[2]


def wrote(actor: Actor) -> bool:
    """Whether the form that was sent was made for this person; its token says so too, for it ends with the session."""
    if g.get("csrf_valid") or not current_app.config["WTF_CSRF_ENABLED"]:
        return True
    return hmac.compare_digest(posted().encode(), mark_of(actor).encode())


def _digest(purpose: str, actor: Actor) -> str:
    who = f"complaint {actor.complaint}" if actor.complaint else f"user {actor.id}" if actor.kind == "user" else ""
    key = web().toolbox.settings.secret_key.encode()
    return hmac.new(key, f"{purpose} {who}".encode(), hashlib.sha256).hexdigest()[:LENGTH] if who else ""
