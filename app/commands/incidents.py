"""Raises incidents: what stopped by itself and now waits for an operator."""

from __future__ import annotations

from sqlalchemy import insert, select, update

from app.commands.unit import ADMINISTRATION, Unit
from app.domain.errors import Refusal
from app.domain.text import Text
from app.store.base import table_of
from app.store.instances import ProcessInstance
from app.store.jobs import Incident

LONGEST_REASON = 500


def raise_incident(
    unit: Unit,
    code: str,
    message: Text,
    *,
    instance_id: str | None = None,
    job_id: str | None = None,
    element: str | None = None,
) -> str:
    """Write an incident and mark its instance; the same trouble that is still open is not written twice."""
    known = select(Incident.id).where(
        Incident.instance_id == instance_id,
        Incident.job_id == job_id,
        Incident.code == code,
        Incident.resolved_at.is_(None),
    )
    found: str | None = unit.session.scalar(known.limit(1))
    if found is not None:
        return found
    row = {
        "id": unit.parts.chance.hex(),
        "instance_id": instance_id,
        "job_id": job_id,
        "element": element,
        "code": code,
        "message_id": message.id,
        "message_en": message.en,
        "raised_at": unit.now,
    }
    unit.execute(insert(table_of(Incident)), row)
    table = table_of(ProcessInstance)
    mark = update(table).where(table.c.id == instance_id, table.c.state == "active").values(state="incident")
    unit.execute(mark)
    return str(row["id"])


def raise_stuck(unit: Unit, failed: Unit, refusal: Refusal) -> None:
    """The instance of the failed unit cannot go on: its previous state stays, and an operator is told."""
    if failed.chain == ADMINISTRATION or failed.chain_is_new:
        return
    raise_incident(unit, refusal.code, sentence(refusal), instance_id=failed.chain)


def sentence(refusal: Refusal) -> Text:
    """What happened, with the engine's reason behind it."""
    reason = str(refusal.details.get("reason", ""))[:LONGEST_REASON]
    return Text(f"{refusal.message.id} ({reason})", f"{refusal.message.en} ({reason})") if reason else refusal.message


def clear_mark(unit: Unit, instance_id: str) -> None:
    """Let an instance be active again once no incident of it is open."""
    still = select(Incident.id).where(Incident.instance_id == instance_id, Incident.resolved_at.is_(None)).exists()
    table = table_of(ProcessInstance)
    unit.execute(
        update(table).where(table.c.id == instance_id, table.c.state == "incident", ~still).values(state="active")
    )
