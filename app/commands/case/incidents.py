"""Raises incidents: what stopped by itself and now waits for an operator."""

from __future__ import annotations

from sqlalchemy import insert, select, update

from app.commands.transaction import Transaction
from app.domain.errors import Refusal
from app.domain.text import Text
from app.store.base import table_of
from app.store.instances import ProcessInstance
from app.store.jobs import Incident

LONGEST_REASON = 500
_incident, _instance = table_of(Incident), table_of(ProcessInstance)


def raise_incident(
    tx: Transaction,
    code: str,
    message: Text,
    *,
    instance_id: str | None = None,
    job_id: str | None = None,
    element: str | None = None,
) -> str:
    """Write an incident and mark its instance; the same trouble that is still open is not written twice."""
    known = select(_incident.c.id, _incident.c.job_id).where(
        _incident.c.instance_id == instance_id, _incident.c.code == code, _incident.c.resolved_at.is_(None)
    )
    for found in tx.sql(known.order_by(_incident.c.raised_at)).all():
        if job_id is None or found.job_id == job_id:
            return str(found.id)
        if found.job_id is None and instance_id is not None:  # now it can be tried again: by running this job
            tx.sql(update(_incident).where(_incident.c.id == found.id).values(job_id=job_id))
            return str(found.id)
    row = {
        "id": tx.toolbox.chance.hex(),
        "instance_id": instance_id,
        "job_id": job_id,
        "element": element,
        "code": code,
        "message_id": message.id,
        "message_en": message.en,
        "raised_at": tx.now,
    }
    tx.sql(insert(_incident), row)
    mark = (
        update(_instance).where(_instance.c.id == instance_id, _instance.c.state == "active").values(state="incident")
    )
    tx.sql(mark)
    return str(row["id"])


def raise_stuck(tx: Transaction, failed: Transaction, refusal: Refusal) -> None:
    """The instance of the failed unit cannot go on: its previous state stays, and an operator is told."""
    if failed.instance is not None:
        job_id: str | None = failed.details.get("job")
        raise_incident(tx, refusal.code, sentence(refusal), instance_id=failed.instance, job_id=job_id)


def sentence(refusal: Refusal) -> Text:
    """What happened, with the engine's reason behind it."""
    reason = str(refusal.details.get("reason", ""))[:LONGEST_REASON]
    said = refusal.message
    return Text(f"{said.id} ({reason})", f"{said.en} ({reason})") if reason else said


def clear_mark(tx: Transaction, instance_id: str) -> None:
    """Let an instance be active again once no incident of it is open."""
    still = select(Incident.id).where(Incident.instance_id == instance_id, Incident.resolved_at.is_(None)).exists()
    tx.sql(
        update(_instance)
        .where(_instance.c.id == instance_id, _instance.c.state == "incident", ~still)
        .values(state="active")
    )
