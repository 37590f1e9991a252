"""Files a complaint: its row, the guarded identity of its reporter, and the process instance that handles it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, ClassVar

from sqlalchemy import insert

from app.bundle.manifest import COMPLAINT
from app.bundle.read import Bundle
from app.commands.case import history, words
from app.commands.case.at_work import CaseAtWork
from app.commands.case.settlement import Standing, settle
from app.commands.case.starting import new_row
from app.commands.command import PERSONAL
from app.commands.complaint import accused_person
from app.commands.complaint import rows as complaint_rows
from app.commands.complaint.submission import Submission
from app.commands.storable import refuse_strange
from app.commands.task import answering
from app.commands.transaction import INTAKE, Transaction
from app.domain.errors import Invalid, NotFound
from app.domain.permissions import Permission
from app.domain.text import Text
from app.domain.tracking import SECRET_LENGTH, tracking_id
from app.engine.instance import Instance
from app.rules import assignment
from app.store.base import table_of
from app.store.complaints import Complaint
from app.store.faults import faultpoint
from app.store.instances import ProcessInstance
from app.store.reporters import Reporter

SECRET = "secret"
RELATED_PERSON = "related_person"  # sealed like an identity: never an answer, a variable or a field of a letter
ITSELF = Text(
    "Instansi yang diadukan tidak menangani aduan tentang dirinya sendiri. Pilih instansi lain, atau kosongkan.",
    "The office complained of does not handle a complaint about itself. Choose another office, or leave this empty.",
)
LOOKED_UP = ("nik", "phone", "email")
_complaint, _reporter = table_of(Complaint), table_of(Reporter)


@dataclass(frozen=True)
class Filed:
    """What the reporter gets, the secret this once only (or again for the same submission)."""

    tracking_id: str
    secret: str
    instance_id: str


@dataclass(frozen=True)
class FileComplaint:
    """A report comes in. `submission` is the form's one-time token: sent twice, it still makes one complaint."""

    permission: ClassVar[Permission] = Permission.PUBLIC

    answers: Mapping[str, Any] = field(metadata=PERSONAL)
    identity: Mapping[str, Any] = field(metadata=PERSONAL)
    attachments: tuple[str, ...] = ()
    channel: str = "web"
    origin: str = "national"
    lang: str = "id"
    mode: str = "main"
    submission: str | None = field(default=None, metadata=PERSONAL)
    sender: str = field(default="", metadata=PERSONAL)  # the mark of the browser that holds the form
    notice_version: str = "1"

    def execute(self, tx: Transaction) -> Filed:
        """Raises Invalid with the errors of each field, Forbidden for staff without the right to take in complaints."""
        tx.chain = INTAKE
        if tx.by.kind == "user":
            tx.require(Permission.COMPLAINT_INTAKE)
        sent = self._submission()
        if sent is not None and (known := sent.known(tx)) is not None:
            number, instance, key = known
            return Filed(number, key.code(SECRET, sent.token, SECRET_LENGTH), instance)
        deployment, bundle = _procedure(tx)
        kept, identity = self._checked(tx, bundle)
        person = kept.pop(RELATED_PERSON, None)
        keys = tx.toolbox.keys
        number = tracking_id(tx.toolbox.chance)
        if self.submission is None:
            secret = tx.toolbox.chance.code(SECRET_LENGTH)
        else:
            secret = keys.current.code(SECRET, self.submission, SECRET_LENGTH)
        row = new_row(tx, deployment, bundle, number)
        case = CaseAtWork(tx, row, self._about(tx, number, kept), fresh=True)
        tx.sql(insert(table_of(ProcessInstance)), row)
        tx.sql(insert(_complaint), self._row(case, kept, keys.digest(SECRET, secret)))
        tx.sql(insert(_reporter), self._sealed(tx, number, identity))
        words.write(
            case,
            kept.get("title"),
            kept.get("chronology"),
            kept.get("location_text"),
            kept.get("kelurahan"),
            category=kept.get("category"),
        )
        if person:
            accused_person.seal(tx, number, str(person))
        faultpoint("after_complaint_rows")
        self._start(case, kept)
        return Filed(number, secret, case.id)

    def _submission(self) -> Submission | None:
        if self.submission is None:
            return None
        return Submission(self.submission, self.sender, {**self.answers, **self.identity, "": list(self.attachments)})

    def _checked(self, tx: Transaction, bundle: Bundle) -> tuple[dict[str, Any], dict[str, Any]]:
        """The answers without, and only with, the reporter's identity."""
        given = {**self.answers, **self.identity}
        form = bundle.forms[bundle.manifest.start_form or ""]
        if self.attachments and "attachments" in form.by_key:
            given["attachments"] = list(self.attachments)
        refuse_strange(given)
        kept, identity = form.split(form.load(given, tx.sources, {}))
        if kept.get("accused_unit") and kept.get("accused_unit") == kept.get("target_unit"):
            raise Invalid(errors={"target_unit": [ITSELF]})
        return kept, identity

    def _about(self, tx: Transaction, number: str, kept: Mapping[str, Any]) -> dict[str, Any]:
        about = {name: kept.get(name) for name in ("title", "category", "kelurahan", "accused_unit")}
        about |= {"is_anonymous": bool(kept.get("is_anonymous")), "is_confidential": _confidential(tx, kept)}
        return {**about, "complaint_id": number, "channel": self.channel, "lang": self.lang, "received_at": tx.now}

    def _row(self, case: CaseAtWork, kept: Mapping[str, Any], secret_hash: str) -> dict[str, Any]:
        tx, ward = case.tx, case.tx.service.kelurahan.get(kept.get("kelurahan") or "")
        occurred = kept.get("occurred_on")
        return {
            "id": case.complaint_id,
            "instance_id": case.id,
            "secret_hash": secret_hash,
            **(sent.columns(tx) if (sent := self._submission()) else {}),
            "source": "alur",
            "channel": self.channel,
            "mode": self.mode,
            "origin": self.origin,
            "received_at": tx.now,
            "registered_by": tx.by.id if tx.by.kind == "user" else None,
            "classification": kept.get("classification") or COMPLAINT,
            "category": kept.get("category"),
            "title": kept.get("title") or "",
            "content": kept.get("chronology") or "",
            "occurred_on": date.fromisoformat(occurred) if occurred else None,
            "location_text": kept.get("location_text"),
            "kecamatan": ward.kecamatan if ward else None,
            "kelurahan": kept.get("kelurahan"),
            "target_unit": kept.get("target_unit"),
            "accused_unit": case.accused,
            "is_anonymous": case.about["is_anonymous"],
            "is_confidential": case.confidential,
            "complete_since": tx.now,
            "lang": self.lang,
            "extra": {},
        }

    def _sealed(self, tx: Transaction, number: str, identity: Mapping[str, Any]) -> dict[str, Any]:
        given = {name: value for name, value in identity.items() if value is not None}
        keys = tx.toolbox.keys
        data_key, sealed = keys.seal(given, number)
        hashes = {f"{name}_hash": keys.digest(name, str(given[name])) if name in given else None for name in LOOKED_UP}
        notice = {"notice_version": self.notice_version, "notice_at": tx.now}
        return {"complaint_id": number, "data_key": data_key, "sealed": sealed, **hashes, **notice}

    def _start(self, case: CaseAtWork, kept: Mapping[str, Any]) -> None:
        form_key = case.bundle.manifest.start_form or ""
        variables = answering.projected(case, form_key, kept)
        known = {"origin": self.origin, "channel": self.channel, "mode": self.mode}
        declared = case.bundle.manifest.variables
        variables.update({name: value for name, value in known.items() if name in declared})
        history.add(case, [("started", case.row["definition_key"], None)])
        files = answering.files_of(case.bundle.forms[form_key], kept)
        complaint_rows.take_attachments(case, form_key, files, answering.place(case), None)
        answering.keep_answers(case, form_key, form_key, kept, None)
        instance, step = Instance.start(case.bundle.definition, variables, case.env)
        case.begin(instance)
        settle(case, Standing(), [step])


def _confidential(tx: Transaction, kept: Mapping[str, Any]) -> bool:
    """Whether the reporter asked for it, or the category asks for it by itself."""
    return bool(kept.get("is_confidential")) or assignment.starts_confidential(tx.service, kept.get("category"))


def _procedure(tx: Transaction) -> tuple[str, Bundle]:
    """The live procedure for complaints: its deployment and its bundle."""
    for deployment in tx.toolbox.shelf.live(tx.connection).values():
        bundle = tx.toolbox.bundle(tx.connection, deployment)
        if bundle.manifest.subject == COMPLAINT and bundle.manifest.start_form in bundle.forms:
            return deployment, bundle
    raise NotFound(Text("Prosedur pengaduan belum dipasang.", "No procedure for complaints is deployed yet."))
