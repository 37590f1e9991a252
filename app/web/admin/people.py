"""The administrator's pages: who has an account, which role by which decree, and who stands in for whom."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from app.commands.person.accounts import AddUser, EndGrant, EndSubstitute, GrantRole, SetActive, SetSubstitute
from app.domain.errors import Invalid, NotFound
from app.domain.identity import Unfit
from app.domain.permissions import Permission
from app.domain.text import Text
from app.domain.typed_date import read_date
from app.queries.person import people
from app.web.citizen.contacts import reaches
from app.web.current import now
from app.web.entries import SHORT_REASON, Entry, Errors, read_entries, read_entry
from app.web.routes import current_actor, read, route, run, service

blueprint = Blueprint("people", __name__)
NAME, EMAIL, DECREE = Entry("name", 120), Entry("email", 254), Entry("decree_no", 120)


@route(blueprint, "/orang", Permission.ACCOUNT_MANAGE)
def everybody() -> ResponseReturnValue:
    """All people with their roles, and the form to add one."""
    return _everybody({})


@route(blueprint, "/orang", Permission.ACCOUNT_MANAGE, methods=("POST",), again=lambda: _everybody({}))
def add() -> ResponseReturnValue:
    """Open an account; the person is invited by mail to choose a password."""
    try:
        typed = read_entries(NAME, EMAIL)
        user_id = run(AddUser(typed["name"], typed["email"], None, request.form.get("unit") or None))
    except Invalid as refusal:
        return _everybody(refusal.errors), 400
    if reaches("email"):
        flash(_("Akun dibuat. Kami kirim undangan untuk membuat kata sandi; berikan perannya di bawah."), "success")
    else:
        flash(_("Akun dibuat, tetapi surel belum dapat dikirim: undangannya ada di kotak keluar saja."), "warning")
    return redirect(url_for("people.one", user_id=user_id))


@route(blueprint, "/orang/<user_id>", Permission.ACCOUNT_MANAGE)
def one(user_id: str) -> ResponseReturnValue:
    """One person: roles, substitutes, and what can be changed."""
    return _one(user_id)


def again(user_id: str, **_: str) -> str:
    """The person's page with what was typed into its forms."""
    return _one(user_id)


@route(blueprint, "/orang/<user_id>/peran", Permission.ACCOUNT_MANAGE, methods=("POST",), again=again)
def grant(user_id: str) -> ResponseReturnValue:
    """Give a role by a decree for a time."""
    asked = request.form
    try:
        first, last = _day("valid_from", needed=True), _day("valid_to")
        unit, decree = asked.get("unit") or None, read_entry(DECREE)
        run(GrantRole(user_id, asked.get("role", ""), decree, first or date.max, last, unit))
    except Invalid as refusal:
        return _one(user_id, grant_errors=refusal.errors), 400
    return _back(user_id, _("Peran diberikan."))


@route(blueprint, "/orang/<user_id>/peran/<grant_id>/akhiri", Permission.ACCOUNT_MANAGE, methods=("POST",), again=again)
def end_grant(user_id: str, grant_id: str) -> ResponseReturnValue:
    """End a role; yesterday was its last day."""
    yesterday = date.fromordinal(_today().toordinal() - 1)
    try:
        run(EndGrant(grant_id, yesterday, read_entry(SHORT_REASON)))
    except Invalid as refusal:
        return _one(user_id, end_errors={grant_id: refusal.errors}), 400
    return _back(user_id, _("Peran diakhiri."))


@route(blueprint, "/orang/<user_id>/pengganti", Permission.ACCOUNT_MANAGE, methods=("POST",), again=again)
def substitute(user_id: str) -> ResponseReturnValue:
    """Let somebody do this person's work for a period."""
    asked = request.form
    try:
        first, last = _day("since", needed=True), _day("until", needed=True)
        reason = read_entry(SHORT_REASON)
        run(SetSubstitute(user_id, asked.get("deputy_id", ""), first or date.max, last or date.min, reason))
    except Invalid as refusal:
        renamed = {{"valid_to": "until"}.get(name, name): found for name, found in refusal.errors.items()}
        return _one(user_id, substitute_errors=renamed), 400
    except NotFound:
        return _one(user_id, substitute_errors={"deputy_id": [Text("Pilih penggantinya.", "Choose the deputy.")]}), 400
    return _back(user_id, _("Pengganti ditetapkan."))


@route(
    blueprint,
    "/orang/<user_id>/pengganti/<substitute_id>/akhiri",
    Permission.ACCOUNT_MANAGE,
    methods=("POST",),
    again=again,
)
def end_substitute(user_id: str, substitute_id: str) -> ResponseReturnValue:
    """End a period of standing in."""
    run(EndSubstitute(substitute_id))
    return _back(user_id, _("Masa pengganti diakhiri."))


@route(blueprint, "/orang/<user_id>/aktif", Permission.ACCOUNT_MANAGE, methods=("POST",), again=again)
def activate(user_id: str) -> ResponseReturnValue:
    """Close an account or open it again."""
    active = request.form.get("active") == "1"
    try:
        run(SetActive(user_id, active, read_entry(SHORT_REASON)))
    except Invalid as refusal:
        return _one(user_id, active_errors=refusal.errors), 400
    return _back(user_id, _("Akun dibuka kembali.") if active else _("Akun ditutup; semua sesinya berakhir."))


def _everybody(errors: Errors) -> str:
    text = request.args.get("cari", "").strip()[:100]
    with read() as session:
        found = people.people(session, text)
    shown = {"people": found, "text": text, "errors": errors, "today": _today()}
    return render_template("admin/people.html", roles=service().role_rows, units=service().units, **shown)


def _one(user_id: str, **errors: Mapping[str, object]) -> str:
    with read() as session:
        person = people.person(session, user_id)
        others = [each for each in people.people(session) if each.id != user_id and each.active]
    if person is None:
        raise NotFound
    shown = {"person": person, "others": others, "today": _today(), "own_account": current_actor().id == user_id}
    kinds = ("grant_errors", "end_errors", "substitute_errors", "active_errors")
    faults = {kind: errors.get(kind, {}) for kind in kinds}
    return render_template("admin/person.html", roles=service().role_rows, units=service().units, **shown, **faults)


def _back(user_id: str, said: str) -> ResponseReturnValue:
    flash(said, "success")
    return redirect(url_for("people.one", user_id=user_id))


def _day(name: str, needed: bool = False) -> date | None:
    """The date typed into a field; Invalid when it is none, or missing where it is needed."""
    typed = request.form.get(name, "").strip()
    if not typed and not needed:
        return None
    try:
        return read_date(typed)
    except Unfit as unfit:
        raise Invalid(errors={name: [unfit.text]}) from None


def _today() -> date:
    return service().calendar.local_date(now())
