"""A trial: the process owner plays every role of a version on one page; nothing is sent and nothing counts."""

from __future__ import annotations

from base64 import b64encode
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from app.bundle.read import Bundle, write_files
from app.commands.procedure.trials import (
    STALE,
    AddTrialStep,
    ChangeFiled,
    DeleteTrial,
    EndTrial,
    StartTrial,
    StepBack,
)
from app.domain.errors import Conflict, Invalid, Refusal
from app.domain.permissions import Permission
from app.domain.text import Text
from app.drawing.draw import Highlight
from app.forms.form import Form
from app.queries.procedure import definitions
from app.queries.procedure.trials import TrialRow, trial
from app.rehearsal.stage import WITHDRAW
from app.rehearsal.trial import Played, as_scenario, play
from app.sdk import Outgoing
from app.standard.sources import sources_of
from app.standard.wording import LINK, around, letter
from app.web import forms
from app.web.language import language
from app.web.owner.versions import file_answer, stored_bundle
from app.web.routes import read, route, run, service, web

blueprint = Blueprint("trials", __name__, url_prefix="/proses")

FILED = "filed"  # instead of a step: what the reporter filed
BACKWARDS = Text("Waktu hanya dapat maju.", "Time only goes forward.")
NO_TIME = Text("Tulis tanggal dan jamnya.", "Write the date and time.")
FARTHEST = timedelta(days=3_660)
TOO_FAR = Text("Paling jauh sepuluh tahun ke depan.", "Ten years ahead at most.")


@dataclass(frozen=True)
class _Show:
    """One trial as it is played now; `picked` is the task, message or filing whose form stands on the page."""

    row: TrialRow
    bundle: Bundle
    played: Played
    picked: str

    @property
    def form(self) -> Form | None:
        kind, _colon, name = self.picked.partition(":")
        if kind == "task":
            key = self.bundle.definition.elements[name].form_key
        elif kind == "message":
            key = self.played.messages.get(name)
        else:
            key = self.bundle.manifest.start_form if kind == FILED else None
        return self.bundle.forms.get(key) if key else None


@route(blueprint, "/<key>/versi/<int:number>/uji", Permission.DEFINITION_DEPLOY, methods=("POST",))
def start(key: str, number: int) -> ResponseReturnValue:
    """Begin a trial of a version with a made-up complaint."""
    with read() as session:
        found = definitions.version(session, key, number)
    trial_id = run(StartTrial(found.id))
    flash(_("Uji coba dimulai dengan kasus contoh. Tidak ada surat yang dikirim."), "success")
    return redirect(url_for("trials.show", key=key, trial_id=trial_id))


@route(blueprint, "/<key>/uji/<trial_id>", Permission.DEFINITION_DEPLOY)
def show(key: str, trial_id: str) -> ResponseReturnValue:
    """The trial as it stands: who is asked, the form, the clock, letters, status and drawing."""
    return _page(_shown(key, trial_id))


def _again(key: str, trial_id: str) -> str:
    found = _shown(key, trial_id)
    return _page(found, typed=forms.posted(found.form) if found.form is not None else None)


@route(blueprint, "/<key>/uji/<trial_id>/langkah", Permission.DEFINITION_DEPLOY, methods=("POST",), again=_again)
def step(key: str, trial_id: str) -> ResponseReturnValue:
    """Do one task or send one message in whose role it is."""
    found = _shown(key, trial_id)
    if request.args.get("pilih", "") != found.picked:
        return _page(found, notice=STALE), 409
    kind, _colon, name = found.picked.partition(":")
    typed = forms.posted(found.form) if found.form is not None else {}
    try:
        answers = _kept(found, typed)
        if kind == FILED:
            run(ChangeFiled(trial_id, answers))
        else:
            run(AddTrialStep(trial_id, _seen(), _move(found, kind, name, answers)))
    except Invalid as refusal:
        notice = None if refusal.errors else refusal.message
        return _page(found, typed=typed, wrong=refusal.errors, notice=notice), refusal.status
    except Refusal as refusal:
        return _page(found, typed=typed, notice=refusal.message), refusal.status
    return redirect(url_for("trials.show", key=key, trial_id=trial_id))


