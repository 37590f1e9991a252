"""What the person at the browser may see of cases: the one rule of sight, asked for the current request."""

from __future__ import annotations

from collections.abc import Iterable

from flask import Flask, g
from sqlalchemy.orm import Session

from app.domain.errors import NotFound
from app.domain.permissions import Permission
from app.domain.text import Text
from app.domain.tracking import shown
from app.forms.words import RIGHT
from app.queries import sight
from app.rules.sight import Sight, Viewer, holders, viewer
from app.web.language import language
from app.web.routes import current_actor, service

SEALED = Text("Aduan rahasia", "Confidential complaint")


def install(app: Flask) -> None:
    """Give templates the words for what they must not show."""
    app.jinja_env.globals.update(sealed_title=sealed_title, titles_with=titles_with)
    app.jinja_env.filters.update(spoken=spoken)


def current_viewer() -> Viewer:
    """The rights to see of whoever asks, found once a request."""
    if "viewer" not in g:
        g.viewer = viewer(current_actor(), service().role_rows)
    found: Viewer = g.viewer
    return found


def sight_of(session: Session, tracking_id: str) -> Sight:
    """What may be seen of a complaint; NotFound for whoever may not even know of it."""
    seen = current_viewer().sees(sight.standing(session, tracking_id))
    if not seen.known:
        raise NotFound
    return seen


def sealed(session: Session, instances: Iterable[str | None]) -> frozenset[str]:
    """Those of the cases of a page of which the reader may not see more than the number."""
    return frozenset(case for case, seen in sight.seen(session, current_viewer(), instances).items() if seen.sealed)


def sealed_title(number: str = "") -> str:
    """What stands instead of a title: `Aduan rahasia`, with the number where there is one."""
    return f"{SEALED.say(language())} {shown(number)}".strip()


def titles_with(permission: str, *, own: bool = False) -> str:
    """`Admin KemenPANRB dan Admin Dinkominfo`: the roles with a right, from the city's role table."""
    titles = [title.say(language()) for title in holders(Permission(permission), service().role_rows, own=own)]
    word = " and " if language() == "en" else " dan "
    return word.join(part for part in (", ".join(titles[:-1]), titles[-1]) if part) if titles else ""


def spoken(value: Text) -> str:
    """A sentence of a form in the reader's language; `{identity.anonymous}` in it becomes the roles with that right."""
    return RIGHT.sub(lambda found: titles_with(found[1]), value.say(language()))
