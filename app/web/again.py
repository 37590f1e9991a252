"""The page of a form again, with what was typed standing in it, when the form could not be taken."""

from __future__ import annotations

import re
from typing import Any

from flask import Flask, current_app, g, request
from werkzeug.exceptions import HTTPException

from app.domain.errors import Refusal
from app.domain.permissions import Permission
from app.domain.roles import Actor
from app.domain.text import Text
from app.web import author, carry
from app.web.current import web
from app.web.routes import VISITOR, current_actor, may

CODE = re.compile(r"[a-z0-9_]*|[A-Z0-9_-]*")  # the value of a choice; whatever else was sent, somebody wrote
MOST = 10  # texts that are offered for copying
FILES_LOST = Text("Berkas yang baru dipilih perlu dipilih lagi.", "Files you have just chosen must be chosen again.")


def install(app: Flask) -> None:
    """Let every form carry the mark of whoever its page was made for, and every page say why a form came back."""
    made: dict[str, Any] = {"csrf_token": token, "shelf": shelf}
    app.jinja_env.globals.update(made)
    app.context_processor(lambda: made)  # what the library gives to each page would stand before ours


def token() -> str:
    """The token for a form on the present page."""
    return author.token_for(author.mark_of(reader()))


def shelf() -> str:
    """Where the browser keeps what the present reader types."""
    return author.shelf_of(reader())


def reader() -> Actor:
    """For whom the present page is: on pages for everybody it does not matter who is signed in."""
    everybody = web().permissions.get(request.endpoint or "") is Permission.PUBLIC
    return VISITOR if everybody else current_actor()


def form_page(*why: Text) -> str | None:
    """The form's page with what was sent and `why` on top; None where there is no such page, or not for this person."""
    shown = web().again.get(request.endpoint or "")
    if shown is None or request.headers.get("HX-Request") or not _readable():
        return None
    permission = web().permissions[request.endpoint or ""]
    if permission is not Permission.PUBLIC and (current_actor() is VISITOR or not may(permission)):
        return None
    if not author.wrote(reader()):
        return None
    g.came_back = [*why, FILES_LOST] if _files_lost() else [*why]
    try:
        return shown(**(request.view_args or {}))
    except Refusal:
        return None
    except Exception:
        current_app.logger.exception("the form of %s could not be shown again", request.endpoint)
        return None


def texts() -> list[str]:
    """What somebody wrote into the form that was sent, for a page that can only offer it for copying."""
    if not _readable() or not author.wrote(reader()):
        return []
    return [text for _, text in carry.typed() if not CODE.fullmatch(text.strip())][:MOST]


def _readable() -> bool:
    """Whether a form was sent that can be read: one that is too large cannot."""
    try:
        return request.method == "POST" and request.form is not None
    except HTTPException:
        return False


def _files_lost() -> bool:
    return not g.get("files_taken") and any(file.filename for file in request.files.values())
