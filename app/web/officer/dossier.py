"""The file of one complaint for officers: the report, its conversation and history, and the guarded identity."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from app.bundle.manifest import COMPLAINT
from app.bundle.read import Bundle
from app.commands.complaint.erasure import EraseIdentityOnRequest
from app.commands.complaint.identity import OpenIdentity
from app.domain.errors import Expired, Invalid, NotFound
from app.domain.identity import masked_nik
from app.domain.permissions import Permission
from app.domain.text import Text
from app.domain.tracking import shown
from app.forms.fields import Field
from app.forms.form import Form
from app.queries.complaint import dossier as complaint_file
from app.queries.complaint.answer import Shown, judged
from app.queries.complaint.dossier import File, Given, Happened, Picture
from app.rules.returns import Return
from app.rules.sight import Sight
from app.standard.sources import sources_of
from app.web.current import now
from app.web.entries import SHORT_REASON, read_entry
from app.web.filters import day, office, text
from app.web.officer import due
from app.web.routes import may, read, route, run, service, web
from app.web.sight import sight_of
from app.web.statuses import status_of

blueprint = Blueprint("complaint_file", __name__)
REPORTED = Text("Formulir pengaduan", "Complaint form")
IDENTITY_FIELDS = ("name", "phone", "email", "id_type", "nik", "address")


@dataclass(frozen=True, slots=True)
class Answered:
    """The answers of one step in words: what was asked, and what was answered."""

    step: Text
    by: str
    at: datetime
    lines: tuple[tuple[str, str], ...]
    task_id: str | None = None
    office: str = ""
    files: tuple[Picture, ...] = ()


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the timeline."""

    at: datetime
    icon: str
    said: str
    by: str


@dataclass(frozen=True, slots=True)
class About:
    """What a page says about a file besides its plain fields."""

    category: str
    unit: str
    target_unit: str
    returns: tuple[Return, ...]
    answers: tuple[Answered, ...]
    filed: tuple[Picture, ...]  # files that came with the complaint itself
    judged: Shown | None  # the result that the reader's step judges, as the reporter will read it
    timeline: tuple[Entry, ...]
    cancelled: str  # why it was ended from outside, as the reporter reads it
    may_open_identity: bool
    may_erase_identity: bool
    accused_unit: str = ""
    accused_person: str | None = None
    procedure: str = ""
    began: tuple[tuple[str, str], ...] = ()  # the answers of the start form


@route(blueprint, "/aduan/<tracking_id>", Permission.COMPLAINT_READ)
def show(tracking_id: str) -> ResponseReturnValue:
    """The whole file for whoever may read it; of others' confidential cases the number, and one's own answers."""
    try:
        return _page(tracking_id)
    except NotFound:
        with read() as session:
            other = complaint_file.is_other(session, tracking_id)
        if not other:
            raise
        return redirect(url_for("cases.show", number=tracking_id))  # letters and lists know numbers only


@route(
    blueprint,
    "/aduan/<tracking_id>/identitas",
    Permission.IDENTITY_READ,
    methods=("POST",),
    again=lambda tracking_id: _page(tracking_id),
)
def open_identity(tracking_id: str) -> ResponseReturnValue:
    """Open the reporter's identity for a reason; the opening is recorded, a refused one too."""
    with read() as session:
        sight_of(session, tracking_id)
    try:
        identity = run(OpenIdentity(tracking_id, read_entry(SHORT_REASON)))
    except Invalid as refusal:
        return _page(tracking_id, errors=refusal.errors), 400
    shown = {name: identity[name] for name in IDENTITY_FIELDS if identity.get(name)}
    if "nik" in shown:
        shown["nik"] = masked_nik(str(shown["nik"]))  # as the form and the privacy notice promise
    return _page(tracking_id, identity=shown)


@route(
    blueprint,
    "/aduan/<tracking_id>/hapus-identitas",
    Permission.IDENTITY_READ,
    methods=("POST",),
    again=lambda tracking_id: _page(tracking_id),
)
def erase_identity(tracking_id: str) -> ResponseReturnValue:
    """Erase who reported, because the reporter asked for it; a second click finds it done."""
    with read() as session:
        sight_of(session, tracking_id)
    try:
        run(EraseIdentityOnRequest(tracking_id, read_entry(SHORT_REASON)))
    except Invalid as refusal:
        return _page(tracking_id, errors={"erase": refusal.errors["reason"]}), 400
    except Expired:
        pass
    flash(_("Identitas pelapor aduan ini sudah dihapus."), "success")
    return redirect(url_for("complaint_file.show", tracking_id=tracking_id))


