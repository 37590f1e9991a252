"""The reporter's own page: sign in with number and secret, see how far the complaint has come, and act."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, flash, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from app.commands.complaint.erasure import EraseIdentity
from app.commands.letter.messages import SendMessage, Withdraw
from app.commands.person.access import CloseAccess
from app.commands.task.complete import CompleteTask
from app.domain.errors import Conflict, Expired, Invalid, NotFound
from app.domain.identity import Unfit
from app.domain.permissions import Permission
from app.domain.text import Text
from app.domain.tracking import SECRET_LENGTH, is_tracking_id, normalise, shown
from app.forms.form import Form
from app.forms.values import cleaned
from app.queries.complaint import progress, tracking
from app.standard.sources import sources_of
from app.standard.statuses import ActionWords
from app.web import again, author, carry, forms
from app.web.citizen import reporter
from app.web.current import now, read, service, web
from app.web.officer import due
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
    return _find_page(request.args.get("nomor", ""))


def find_again() -> str:
    """The page that asks for number and secret, with the number that was typed."""
    return _find_page(request.form.get("nomor", ""))


def code_first(shut: carry.Shut) -> ResponseReturnValue:
    """Number and secret are asked for again; what was typed meanwhile waits in the page, sealed."""
    return _find_page((request.view_args or {}).get("tracking_id", ""), carried=shut.sealed), 401


@route(blueprint, "/lacak", Permission.PUBLIC, methods=("POST",), again=find_again)
@limiter.limit("10 per minute")
def open_page() -> ResponseReturnValue:
    """Check number and secret; which of the two was wrong is never said."""
    typed = request.form.get("nomor", "")[:LONGEST_TYPED]
    number, secret = normalise(typed), normalise(request.form.get("kode", "")[:LONGEST_TYPED])
    with read() as database:
        actor = tracking.authenticate(database, web().toolbox, number, secret)
    if actor is None:
        return _find_page(typed, wrong=True, hints=_mistyped(number, secret)), 403
    reporter.open_complaint(str(actor.complaint))
    if (carried := carry.brought(author.mark_of(actor))) is not None:
        return render_template("account/resume.html", carried=carried, token=author.token_for(carried.author))
    return redirect(url_for("tracking.page", tracking_id=actor.complaint))


@route(blueprint, "/lacak/<tracking_id>", Permission.REPORTER)
def page(tracking_id: str) -> ResponseReturnValue:
    """The seven steps, the conversation, and what can be done now."""
    with read() as database:
        found = progress.progress(database, web().toolbox.shelf, tracking_id, now())
    settles = [action for action in found.actions if _words(action.name).settles is not None]
    if not any(_words(action.name).settles for action in settles):
        settles = []  # where nobody can say yes, the question would be none
    settles.sort(key=lambda action: not _words(action.name).settles)
    others = [action for action in found.actions if action not in settles]
    shown = {"found": found, "settles": settles, "others": others}
    return render_template("citizen/tracking.html", **shown, service=service(), words=_words)


@route(blueprint, "/lacak/<tracking_id>/batas", Permission.REPORTER)
def due_times(tracking_id: str) -> ResponseReturnValue:
    """The due times of the open step and of the whole complaint as they stand now, for a page that was left open."""
    with read() as database:
        found = progress.progress(database, web().toolbox.shelf, tracking_id, now())
    return jsonify(due.as_json(found.step_deadline, found.deadline))


@route(blueprint, "/lacak/<tracking_id>/tutup", Permission.REPORTER, methods=("POST",))
def close(tracking_id: str) -> ResponseReturnValue:
    """Shut the complaint everywhere: this browser, all others, and every link sent so far."""
    shelf = author.shelf_of(current_actor())
    run(CloseAccess(tracking_id))
    reporter.close()
    flash(f"{shelf} /lacak/{tracking_id}", "forget")  # on a shared phone drafts must not stay either
    flash(
        _(
            "Aduan %(number)s sudah ditutup di semua perangkat; tautan yang pernah kami kirim tidak berlaku lagi.",
            number=shown(tracking_id),
        ),
        "success",
    )
    return redirect("/lacak")


def message_again(tracking_id: str, name: str) -> str:
    """The form of a message with what was sent standing in it."""
    return _again(tracking_id, lambda found: _message(found, name))


@route(
    blueprint, "/lacak/<tracking_id>/pesan/<name>", Permission.REPORTER, methods=("GET", "POST"), again=message_again
)
def message(tracking_id: str, name: str) -> ResponseReturnValue:
    """A reply, the missing details, or satisfaction."""
    return _act(tracking_id, lambda found: _message(found, name))


def withdraw_again(tracking_id: str) -> str:
    """The form of the withdrawal with what was sent standing in it."""
    return _again(tracking_id, _withdrawal)


@route(blueprint, "/lacak/<tracking_id>/cabut", Permission.REPORTER, methods=("GET", "POST"), again=withdraw_again)
def withdraw(tracking_id: str) -> ResponseReturnValue:
    """Take the complaint back."""
    return _act(tracking_id, _withdrawal)


@route(blueprint, "/lacak/<tracking_id>/hapus-identitas", Permission.REPORTER)
def ask_to_erase(tracking_id: str) -> ResponseReturnValue:
    """Say what goes and what stays, and ask once: nobody can bring it back."""
    found = _found(tracking_id)
    if found.identity_erased:
        return _erased(tracking_id)
    return render_template("citizen/erase.html", found=found)


@route(blueprint, "/lacak/<tracking_id>/hapus-identitas", Permission.REPORTER, methods=("POST",))
def erase(tracking_id: str) -> ResponseReturnValue:
    """Erase who reported; a second click finds it done."""
    with suppress(Expired):
        run(EraseIdentity(tracking_id))
    return _erased(tracking_id)


def _erased(tracking_id: str) -> ResponseReturnValue:
    flash(_("Identitas Anda pada aduan ini sudah dihapus."), "success")
    return redirect(url_for("tracking.page", tracking_id=tracking_id))


def duty_again(tracking_id: str, task_id: str) -> str:
    """The form of the reporter's step with what was sent standing in it."""
    return _again(tracking_id, lambda found: _duty(found, task_id))