@route(blueprint, "/<key>/uji/<trial_id>/waktu", Permission.DEFINITION_DEPLOY, methods=("POST",))
def clock(key: str, trial_id: str) -> ResponseReturnValue:
    """Move the trial's clock forward: to what comes next, by a working day, or to a given instant."""
    found = _shown(key, trial_id)
    try:
        until = _until(found)
        run(AddTrialStep(trial_id, _seen(), {"until": until.isoformat()}))
    except Invalid as refusal:
        return _page(found, clock_fault=refusal.message), refusal.status
    except Refusal as refusal:
        return _page(_shown(key, trial_id), notice=refusal.message), refusal.status
    return redirect(url_for("trials.show", key=key, trial_id=trial_id))


@route(blueprint, "/<key>/uji/<trial_id>/mundur", Permission.DEFINITION_DEPLOY, methods=("POST",))
def back(key: str, trial_id: str) -> ResponseReturnValue:
    """Take the last step back."""
    try:
        run(StepBack(trial_id, _seen()))
    except Conflict as refusal:
        return _page(_shown(key, trial_id), notice=refusal.message), refusal.status
    return redirect(url_for("trials.show", key=key, trial_id=trial_id))


@route(blueprint, "/<key>/uji/<trial_id>/akhiri", Permission.DEFINITION_DEPLOY, methods=("POST",))
def end(key: str, trial_id: str) -> ResponseReturnValue:
    """End the trial; it stays to be read."""
    run(EndTrial(trial_id))
    return redirect(url_for("trials.show", key=key, trial_id=trial_id))


@route(blueprint, "/<key>/uji/<trial_id>/hapus", Permission.DEFINITION_DEPLOY, methods=("POST",))
def delete(key: str, trial_id: str) -> ResponseReturnValue:
    """Delete the trial."""
    run(DeleteTrial(trial_id))
    flash(_("Uji coba dihapus."), "success")
    return redirect(url_for("definitions.procedure", key=key))


@route(blueprint, "/<key>/uji/<trial_id>/skenario.toml", Permission.DEFINITION_DEPLOY)
def scenario(key: str, trial_id: str) -> ResponseReturnValue:
    """The trial as the file of a scenario."""
    found = _shown(key, trial_id)
    return file_answer(_scenario(found), "application/toml", _file_name(found))


def _shown(key: str, trial_id: str) -> _Show:
    with read() as session:
        row = trial(session, key, trial_id)
    bundle = stored_bundle(row.deployment_id)
    played = play(bundle, service(), web().toolbox.handlers, row.starts_at, row.filed, row.steps)
    can = [f"task:{work.element}" for work in played.tasks] + [f"message:{name}" for name in played.messages]
    can += [FILED] if not row.steps else []
    asked = request.args.get("pilih", "")
    first = next((each for each in can if each != f"message:{WITHDRAW}"), "")
    return _Show(row, bundle, played, asked if asked in can else first)


def _highlight(played: Played) -> Highlight:
    """Where the trial stands on the drawing, and the way it came."""
    stage, live = played.stage, played.stage.instance
    tokens = Counter([work.element for work in live.open()] + [wait.element for wait in live.waits()])
    return Highlight(tokens, frozenset([*stage.route, *stage.flows]))


def _seen() -> int:
    text = request.args.get("dilihat", "")
    return int(text) if text.isdecimal() and len(text) < 6 else -1


