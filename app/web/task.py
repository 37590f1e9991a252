"""One task: the complaint's file beside the form of the step, its draft, and completing it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from flask import Blueprint, flash, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from app.bundle.forms import Form
from app.bundle.read import Bundle
from app.bundle.sources import sources_of
from app.commands.tasks import CompleteTask, SaveDraft
from app.domain.calendar import Step
from app.domain.errors import Conflict, Invalid, NotFound
from app.domain.explanation import explained
from app.domain.permissions import Permission
from app.domain.roles import Actor
from app.domain.text import Text
from app.domain.words import time_text
from app.engine.instance import Instance
from app.queries import complaint_file, inbox, outcome
from app.queries import task as tasks
from app.web import forms
from app.web.complaint_file import described, unit_name
from app.web.consequence import consequence
from app.web.current import now
from app.web.filters import text
from app.web.routes import current_actor, may, read, route, run, service, web

blueprint = Blueprint("task", __name__)


@dataclass(frozen=True)
class Desk:
    """Everything about one task that its page needs."""

    task: tasks.Assignment
    file: complaint_file.File | None
    bundle: Bundle
    form: Form | None
    variables: Mapping[str, Any]
    outcomes: Mapping[str, outcome.Outcome]
    draft: Mapping[str, Any]


def keep_late(actor: Actor, task_id: str) -> None:
    """A form that came after the session had expired is kept as a draft of the same person."""
    with read() as session:
        found = tasks.assignment(session, task_id)
        form = web().parts.bundle(session, found.deployment_id).forms.get(found.form or "")
    if form is not None and found.is_for(actor):
        web().runner.run(SaveDraft(task_id, forms.posted(form)), actor)


@route(blueprint, "/tugas/<task_id>", Permission.TASK_WORK)
def show(task_id: str) -> ResponseReturnValue:
    """The task, ready to be done; a finished one tells who did it and when."""
    desk = _desk(task_id)
    if desk.task.state != "open":
        with read() as session:
            following = inbox.next_task(session, current_actor(), besides=task_id)
        step = desk.bundle.label(desk.task.element)
        return render_template("staff/task_done.html", desk=desk, step=step, following=following, actor=current_actor())
    return _page(desk, {**_first_values(desk), **desk.draft})


@route(blueprint, "/tugas/<task_id>", Permission.TASK_WORK, methods=("POST",), late=keep_late)
def complete(task_id: str) -> ResponseReturnValue:
    """Complete the task with what was typed; what is wrong comes back beside its field."""
    desk = _desk(task_id)
    typed, wrong = _typed(desk)
    try:
        if wrong and desk.form is not None:
            desk.form.load(typed, sources_of(service(), now()), desk.variables)
            raise Invalid(errors={})
        done = run(CompleteTask(task_id, typed))
    except Invalid as refusal:
        return _page(desk, typed, {**refusal.errors, **wrong}), 400
    except Conflict:
        if _desk(task_id).task.completed_by == current_actor().id:  # a second click, or the page loaded again
            return redirect(url_for("task.show", task_id=task_id))
        raise
    with read() as session:
        following = inbox.next_task(session, current_actor(), besides=task_id)
        opened = [tasks.assignment(session, each) for each in done.opened]
    shown = {"done": done, "opened": opened, "following": following, "desk": desk}
    step = desk.bundle.label(desk.task.element)
    return render_template("staff/completed.html", **shown, step=step, unit_name=unit_name)


@route(blueprint, "/tugas/<task_id>/draf", Permission.TASK_WORK, methods=("POST",), late=keep_late)
def draft(task_id: str) -> ResponseReturnValue:
    """Keep what was typed so far, by button or every little while."""
    desk = _desk(task_id)
    typed, wrong = _typed(desk)
    run(SaveDraft(task_id, typed))
    if wrong:
        return _page(desk, typed, wrong), 400
    if request.headers.get("Accept", "").startswith("application/json"):
        local = service().calendar.local(now()).replace(second=0, microsecond=0)
        return jsonify(said=_("Draf tersimpan pukul %(time)s.", time=text(time_text(local))))
    flash(_("Draf tersimpan. Anda dapat melanjutkan kapan saja."), "success")
    return redirect(url_for("task.show", task_id=task_id))


@route(blueprint, "/tugas/<task_id>/akibat", Permission.TASK_WORK, methods=("POST",))
def foresee(task_id: str) -> ResponseReturnValue:
    """Where each decision would lead with what is typed now; a part of the task's page."""
    desk = _desk(task_id)
    form, file = desk.form, desk.file
    if form is None or file is None:
        return ""
    typed = forms.posted(form)
    with read() as session:
        ahead = outcome.Lookahead(session, desk.bundle, service(), web().parts.handlers, now())
        outcomes = ahead.of_choices(desk.task, file, form, typed)
    desk = replace(desk, outcomes=outcomes)
    decision, shown = outcome.decision_of(desk.bundle, form), _shown(desk, typed, {})
    return render_template(
        "staff/consequences.html", desk=desk, consequence=consequence, decision=decision, shown=shown
    )


