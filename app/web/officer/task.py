"""One task: the complaint's file beside the form of the step, its draft, and completing it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from flask import Blueprint, flash, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from app.bundle.read import Bundle
from app.commands.task.complete import CompleteTask, SaveDraft
from app.domain.errors import Conflict, Invalid, NotFound, Refusal
from app.domain.permissions import Permission
from app.domain.text import Text
from app.domain.words import time_text
from app.engine.instance import Instance
from app.forms.form import Form
from app.queries import sight
from app.queries.case.due import Standing
from app.queries.complaint import dossier as complaint_file
from app.queries.sight import PLAIN
from app.queries.task import inbox, preview
from app.queries.task import task as tasks
from app.rules.assignment import target_fields
from app.rules.participation import takes_part
from app.rules.sight import Sight
from app.standard.sources import sources_of
from app.web import drafts, forms
from app.web.current import now
from app.web.filters import text
from app.web.officer import due, sure
from app.web.officer.consequence import consequence
from app.web.officer.dossier import answer_text, described, lines_of, unit_name
from app.web.routes import current_actor, may, read, route, run, service, web
from app.web.sight import current_viewer

blueprint = Blueprint("task", __name__)


@dataclass(frozen=True)
class TaskPage:
    """Everything about one task that its page needs; what not every answer shows is read when it is asked for."""

    task: tasks.Assignment
    bundle: Bundle
    form: Form | None
    variables: Mapping[str, Any]
    draft: Mapping[str, Any]
    seen: Sight = PLAIN
    draft_at: int = 0  # when it was kept, in microseconds: tells the browser's copy whether it is the newer one
    typed: Mapping[str, Any] | None = None  # from which is foreseen; None: what stands in the form at first

    @cached_property
    def file(self) -> complaint_file.File:
        """The file of its case."""
        with read() as session:
            return complaint_file.file_of(session, self.task.business_key)

    @cached_property
    def outcomes(self) -> Mapping[str, preview.Preview]:
        """What each choice would lead to."""
        if self.form is None or self.task.state != "open":
            return {}
        return foreseen(self, {**_first_values(self), **self.draft} if self.typed is None else self.typed)


def foreseen(desk: TaskPage, answers: Mapping[str, Any], only: str | None = None) -> Mapping[str, preview.Preview]:
    """What each choice, or this one, would lead to with these answers."""
    assert desk.form is not None  # only asked for tasks with a form
    with read() as session:
        ahead = preview.Lookahead(session, desk.bundle, web().toolbox.shelf, web().toolbox.handlers, now())
        return ahead.of_choices(desk.task, desk.form, answers, only)


def again(task_id: str) -> str:
    """The task's page with what was sent standing in the form."""
    desk = _desk(task_id)
    if desk.task.state != "open" or desk.form is None:
        raise NotFound
    return _page(desk, forms.posted(desk.form))


@route(blueprint, "/tugas/<task_id>", Permission.TASK_WORK)
def show(task_id: str) -> ResponseReturnValue:
    """The task, ready to be done; a finished one tells who did it and when."""
    desk = _desk(task_id)
    if desk.task.state != "open":
        return _over_page(desk, desk.draft)
    return _page(desk, {**_first_values(desk), **desk.draft})


@route(blueprint, "/tugas/<task_id>", Permission.TASK_WORK, methods=("POST",), late=drafts.keep, again=again)
def complete(task_id: str) -> ResponseReturnValue:
    """Complete the task with what was typed; what is wrong comes back beside its field."""
    desk = _desk(task_id)
    typed, wrong = _typed(desk)
    try:
        if wrong and desk.form is not None:
            desk.form.load(typed, sources_of(service(), now()), desk.variables)
            raise Invalid(errors={})
        if (asked := _question(desk, typed)) is not None:
            return asked
        done = run(CompleteTask(task_id, typed))
    except Invalid as refusal:
        return _page(desk, typed, {**refusal.errors, **wrong}), 400
    except Conflict as lost:
        return lost_race(task_id, typed, lost)
    with read() as session:
        opened = [tasks.assignment(session, each) for each in done.opened]
        # Whoever goes on with the same case is led there; nothing is claimed for them.
        own = next((each for each in opened if each.is_for(current_actor())), None)
        following = None if own else inbox.next_task(session, current_actor(), besides=task_id, viewer=current_viewer())
        still = not sight.of_instance(session, current_viewer(), desk.task.instance_id).sealed
        times = due.times(session)
        dues = {task.id: times.of_task(task, task.case) for task in opened}
        next_due = times.standing(following.clock, following.case) if following else None
    shown = {"done": done, "opened": opened, "following": following, "own": own, "desk": desk}
    shown |= {"dues": dues, "following_due": next_due}
    step = desk.bundle.label(desk.task.element)
    return render_template("officer/completed.html", **shown, step=step, unit_name=unit_name, readable=still)