def _kept(found: _Show, typed: Mapping[str, Any]) -> dict[str, Any]:
    """The answers as a scenario writes them: without files and without anybody's identity."""
    if found.form is None:
        return {}
    stage = found.played.stage
    without = {each.key for each in found.form.questions if each.type == "filepicker"} | found.form.personal
    given = {name: value for name, value in typed.items() if name in found.form.by_key and name not in without}
    if found.picked == FILED:  # a complaint is made up: its identity is never asked for
        return {name: value for name, value in given.items() if value not in ("", None, [])}
    kept = found.form.load(given, sources_of(service(), stage.now), stage.instance.variables)
    return {name: value for name, value in kept.items() if value is not None}


def _move(found: _Show, kind: str, name: str, answers: Mapping[str, Any]) -> dict[str, Any]:
    if kind != "task":
        return {"message": name, "answers": answers}
    wanted = found.played.stage.asked(name)
    move: dict[str, Any] = {"task": name, "answers": answers}
    if wanted.roles:
        move["as"] = wanted.roles[0]
    return move | ({"unit": wanted.unit} if wanted.unit else {})


def _until(found: _Show) -> datetime:
    stage, calendar = found.played.stage, service().calendar
    to = request.form.get("to", "")
    if to == "next" and found.played.next_instant is not None:
        return found.played.next_instant.astimezone(calendar.zone)
    if to == "day":
        return stage.later("P1D", "working").astimezone(calendar.zone)
    try:
        at = datetime.fromisoformat(request.form.get("at", "")).replace(tzinfo=calendar.zone)
    except ValueError as error:
        raise Invalid(NO_TIME) from error
    if at <= stage.now:
        raise Invalid(BACKWARDS)
    if at > stage.now + FARTHEST:
        raise Invalid(TOO_FAR)
    return at


def _scenario(found: _Show) -> str:
    given = {name: request.args.get(name, "").strip()[:200] for name in ("judul", "title")}
    fallback = _("Uji coba %(at)s", at=found.row.starts_at.astimezone(service().calendar.zone).isoformat())
    title = Text(given["judul"] or fallback, given["title"] or given["judul"] or fallback)
    return as_scenario(title, found.row.starts_at, found.row.filed, found.row.steps, found.played.stage)


def _file_name(found: _Show) -> str:
    return f"uji_coba_{found.row.id[:8]}.toml"


def _letter(outgoing: Outgoing) -> tuple[str, str, str]:
    """To whom a letter goes, its subject and its text, as they would leave now."""
    reporter = outgoing.to == "reporter"
    known = around(web().toolbox.settings.base_url, LINK.say(language()), None)
    try:
        audience = "reporter" if reporter else "staff"
        words = letter(service(), outgoing.template, language(), audience, {**known, **outgoing.fields})
    except KeyError:
        return outgoing.to, outgoing.template, ""
    return outgoing.to, words.subject, words.body


def _page(
    found: _Show, *, typed: Mapping[str, Any] | None = None, wrong: Mapping[str, list[Text]] | None = None,
    clock_fault: Text | None = None, notice: Text | None = None,
) -> str:  # fmt: skip
    stage, form = found.played.stage, found.form
    shown = None
    if form is not None:
        variables = stage.instance.variables
        first = found.row.filed if found.picked == FILED else form.first_values(variables)
        shown = forms.Shown(
            form, sources_of(service(), stage.now), typed if typed is not None else first, wrong or {}, variables
        )
    scenario_file = write_files({_file_name(found): _scenario(found).encode()})
    return render_template(
        "owner/trial.html", trial=found.row, bundle=found.bundle, played=found.played, stage=stage,
        picked=found.picked, shown=shown, notice=notice, letters=[_letter(each) for each in stage.letters],
        titles={code: role.title for code, role in service().role_rows.items()}, units=service().units,
        withdraw=WITHDRAW, clock_fault=clock_fault, candidate=b64encode(scenario_file).decode(),
        skipped={each.key for each in form.questions if each.type == "filepicker" or each.personal} if form else set(),
        moment=datetime.fromisoformat, highlight=_highlight(found.played),
        local=stage.now.astimezone(service().calendar.zone),
    )  # fmt: skip
