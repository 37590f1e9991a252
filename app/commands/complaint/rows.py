"""Writes what answers say about a complaint into its row: category, public text, outcome, rating and the like."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from pathlib import PurePath
from typing import Any

from sqlalchemy import bindparam, func, select, update

from app.commands.case import words
from app.commands.case.at_work import CaseAtWork
from app.domain.errors import Invalid
from app.domain.text import Text
from app.domain.tracking import is_tracking_id, normalise
from app.rules import assignment
from app.rules.merged import leading
from app.rules.sight import Standing
from app.rules.statuses import outcome_of, status_of
from app.store.base import table_of
from app.store.complaints import Attachment, Complaint
from app.store.instances import ProcessInstance

COLUMNS = ("category", "classification", "public_text", "outcome", "kelurahan")  # by the meaning of the same name
UNKNOWN = Text("Tulis nomor aduan lain yang benar.", "Give the tracking id of another complaint.")
MERGED_HERE = Text(
    "Aduan itu sudah digabung dengan aduan ini.", "That complaint has been merged with this one already."
)
NEVER_ANSWERED = Text(
    "Aduan itu berakhir tanpa jawaban, jadi pelapor tidak akan menerima apa pun darinya. Pilih aduan lain.",
    "That complaint ended without an answer, so the reporter would get nothing from it. Choose another one.",
)
UNLIKE = Text(
    "Aduan rahasia hanya digabung dengan sesama aduan rahasia: jawabannya dibaca kedua pelapor.",
    "A confidential complaint is merged with a confidential one only: both reporters read the answer.",
)
_complaint, _attachment, _instance = table_of(Complaint), table_of(Attachment), table_of(ProcessInstance)
# A file hangs on the answers it first came with, for ever, and only whoever chose it can send it.
_claim = (
    update(_attachment)
    .where(
        _attachment.c.id.in_(bindparam("ids", expanding=True)),
        _attachment.c.complaint_id.is_(None) | (_attachment.c.complaint_id == bindparam("complaint")),
        _attachment.c.answer_seq.is_(None),
        _attachment.c.added_by == bindparam("sender"),
    )
    .values(
        complaint_id=bindparam("complaint"),
        task_id=bindparam("task"),
        answer_seq=bindparam("answer"),
        kind=bindparam("shows"),
    )
)
_other_case = (
    select(
        _complaint.c.id, _instance.c.unit, _instance.c.status, _complaint.c.accused_unit, _complaint.c.is_confidential
    )
    .select_from(_complaint.join(_instance, _instance.c.id == _complaint.c.instance_id))
    .where(_complaint.c.id == bindparam("number"))
    .with_for_update(of=_instance)  # so that it is not answered between this look and the merger
)


def correct_complaint(case: CaseAtWork, form: str, answers: Mapping[str, Any]) -> None:
    """Store what these answers decide about the complaint; the report itself is never changed."""
    if case.complaint_id is None:
        return
    means = case.bundle.manifest.meaning
    changed: dict[str, Any] = {name: value for name in COLUMNS if (value := means.value(name, form, answers))}
    if expected := means.value("expected_on", form, answers):
        changed["expected_on"] = date.fromisoformat(str(expected))
    if rating := means.value("rating", form, answers):
        changed["rating"], changed["rating_text"] = int(rating), means.value("rating_text", form, answers)
    if other := means.value("merged_with", form, answers):
        changed["duplicate_of"] = _other(case, means.keys("merged_with", form)[0], str(other))
    if answers.get("accused_unit"):
        changed["accused_unit"] = answers["accused_unit"]
    if assignment.starts_confidential(case.tx.service, changed.get("category")):
        changed["is_confidential"] = True  # never the other way: what was confidential once stays so
    if "category" in changed and changed["category"] != case.about["category"]:
        words.change_category(case, changed["category"])
    if changed:
        case.about.update({name: value for name, value in changed.items() if name in case.about})
        case.tx.sql(update(_complaint).where(_complaint.c.id == case.complaint_id).values(**changed))


def note_cancellation(case: CaseAtWork, category: str) -> None:
    """Store what the reporter reads about why their case was ended from outside."""
    if case.complaint_id is not None:
        changed = {"cancelled_for": category}
        case.tx.sql(update(_complaint).where(_complaint.c.id == case.complaint_id).values(**changed))


def close(case: CaseAtWork) -> None:
    """Store the outcome of a case that has just ended; after a plain end that of its answer stands."""
    if case.complaint_id is not None and (outcome := outcome_of(case.tx.service, case.row["status"])):
        case.tx.sql(update(_complaint).where(_complaint.c.id == case.complaint_id).values(outcome=outcome))


def take_attachments(
    case: CaseAtWork, form: str, files: Mapping[str, Iterable[str]], answer: int, task_id: str | None
) -> None:
    """Hang uploaded files on the answers that name them; Invalid at the field of one that is not there to be sent."""
    kinds = case.bundle.manifest.meaning.files(form)
    for key, ids in files.items():
        wanted = sorted(set(ids))
        if not wanted or case.complaint_id is None:
            continue
        said = {"complaint": case.complaint_id, "task": task_id, "answer": answer, "shows": kinds.get(key) or None}
        taken = case.tx.sql(_claim, {"ids": wanted, "sender": case.tx.actor, **said})
        if taken.rowcount != len(wanted):
            fault = Text(
                "Lampiran tidak ditemukan; unggah lagi.", "An attachment was not found; please upload it again."
            )
            raise Invalid(errors={key: [fault]})
        if case.standing.anonymous and case.tx.by.kind == "reporter":
            _take_names_off(case, wanted)


def count_attachments(case: CaseAtWork) -> int:
    """How many files the complaint holds."""
    held = select(func.count()).where(_attachment.c.complaint_id == case.complaint_id)
    return int(case.tx.sql(held).scalar_one())


def nameless(name: str, number: int) -> str:
    """`lampiran-2.jpg`: a file's own name may say whose it is (W5)."""
    return f"lampiran-{number}{PurePath(name).suffix.lower()}"


