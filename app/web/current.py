"""What a page works with while it answers one request: the parts, a reading session, the service data, the instant."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from flask import current_app, g
from sqlalchemy.orm import Session

from app.bundle.shelf import IN_FORCE
from app.domain.permissions import Permission
from app.store.database import reading

if TYPE_CHECKING:
    from app.commands.runner import Runner
    from app.senders.letter import Sender
    from app.standard.service import ServiceData
    from app.toolbox import Toolbox


@dataclass(frozen=True)
class Web:
    """The joined parts, the one door for changes, and what each endpoint declares about itself."""

    toolbox: Toolbox
    runner: Runner
    permissions: dict[str, Permission] = field(default_factory=dict)
    again: dict[str, Callable[..., str]] = field(default_factory=dict)  # the form's page with what was sent in it
    late: dict[str, Callable[..., None]] = field(default_factory=dict)  # keeps what was sent after the session
    ways: tuple[Sender, ...] = ()  # by which letters leave: pages promise none that cannot


def web() -> Web:
    """The joined parts of the running application."""
    found: Web = current_app.extensions["alur"]
    return found


@contextmanager
def read() -> Iterator[Session]:
    """A session for reading; pages never write through it. Service data found once hold for the whole request."""
    with reading(web().toolbox.database) as session:
        if IN_FORCE in g:
            session.info[IN_FORCE] = g.get(IN_FORCE)
        yield session
        if IN_FORCE in session.info:
            g.setdefault(IN_FORCE, session.info[IN_FORCE])


def now() -> datetime:
    """The one instant of this request, aware and in UTC."""
    if "now" not in g:
        g.now = web().toolbox.clock.now()
    instant: datetime = g.now
    return instant


def service() -> ServiceData:
    """The service data in force, looked up once a request."""
    if "service" not in g:
        with read() as session:
            g.service = web().toolbox.service(session)
    found: ServiceData = g.service
    return found
