"""Signing in and out, and a new password by a mailed link."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Blueprint, flash, make_response, redirect, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from app.auth import sign_in as proof
from app.auth.demo import DEMO_PASSWORD
from app.commands.person import passwords, reset_links
from app.commands.person.accounts import AskForReset, ChooseLanguage, ChooseOwnPassword
from app.domain.errors import Expired, Invalid, Refusal, TooMany
from app.domain.permissions import Permission
from app.domain.roles import Actor
from app.domain.text import Text
from app.queries.person import people
from app.web import author, carry, signed_in
from app.web.addresses import inside
from app.web.current import now, read, service, web
from app.web.navigation import main_page
from app.web.routes import VISITOR, current_actor, route, run
from app.web.security import limiter

blueprint = Blueprint("account", __name__)
HOME = "/beranda"
DIFFERENT = Text("Kedua isian tidak sama.", "The two entries differ.")
WRONG_NOW = Text("Kata sandi sekarang tidak cocok.", "The current password does not match.")


@dataclass(frozen=True, slots=True)
class DemoAccount:
    """A demo person on the sign-in page."""

    name: str
    email: str
    role: Text
    unit: str


@route(blueprint, "/masuk", Permission.PUBLIC)
def sign_in() -> ResponseReturnValue:
    """The sign-in page; whoever is signed in already goes on."""
    wanted = inside(request.args.get("next"))
    if current_actor() is not VISITOR:
        return redirect(wanted or HOME)
    return _sign_in_page(wanted)


def sign_in_again() -> str:
    """The sign-in page with the address that was typed."""
    return _sign_in_page(inside(request.form.get("next")), request.form.get("email", ""))


def sign_in_first(shut: carry.Shut) -> ResponseReturnValue:
    """The sign-in page for somebody whose session ended while they typed: what they typed waits in it, sealed."""
    return _sign_in_page(signed_in.page_of(request.path), carried=shut.sealed), 401


@route(blueprint, "/masuk", Permission.PUBLIC, methods=("POST",), again=sign_in_again)
@limiter.limit("20 per minute")
def signing_in() -> ResponseReturnValue:
    """Check address and password; wrong ones come back to the page with the address kept."""
    wanted, email = inside(request.form.get("next")), request.form.get("email", "")
    try:
        user_id = proof.check(web().toolbox, email, request.form.get("password", "")[: passwords.LONGEST])
    except proof.WrongPassword as refusal:
        return _sign_in_page(wanted, email, refusal.message), 403
    except TooMany as refusal:
        seconds = refusal.details["seconds"]
        message = Text(f"Terlalu banyak percobaan. Tunggu {seconds} detik.", f"Too many tries. Wait {seconds} seconds.")
        return _sign_in_page(wanted, email, message), 429, {"Retry-After": str(seconds)}
    answer = signed_in.sign_in(redirect(wanted or HOME), user_id)
    return _back_to_the_form(user_id, answer)


@route(blueprint, "/keluar", Permission.PUBLIC, methods=("POST",))
def sign_out() -> ResponseReturnValue:
    """End the session, here and on the server."""
    return signed_in.sign_out(redirect("/masuk"))


@route(blueprint, "/sandi", Permission.PUBLIC)
def forgotten() -> ResponseReturnValue:
    """Ask for the address to mail a link to."""
    return _forgotten_page()


@route(blueprint, "/sandi", Permission.PUBLIC, methods=("POST",), again=lambda: _forgotten_page())
@limiter.limit("5 per minute")
def send_link() -> ResponseReturnValue:
    """Mail the link. The answer is the same for every address."""
    run(AskForReset(request.form.get("email", "")))
    return render_template("account/forgotten.html", sent=True, demo=web().toolbox.settings.demo)


@route(blueprint, "/sandi/<token>", Permission.PUBLIC)
def new_password(token: str) -> ResponseReturnValue:
    """The page behind the mailed link; from a link that is used up or too old, straight on to a new one."""
    try:
        _owner(token)
    except Expired as refusal:
        return render_template("account/forgotten.html", sent=False, expired=True), refusal.status
    return _new_password_page({})


def new_password_again(token: str) -> str:
    """The page for a new password, while its link is good."""
    _owner(token)
    return _new_password_page({})


@route(blueprint, "/sandi/<token>", Permission.PUBLIC, methods=("POST",), again=new_password_again)
@limiter.limit("10 per minute")
def set_password(token: str) -> ResponseReturnValue:
    """Store the new password; the link and all sessions end with it."""
    owner = _owner(token)
    try:
        _choose(owner)
    except Invalid as refusal:
        return _new_password_page(refusal.errors), 400
    flash(_("Kata sandi baru tersimpan. Silakan masuk."), "success")
    return redirect("/masuk")


@route(blueprint, HOME, Permission.SIGNED_IN)
def home() -> ResponseReturnValue:
    """The first page of one's own work: the board, the tasks, the procedures, or what else one's roles are for."""
    return redirect(main_page())


@route(blueprint, "/akun", Permission.SIGNED_IN)
def own() -> ResponseReturnValue:
    """One's own account: roles by which decree, and a new password."""
    return _own_page()


