"""Pages for everybody: what this service is, the complaint form and its receipt, and privacy."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, g, redirect, render_template, request, session
from flask.typing import ResponseReturnValue

from app.commands.complaint.filing import FileComplaint
from app.domain.errors import Conflict, Invalid, NotFound
from app.domain.permissions import Permission
from app.domain.text import Text
from app.forms.form import Form
from app.queries import sight
from app.queries.complaint import public, tracking
from app.standard.sources import sources_of
from app.web import forms
from app.web.citizen import contacts, reporter
from app.web.current import now, read, service, web
from app.web.language import language
from app.web.routes import VISITOR, route
from app.web.security import limiter

NOTICE_VERSION = "2"  # of the privacy notice; the reporter's row keeps which one was shown
BROWSER = "browser"  # in the session: which browser it is, known to nobody else
NO_PROCEDURE = Text("Prosedur pengaduan belum dipasang.", "No procedure for complaints is deployed yet.")

blueprint = Blueprint("citizen", __name__)


@route(blueprint, "/", Permission.PUBLIC)
def start() -> ResponseReturnValue:
    """What this is, the two ways in, the steps with their limits, and whether somebody is there now."""
    today = service().calendar.local_date(now())
    with read() as database:
        bundle = public.procedure(database, web().toolbox.shelf)
        steps = public.promises(service(), bundle, today)
        overall = public.overall(service(), bundle, today)
    hours = public.opening_hours(service().calendar, now())
    return render_template("citizen/start.html", service=service(), steps=steps, overall=overall, hours=hours)


@route(blueprint, "/lapor", Permission.PUBLIC)
def report() -> ResponseReturnValue:
    """The empty complaint form."""
    form = _form()
    recent = reporter.opened()  # whoever comes back by the browser's button
    return _form_page(form, form.first_values(), recent=recent)


def report_again() -> str:
    """The complaint form with everything that was typed and attached."""
    form = _form()
    return _form_page(form, forms.posted(form))


@route(blueprint, "/lapor", Permission.PUBLIC, methods=("POST",), again=report_again)
@limiter.limit("20 per minute; 100 per hour")
def send_report() -> ResponseReturnValue:
    """Take in the complaint; if something is wrong the page comes back with everything that was typed and attached."""
    form = _form()
    answers = forms.posted(form)
    wrong = forms.take_uploads(form, answers, VISITOR)
    try:
        if wrong:
            form.load(answers, sources_of(service(), now()))
            raise Invalid(errors={})
        rest, identity = form.split(answers)
        token = request.form.get(forms.SUBMISSION) or None
        filed = web().runner.run(
            FileComplaint(
                rest,
                identity,
                lang=language(),
                submission=token,
                sender=session.get(BROWSER, ""),
                notice_version=NOTICE_VERSION,
            ),
            VISITOR,
        )
    except Invalid as refusal:
        return _form_page(form, answers, {**refusal.errors, **wrong}), 400
    except Conflict as refusal:  # this form was sent before, with other words or from another browser
        g.came_back = [refusal.message]
        return _form_page(form, answers, renewed=True), 409
    reporter.open_complaint(filed.tracking_id, filed.secret)
    return redirect("/lapor/diterima")


@route(blueprint, "/lapor/diterima", Permission.PUBLIC)
def receipt() -> ResponseReturnValue:
    """Number and secret, for the browser that filed the complaint and while its session lasts; else on to tracking."""
    given = reporter.receipt()
    if given is None:
        return redirect("/lacak")
    number, secret = given
    with read() as database:
        kinds, case = tracking.contacts(database, number), sight.standing(database, number)
    news = contacts.news_by(kinds)
    return render_template("citizen/receipt.html", number=number, code=secret, contacts=kinds, news=news, case=case)


@route(blueprint, "/privasi", Permission.PUBLIC)
def privacy() -> ResponseReturnValue:
    """What happens with personal data."""
    return render_template("citizen/privacy.html", standard=service().standard, service=service())


def _form() -> Form:
    with read() as database:
        bundle = public.procedure(database, web().toolbox.shelf)
    form = bundle.forms.get(bundle.manifest.start_form or "") if bundle else None
    if form is None:
        raise NotFound(NO_PROCEDURE)
    return form


def _form_page(
    form: Form,
    answers: Mapping[str, Any],
    errors: Mapping[str, list[Text]] | None = None,
    recent: str | None = None,
    renewed: bool = False,
) -> str:
    """The form; `renewed`: as another one than before, which can be sent once itself."""
    with read() as database:
        files = forms.names_of(database, answers, form)
    shown = forms.Shown(
        form, sources_of(service(), now()), answers, errors or {}, {}, files, fresh=request.method == "POST"
    )
    chance = web().toolbox.chance
    session.setdefault(BROWSER, chance.hex())  # a receipt is shown again to this browser only
    token = (None if renewed else request.form.get(forms.SUBMISSION)) or chance.hex()
    return render_template("citizen/report.html", shown=shown, submission=token, service=service(), recent=recent)
