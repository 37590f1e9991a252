"""The supervisor's board: late work by office, step and person, escalations to note, and what can be done about it."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy.orm import Session

from app.commands.task.supervision import AcknowledgeEscalation, FreeTask, RemindHolder
from app.domain.errors import Conflict, Invalid
from app.domain.permissions import Permission
from app.queries.task import board, inbox
from app.web.addresses import inside
from app.web.current import now, read, service, web
from app.web.entries import Entry, Errors, read_entry
from app.web.language import language
from app.web.officer import due
from app.web.routes import route, run
from app.web.sight import current_viewer, sealed_title

LONGEST_CODE = 64
NARROWED = ("unit", "langkah", "orang")
blueprint = Blueprint("board", __name__)
WHY_FREED, NOTE = Entry("reason", 500, 1), Entry("note", 1_000)


@route(blueprint, "/papan", Permission.BOARD_READ)
def show() -> ResponseReturnValue:
    """The board, narrowed to an office, a step or a person where one is chosen."""
    return _page()


@route(blueprint, "/papan/ingatkan/<task_id>", Permission.BOARD_READ, methods=("POST",))
def remind(task_id: str) -> ResponseReturnValue:
    """Remind whoever holds the task, or all who may take it."""
    try:
        told = run(RemindHolder(task_id))
    except Conflict as late:
        flash(late.message.say(language()), "warning")
        return _back()
    if told:
        people = ngettext("%(num)d orang", "%(num)d orang", told)
        flash(_("Pengingat disiapkan untuk %(people)s; dikirim pada jam layanan.", people=people), "success")
    else:
        flash(_("Belum ada orang yang memegang peran untuk tugas ini, jadi tidak ada yang diingatkan."), "warning")
    return _back()


def again_of_task(task_id: str) -> str:
    """The board with the reason that was typed."""
    return _page({task_id: []})


@route(blueprint, "/papan/lepas/<task_id>", Permission.BOARD_READ, methods=("POST",), again=again_of_task)
def free(task_id: str) -> ResponseReturnValue:
    """Give a claimed task back to all who may do it, for a reason that its holder is told."""
    try:
        run(FreeTask(task_id, read_entry(WHY_FREED)))
    except Invalid as refusal:
        return _page({task_id: refusal.errors.get("reason", [])}), 400
    except Conflict as late:
        flash(late.message.say(language()), "warning")
        return _back()
    flash(_("Tugas dilepas; pemegangnya diberi tahu, drafnya tetap tersimpan."), "success")
    return _back()


def again_of_escalation(instance_id: str, of: str) -> str:
    """The board with the note that was typed."""
    return _page({of: []})


@route(
    blueprint,
    "/papan/eskalasi/<instance_id>/<of>",
    Permission.BOARD_READ,
    methods=("POST",),
    again=again_of_escalation,
)
def acknowledge(instance_id: str, of: str) -> ResponseReturnValue:
    """Take note of an escalation."""
    try:
        run(AcknowledgeEscalation(instance_id, of, read_entry(NOTE)))
    except Invalid as refusal:
        return _page({of: refusal.errors.get("note", [])}), 400
    except Conflict as late:
        flash(late.message.say(language()), "warning")
        return _back()
    flash(_("Eskalasi dicatat sebagai sudah ditanggapi."), "success")
    return _back()


def _back() -> ResponseReturnValue:
    return redirect(inside(request.form.get("next")) or url_for("board.show"))


def _page(errors: Errors | None = None) -> str:
    chosen = board.Chosen(
        *(request.values.get(name, "")[:LONGEST_CODE] or None for name in ("unit", "langkah", "orang"))
    )
    with read() as session:
        viewer = current_viewer()
        found = board.board(session, due.times(session), chosen, viewer.offices)
        rows = [*found.late, *found.soon]
        numbers = [row.tracking_id for row in rows] + [row.tracking_id for row in found.raised]
        return render_template(
            "officer/board.html",
            found=found,
            chosen=chosen,
            cap=board.CAP,
            titles={
                number: sealed_title() if title is None else title
                for number, title in board.titles(session, viewer, numbers).items()
            },
            returned=inbox.returned(
                session, service(), partial(web().toolbox.bundle, session), [row for row in rows if row.task_id]
            ),
            steps=_steps(session, [(each.element, each.deployment_id) for each in rows])
            | _steps(session, [(each.element, each.deployment_id) for each in found.raised]),
            office_name=office_name,
            today=service().calendar.local_date(now()),
            step_name=due.step_name,
            errors=errors or {},
        )


def _steps(session: Session, used: Iterable[tuple[str | None, str]]) -> dict[str, str]:
    """Element -> its name in the reader's language, from the version that a case runs on."""
    bundles = web().toolbox.bundle
    return {element: bundles(session, version).label(element).say(language()) for element, version in used if element}


def office_name(code: str) -> str:
    """The unit's name in the reader's language; a lane keeps its own."""
    unit = service().units.get(code)
    return unit.name.say(language()) if unit else code