def _page(
    tracking_id: str, identity: Mapping[str, Any] | None = None, errors: Mapping[str, list[Text]] | None = None
) -> str:
    with read() as session:
        seen = sight_of(session, tracking_id)
        if not seen.content:
            return _sealed_page(session, tracking_id, seen)
        file = complaint_file.file_of(session, tracking_id)
        bundle = web().toolbox.bundle(session, file.deployment_id)
        about = described(session, file, bundle, seen)
        times = due.times(session)
        steps = {step.task_id: times.of_task(step.clock, file.clock, explain=True) for step in file.open_steps}
        whole = times.of_case(file.clock, explain=True)
    names = {
        "name": _("Nama"),
        "phone": _("Telepon"),
        "email": _("Surel"),
        "id_type": _("Jenis identitas"),
        "nik": _("NIK"),
        "address": _("Alamat"),
    }
    shown = {
        "identity": identity,
        "step_dues": steps,
        "case_due": whole,
        "identity_names": names,
        "errors": errors or {},
        "bundle": bundle,
    }
    return render_template("officer/complaint.html", file=file, about=about, **shown)


def _sealed_page(session: Session, tracking_id: str, seen: Sight) -> str:
    """The page of a case whose content is not for the reader: NotFound for whoever has no business with it at all."""
    sealed = may(Permission.COMPLAINT_READ, "")
    if not sealed and not seen.own:
        raise NotFound
    instance = complaint_file.instance_of(session, tracking_id)
    files = tuple(each for each in complaint_file.attachments_of_complaint(session, tracking_id) if each.task_id)
    given = complaint_file.answers_of(session, instance.id, seen.own)
    bundle = web().toolbox.bundle(session, instance.deployment_id)
    return render_template(
        "officer/sealed.html",
        number=tracking_id,
        status=instance.status if sealed else None,
        answers=[answered(each, bundle, files) for each in given],
        offices=[unit_name(each) for each in sorted(seen.own)],
    )


def described(session: Session, file: File, bundle: Bundle, seen: Sight, form: str = "") -> About:
    """Codes as names and answers as words, in the language of a reader who may see the content.

    `form` is that of the step that the reader does: some judge the result before the reporter reads it.
    """
    data = service()
    start = {given.seq for given in file.answers if given.form == bundle.manifest.start_form}
    category = data.categories.get(file.category or "")
    return About(
        category=text(category.name) if category else file.category or "",
        unit=unit_name(file.unit),
        target_unit=unit_name(file.target_unit),
        returns=file.returns(data, bundle),
        answers=tuple(answered(given, bundle, file.attachments) for given in file.answers),
        filed=tuple(each for each in file.attachments if each.answer_seq in start),
        judged=judged(data, bundle, file, form),
        timeline=_timeline(file, bundle),
        cancelled=_cancelled(file),
        may_open_identity=not file.identity_erased and seen.identity,
        may_erase_identity=not file.identity_erased and seen.erases,
        accused_unit=unit_name(file.accused_unit),
        accused_person=complaint_file.accused_person(session, web().toolbox.keys, file.tracking_id),
        procedure=text(bundle.manifest.title),
        began=tuple(
            line
            for each in file.answers
            if each.seq in start
            for line in lines_of(bundle.forms.get(each.form), each.data)
        ),
    )


def _cancelled(file: File) -> str:
    told = service().cancellations.get(file.cancelled_for or "")
    return text(told.name) if told else file.cancelled_for or ""


def unit_name(code: str | None) -> str:
    """The full name of an office; its code where it is not on the list."""
    return office(code)


