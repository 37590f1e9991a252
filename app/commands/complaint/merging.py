"""Tells the reporters of merged complaints what becomes of the one that leads: its answer, or how it ended without."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import Row, bindparam, insert, select

from app.commands.case.at_work import CaseAtWork
from app.commands.letter import notices
from app.domain.text import Text
from app.rules.letters import fit_to_send
from app.rules.merged import ANSWERED, followers, leading
from app.rules.statuses import status_of
from app.sdk import Outgoing
from app.standard.wording import told
from app.store.base import table_of
from app.store.complaints import Complaint, ConversationLine
from app.store.instances import ProcessInstance
from app.store.outbox import OutboxMessage

ENDED, MERGED_ON = "merged_ended", "merged_on"
SECRET = Text(
    "Aduan itu rahasia, jadi uraian jawabannya hanya untuk pelapornya.",
    "That complaint is confidential, so the words of its answer are for its reporter alone.",
)
STANDS = Text("Jawaban yang sudah Anda terima tetap berlaku.", "The answer that you have received still stands.")
NONE = Text("Karena itu tidak ada jawaban dari aduan itu.", "So there is no answer from that complaint.")
_complaint, _instance, _outbox = table_of(Complaint), table_of(ProcessInstance), table_of(OutboxMessage)
_lead = select(_complaint.c.id, _complaint.c.is_confidential, _instance.c.id.label("case"), _instance.c.status)
_lead = _lead.join(_instance, _instance.c.id == _complaint.c.instance_id).where(_complaint.c.id == bindparam("number"))
_sent = select(_outbox.c.template, _outbox.c.fields).where(
    _outbox.c.instance_id == bindparam("case"), _outbox.c.recipient == bindparam("to")
)
_sent = _sent.order_by(_outbox.c.created_at.desc(), _outbox.c.id.desc())


def tell(case: CaseAtWork, given: str | None, outgoing: Iterable[Outgoing]) -> None:
    """Tell all whose complaints were merged with this one what this step means for them."""
    if case.complaint_id is None or given is None:
        return
    status, own = status_of(case.tx.service, given), {"other": case.complaint_id}
    letters = [message for message in outgoing if message.to == "reporter"]
    if status.answered and not status.closed and letters:
        _tell_all(case, ANSWERED, own | _answer(letters[0].fields, case.responsible, case.confidential))
    elif case.ended and (lead := leading(case.tx.connection, case.complaint_id)) != case.complaint_id:
        _tell_all(case, MERGED_ON, {"former": case.complaint_id, "other": lead})
        _catch_up(case, lead)
    elif case.ended and not status.answered:
        left = STANDS if _last_answer(case, case.id, case.complaint_id) else NONE
        _tell_all(case, ENDED, own | _both("what", status.staff) | _both("left", left))


def _catch_up(case: CaseAtWork, number: str) -> None:
    """Where the complaint it was merged with is answered already, its reporter and who waits with them learn it now."""
    lead = case.tx.sql(_lead, {"number": number}).first()
    if lead is None or not status_of(case.tx.service, lead.status).answered:
        return
    if answer := _last_answer(case, lead.case, number):
        fields = {"other": number} | _answer(answer, answer.get("unit"), lead.is_confidential)
        own = select(_complaint.c.id, _complaint.c.lang, _complaint.c.instance_id, _complaint.c.is_confidential)
        mine = case.tx.sql(own.where(_complaint.c.id == case.complaint_id)).one()
        _write(case, ANSWERED, fields, [mine, *followers(case.tx.connection, str(case.complaint_id))])


def _last_answer(case: CaseAtWork, instance_id: str, number: str) -> Mapping[str, str] | None:
    """What the reporter of a case was last answered, as the letter said it."""
    sent = case.tx.sql(_sent, {"case": instance_id, "to": f"reporter:{number}"})
    return next((row.fields for row in sent if "result" in row.fields and row.template != ANSWERED), None)


def _answer(fields: Mapping[str, str], unit: str | None, confidential: bool) -> dict[str, str]:
    kept = {name: fields[name] for name in ("outcome", "outcome_en", "expected_date") if fields.get(name)}
    said = _both("secret", SECRET) if confidential else {"result": fields.get("result", "")}
    return kept | said | ({"unit": unit} if unit else {})


def _tell_all(case: CaseAtWork, template: str, fields: Mapping[str, str]) -> None:
    _write(case, template, fields, followers(case.tx.connection, str(case.complaint_id)))


def _write(case: CaseAtWork, template: str, fields: Mapping[str, str], to: Iterable[Row[Any]]) -> None:
    """One letter and one line of the conversation for each, in their own language and about their own number."""
    tx, service = case.tx, case.tx.service
    if template not in service.templates:
        return
    lines = []
    for each in to:
        own = {"tracking_id": each.id, **fields}
        cause = f"{case.id}:{case.row['version'] + 1}:{template}"
        sent = fit_to_send(own, service.templates[template], each.is_confidential)
        letter = notices.row(tx, None, template, f"reporter:{each.id}", sent, notices.opening(tx), cause)
        case.notices.append({**letter, "instance_id": case.id})  # the leading case's history knows of it
        text = told(service, template, each.lang or "id", tx.toolbox.settings.base_url, own)
        line = {"complaint_id": each.id, "at": tx.now, "direction": "out", "author": case.acting}
        lines.append({**line, "template": template, "text": text})
    if lines:
        tx.sql(insert(table_of(ConversationLine)), lines)


def _both(name: str, text: Text) -> dict[str, str]:
    return {name: text.id, f"{name}_en": text.en}
