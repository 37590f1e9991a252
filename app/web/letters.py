"""Letters on a page are read in the language of the page, whatever language they were sent in."""

from __future__ import annotations

from flask import Flask
from flask_babel import gettext as _

from app.bundle.wording import told
from app.queries.complaint_file import Said
from app.web.current import service, web
from app.web.language import language


def install(app: Flask) -> None:
    """Give the filters to every template."""
    app.jinja_env.filters.update(retold=retold, sent_in=sent_in)


def retold(said: Said) -> str:
    """The words of a line of the conversation: a letter in the reader's language, everything else as it was written."""
    letter = said.letter
    if not sent_in(said) or letter is None:
        return said.text
    return told(service(), letter.template, language(), web().parts.settings.base_url, letter.fields)


def sent_in(said: Said) -> str:
    """The name of the language in which a letter was sent, where the page says it in another; else nothing."""
    letter = said.letter
    if letter is None or letter.lang == language() or letter.template not in service().templates:
        return ""
    words: dict[str, str] = {"id": _("bahasa Indonesia"), "en": _("bahasa Inggris")}
    return words.get(letter.lang, "")
