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
from app.store.base import table_of
from app.store.complaints import Attachment, Complaint

# How a case ended says its outcome (DOMAIN 5.3); after a plain end the answer of the follow-up stands.
OUTCOMES = {
    "archived": "archived_incomplete",
    "forwarded_elsewhere": "forwarded_elsewhere",
    "merged": "duplicate",
    "withdrawn": "withdrawn",
}
KEPT = ("category", "classification", "public_text", "outcome", "kelurahan")
_complaint, _attachment = table_of(Complaint), table_of(Attachment)
_claim = (
    update(_attachment)
    .where(
        _attachment.c.id.in_(bindparam("ids", expanding=True)),
        _attachment.c.complaint_id.is_(None) | (_attachment.c.complaint_id == bindparam("complaint")),
    )
    .values(complaint_id=bindparam("complaint"))
)


def mend(file: CaseFile, form: str, answers: Mapping[str, Any]) -> None:
    """Store what these answers decide about the complaint; the report itself is never changed."""
    if file.complaint_id is None:
        return
    meaning = file.bundle.manifest.meaning
    changed: dict[str, Any] = {name: answers[name] for name in KEPT if answers.get(name)}
    if expected := meaning.value("expected_on", form, answers):
        changed["expected_on"] = date.fromisoformat(str(expected))
    if rating := meaning.value("rating", form, answers):
        changed["rating"], changed["rating_text"] = int(rating), meaning.value("rating_text", form, answers)
    if answers.get("duplicate_of"):
        changed["duplicate_of"] = _other(file, str(answers["duplicate_of"]))
    if changed:
        file.unit.execute(update(_complaint).where(_complaint.c.id == file.complaint_id).values(**changed))


def close(file: CaseFile) -> None:
    """Store the outcome of a case that has just ended."""
    if file.complaint_id is not None and (outcome := OUTCOMES.get(file.row["status"])):
        file.unit.execute(update(_complaint).where(_complaint.c.id == file.complaint_id).values(outcome=outcome))


def take_attachments(file: CaseFile, ids: Iterable[str]) -> None:
    """Let uploaded files belong to the complaint; Invalid when one is not there or belongs to another."""
    wanted = sorted(set(ids))
    if not wanted or file.complaint_id is None:
        return
    taken = file.unit.execute(_claim, {"ids": wanted, "complaint": file.complaint_id})
    if taken.rowcount != len(wanted):
        fault = Text("Lampiran tidak ditemukan; unggah lagi.", "An attachment was not found; please upload it again.")
        raise Invalid(errors={"attachments": [fault]})


def _other(file: CaseFile, text: str) -> str:
    found = normalise(text)
    if not is_tracking_id(found) or found == file.complaint_id:
        fault = Text("Tulis nomor aduan lain yang benar.", "Give the tracking id of another complaint.")
        raise Invalid(errors={"duplicate_of": [fault]})
    return found