@route(
    blueprint, "/lacak/<tracking_id>/tugas/<task_id>", Permission.REPORTER, methods=("GET", "POST"), again=duty_again
)
def duty(tracking_id: str, task_id: str) -> ResponseReturnValue:
    """A step of the diagram that the reporter does."""
    return _act(tracking_id, lambda found: _duty(found, task_id))


def _message(found: progress.Progress, name: str) -> Act | None:
    action = next((each for each in found.actions if each.name == name), None)
    if action is None:
        return None
    return Act(_words(name), action.form, lambda answers: SendMessage(found.tracking_id, name, answers))


def _withdrawal(found: progress.Progress) -> Act | None:
    if found.withdraw is None:
        return None
    words, send = _words(WITHDRAW), lambda answers: Withdraw(found.tracking_id, answers)
    return Act(words, found.withdraw, send, grave=True)


def _duty(found: progress.Progress, task_id: str) -> Act | None:
    own = next((each for each in found.duties if each.task_id == task_id), None)
    if own is None or own.form is None:
        return None
    return Act(ActionWords(own.task_id, own.name, SEND), own.form, lambda answers: CompleteTask(task_id, answers))


def _find_page(number: str, wrong: bool = False, hints: Mapping[str, str] | None = None, carried: str = "") -> str:
    sealed = carried or request.form.get(carry.FIELD, "")
    shown = {"number": number[:LONGEST_TYPED], "wrong": wrong, "hints": hints or {}}
    return render_template("citizen/find.html", **shown, carried=sealed, field=carry.FIELD)


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
        return progress.progress(database, web().toolbox.shelf, tracking_id, now())


def _moved_on(tracking_id: str) -> ResponseReturnValue:
    """The case does not wait for this any more; what was typed and did not arrive is offered for copying."""
    found, written = _found(tracking_id), again.texts()
    said = {each.text for each in found.conversation if each.direction == "in"}
    if written and not all(_as_kept(each) in said for each in written):
        return render_template("citizen/moved.html", found=found, written=[("", each) for each in written]), 409
    if written:  # a second click
        flash(_("Terima kasih, sudah kami terima."), "success")
    else:
        flash(_("Keadaan aduan sudah berubah; langkah itu tidak diperlukan lagi."), "warning")
    return redirect(url_for("tracking.page", tracking_id=tracking_id))


def _as_kept(text: str) -> str | None:
    """The text as a conversation would hold it; None for one that nothing can hold."""
    try:
        return cleaned(text, lines=True)
    except Unfit:
        return None


def _again(tracking_id: str, choose: Callable[[progress.Progress], Act | None]) -> str:
    found = _found(tracking_id)
    act = choose(found)
    if act is None:
        raise NotFound
    form, variables = _form(found, act)
    return _act_page(found, act, form, forms.posted(form), variables)


def _act(tracking_id: str, choose: Callable[[progress.Progress], Act | None]) -> ResponseReturnValue:
    """Show the form, or take it in and go back to the page."""
    found = _found(tracking_id)
    act = choose(found)
    if act is None:
        return _moved_on(tracking_id)
    form, variables = _form(found, act)
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
        return _moved_on(tracking_id)
    if act.grave:
        said = {"number": shown(found.tracking_id), "title": found.title}
        flash(_("Aduan %(number)s “%(title)s” sudah Anda cabut.", **said), "success")
    else:
        flash(_("Terima kasih, sudah kami terima."), "success")
    return redirect(url_for("tracking.page", tracking_id=found.tracking_id))


def _form(found: progress.Progress, act: Act) -> tuple[Form, Mapping[str, Any]]:
    """The form of what the reporter does, and the variables of the case that it may ask for."""
    with read() as database:
        bundle, variables = progress.bundle_and_variables(database, web().toolbox.shelf, found.tracking_id)
    form = bundle.forms.get(act.form)
    if form is None:
        raise NotFound
    return form, variables


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
    shown = forms.Shown(form, sources_of(service(), now()), answers, errors or {}, variables, files, fresh=_sent())
    return render_template("citizen/act.html", found=found, act=act, shown=shown)


def _sent() -> bool:
    """Whether the page answers a form that was sent: what stands in it is newer than what the browser kept."""
    return request.method == "POST"


def _words(name: str) -> ActionWords:
    """What the city calls this message; one that it has not named is simply sent."""
    return service().actions.get(name) or ActionWords(name, SEND, SEND)
