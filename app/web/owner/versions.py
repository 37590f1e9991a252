"""What the pages of the process owner have in common: versions, their files and what is wrong with them."""

from __future__ import annotations

from flask import Response

from app.bundle.read import Bundle
from app.commands.procedure.deployments import everything_about
from app.domain.errors import NotFound
from app.domain.findings import Finding
from app.queries.procedure import definitions
from app.web.routes import read, service, web


def live_version(key: str) -> definitions.Version:
    """The version that new cases start on; NotFound when there is none."""
    with read() as session:
        live = next((each for each in definitions.versions(session, key) if each.active), None)
    if live is None:
        raise NotFound
    return live


def stored_bundle(deployment_id: str) -> Bundle:
    """The files of one version; NotFound, InvalidDiagram."""
    with read() as session:
        return web().toolbox.bundle(session, deployment_id)


def sorted_findings(bundle: Bundle, rehearsed: bool = True) -> list[Finding]:
    """Everything there is to say about the bundle, errors first."""
    found = everything_about(bundle, service(), web().toolbox.handlers, rehearsed)
    return sorted(found, key=lambda each: (each.severity != "error", each.file, each.element or ""))


def file_answer(content: bytes | str, media_type: str, name: str | None) -> Response:
    """A file for the browser; with a name it is saved instead of shown."""
    answer = Response(content, mimetype=media_type)
    if name:
        answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer
