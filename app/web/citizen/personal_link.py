"""The pages behind the links in letters to reporters, and the way to a new secret for whoever lost theirs."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.commands.person.access import AskForNewSecret, OpenPersonalLink, ReplaceSecret
from app.domain.errors import Expired
from app.domain.permissions import Permission
from app.rules.access import OPEN, SECRET, Link, link_of
from app.senders.reach import reached
from app.standard.contact import contact_of
from app.web.citizen import reporter
from app.web.current import now, read, service, web
from app.web.routes import route, run
from app.web.security import limiter

blueprint = Blueprint("personal_link", __name__)


@route(blueprint, "/tautan/<token>", Permission.PUBLIC)
@limiter.limit("60 per minute")
def show(token: str) -> ResponseReturnValue:
    """A button and nothing else: programs that look through mail open links, and must not change anything."""
    return _link_page(token, OPEN)


@route(blueprint, "/tautan/<token>", Permission.PUBLIC, methods=("POST",))
@limiter.limit("20 per minute")
def enter(token: str) -> ResponseReturnValue:
    """Open the complaint that the link belongs to."""
    if not _works(token, OPEN):  # guesses leave no trace in the audit: somebody could fill it with them
        return _link_page(token, OPEN)
    complaint_id = run(OpenPersonalLink(token))
    reporter.open_complaint(complaint_id)
    return redirect(url_for("tracking.page", tracking_id=complaint_id))


@route(blueprint, "/kode/<token>", Permission.PUBLIC)
@limiter.limit("60 per minute")
def show_replacing(token: str) -> ResponseReturnValue:
    """A button that makes a new secret, and what it does to the old one."""
    return _link_page(token, SECRET)


@route(blueprint, "/kode/<token>", Permission.PUBLIC, methods=("POST",))
@limiter.limit("20 per minute")
def replace(token: str) -> ResponseReturnValue:
    """Make the new secret and show it."""
    if not _works(token, SECRET):
        return _link_page(token, SECRET)
    complaint_id, secret = run(ReplaceSecret(token))
    reporter.open_complaint(complaint_id, secret)
    return redirect(url_for(".new_secret", tracking_id=complaint_id))


@route(blueprint, "/lacak/<tracking_id>/kode", Permission.REPORTER)
def new_secret(tracking_id: str) -> ResponseReturnValue:
    """The new secret, shown to the browser that it was made for."""
    given = reporter.receipt()
    if given is None or given[0] != tracking_id:
        return redirect(url_for("tracking.page", tracking_id=tracking_id))
    return render_template("citizen/new_secret.html", number=given[0], code=given[1])


@route(blueprint, "/lacak/ganti-kode", Permission.PUBLIC)
def ask() -> ResponseReturnValue:
    """Ask for the number and the address to which the link may go."""
    return _ask_page(reporter.opened() or request.args.get("nomor", ""))


@route(blueprint, "/lacak/ganti-kode", Permission.PUBLIC, methods=("POST",), again=lambda: _ask_page(_typed_number()))
@limiter.limit("5 per minute; 20 per hour")
def send() -> ResponseReturnValue:
    """Mail the link, if there is somebody to mail it to; the answer is the same whatever was typed."""
    run(AskForNewSecret(_typed_number(), request.form.get("surel", "")))
    return _ask_page(_typed_number(), sent=True)


def _typed_number() -> str:
    return request.form.get("nomor", "")


def _link_page(token: str, purpose: str) -> ResponseReturnValue:
    """The page of a link that works; for all others one and the same answer."""
    link = _works(token, purpose)
    number = None if link is None else link.complaint_id
    return render_template("citizen/link.html", number=number, purpose=purpose), 200 if link else Expired.status


def _works(token: str, purpose: str) -> Link | None:
    with read() as database:
        return link_of(database, token, purpose, now())


def _ask_page(number: str, sent: bool = False) -> str:
    reaches_mail = "email" in reached(web().ways)
    shown = {"number": number, "sent": sent, "reaches_mail": reaches_mail, "contact": contact_of(service())}
    return render_template("citizen/ask_secret.html", **shown)