def _desk(task_id: str) -> Desk:
    """The task if the person may do it now, or may read the case it belonged to; NotFound for everybody else."""
    actor = current_actor()
    with read() as session:
        task = tasks.assignment(session, task_id)
        mine = task.is_for(actor)
        if not mine and (task.state == "open" or not may(Permission.COMPLAINT_READ, task.case_unit or "")):
            raise NotFound
        parts = web().parts
        bundle = parts.bundle(session, task.deployment_id)
        form = bundle.forms.get(task.form or "")
        try:
            file = complaint_file.file_of(session, task.business_key)
        except NotFound:
            file = None  # a trial has no complaint
        blob, _started = tasks.engine_state(session, task.instance_id)
        variables = Instance.decode(bundle.definition, blob).variables
        kept = tasks.draft_of(session, task_id, actor.id)
        desk = Desk(task, file, bundle, form, variables, {}, kept[0] if kept else {})
        if form is None or file is None or task.state != "open":
            return desk
        ahead = outcome.Lookahead(session, bundle, service(), parts.handlers, now())
        outcomes = ahead.of_choices(task, file, form, {**_first_values(desk), **desk.draft})
        return Desk(task, file, bundle, form, variables, outcomes, desk.draft)


def _page(desk: Desk, values: Mapping[str, Any], errors: Mapping[str, list[Text]] | None = None) -> str:
    shown, decision = None, None
    if desk.form is not None:
        shown = _shown(desk, values, errors or {})
        decision = outcome.decision_of(desk.bundle, desk.form)
    explanation = _explanation(desk)
    return render_template(
        "staff/task.html",
        desk=desk,
        shown=shown,
        decision=decision,
        explanation=explanation,
        step=desk.bundle.label(desk.task.element),
        about=described(desk.file, desk.bundle) if desk.file else None,
        actor=current_actor(),
        consequence=consequence,
    )


def _shown(desk: Desk, values: Mapping[str, Any], errors: Mapping[str, list[Text]]) -> forms.Shown:
    assert desk.form is not None  # only asked for tasks with a form
    with read() as session:
        names = forms.names_of(session, values, desk.form)
    return forms.Shown(desk.form, sources_of(service(), now()), values, errors, desk.variables, names, fresh=True)


def _first_values(desk: Desk) -> dict[str, Any]:
    return desk.form.first_values(desk.variables) if desk.form else {}


def _explanation(desk: Desk) -> tuple[Step, ...]:
    """How the due time of the task was counted, from the limit that was in force when the case began."""
    task = desk.task
    if not task.limit_key or not task.anchored_at or not task.due_at or desk.file is None:
        return ()
    calendar = service().calendar
    with read() as session:
        limit = web().parts.shelf.limit(session, None, task.limit_key, calendar.local_date(desk.file.started_at))
    return explained(calendar, task.anchored_at, limit, task.due_at)


def _typed(desk: Desk) -> tuple[dict[str, Any], dict[str, list[Text]]]:
    """What was typed, with the files just uploaded, and what is wrong with those."""
    if desk.form is None:
        return {}, {}
    typed = forms.posted(desk.form)
    owner = {"task_id": desk.task.id}
    if desk.file is not None:
        owner["complaint_id"] = desk.file.tracking_id
    return typed, forms.take_uploads(desk.form, typed, current_actor(), **owner)
