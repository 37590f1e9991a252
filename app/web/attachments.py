"""Hands out attachments: to the reporter of the complaint and to officers who may read its file."""

from __future__ import annotations

from flask import Blueprint, Response, current_app
from flask.typing import ResponseReturnValue
from werkzeug.http import dump_options_header

from app.domain.errors import NotFound, StorageFull
from app.domain.permissions import Permission
from app.queries.complaint.answer import told_files
from app.store import files
from app.store.complaints import Attachment
from app.store.tasks import Task
from app.web.citizen import reporter
from app.web.current import read, web
from app.web.routes import VISITOR, current_actor, route
from app.web.sight import sight_of

PICTURE = "image/"
SMALL_TYPE = "image/jpeg"
REPORTER = "reporter"
SANDBOX = "default-src 'none'; sandbox; frame-ancestors 'none'"
blueprint = Blueprint("attachments", __name__)


@route(blueprint, "/lampiran/<attachment_id>", Permission.PUBLIC)
def download(attachment_id: str) -> ResponseReturnValue:
    """The file, always as a download that no browser runs; NotFound for whoever has no business with it."""
    row = _visible(attachment_id)
    answer = _guarded(_content(attachment_id), row.media_type)
    answer.headers["Content-Disposition"] = dump_options_header("attachment", {"filename": row.name})
    return answer


@route(blueprint, "/lampiran/<attachment_id>/kecil", Permission.PUBLIC)
def small(attachment_id: str) -> ResponseReturnValue:
    """The small copy of a photo, for pages to show; for the same people as the file itself."""
    row = _visible(attachment_id)
    if not row.media_type.startswith(PICTURE):
        raise NotFound
    return _guarded(_small(attachment_id), SMALL_TYPE)


def _guarded(content: bytes, media_type: str) -> Response:
    answer = Response(content, mimetype=media_type)
    answer.headers["Content-Security-Policy"] = SANDBOX
    answer.headers["Cross-Origin-Resource-Policy"] = "same-origin"
    return answer


def _content(attachment_id: str) -> bytes:
    try:
        return files.read(web().toolbox.settings.attachments_dir, attachment_id)
    except FileNotFoundError:
        raise NotFound from None


def _small(attachment_id: str) -> bytes:
    """The copy that was made with the file; one from before there were copies is made when it is first asked for."""
    folder = web().toolbox.settings.thumbnails_dir
    try:
        return files.read(folder, attachment_id)
    except FileNotFoundError:
        from app.commands.attachment.thumbnails import small as made  # loads the picture library: not with every start

    copy = made(_content(attachment_id))
    try:
        files.write(folder, attachment_id, copy)
    except StorageFull:
        current_app.logger.info("small copy not kept: no room")
    return copy


def _visible(attachment_id: str) -> Attachment:
    """The row of a file that whoever asks may see; NotFound for everybody else."""
    with read() as database:
        row = database.get(Attachment, attachment_id)
    if row is None or row.complaint_id is None or not _sent(row) or not _may_see(row):
        raise NotFound
    return row


def _sent(row: Attachment) -> bool:
    """What was only chosen is its chooser's own; of what offices sent, the reporter sees what an answer told."""
    by_reporter = row.added_by == REPORTER
    if reporter.reporter({"tracking_id": row.complaint_id}) is not None:
        if by_reporter or row.complaint_id is None:
            return by_reporter
        with read() as database:
            return row.id in told_files(database, web().toolbox.shelf, row.complaint_id)
    return row.answer_seq is not None or row.added_by == current_actor().id


def _may_see(row: Attachment) -> bool:
    if reporter.reporter({"tracking_id": row.complaint_id}) is not None:
        return True
    if current_actor() is VISITOR:
        return False
    with read() as database:
        seen = sight_of(database, str(row.complaint_id))
        task = database.get(Task, row.task_id) if row.task_id else None
    # What an office answered with stays its own to read when the case has gone on to another.
    return seen.content or (row.answer_seq is not None and task is not None and task.unit in seen.own)
