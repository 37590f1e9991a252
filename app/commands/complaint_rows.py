"""Writes what answers say about a complaint into its row: category, public text, outcome, rating and the like."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from sqlalchemy import bindparam, update

from app.commands.casefile import CaseFile
from app.domain.errors import Invalid
from app.domain.text import Text
from app.domain.tracking import is_tracking_id, normalise
from app.rules.statuses import outcome_of
from app.store.base import table_of
from app.store.complaints import Attachment, Complaint

COLUMNS = ("category", "classification", "public_text", "outcome", "kelurahan")  # by the meaning of the same name
_complaint, _attachment = table_of(Complaint), table_of(Attachment)
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


def mend(file: CaseFile, form: str, answers: Mapping[str, Any]) -> None:
    """Store what these answers decide about the complaint; the report itself is never changed."""
    if file.complaint_id is None:
        return
    means = file.bundle.manifest.meaning
    changed: dict[str, Any] = {name: value for name in COLUMNS if (value := means.value(name, form, answers))}
    if expected := means.value("expected_on", form, answers):
        changed["expected_on"] = date.fromisoformat(str(expected))
    if rating := means.value("rating", form, answers):
        changed["rating"], changed["rating_text"] = int(rating), means.value("rating_text", form, answers)
    if other := means.value("merged_with", form, answers):
        changed["duplicate_of"] = _other(file, means.keys("merged_with", form)[0], str(other))
    if changed:
        file.unit.execute(update(_complaint).where(_complaint.c.id == file.complaint_id).values(**changed))


def close(file: CaseFile) -> None:
    """Store the outcome of a case that has just ended; after a plain end that of its answer stands."""
    if file.complaint_id is not None and (outcome := outcome_of(file.unit.service, file.row["status"])):
        file.unit.execute(update(_complaint).where(_complaint.c.id == file.complaint_id).values(outcome=outcome))


def take_attachments(
    file: CaseFile, form: str, files: Mapping[str, Iterable[str]], answer: int, task_id: str | None
) -> None:
    """Hang uploaded files on the answers that name them; Invalid at the field of one that is not there to be sent."""
    kinds = file.bundle.manifest.meaning.files(form)
    for key, ids in files.items():
        wanted = sorted(set(ids))
        if not wanted or file.complaint_id is None:
            continue
        said = {"complaint": file.complaint_id, "task": task_id, "answer": answer, "shows": kinds.get(key) or None}
        taken = file.unit.execute(_claim, {"ids": wanted, "sender": file.unit.actor, **said})
        if taken.rowcount != len(wanted):
            fault = Text(
                "Lampiran tidak ditemukan; unggah lagi.", "An attachment was not found; please upload it again."
            )
            raise Invalid(errors={key: [fault]})


def _other(file: CaseFile, field: str, text: str) -> str:
    found = normalise(text)
    if not is_tracking_id(found) or found == file.complaint_id:
        fault = Text("Tulis nomor aduan lain yang benar.", "Give the tracking id of another complaint.")
        raise Invalid(errors={field: [fault]})
    return found