@route(blueprint, "/tugas/<task_id>/draf", Permission.TASK_WORK, methods=("POST",), late=drafts.keep, again=again)
def draft(task_id: str) -> ResponseReturnValue:
    """Keep what was typed so far, by button or every little while."""
    desk = _desk(task_id)
    typed, wrong = _typed(desk)
    try:
        at = run(SaveDraft(task_id, typed))
    except Conflict as lost:
        if _by_script():
            raise
        return lost_race(task_id, typed, lost)
    if wrong:
        return _page(desk, typed, wrong), 400
    if _by_script():
        local = service().calendar.local(now()).replace(second=0, microsecond=0)
        said = _("Draf tersimpan pukul %(time)s.", time=text(time_text(local)))
        return jsonify(said=said, at=str(tasks.stamp(at)))
    flash(_("Draf tersimpan. Anda dapat melanjutkan kapan saja."), "success")
    return redirect(url_for("task.show", task_id=task_id))


@route(blueprint, "/tugas/<task_id>/batas", Permission.TASK_WORK)
def due_times(task_id: str) -> ResponseReturnValue:
    """The due times of the task and of its case as they stand now, for a page that was left open."""
    standing = _standing(_desk(task_id))
    return jsonify(due.as_json(standing.step, standing.case))


@route(blueprint, "/tugas/<task_id>/akibat", Permission.TASK_WORK, methods=("POST",))
def foresee(task_id: str) -> ResponseReturnValue:
    """Where each decision would lead with what is typed now; a part of the task's page."""
    desk = _desk(task_id)
    form = desk.form
    if form is None:
        return ""
    typed = forms.posted(form)
    desk = replace(desk, typed=typed)
    decision, shown = preview.decision_of(desk.bundle, form), _shown(desk, typed, {})
    return render_template(
        "officer/consequences.html", desk=desk, consequence=consequence, decision=decision, shown=shown
    )


def lost_race(task_id: str, typed: Mapping[str, Any] | None, lost: Conflict) -> ResponseReturnValue:
    """Somebody else was first: who and when in one sentence, and what was typed, to go on with or to copy."""
    desk, me = _desk(task_id), current_actor().id
    if typed is None:
        typed = forms.posted(desk.form) if desk.form else {}
    if desk.task.state == "open" and desk.task.assignee in (None, me):
        raise lost  # the case has moved, the task is still theirs: the form comes back
    if desk.task.completed_by == me and _same(desk, typed):  # a second click, or the page loaded again
        return redirect(url_for("task.show", task_id=task_id))
    return _over_page(desk, typed, lost=True, drafted=_drafted(desk, typed)), 409


def _by_script() -> bool:
    """Whether the page's script saves the draft, which is answered in a sentence and no page."""
    return request.headers.get("Accept", "").startswith("application/json")


def _same(desk: TaskPage, typed: Mapping[str, Any]) -> bool:
    """Whether the task was completed with just these answers."""
    with read() as session:
        given = tasks.given_for(session, desk.task.id)
    if desk.form is None or given is None:
        return given is None
    try:
        loaded = desk.form.load(typed, sources_of(service(), now()), desk.variables)
    except Invalid:
        return False
    return {name: value for name, value in loaded.items() if value is not None} == given


def _drafted(desk: TaskPage, typed: Mapping[str, Any]) -> bool:
    """Keep what was typed for a task that somebody else holds now, so that it is there once it is released."""
    if desk.task.state != "open" or not _written(desk, typed):
        return False
    try:
        run(SaveDraft(desk.task.id, typed))
    except Refusal:
        return False
    return True


def _written(desk: TaskPage, typed: Mapping[str, Any]) -> list[tuple[Text, str]]:
    """What somebody wrote and chose, in words, without what stood in the form before anybody typed."""
    first, given = _first_values(desk), []
    for question in desk.form.questions if desk.form else ():
        value = typed.get(question.key)
        if value and value != first.get(question.key) and question.type != "filepicker":
            words = (
                str(value) if question.type in ("textfield", "textarea", "datetime") else answer_text(question, value)
            )
            given.append((question.label, words))
    return given


def _over_page(desk: TaskPage, typed: Mapping[str, Any], lost: bool = False, drafted: bool = False) -> str:
    """A task that is over, or somebody else's by now: how that came, what the reader had typed, and what is next."""
    with read() as session:
        following = inbox.next_task(session, current_actor(), besides=desk.task.id, viewer=current_viewer())
    return render_template(
        "officer/task_done.html",
        desk=desk,
        written=_written(desk, typed),
        lost=lost,
        drafted=drafted,
        step=desk.bundle.label(desk.task.element),
        following=following,
        actor=current_actor(),
    )


