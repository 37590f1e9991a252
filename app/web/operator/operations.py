"""Pages of the operator: what needs a person, the cases with their live diagram, jobs, messages and the audit trail."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from urllib.parse import urlencode

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from app.bundle.read import Bundle
from app.commands.case.instances import CancelInstance, RetryIncident
from app.commands.letter.resend import SendAgain
from app.domain.errors import Invalid, NotFound
from app.domain.permissions import Permission
from app.domain.text import Text
from app.drawing.draw import Highlight
from app.queries import audit, sight
from app.queries.case import instances, operations, recounts
from app.queries.case.due import DueTimes, Standing
from app.queries.complaint import public
from app.queries.procedure import definitions
from app.senders.blackhole import FOLDER as KEPT_IN
from app.senders.blackhole import kept
from app.store.instances import History
from app.store.outbox import PROBLEMS, OutboxMessage
from app.store.outbox import STATES as MESSAGE_STATES
from app.web.current import now
from app.web.entries import REASON, read_entry
from app.web.language import language
from app.web.letters import link_in
from app.web.officer import due
from app.web.officer.sure import ACKNOWLEDGED
from app.web.operator.words import command_words
from app.web.routes import current_actor, may, read, require, route, run, service, web
from app.web.sight import current_viewer, sealed

blueprint = Blueprint("operations", __name__, url_prefix="/operasi")

ALL = ""  # no unit has this code: only a right that is not limited to own units reaches it
RECENT = timedelta(days=7)  # how long the end of a recount stays on the first page
NO_CATEGORY = Text("Pilih alasan yang dibaca pelapor.", "Choose the reason that the reporter reads.")
MOVED_BY_OTHERS = ("userTask", "intermediateCatchEvent", "boundaryEvent", "receiveTask")
STATES = ("active", "incident", "completed", "cancelled")


@route(blueprint, "", Permission.INSTANCE_READ)
def overview() -> ResponseReturnValue:
    """A few large figures and the list of what needs a person; for a single unit, its own cases."""
    if not may(Permission.INSTANCE_READ, ALL):
        return redirect(url_for("operations.listing"))
    with read() as session:
        bundle = public.procedure(session, web().toolbox.shelf)
        open_now = operations.open_incidents(session, current_viewer().offices, 20)
        return render_template(
            "operator/overview.html",
            figures=operations.overview(session, now(), service().calendar.zone),
            name=_namer(bundle) if bundle else str,
            incidents=open_now,
            hidden=sealed(session, [each.instance_id for each, _ in open_now]),
            jobs=operations.next_jobs(session, current_viewer().offices, 10),
            recount=recounts.latest(session, now() - RECENT),
        )


@route(blueprint, "/instans", Permission.INSTANCE_READ)
def listing() -> ResponseReturnValue:
    """All cases, narrowed by what the operator looks for."""
    asked = request.args
    wanted = instances.Filter(
        text=asked.get("cari", "").strip()[:100],
        state=asked.get("keadaan", "") if asked.get("keadaan") in STATES else "",
        status=asked.get("status", "")[:64],
        definition=asked.get("prosedur", "")[:64],
        unit=asked.get("unit", "")[:64],
        step=asked.get("langkah", "")[:64],
        version=int(number) if (number := asked.get("versi", "")).isdecimal() and len(number) < 7 else None,
        overdue=asked.get("terlambat") == "1",
        units=_own_units(),
    )
    with read() as session:
        page = instances.find(session, current_viewer(), wanted, now(), asked.get("setelah"))
        procedures = definitions.shelf(session)
        bundle = public.procedure(session, web().toolbox.shelf)
        times = due.times(session)
        dues = {row.id: _standing(times, row) for row in page.rows}
    following = urlencode({**asked.to_dict(), "setelah": page.after}) if page.after else None
    return render_template(
        "operator/instances.html", page=page, wanted=wanted, procedures=procedures, states=STATES,
        units=service().units, statuses=service().statuses, following=following, cap=instances.COUNT_CAP,
        name=_namer(bundle) if bundle else str, steps=_steps(bundle) if bundle else (), dues=dues,
    )  # fmt: skip


def _standing(times: DueTimes, row: instances.Row) -> tuple[Standing, Text]:
    """The due times of a case and of the open task that comes first, and the step of that task."""
    tasks = [(clock.due_at, step, clock) for step, clock in zip(row.steps, row.clocks, strict=True) if clock.due_at]
    if not tasks:
        return times.standing(None, row.case), due.STEP
    _first, step, clock = min(tasks, key=lambda each: each[0])
    return times.standing(clock, row.case), due.step_name(step)


@route(blueprint, "/instans/<instance_id>", Permission.INSTANCE_READ)
def instance(instance_id: str) -> ResponseReturnValue:
    """One case: live diagram with its text alternative, timeline, jobs, messages, incidents and audit entries."""
    return _case_page(instance_id)


def _case_page(instance_id: str, problems: Mapping[str, Sequence[Text]] | None = None) -> str:
    """`problems`: what is wrong with the reason of ending the case, or of trying an incident (its id) again."""
    with read() as session:
        whole, times = _whole(session, instance_id), due.times(session)
        bundle = web().toolbox.bundle(session, whole.deployment_id)
        timeline = instances.timeline(session, instance_id)
        hidden = bool(sealed(session, [instance_id]))
        return render_template(
            "operator/instance.html", whole=whole, bundle=bundle, name=_namer(bundle), timeline=timeline,
            highlight=_highlight(whole),
            milestones=[each for each in timeline if _is_milestone(each, bundle)],
            variables={} if hidden else instances.variables(session, instance_id, bundle), sealed=hidden,
            letters={each.id: each for each in whole.messages},
            people={each.id: each.name for each in operations.people(session)},
            entries=audit.entries(session, chain=instance_id, size=200) if _audited(whole) else None,
            case_due=times.of_case(whole.row.case, explain=True),
            dues={each: times.of_task(each.clock, whole.row.case) for each in whole.tokens if each.clock},
            may_operate=may(Permission.INSTANCE_OPERATE), problems=problems or {},
            cancellations=service().cancellations,
        )  # fmt: skip


@route(
    blueprint,
    "/instans/<instance_id>/batal",
    Permission.INSTANCE_OPERATE,
    methods=("POST",),
    again=lambda instance_id: _case_page(instance_id),
)
def cancel(instance_id: str) -> ResponseReturnValue:
    """End a case: one reason for its reporter, chosen from the city's list, and one that stands in the audit trail."""
    category, reason = request.form.get("category", ""), ""
    problems: dict[str, list[Text]] = {}
    with read() as session:
        told = _whole(session, instance_id).told
    try:
        reason = read_entry(REASON)
    except Invalid as refusal:
        problems |= refusal.errors
    if told and category not in service().cancellations:
        problems["category"] = [NO_CATEGORY]
    if problems:
        return _case_page(instance_id, problems), 400
    if not request.form.get(ACKNOWLEDGED):
        return _sure(instance_id, reason, category)
    run(CancelInstance(instance_id, reason, category))
    flash(_("Aduan ini dihentikan."), "success")
    return redirect(url_for("operations.instance", instance_id=instance_id))


