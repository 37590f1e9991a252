"""The task list of an officer, and claiming and giving back a task."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from app.commands.task.complete import ClaimTask, ReleaseTask
from app.domain.errors import Conflict, NotFound
from app.domain.permissions import Permission
from app.domain.text import Text
from app.domain.tracking import is_tracking_id, normalise
from app.queries.task import counts, inbox, search
from app.rules.remaining import soon_until
from app.rules.statuses import awaiting_reporter
from app.web import drafts
from app.web.addresses import inside
from app.web.current import now
from app.web.language import language
from app.web.officer import cases, due, task
from app.web.routes import current_actor, read, route, run, service, web
from app.web.sight import current_viewer, sight_of

blueprint = Blueprint("inbox", __name__)


@route(blueprint, "/tugas", Permission.TASK_WORK)
def tasks() -> ResponseReturnValue:
    """What one can do, soonest due first, by filter or search."""
    chosen = request.args.get("saring", "unit")
    chosen = chosen if chosen in inbox.FILTERS else "unit"
    text = request.args.get("cari", "").strip()[:100]
    actor, viewer, soon = current_actor(), current_viewer(), soon_until(service().calendar, now())
    with read() as session:
        if text:
            page = search.search(session, actor, text, viewer=viewer)
        elif chosen == "mine":
            page = inbox.mine(session, actor, viewer)
        elif chosen == "waiting":
            page = inbox.waiting(session, awaiting_reporter(service()), viewer)
        else:
            span = inbox.span_of(chosen, now(), soon)
            page = inbox.listing(session, actor, span, request.args.get("setelah"), viewer=viewer)
        back = inbox.returned(session, service(), partial(web().toolbox.bundle, session), page.rows)
        times = due.times(session)
        shown: dict[str, object] = {
            "page": page,
            "returned": {row.tracking_id: said for row in page.rows if (said := _sent_back(row, back))},
            "dues": {row: times.standing(row.clock, row.case) for row in page.rows},
            "steps": {row.element: _step(row) for row in page.rows},
            "counts": counts.counts(session, actor, viewer, now(), soon, awaiting_reporter(service())),
            "next_due": None if page.rows else inbox.next_due(session, actor),
            "startable": cases.startable(session),
            "untitled": {
                row.deployment_id: web().toolbox.bundle(session, row.deployment_id).manifest.title
                for row in page.rows
                if not row.title
            },
            "other": _readable(text) if text and not page.rows else None,
        }
    units = {grant.unit for grant in actor.grants}
    return render_template(
        "officer/inbox.html",
        chosen=chosen,
        text=text,
        cap=inbox.COUNT_CAP,
        actor=actor,
        only_unit=next(iter(units)) if len(units) == 1 else None,  # said once, in the list's name
        category_name=category_name,
        **shown,
    )


@route(blueprint, "/tugas/<task_id>/ambil", Permission.TASK_WORK, methods=("POST",), late=drafts.keep, again=task.again)
def claim(task_id: str) -> ResponseReturnValue:
    """Say: I am working on this; a lost race is answered by the page that names the winner."""
    try:
        drafts.keep(current_actor(), request.form.items(multi=True), task_id)  # the button sends what was typed along
        run(ClaimTask(task_id))
    except Conflict as lost:
        return task.lost_race(task_id, None, lost)
    return redirect(inside(request.form.get("next")) or url_for("task.show", task_id=task_id))


@route(blueprint, "/tugas/<task_id>/lepas", Permission.TASK_WORK, methods=("POST",), late=drafts.keep, again=task.again)
def release(task_id: str) -> ResponseReturnValue:
    """Give a claimed task back; the draft stays with whoever typed it."""
    try:
        drafts.keep(current_actor(), request.form.items(multi=True), task_id)
        run(ReleaseTask(task_id))
    except Conflict as lost:
        return task.lost_race(task_id, None, lost)
    flash(_("Tugas dilepas; rekan Anda dapat mengambilnya."), "success")
    return redirect(inside(request.form.get("next")) or url_for("inbox.tasks"))


def _sent_back(row: inbox.Row, back: Mapping[str, inbox.Returned]) -> str:
    """`dikembalikan 2 kali: bukan tugas dan fungsi kami`; nothing for a case that never was."""
    last = back.get(row.tracking_id)
    if last is None or row.sealed:
        return ""
    reasons = [last.why.say(language())] if last.why else []
    return ": ".join([ngettext("dikembalikan %(num)d kali", "dikembalikan %(num)d kali", last.times), *reasons])


def _step(row: inbox.Row) -> str:
    """The step's name in the reader's language, from the version that the case runs on."""
    if not row.element or language() == "id":
        return row.step
    with read() as session:
        label: Text = web().toolbox.bundle(session, row.deployment_id).label(row.element)
    return label.say(language())


def _readable(text: str) -> str | None:
    """The tracking id that was searched for, if that complaint may be read though there is nothing to do in it."""
    tracking = normalise(text)
    if not is_tracking_id(tracking):
        return None
    try:
        with read() as session:
            seen = sight_of(session, tracking)
    except NotFound:
        return None
    return tracking if seen.content or seen.own else None


def category_name(code: str | None) -> str:
    """The category's name in the reader's language."""
    category = service().categories.get(code or "")
    return category.name.say(language()) if category else (code or "")