@route(blueprint, "/akun/sandi", Permission.SIGNED_IN, methods=("POST",), again=lambda: _own_page())
@limiter.limit("10 per minute")
def change_password() -> ResponseReturnValue:
    """Replace one's own password by a new one; all sessions end, this browser gets a fresh one."""
    actor = current_actor()
    with read() as session:
        person = people.person(session, actor.id)
    assert person is not None  # somebody is signed in
    try:
        try:
            proof.check(web().toolbox, person.email, request.form.get("current", "")[: passwords.LONGEST])
        except proof.WrongPassword:
            raise Invalid(errors={"current": [WRONG_NOW]}) from None
        _choose(actor)
    except Invalid as refusal:
        return _own_page(refusal.errors), 400
    flash(_("Kata sandi diganti. Semua sesi lain sudah diakhiri."), "success")
    return signed_in.sign_in(redirect("/akun"), actor.id)


@route(blueprint, "/akun/bahasa", Permission.SIGNED_IN, methods=("POST",), again=lambda: _own_page())
def choose_language() -> ResponseReturnValue:
    """Choose the language of the letters to oneself."""
    run(ChooseLanguage(request.form.get("lang", "")))
    flash(_("Bahasa surel notifikasi untuk Anda tersimpan."), "success")
    return redirect("/akun")


@route(blueprint, "/akun/keluar", Permission.SIGNED_IN, methods=("POST",), again=lambda: _own_page())
def sign_out_elsewhere() -> ResponseReturnValue:
    """End one's sessions on all other devices."""
    answer = signed_in.sign_in(redirect("/akun"), current_actor().id, only=True)
    flash(_("Sesi di semua perangkat lain sudah diakhiri."), "success")
    return answer


def _choose(owner: Actor) -> None:
    password, again = request.form.get("password", ""), request.form.get("again", "")
    if password != again:
        raise Invalid(errors={"again": [DIFFERENT]})
    web().runner.run(ChooseOwnPassword(owner.id, password), owner)


def _owner(token: str) -> Actor:
    with read() as session:
        user = reset_links.person_of(session, web().toolbox.settings, token, now())
        return Actor("user", user.id, user.name)


def _forgotten_page() -> str:
    return render_template("account/forgotten.html", sent=False, email=request.form.get("email", ""))


def _new_password_page(errors: dict[str, list[Text]]) -> str:
    return render_template("account/new_password.html", errors=errors)


def _own_page(errors: dict[str, list[Text]] | None = None) -> str:
    with read() as session:
        person = people.person(session, current_actor().id)
    shown = {"person": person, "roles": service().role_rows, "units": service().units, "errors": errors or {}}
    return render_template("account/own.html", **shown, today=service().calendar.local_date(now()))


def _back_to_the_form(user_id: str, answer: Response) -> Response:
    """Whoever just signed in goes on with the form they had typed before; without one of theirs, as `answer` says."""
    if carry.opened() is None or (actor := signed_in.actor_of(user_id)) is None:
        return answer
    carried = carry.brought(author.mark_of(actor))
    if carried is None:
        flash(_("Isian yang belum terkirim di halaman tadi milik orang lain dan tidak ditampilkan."), "warning")
        return answer
    endpoint, arguments = carried.endpoint()
    if (late := web().late.get(endpoint)) is not None:
        try:
            late(actor, carried.pairs, **arguments)
        except Refusal:
            pass  # it cannot be kept here: it goes on with them
        else:
            answer.location = signed_in.page_of(carried.path)
            return answer
    page = render_template("account/resume.html", carried=carried, token=author.token_for(carried.author))
    resumed = make_response(page)
    resumed.headers.extend([("Set-Cookie", each) for each in answer.headers.getlist("Set-Cookie")])
    return resumed


def _sign_in_page(wanted: str | None, email: str = "", error: Text | None = None, carried: str = "") -> str:
    demo = _demo_accounts() if web().toolbox.settings.demo else []
    expired = signed_in.found() is not None
    shown = {"demo": demo, "demo_password": DEMO_PASSWORD, "expired": expired and error is None}
    sealed = carried or request.form.get(carry.FIELD, "")
    return render_template(
        "account/sign_in.html", next=wanted or "", email=email, error=error, carried=sealed, field=carry.FIELD, **shown
    )


def _demo_accounts() -> list[DemoAccount]:
    rows = service().role_rows
    order = list(rows)  # as the service's data lists the roles: roughly the order of the procedure
    with read() as session:
        everybody = [person for person in people.people(session) if person.demo and person.active]
    held = [(person, grant) for person in everybody for grant in person.grants[:1] if grant.role in rows]
    held.sort(key=lambda pair: (order.index(pair[1].role), pair[0].name))
    return [DemoAccount(who.name, who.email, rows[grant.role].title, grant.unit or "") for who, grant in held]