def _sure(instance_id: str, reason: str, code: str) -> str:
    """The question before a case is ended for good: it works without scripts, and what was typed goes along."""
    with read() as session:
        number = _whole(session, instance_id).row.business_key
    shown = {"number": number, "reason": reason, "code": code, "category": service().cancellations.get(code)}
    return render_template("operator/sure.html", instance_id=instance_id, **shown)


@route(blueprint, "/insiden", Permission.INSTANCE_READ)
def incidents() -> ResponseReturnValue:
    """Everything that stopped and waits for a person."""
    require(Permission.INSTANCE_READ, ALL)
    return _incidents_page()


def _incidents_page(problems: Mapping[str, Sequence[Text]] | None = None) -> str:
    with read() as session:
        offices = current_viewer().offices
        found = operations.open_incidents(session, offices)
        ended = operations.ended_incidents(session, offices)
        return render_template(
            "operator/incidents.html", incidents=found, ended=ended, problems=problems or {},
            hidden=sealed(session, [each.instance_id for each, _ in [*found, *ended]]),
            people={each.id: each.name for each in operations.people(session)},
            may_operate=may(Permission.INSTANCE_OPERATE),
        )  # fmt: skip


def retry_again(incident_id: str) -> str:
    """The page on which the incident was to be tried again, with the reason that was typed."""
    case = request.form.get("aduan", "")
    return _case_page(case, {incident_id: []}) if case else _incidents_page({incident_id: []})


@route(blueprint, "/insiden/<incident_id>/ulang", Permission.INSTANCE_OPERATE, methods=("POST",), again=retry_again)
def retry(incident_id: str) -> ResponseReturnValue:
    """Try again what had stopped."""
    case = request.form.get("aduan", "")
    try:
        reason = read_entry(REASON)
    except Invalid as refusal:
        problems = {incident_id: refusal.errors["reason"]}
        return _case_page(case, problems) if case else _incidents_page(problems), 400
    run(RetryIncident(incident_id, reason))
    flash(_("Dicatat. Sistem mencobanya lagi dalam beberapa detik."), "success")
    return redirect(url_for(".instance", instance_id=case) if case else url_for(".incidents"))


@route(blueprint, "/kotak-keluar", Permission.INSTANCE_READ)
def outbox() -> ResponseReturnValue:
    """Messages on their way out; the recipient is shown as a reference, never as an address."""
    require(Permission.INSTANCE_READ, ALL)
    return _outbox_page(request.args.get("keadaan", ""))


@route(
    blueprint,
    "/kotak-keluar/<message_id>/ulang",
    Permission.INSTANCE_OPERATE,
    methods=("POST",),
    again=lambda message_id: _outbox_page(operations.PROBLEM, {message_id: []}),
)
def resend(message_id: str) -> ResponseReturnValue:
    """Try to send a message again whose last try had failed."""
    try:
        reason = read_entry(REASON)
    except Invalid as refusal:
        return _outbox_page(operations.PROBLEM, {message_id: refusal.errors["reason"]}), 400
    run(SendAgain(message_id, reason))
    flash(_("Dicatat. Sistem mencobanya lagi dalam beberapa detik."), "success")
    return redirect(url_for(".outbox"))


