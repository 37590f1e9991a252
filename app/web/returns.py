"""Says in one sentence from where a complaint was sent back, to where, when and why."""

from __future__ import annotations

from flask import Flask
from flask_babel import gettext as _

from app.rules.returns import Return
from app.web.filters import instant, text


def install(app: Flask) -> None:
    """Give the filter to every template."""
    app.jinja_env.filters.update(sent_back=sent_back)


def sent_back(each: Return) -> str:
    """`Sen, 23 Nov 2026 14.00 WIB: Dinas A mengembalikan aduan ini ke Dinkominfo dengan alasan “...”.`"""
    said = {"at": instant(each.at), "source": text(each.source), "target": text(each.target), "why": text(each.why)}
    if not said["why"]:
        return str(_("%(at)s: %(source)s mengembalikan aduan ini ke %(target)s.", **said))
    return str(_("%(at)s: %(source)s mengembalikan aduan ini ke %(target)s dengan alasan “%(why)s”.", **said))