def _question(desk: TaskPage, typed: Mapping[str, Any]) -> str | None:
    """The page that asks once more, where these answers would end the case for good; Invalid where they are wrong."""
    held = desk.task.assignee not in (None, current_actor().id)
    if desk.form is None or desk.task.state != "open" or held:
        return None
    kept = desk.form.load(typed, sources_of(service(), now()), desk.variables)
    option = sure.to_acknowledge(preview.decision_of(desk.bundle, desk.form), typed)
    outcome = foreseen(desk, kept, option.value).get(option.value) if option else None
    if option is None or outcome is None or not outcome.ended:
        return None
    about = {
        "desk": desk,
        "step": desk.bundle.label(desk.task.element),
        "consequence": consequence(outcome, desk.bundle),
        "lines": list(lines_of(desk.form, kept)),
    }
    return sure.page(desk.form, option, typed, **about)


def _desk(task_id: str) -> TaskPage:
    """The task if the person may do it now, or may read the case it belonged to; NotFound for everybody else."""
    actor = current_actor()
    with read() as session:
        task = tasks.assignment(session, task_id)
        seen = task.about.sight(current_viewer())
        mine = seen.known and task.is_for(actor)
        toolbox = web().toolbox
        bundle = toolbox.bundle(session, task.deployment_id)
        if not mine and (task.state == "open" or not _reads(session, task, bundle, seen)):
            raise NotFound
        form = bundle.forms.get(task.form or "")
        variables = Instance.decode(bundle.definition, task.state_blob).variables
        kept = tasks.draft_of(session, task_id, actor.id)
        draft, draft_at = (kept[0], tasks.stamp(kept[1])) if kept else ({}, 0)
        return TaskPage(task, bundle, form, variables, draft, seen, draft_at)


def _reads(session: Session, task: tasks.Assignment, bundle: Bundle, seen: Sight) -> bool:
    """Whether a finished task may be looked at: by whoever reads the case, or what one's own office did in it."""
    actor = current_actor()
    if not task.about.is_complaint:
        return takes_part(actor, bundle, complaint_file.file_of(session, task.business_key).tasks)
    return may(Permission.COMPLAINT_READ) and seen.known and (seen.content or task.unit in actor.offices)


def _page(desk: TaskPage, values: Mapping[str, Any], errors: Mapping[str, list[Text]] | None = None) -> str:
    shown, decision = None, None
    if desk.form is not None:
        shown = _shown(desk, values, errors or {})
        decision = preview.decision_of(desk.bundle, desk.form)
    about = None
    if not desk.seen.sealed:
        with read() as session:
            about = described(session, desk.file, desk.bundle, desk.seen, desk.task.form or "")
    return render_template(
        "officer/task.html",
        desk=desk,
        shown=shown,
        decision=decision,
        standing=_standing(desk),
        limit_removed=_limit_removed(desk),
        step=desk.bundle.label(desk.task.element),
        about=about,
        actor=current_actor(),
        consequence=consequence,
        fresh=request.method == "POST",
    )


def _shown(desk: TaskPage, values: Mapping[str, Any], errors: Mapping[str, list[Text]]) -> forms.Shown:
    assert desk.form is not None  # only asked for tasks with a form
    with read() as session:
        names = forms.names_of(session, values, desk.form)
    return forms.Shown(desk.form, sources_of(service(), now()), values, errors, desk.variables, names, fresh=True)


def _first_values(desk: TaskPage) -> dict[str, Any]:
    """What stands in the form at first; the office complained of is never suggested."""
    if desk.form is None:
        return {}
    values, accused = desk.form.first_values(desk.variables), desk.task.accused
    barred = target_fields(desk.bundle, desk.form.key) if accused else ()
    return {name: value for name, value in values.items() if name not in barred or value != accused}


def _standing(desk: TaskPage) -> Standing:
    """The due times of the task and of its case, each with how it was counted."""
    with read() as session:
        times = due.times(session)
        return Standing(times.of_task(desk.task, desk.task.case, True), times.of_case(desk.task.case, True))


def _limit_removed(desk: TaskPage) -> bool:
    """Whether the step's limit is not in the policy any more."""
    with read() as session:
        return due.times(session).removed(desk.task.limit_key, desk.task.case)


def _typed(desk: TaskPage) -> tuple[dict[str, Any], dict[str, list[Text]]]:
    """What was typed, with the files just uploaded, and what is wrong with those."""
    if desk.form is None:
        return {}, {}
    typed = forms.posted(desk.form)
    owner = {"task_id": desk.task.id}
    if desk.task.about.is_complaint:
        owner["complaint_id"] = desk.task.business_key
    return typed, forms.take_uploads(desk.form, typed, current_actor(), **owner)