@route(blueprint, "/kotak-keluar/<message_id>/buka", Permission.INSTANCE_OPERATE, methods=("POST",))
def open_as_addressee(message_id: str) -> ResponseReturnValue:
    """In the demo, where no letter arrives anywhere: go where its reader would go."""
    settings = web().toolbox.settings
    with read() as session:
        row = session.get(OutboxMessage, message_id)
        shown = settings.demo and row is not None and row.instance_id not in sealed(session, [row.instance_id])
    letter = kept(settings.var_dir / KEPT_IN, row.key) if shown and row is not None else None
    link = link_in(letter.body, settings.base_url) if letter is not None else None
    if link is None:
        raise NotFound
    return redirect(link, 303)


def _outbox_page(state: str, problems: Mapping[str, Sequence[Text]] | None = None) -> str:
    with read() as session:
        offices = current_viewer().offices
        found, after = operations.messages(session, offices, state, request.args.get("setelah", ""))
        hidden = sealed(session, [each.message.instance_id for each in found])
    following = urlencode({"keadaan": state, "setelah": after}) if after else None
    return render_template(
        "operator/outbox.html", messages=found, sealed=hidden, state=state, following=following,
        problems=problems or {}, tried_again=PROBLEMS, may_operate=may(Permission.INSTANCE_OPERATE),
        states=("", operations.PROBLEM, *MESSAGE_STATES), demo=web().toolbox.settings.demo,
    )  # fmt: skip


@route(blueprint, "/audit", Permission.AUDIT_READ)
def trail() -> ResponseReturnValue:
    """Who did what when, and what was refused."""
    require(Permission.AUDIT_READ, ALL)
    asked = request.args
    chain, person, command = (asked.get(name, "").strip()[:64] for name in ("rantai", "orang", "perintah"))
    with read() as session:
        case = instances.id_of(session, chain) or chain
        viewer, after = current_viewer(), asked.get("setelah", "")[:80]
        found = audit.entries(session, case, person, command, after, offices=viewer.offices)
        return render_template(
            "operator/audit.html", entries=found, anchor=audit.last_anchor(session), commands=command_words(),
            people=operations.people(session), wanted={"chain": chain, "person": person, "command": command},
            numbers=instances.numbers(session, [each.chain for each in found]),
            sealed=sealed(session, [each.chain for each in found]),
            following=urlencode({**asked.to_dict(), "setelah": found[-1].place}) if len(found) == audit.PAGE else None,
        )  # fmt: skip


def _whole(session: Session, instance_id: str) -> instances.Whole:
    """One case; NotFound for whoever may read cases of their own units only and it is of another."""
    whole = instances.whole(session, instance_id)
    seen = sight.of_instance(session, current_viewer(), instance_id)
    if not seen.known or not may(Permission.INSTANCE_READ, whole.row.unit or ALL):
        raise NotFound
    return whole


def _highlight(whole: instances.Whole) -> Highlight:
    """Where the case stands and which way it came, for its drawing."""
    return Highlight(
        tokens=Counter(token.element for token in whole.tokens if token.kind != "incident"),
        passed=frozenset((*whole.path.elements, *whole.path.flows)),
        counts={element: count for element, count in whole.path.elements.items() if count > 1},
        incidents=frozenset(token.element for token in whole.tokens if token.kind == "incident"),
    )


def _is_milestone(entry: History, bundle: Bundle) -> bool:
    """Whether a person, a reporter or a timer moved the case; the rest is what the engine did in between."""
    if entry.kind in ("left", "cancelled"):
        element = bundle.definition.elements.get(entry.element)
        return element is not None and element.kind in MOVED_BY_OTHERS
    return entry.kind not in ("entered", "flow")


def _audited(whole: instances.Whole) -> bool:
    return may(Permission.AUDIT_READ, whole.row.unit or ALL)


def _own_units() -> frozenset[str] | None:
    """Units whose cases the person may read; None: all."""
    if may(Permission.INSTANCE_READ, ALL):
        return None
    held = {grant.unit for grant in current_actor().grants if grant.unit}
    return frozenset(unit for unit in held if may(Permission.INSTANCE_READ, unit))


def _steps(bundle: Bundle) -> list[str]:
    """Elements at which a case waits for a person."""
    return [element.id for element in bundle.definition.elements.values() if element.kind == "userTask"]


def _namer(bundle: Bundle) -> Callable[[str], str]:
    """A function that gives an element's or flow's label in the drawing's own words."""
    flows = bundle.definition.flows

    def name(id_: str) -> str:
        flow = flows.get(id_)
        if flow is None or bundle.names.get(id_):
            return bundle.label(id_).say(language())
        return " → ".join(bundle.label(end).say(language()) for end in (flow.source, flow.target))

    return name