def answered(given: Given, bundle: Bundle, files: Iterable[Picture] = ()) -> Answered:
    """One form's answers in words, with the files that came with them."""
    began = REPORTED if bundle.manifest.subject == COMPLAINT else bundle.manifest.title
    step = began if given.form == bundle.manifest.start_form else bundle.label(given.element)
    own = tuple(each for each in files if each.answer_seq == given.seq)
    lines = tuple(lines_of(bundle.forms.get(given.form), given.data, counted=not own))
    by = given.by or _who(given.by_kind)
    return Answered(step, by, given.at, lines, given.task_id, unit_name(given.unit) or _who(given.by_kind), own)


def lines_of(form: Form | None, answers: Mapping[str, Any], counted: bool = True) -> Iterator[tuple[str, str]]:
    """Each question that was answered, and the answer, in words; files by their number, where they are `counted`."""
    for question in form.questions if form else ():
        value = answers.get(question.key)
        if value not in (None, "", [], False) and (counted or question.type != "filepicker"):
            yield text(question.label), answer_text(question, value)


def answer_text(question: Field, value: Any) -> str:
    """One answer in words."""
    if question.type == "filepicker":
        return str(_("%(count)s berkas", count=len(value)))
    if question.type == "datetime" and question.subtype == "date":
        return day(date.fromisoformat(value))
    if isinstance(value, bool) and not question.options:
        return str(_("Ya") if value else _("Tidak"))
    words = {option.value: text(option.label) for option in question.choices(sources_of(service(), now()))}
    values = value if isinstance(value, list) else [value]
    return ", ".join(
        words.get(str(each).lower() if isinstance(each, bool) else str(each), shown(str(each))) for each in values
    )


def _timeline(file: File, bundle: Bundle) -> tuple[Entry, ...]:
    """What people care about, each thing once even where the diagram passes it twice in one step."""
    over = set()
    entries = []
    for happened in reversed(file.history):  # a step that was opened and is over shows its end only
        if happened.kind != "entered" or happened.element not in over:
            entries.append(_entry(happened, bundle))
        if happened.kind in ("left", "cancelled"):
            over.add(happened.element)
        else:
            over.discard(happened.element)
    found = dict.fromkeys(entry for entry in reversed(entries) if entry)
    return (*found, *_end(file))


def _end(file: File) -> Iterator[Entry]:
    """How the case ended, in one line of its own: no drawn arrow tells of a withdrawal or of an end from outside."""
    if file.ended_at is not None:
        status, last = status_of(file.status, file.category), file.history[-1] if file.history else None
        by = (last.by or _who(last.by_kind)) if last else ""
        yield Entry(file.ended_at, status.icon, text(status.staff) or _("Selesai"), by)


def _entry(happened: Happened, bundle: Bundle) -> Entry | None:
    """The line for one entry of the history; None for what only the engine cares about."""
    element = bundle.definition.elements.get(happened.element)
    label = text(bundle.label(happened.element))
    by = happened.by or _who(happened.by_kind)
    if happened.kind in ("started", "ended", "paused", "resumed"):
        words = {
            "started": (_("Aduan diterima") if bundle.manifest.subject == COMPLAINT else _("Dimulai"), "mail"),
            "ended": (_("Proses berakhir: %(step)s", step=label), "flag"),
            "paused": (_("Waktu berhenti selama menunggu pelapor"), "clock-pause"),
            "resumed": (_("Waktu berjalan lagi"), "clock"),
        }
        said, symbol = words[happened.kind]
        return Entry(happened.at, symbol, said, by)
    if happened.kind == "message":
        return Entry(happened.at, "message", _("Pesan dari pelapor: %(step)s", step=label), by)
    if happened.kind == "flow" and (code := bundle.manifest.statuses.get(happened.element)):
        status = status_of(code)
        return Entry(happened.at, status.icon, text(status.staff), by)
    if element is None or element.kind != "userTask":
        return None
    words = {
        "entered": (_("%(step)s: dibuka", step=label), "circle"),
        "left": (_("%(step)s: selesai", step=label), "circle-check"),
        "cancelled": (_("%(step)s: tidak diperlukan lagi", step=label), "circle-x"),
    }
    if happened.kind not in words:
        return None
    said, symbol = words[happened.kind]
    return Entry(happened.at, symbol, said, by if happened.kind == "left" else "")


def _who(kind: str) -> str:
    return str(_("Pelapor") if kind == "reporter" else _("Sistem") if kind == "system" else "")
