"""Writes messages into the outbox in the transaction that causes them, and into the conversation with the reporter."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, insert, select

from app.bundle.wording import told
from app.commands import deadlines, history
from app.commands.casefile import CaseFile
from app.commands.unit import Unit
from app.engine.instance import Instance
from app.rules.letters import fit_to_send
from app.rules.limits import until
from app.sdk import Case, Outgoing
from app.store.base import table_of
from app.store.complaints import Complaint, Message
from app.store.instances import ProcessInstance
from app.store.outbox import OutboxMessage
from app.store.people import holders, people_of
from app.store.quick import Quick

SIMILAR_DAYS = timedelta(days=30)
MOST_SIMILAR = 5
TRIAL_TITLE = "Uji coba"
NEW = ("id", "key", "instance_id", "template", "recipient", "fields", "created_at", "due_at", "state", "attempts")
_add_messages = Quick(insert(table_of(OutboxMessage)), *NEW)
LINE = ("complaint_id", "at", "direction", "author", "template", "text", "answer_seq")
_add_line = Quick(insert(table_of(Message)).inline(), *LINE)
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


def case(file: CaseFile, live: Instance) -> Case:
    """What a handler may know of the case: nothing of it is personal."""
    about, row, variables, units = file.about, file.row, live.variables, file.unit.service.units
    office = file.office(variables)
    return Case(
        tracking_id=row["business_key"],
        title="" if file.confidential else about["title"] or TRIAL_TITLE,
        category=about["category"],
        kelurahan=about["kelurahan"],
        unit=office,
        status=row["status"],
        channel=about["channel"] or "web",
        variables=variables,
        answers=file.answers(),
        now=file.unit.now,
        due=row["due_at"],
        unit_name=units[office].name.id if office is not None and office in units else None,
        similar=_look_alikes(file) if file.fresh else (),
        until=until(file.env, lambda limit: deadlines.past(file, limit)),
    )


def send(file: CaseFile, message: Outgoing) -> None:
    """Put one message to everybody it is for into the outbox, and what the reporter is told into the conversation."""
    fields = {"tracking_id": file.row["business_key"], "status": file.row["status"], **dict(message.fields)}
    if office := file.responsible:
        fields.setdefault("unit", office)
    if file.about["category"]:
        fields.setdefault("category", file.about["category"])
    for recipient in recipients(file, message.to):
        prompt = file.unit.by.kind == "reporter" and recipient.startswith("reporter:")
        due = file.unit.now if prompt else opening(file.unit)
        # The first step after the filing finds the same version that the filing itself wrote.
        key = f"{file.id}:{file.row['version'] + (not file.fresh)}:{len(file.notices)}"
        file.notices.append(row(file.unit, file, message.template, recipient, fields, due, key))
    if message.to == "reporter" and file.complaint_id is not None:
        _tell(file, message.template, fields)


def recipients(file: CaseFile, to: str) -> list[str]:
    """The outbox's names of everybody that `to` means: the reporter, one user, holders of a role, a unit's people."""
    kind, _, code = to.partition(":")
    if kind == "user":
        return [to]
    if kind == "reporter":
        return [f"reporter:{file.complaint_id}"] if file.complaint_id is not None else []
    wanted = {"role": code} if kind == "role" else {"unit": code}
    return [f"user:{person}" for person in able(file, **wanted)]


def able(file: CaseFile, *, role: str | None = None, unit: str | None = None) -> list[str]:
    """Whoever holds a role, for one unit where one is named, but the people of the office complained of."""
    day, connection = file.unit.service.calendar.local_date(file.unit.now), file.unit.connection
    found = holders(connection, day, role=role, unit=unit)
    if file.accused is None:
        return found
    theirs = people_of(connection, day, file.accused)
    return [person for person in found if person not in theirs]


def row(
    unit: Unit,
    file: CaseFile | None,
    template: str,
    recipient: str,
    fields: Mapping[str, str],
    due: datetime,
    cause: str,
) -> dict[str, Any]:
    """One outbox row. Its key names cause and recipient: the same message never stands there twice.

    Of a confidential case it holds only what may be read by whoever sees the letter lie somewhere.
    """
    if file is not None:
        fields = fit_to_send(fields, unit.service.templates.get(template), file.confidential)
    return {
        "id": unit.parts.chance.hex(),
        "key": f"{cause}:{recipient}",
        "instance_id": file.id if file else None,
        "template": template,
        "recipient": recipient,
        "fields": {name: str(value) for name, value in fields.items() if value is not None},
        "created_at": unit.now,
        "due_at": due,
        "state": "skipped" if file is not None and file.row["test"] else "waiting",
        "attempts": 0,
    }


def write(file: CaseFile) -> None:
    """Store the messages gathered so far, each with its line in the history."""
    rows, file.notices = file.notices, []
    if rows:
        _add_messages.run(file.unit.connection, rows)
        history.add(file, [("notice", each["template"], each["id"]) for each in rows])


def opening(unit: Unit) -> datetime:
    """Now, or the next opening of the service hours: notices do not ring at night."""
    calendar = unit.service.calendar
    return unit.now if calendar.is_open(unit.now) else calendar.next_opening(unit.now)


def note(
    file: CaseFile, direction: str, author: str, text: str, template: str | None = None, answer: int | None = None
) -> None:
    """Add one line to the conversation with the reporter; `answer` are the reporter's answers that it stands for."""
    line = {
        "complaint_id": file.complaint_id,
        "at": file.unit.now,
        "direction": direction,
        "author": author,
        "template": template,
        "text": text,
        "answer_seq": answer,
    }
    _add_line.run(file.unit.connection, line)


def _tell(file: CaseFile, template: str, fields: Mapping[str, str]) -> None:
    service = file.unit.service
    if template in service.templates:
        lang = file.about["lang"] or "id"
        said = told(service, template, lang, file.unit.parts.settings.base_url, fields)
        note(file, "out", file.acting, said, template)


def _look_alikes(file: CaseFile) -> tuple[str, ...]:
    about = file.about
    if not about["category"] or not about["kelurahan"]:
        return ()
    wanted: Mapping[str, Any] = {
        "category": about["category"],
        "kelurahan": about["kelurahan"],
        "since": file.unit.now - SIMILAR_DAYS,
        "own": file.row["business_key"],
    }
    found: Iterable[Any] = file.unit.execute(_similar, wanted)
    return tuple(each.id for each in found)
