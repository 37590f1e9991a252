"""Writes messages into the outbox in the transaction that causes them, and into the conversation with the reporter."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, insert, select

from app.commands.case import deadlines, history
from app.commands.case.at_work import CaseAtWork
from app.commands.transaction import Transaction
from app.engine.instance import Instance
from app.rules.letters import fit_to_send
from app.rules.limits import until
from app.sdk import Case, Outgoing
from app.standard.wording import told
from app.store.base import table_of
from app.store.compiled import CompiledStatement
from app.store.complaints import Complaint, ConversationLine
from app.store.instances import ProcessInstance
from app.store.outbox import OutboxMessage
from app.store.people import holders, people_of

SIMILAR_DAYS = timedelta(days=30)
MOST_SIMILAR = 5
TRIAL_TITLE = "Uji coba"
NEW = ("id", "key", "instance_id", "template", "recipient", "fields", "created_at", "due_at", "state", "attempts")
_add_messages = CompiledStatement(insert(table_of(OutboxMessage)), *NEW)
LINE = ("complaint_id", "at", "direction", "author", "template", "text", "answer_seq")
_add_line = CompiledStatement(insert(table_of(ConversationLine)).inline(), *LINE)
_complaint, _instance = table_of(Complaint), table_of(ProcessInstance)
_similar = (
    select(_complaint.c.id)
    .select_from(_complaint.join(_instance, _instance.c.id == _complaint.c.instance_id))
    .where(
        _complaint.c.category == bindparam("category"),
        _complaint.c.kelurahan == bindparam("kelurahan"),
        _complaint.c.received_at >= bindparam("since"),
        _complaint.c.id != bindparam("own"),
        _complaint.c.is_confidential.is_(False),
        _instance.c.state == "active",
    )
    .order_by(_complaint.c.received_at.desc())
    .limit(MOST_SIMILAR)
)


def case(case: CaseAtWork, live: Instance) -> Case:
    """What a handler may know of the case: nothing of it is personal."""
    about, row, variables, units = case.about, case.row, live.variables, case.tx.service.units
    office = case.office(variables)
    return Case(
        tracking_id=row["business_key"],
        title="" if case.confidential else about["title"] or TRIAL_TITLE,
        category=about["category"],
        kelurahan=about["kelurahan"],
        unit=office,
        status=row["status"],
        channel=about["channel"] or "web",
        variables=variables,
        answers=case.answers(),
        now=case.tx.now,
        due=row["due_at"],
        unit_name=units[office].name.id if office is not None and office in units else None,
        similar=_look_alikes(case) if case.fresh else (),
        until=until(case.env, lambda limit: deadlines.past(case, limit)),
    )


def send(case: CaseAtWork, message: Outgoing) -> None:
    """Put one message to everybody it is for into the outbox, and what the reporter is told into the conversation."""
    fields = {"tracking_id": case.row["business_key"], "status": case.row["status"], **dict(message.fields)}
    if office := case.responsible:
        fields.setdefault("unit", office)
    if case.about["category"]:
        fields.setdefault("category", case.about["category"])
    for recipient in recipients(case, message.to):
        prompt = case.tx.by.kind == "reporter" and recipient.startswith("reporter:")
        due = case.tx.now if prompt else opening(case.tx)
        # The first step after the filing finds the same version that the filing itself wrote.
        key = f"{case.id}:{case.row['version'] + (not case.fresh)}:{len(case.notices)}"
        case.notices.append(row(case.tx, case, message.template, recipient, fields, due, key))
    if message.to == "reporter" and case.complaint_id is not None:
        _tell(case, message.template, fields)


def recipients(case: CaseAtWork, to: str) -> list[str]:
    """The outbox's names of everybody that `to` means: the reporter, one user, holders of a role, a unit's people."""
    kind, _, code = to.partition(":")
    if kind == "user":
        return [to]
    if kind == "reporter":
        return [f"reporter:{case.complaint_id}"] if case.complaint_id is not None else []
    wanted = {"role": code} if kind == "role" else {"unit": code}
    return [f"user:{person}" for person in able(case, **wanted)]


def able(case: CaseAtWork, *, role: str | None = None, unit: str | None = None) -> list[str]:
    """Whoever holds a role, for one unit where one is named, but the people of the office complained of."""
    day, connection = case.tx.service.calendar.local_date(case.tx.now), case.tx.connection
    found = holders(connection, day, role=role, unit=unit)
    if case.accused is None:
        return found
    theirs = people_of(connection, day, case.accused)
    return [person for person in found if person not in theirs]


def row(
    tx: Transaction,
    case: CaseAtWork | None,
    template: str,
    recipient: str,
    fields: Mapping[str, str],
    due: datetime,
    cause: str,
) -> dict[str, Any]:
    """One outbox row. Its key names cause and recipient: the same message never stands there twice.

    Of a confidential case it holds only what may be read by whoever sees the letter lie somewhere.
    """
    if case is not None:
        fields = fit_to_send(fields, tx.service.templates.get(template), case.confidential)
    return {
        "id": tx.toolbox.chance.hex(),
        "key": f"{cause}:{recipient}",
        "instance_id": case.id if case else None,
        "template": template,
        "recipient": recipient,
        "fields": {name: str(value) for name, value in fields.items() if value is not None},
        "created_at": tx.now,
        "due_at": due,
        "state": "skipped" if case is not None and case.row["test"] else "waiting",
        "attempts": 0,
    }


def write(case: CaseAtWork) -> None:
    """Store the messages gathered so far, each with its line in the history."""
    rows, case.notices = case.notices, []
    if rows:
        _add_messages.run(case.tx.connection, rows)
        history.add(case, [("notice", each["template"], each["id"]) for each in rows])


def opening(tx: Transaction) -> datetime:
    """Now, or the next opening of the service hours: notices do not ring at night."""
    calendar = tx.service.calendar
    return tx.now if calendar.is_open(tx.now) else calendar.next_opening(tx.now)


def note(
    case: CaseAtWork, direction: str, author: str, text: str, template: str | None = None, answer: int | None = None
) -> None:
    """Add one line to the conversation with the reporter; `answer` are the reporter's answers that it stands for."""
    line = {
        "complaint_id": case.complaint_id,
        "at": case.tx.now,
        "direction": direction,
        "author": author,
        "template": template,
        "text": text,
        "answer_seq": answer,
    }
    _add_line.run(case.tx.connection, line)


def _tell(case: CaseAtWork, template: str, fields: Mapping[str, str]) -> None:
    service = case.tx.service
    if template in service.templates:
        lang = case.about["lang"] or "id"
        said = told(service, template, lang, case.tx.toolbox.settings.base_url, fields)
        note(case, "out", case.acting, said, template)


def _look_alikes(case: CaseAtWork) -> tuple[str, ...]:
    about = case.about
    if not about["category"] or not about["kelurahan"]:
        return ()
    wanted: Mapping[str, Any] = {
        "category": about["category"],
        "kelurahan": about["kelurahan"],
        "since": case.tx.now - SIMILAR_DAYS,
        "own": case.row["business_key"],
    }
    found: Iterable[Any] = case.tx.sql(_similar, wanted)
    return tuple(each.id for each in found)
