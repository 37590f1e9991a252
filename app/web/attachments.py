"""Hands out attachments: to the reporter of the complaint and to officers who may read its file."""

from __future__ import annotations

from flask import Blueprint, Response
from flask.typing import ResponseReturnValue
from werkzeug.http import dump_options_header

from app.domain.errors import NotFound
from app.domain.permissions import Permission
from app.store import files
from app.store.complaints import Attachment
from app.web import reporter
from app.web.current import read, web
from app.web.routes import VISITOR, current_actor, route
from app.web.sight import sight_of

SANDBOX = "default-src 'none'; sandbox; frame-ancestors 'none'"
blueprint = Blueprint("attachments", __name__)


@route(blueprint, "/lampiran/<attachment_id>", Permission.PUBLIC)
def download(attachment_id: str) -> ResponseReturnValue:
    """The file, always as a download that no browser runs; NotFound for whoever has no business with it."""
    with read() as database:
        row = database.get(Attachment, attachment_id)
        if row is None or row.complaint_id is None or not _may_see(row.complaint_id):
            raise NotFound
        name, media_type = row.name, row.media_type
    try:
        content = files.read(web().parts.settings.attachments_dir, attachment_id)
    except FileNotFoundError:
        raise NotFound from None
    answer = Response(content, mimetype=media_type)
    answer.headers["Content-Disposition"] = dump_options_header("attachment", {"filename": name})
    answer.headers["Content-Security-Policy"] = SANDBOX
    answer.headers["Cross-Origin-Resource-Policy"] = "same-origin"
    return answer


def _may_see(complaint_id: str) -> bool:
    own = reporter.reporter({"tracking_id": complaint_id})
    if own is not None:
        return True
    if current_actor() is VISITOR:
        return False
    with read() as database:
        seen = sight_of(database, complaint_id)
    return seen.content
