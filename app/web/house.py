"""Whose house this is: the city's name and emblem, and where its office is found, at the head and foot of pages."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from flask import Blueprint, Flask, Response, request
from flask.typing import ResponseReturnValue

from app.domain.errors import NotFound, Refusal
from app.domain.permissions import Permission
from app.domain.text import Text
from app.standard.contact import Contact, contact_of
from app.standard.service import FOLDER, ServiceData
from app.web.current import service, web
from app.web.routes import route

EMBLEMS = {"emblem.svg": "image/svg+xml", "emblem.png": "image/png"}
LARGEST = 256 * 1024
# A drawing from outside the product: shown as a picture it can do nothing, opened by itself neither.
HARMLESS = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; sandbox; frame-ancestors 'none'"
A_DAY = "public, max-age=86400"
MOST_INITIALS = 2

blueprint = Blueprint("house", __name__)


@dataclass(frozen=True)
class House:
    """What head and foot say; all of it from the service's data."""

    data: ServiceData
    emblem: bool

    @property
    def city(self) -> Text:
        """The name of the city; that of the office where the data do not name one."""
        return self.data.standard.city or self.data.standard.unit_name

    @property
    def initials(self) -> str:
        """What stands in the emblem's place: `KP` for Kota Pekalongan."""
        return "".join(word[0].upper() for word in self.city.id.split()[:MOST_INITIALS])

    @cached_property
    def contact(self) -> Contact:
        """The office with its address and telephones."""
        return contact_of(self.data)


def install(app: Flask) -> None:
    """Make the house and the address that people use known to every template."""
    app.jinja_env.globals.update(house=house, base_url=app.extensions["alur"].toolbox.settings.base_url)
    app.jinja_env.filters.update(dialled=dialled)


def dialled(number: str) -> str:
    """A telephone number as a telephone takes it."""
    return "".join(char for char in number if char.isdigit() or char == "+")


def house() -> House | None:
    """The house of the service in force; None while no data were loaded, so that such a page can still say so."""
    try:
        return House(service(), _emblem() is not None)
    except Refusal:
        return None


@route(blueprint, "/lambang", Permission.PUBLIC)
def emblem() -> ResponseReturnValue:
    """The emblem that the city put beside its service data; NotFound where there is none."""
    path = _emblem()
    if path is None:
        raise NotFound
    answer = Response(path.read_bytes(), mimetype=EMBLEMS[path.name])
    answer.headers["Content-Security-Policy"] = HARMLESS
    answer.headers["Cache-Control"] = A_DAY
    answer.add_etag()
    return answer.make_conditional(request)


def _emblem() -> Path | None:
    folder = web().toolbox.settings.processes_dir.parent / FOLDER
    paths = (folder / name for name in EMBLEMS)
    return next((path for path in paths if path.is_file() and path.stat().st_size <= LARGEST), None)
