"""The reporter's own page: sign in with number and secret, see how far the complaint has come, and act."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from app.bundle.forms import Form
from app.bundle.read import Bundle
from app.bundle.service_statuses import ActionWords
from app.bundle.sources import sources_of
from app.commands.messages import SendMessage, Withdraw
from app.commands.tasks import CompleteTask
from app.domain.errors import Conflict, Invalid, NotFound
from app.domain.permissions import Permission
from app.domain.text import Text
from app.domain.tracking import SECRET_LENGTH, is_tracking_id, normalise, shown
from app.queries import progress, tracking
from app.web import forms, signed_in
from app.web.current import now, read, service, web
from app.web.routes import current_actor, route, run
from app.web.security import limiter

LONGEST_TYPED = 64
WITHDRAW = "withdraw"
SEND = Text("Kirim", "Send")
blueprint = Blueprint("tracking", __name__)


@dataclass(frozen=True, slots=True)
class Act:
    """Something the reporter does with a form: its words, and the change it makes."""

    words: ActionWords
    form: str
    command: Callable[[Mapping[str, Any]], Any]
    grave: bool = False


@route(blueprint, "/lacak", Permission.PUBLIC)
def find() -> ResponseReturnValue:
    """Ask for number and secret."""
    number = request.args.get("nomor", "")[:LONGEST_TYPED]
    return render_template("citizen/find.html", number=number, wrong=False, hints={})


@route(blueprint, "/lacak", Permission.PUBLIC, methods=("POST",))
@limiter.limit("10 per minute")
def open_page() -> ResponseReturnValue:
    """Check number and secret; which of the two was wrong is never said."""
    typed = request.form.get("nomor", "")[:LONGEST_TYPED]
    number, secret = normalise(typed), normalise(request.form.get("kode", "")[:LONGEST_TYPED])
    with read() as database:
        actor = tracking.authenticate(database, web().parts, number, secret)
    if actor is None:
        return render_template("citizen/find.html", number=typed, wrong=True, hints=_mistyped(number, secret)), 403
    signed_in.open_complaint(actor)
    return redirect(url_for("tracking.page", tracking_id=actor.complaint))


@route(blueprint, "/lacak/<tracking_id>", Permission.REPORTER)
def page(tracking_id: str) -> ResponseReturnValue:
    """The seven steps, the conversation, and what can be done now."""
    with read() as database:
        found = progress.progress(database, web().parts.shelf, tracking_id)
    return render_template("citizen/tracking.html", found=found, service=service(), words=_words)


@route(blueprint, "/lacak/<tracking_id>/tutup", Permission.REPORTER, methods=("POST",))
def close(tracking_id: str) -> ResponseReturnValue:
    """Forget in this browser that it may see the complaint: for phones that several people use."""
    session.clear()
    flash(f"/lacak/{tracking_id}", "sent")  # on a shared phone drafts must not stay either
    flash(_("Halaman aduan %(number)s sudah ditutup di perangkat ini.", number=shown(tracking_id)), "success")
    return redirect("/lacak")


@route(blueprint, "/lacak/<tracking_id>/pesan/<name>", Permission.REPORTER, methods=("GET", "POST"))
def message(tracking_id: str, name: str) -> ResponseReturnValue:
    """A reply, the missing details, or satisfaction."""
    found = _found(tracking_id)
    action = next((each for each in found.actions if each.name == name), None)
    if action is None:
        return _moved_on(tracking_id)
    return _act(found, Act(_words(name), action.form, lambda answers: SendMessage(tracking_id, name, answers)))


@route(blueprint, "/lacak/<tracking_id>/cabut", Permission.REPORTER, methods=("GET", "POST"))
def withdraw(tracking_id: str) -> ResponseReturnValue:
    """Take the complaint back."""
    found = _found(tracking_id)
    if found.withdraw is None:
        return _moved_on(tracking_id)
    words = _words(WITHDRAW)
    return _act(found, Act(words, found.withdraw, lambda answers: Withdraw(tracking_id, answers), grave=True))


@route(blueprint, "/lacak/<tracking_id>/tugas/<task_id>", Permission.REPORTER, methods=("GET", "POST"))
def duty(tracking_id: str, task_id: str) -> ResponseReturnValue:
    """A step of the diagram that the reporter does."""
    found = _found(tracking_id)
    own = next((each for each in found.duties if each.task_id == task_id), None)
    if own is None or own.form is None:
        return _moved_on(tracking_id)
    words = ActionWords(own.task_id, own.name, SEND)
    return _act(found, Act(words, own.form, lambda answers: CompleteTask(task_id, answers)))


def _mistyped(number: str, secret: str) -> dict[str, str]:
    """What can be seen from the writing alone, which tells nobody whether such a complaint exists."""
    hints = {}
    if not is_tracking_id(number):
        hints["nomor"] = _(
            "Ada yang salah tulis pada nomor ini. Cocokkan satu per satu dengan nomor pada tanda terima."
        )
    if len(secret) != SECRET_LENGTH:
        hints["kode"] = _("Kode terdiri atas 16 karakter, huruf dan angka; yang tertulis %(count)d.", count=len(secret))
    return hints


def _found(tracking_id: str) -> progress.Progress:
    with read() as database:
        return progress.progress(database, web().parts.shelf, tracking_id)


def _moved_on(tracking_id: str) -> ResponseReturnValue:
    flash(_("Keadaan aduan sudah berubah; langkah itu tidak diperlukan lagi."), "warning")
    return redirect(url_for("tracking.page", tracking_id=tracking_id))


def _act(found: progress.Progress, act: Act) -> ResponseReturnValue:
    """Show the form, or take it in and go back to the page."""
    bundle, variables = _case(found.tracking_id)
    form = bundle.forms.get(act.form)
    if form is None:
        raise NotFound
    if request.method == "GET":
        return _act_page(found, act, form, form.first_values(variables), variables)
    answers = forms.posted(form)
    wrong = forms.take_uploads(form, answers, current_actor(), complaint_id=found.tracking_id)
    try:
        if wrong:
            form.load(answers, sources_of(service(), now()), variables)
            raise Invalid(errors={})
        run(act.command(answers))
    except Invalid as refusal:
        return _act_page(found, act, form, answers, variables, {**refusal.errors, **wrong}), 400
    except Conflict:
        return _moved_on(found.tracking_id)
    flash(_("Terima kasih, sudah kami terima."), "success")
    flash(request.path, "sent")
    return redirect(url_for("tracking.page", tracking_id=found.tracking_id))


def _act_page(
    found: progress.Progress,
    act: Act,
    form: Form,
    answers: Mapping[str, Any],
    variables: Mapping[str, Any],
    errors: Mapping[str, list[Text]] | None = None,
) -> str:
    with read() as database:
        files = forms.names_of(database, answers, form)
    shown = forms.Shown(form, sources_of(service(), now()), answers, errors or {}, variables, files, fresh=bool(errors))
    return render_template("citizen/act.html", found=found, act=act, shown=shown)


def _case(tracking_id: str) -> tuple[Bundle, Mapping[str, Any]]:
    with read() as database:
        return progress.bundle_and_variables(database, web().parts.shelf, tracking_id)


def _words(name: str) -> ActionWords:
    """What the city calls this message; one that it has not named is simply sent."""
    return service().actions.get(name) or ActionWords(name, SEND, SEND)
