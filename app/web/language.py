"""In which language a page speaks: Indonesian, or English once the person has chosen it."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import NullTranslations, Translations
from flask import Blueprint, Flask, Response, g, redirect, request
from flask.typing import ResponseReturnValue
from flask_babel import Babel, Domain, get_locale
from flask_babel import gettext as _

from app.domain.errors import NotFound
from app.domain.permissions import Permission
from app.web.addresses import inside
from app.web.routes import route

COOKIE = "bahasa"
LANGUAGES = {"id": "Bahasa Indonesia", "en": "English"}
FOLDER = Path(__file__).parent / "translations"
A_YEAR = 365 * 24 * 3600

blueprint = Blueprint("language", __name__)


def language() -> str:
    """The language of this request: "id" or "en"."""
    forced = g.get("language")  # a page that speaks to somebody else than the reader, or a test
    chosen = forced or request.cookies.get(COOKIE)
    return chosen if chosen in LANGUAGES else "id"


def speak(app: Flask) -> None:
    """Teach templates and views to say their sentences in the language of the request."""
    babel = Babel(app, default_locale="id", locale_selector=language)
    babel.domain_instance = Catalogues()
    app.context_processor(lambda: {"language": language(), "languages": LANGUAGES, "_": _})
    app.after_request(_name_language)


def _name_language(response: Response) -> Response:
    if response.mimetype == "text/html":
        response.content_language.add(language())
    return response


class Catalogues(Domain):  # type: ignore[misc]
    """Sentences are written in Indonesian; other languages are read from their text catalogue, without a build step."""

    def get_translations(self) -> NullTranslations:
        """The catalogue for the language of this request."""
        name = str(get_locale())
        if name not in self.cache:
            self.cache[name] = catalogue(name)
        found: NullTranslations = self.cache[name]
        return found


def catalogue(name: str) -> NullTranslations:
    """The sentences of one language; empty where there is no catalogue."""
    source = FOLDER / name / "LC_MESSAGES" / "messages.po"
    if not source.exists():
        return Translations()
    compiled = BytesIO()
    with source.open("rb") as file:
        write_mo(compiled, read_po(file))
    compiled.seek(0)
    return Translations(compiled)


@route(blueprint, "/bahasa/<lang>", Permission.PUBLIC)
def choose(lang: str) -> ResponseReturnValue:
    """Remember the chosen language and go back to the page."""
    if lang not in LANGUAGES:
        raise NotFound
    response = redirect(inside(request.args.get("next")) or "/")
    response.set_cookie(COOKIE, lang, max_age=A_YEAR, samesite="Lax", httponly=True, secure=request.is_secure)
    return response
