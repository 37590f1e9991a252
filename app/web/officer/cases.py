"""Cases that are no complaints: beginning one with its form, and its file for whoever takes part in it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from app.bundle.read import Bundle
from app.commands.case.beginning import StartCase
from app.domain.errors import Invalid, NotFound
from app.domain.permissions import Permission
from app.domain.text import Text
from app.domain.tracking import shown as written
from app.forms.form import Form
from app.queries.complaint import dossier
from app.queries.sight import PLAIN
from app.queries.task import task as tasks
from app.rules.participation import takes_part
from app.standard.sources import sources_of
from app.web import forms
from app.web.current import now
from app.web.officer import due
from app.web.officer.dossier import described
from app.web.routes import current_actor, read, route, run, service, web

blueprint = Blueprint("cases", __name__)


def startable(session: Session) -> list[Bundle]:
    """The live procedures of which the reader may begin a case, by their titles."""
    toolbox, roles = web().toolbox, set(current_actor().roles)
    live = [toolbox.bundle(session, each) for each in toolbox.shelf.live(session).values()]
    return sorted(
        (each for each in live if roles & set(each.manifest.start.roles)), key=lambda one: one.manifest.title.id
    )


def start_again(key: str) -> str:
    """The form with everything that was typed."""
    bundle, form = _startable(key)
    return _start_page(bundle, form, forms.posted(form))


@route(blueprint, "/mulai/<key>", Permission.TASK_WORK)
def start(key: str) -> ResponseReturnValue:
    """The empty start form of a procedure."""
    bundle, form = _startable(key)
    return _start_page(bundle, form, form.first_values())


@route(blueprint, "/mulai/<key>", Permission.TASK_WORK, methods=("POST",), again=start_again)
def begin(key: str) -> ResponseReturnValue:
    """Begin the case; whoever has its first step is led there, everybody else to its file."""
    bundle, form = _startable(key)
    typed = forms.posted(form)
    try:
        begun = run(StartCase(key, typed, submission=request.form.get(forms.SUBMISSION) or None))
    except Invalid as refusal:
        return _start_page(bundle, form, typed, refusal.errors), 400
    with read() as session:
        opened = [tasks.assignment(session, each) for each in begun.opened]
        own = next((each for each in opened if each.is_for(current_actor())), None)
    flash(_("Kasus %(number)s sudah dimulai.", number=written(begun.number)), "success")
    if own is not None:
        return redirect(url_for("task.show", task_id=own.id))
    return redirect(url_for("cases.show", number=begun.number))


@route(blueprint, "/kasus/<number>", Permission.TASK_WORK)
def show(number: str) -> ResponseReturnValue:
    """The whole file of a case that is no complaint, for whoever begins such cases or does a step of this one."""
    with read() as session:
        file = dossier.file_of(session, number)
        bundle = web().toolbox.bundle(session, file.deployment_id)
        if file.is_complaint or not takes_part(current_actor(), bundle, file.tasks):
            raise NotFound
        about = described(session, file, bundle, PLAIN)
        times = due.times(session)
        steps = {step.task_id: times.of_task(step.clock, file.clock, explain=True) for step in file.open_steps}
        whole = times.of_case(file.clock, explain=True)
        mine = {
            step.task_id for step in file.open_steps if tasks.assignment(session, step.task_id).is_for(current_actor())
        }
    return render_template(
        "officer/case.html", file=file, bundle=bundle, about=about, step_dues=steps, case_due=whole, mine=mine
    )


def _startable(key: str) -> tuple[Bundle, Form]:
    with read() as session:
        bundle = next((each for each in startable(session) if each.key == key), None)
    form = bundle.forms.get(bundle.manifest.start_form or "") if bundle else None
    if bundle is None or form is None:
        raise NotFound
    return bundle, form


def _start_page(
    bundle: Bundle, form: Form, values: Mapping[str, Any], errors: Mapping[str, list[Text]] | None = None
) -> str:
    fresh = request.method == "POST"
    shown = forms.Shown(form, sources_of(service(), now()), values, errors or {}, {}, {}, fresh=fresh)
    token = request.form.get(forms.SUBMISSION) or web().toolbox.chance.hex()
    return render_template("officer/start.html", bundle=bundle, shown=shown, submission=token)