def _take_names_off(case: CaseAtWork, ids: Iterable[str]) -> None:
    """The files of an anonymous reporter are numbered, in the order in which they came."""
    rows = select(_attachment.c.id, _attachment.c.name).where(_attachment.c.complaint_id == case.complaint_id)
    found = case.tx.sql(rows.order_by(_attachment.c.added_at, _attachment.c.id)).all()
    fresh = set(ids)
    for number, row in enumerate(found, 1):
        if row.id in fresh:
            name = nameless(row.name, number)
            case.tx.sql(update(_attachment).where(_attachment.c.id == row.id).values(name=name))


def _other(case: CaseAtWork, field: str, text: str) -> str:
    """The complaint to merge with: one that the officer may read, and of the same secrecy (DOMAIN 5.3)."""
    found = normalise(text)
    if not is_tracking_id(found) or found == case.complaint_id:
        raise Invalid(errors={field: [UNKNOWN]})
    other = case.tx.sql(_other_case, {"number": found}).first()
    if other is None:
        raise Invalid(errors={field: [UNKNOWN]})
    if not case.tx.viewer.sees(Standing(other.unit, other.accused_unit, False, other.is_confidential)).content:
        raise Invalid(errors={field: [UNKNOWN]})
    if other.is_confidential != case.confidential:
        raise Invalid(errors={field: [UNLIKE]})
    lead = case.tx.sql(_other_case, {"number": leading(case.tx.connection, found)}).one()
    if lead.id == case.complaint_id:
        raise Invalid(errors={field: [MERGED_HERE]})
    status = status_of(case.tx.service, lead.status)
    if status.closed and not status.answered:  # nobody will ever answer there
        raise Invalid(errors={field: [NEVER_ANSWERED]})
    return found
