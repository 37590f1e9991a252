"""The page of the service standard: what the document says, and beside it what this site does of it today."""

from __future__ import annotations

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from app.domain.permissions import Permission
from app.queries.procedure import service_files
from app.queries.task.team import team
from app.standard.channels import RECEIVED
from app.standard.rows import Channel
from app.web.current import now, read, service
from app.web.routes import route

FILE = "standard.toml"

blueprint = Blueprint("standard", __name__)


@route(blueprint, "/standar", Permission.PUBLIC)
def standard() -> ResponseReturnValue:
    """The 14 components, the legal basis, channels, who works here by which decree, and what is unclear."""
    data = service()
    today = data.calendar.local_date(now())
    with read() as database:
        people = team(database, data, today)
        versions = service_files.history(database, FILE)
    shown = [channel for channel in data.channels.values() if _shown(channel)]
    return render_template(
        "citizen/standard.html",
        standard=data.standard,
        today=today,
        team=people,
        versions=versions,
        in_force=next((each for each in versions if each.in_force), None),
        received=[channel for channel in shown if channel.kind in RECEIVED],
        elsewhere=[channel for channel in shown if channel.kind not in RECEIVED],
    )


def _shown(channel: Channel) -> bool:
    """A channel that somebody can use: it is on and has an address, or is a counter to go to."""
    return channel.active and (bool(channel.address) or channel.kind == "counter")
