"""Letters on pages: those of a conversation in the reader's language, those of the outbox as they left."""

from __future__ import annotations

import re

from flask import Flask
from flask_babel import gettext as _

from app.queries.case.operations import Letter
from app.queries.complaint.dossier import Said
from app.rules.access import days_of
from app.rules.remaining import letter_fields
from app.standard.wording import LINK, around, letter, staff_page, told
from app.web.current import now, service, web
from app.web.language import language
from app.web.log_paths import FOLDERS


def install(app: Flask) -> None:
    """Give the filters to every template."""
    app.jinja_env.filters.update(retold=retold, sent_in=sent_in, letter_text=letter_text)


def retold(said: Said) -> str:
    """The words of a line of the conversation: a letter in the reader's language, everything else as it was written."""
    sent = said.letter
    if not sent_in(said) or sent is None:
        return said.text
    return told(service(), sent.template, language(), web().toolbox.settings.base_url, sent.fields)


def sent_in(said: Said) -> str:
    """The name of the language in which a letter was sent, where the page says it in another; else nothing."""
    sent = said.letter
    if sent is None or sent.lang == language() or sent.template not in service().templates:
        return ""
    words: dict[str, str] = {"id": _("bahasa Indonesia"), "en": _("bahasa Inggris")}
    return words.get(sent.lang, "")


def letter_text(written: Letter) -> str:
    """What a letter says, a mark in the place of a secret link: as it left, or as it would leave now."""
    message = written.message
    if message.body is not None:
        return message.body
    if message.template not in service().templates:
        return ""
    base, own = web().toolbox.settings.base_url, {name: said for name, said in message.fields.items() if name != "link"}
    reporter = message.recipient.startswith("reporter:")
    link = LINK.say(language()) if reporter or "until" in own else staff_page(base, own)
    known = {**around(base, link, days_of(message.template)), "title": written.title}
    fields = letter_fields(service().calendar, now(), {**known, **own})
    return letter(service(), message.template, language(), "reporter" if reporter else "staff", fields).body


def link_in(body: str, base_url: str) -> str | None:
    """The way on that a letter shows, a secret one before all others; None when there is none."""
    found = re.findall(rf"{re.escape(base_url)}(/\S+)", body)
    secret = [path for path in found if path.split("/")[1] in FOLDERS]
    return next(iter([*secret, *found]), None)
