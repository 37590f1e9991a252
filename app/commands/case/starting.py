"""The row of a process instance that begins now."""

from __future__ import annotations

from typing import Any

from app.bundle.read import Bundle
from app.commands.transaction import Transaction
from app.rules import facts
from app.store.turns import start_of_case


def new_row(
    tx: Transaction, deployment_id: str, bundle: Bundle, business_key: str, title: str | None = None
) -> dict[str, Any]:
    """All columns of a new instance; its blob follows when the engine has made the first step."""
    start_of_case(tx.connection)
    tx.afresh()
    instance_id = tx.toolbox.chance.hex()
    tx.chain, tx.chain_is_new = instance_id, True
    return {
        "id": instance_id,
        "business_key": business_key,
        "title": title,
        "definition_key": bundle.key,
        "deployment_id": deployment_id,
        "version": 1,
        "state": "active",
        "status": facts.first_status(bundle),
        "unit": None,
        "blob": b"",
        "started_at": tx.now,
        "ended_at": None,
        "end_event": None,
        "due_at": None,
        "due_confirmed": False,
        "limit_key": None,
        "paused_at": None,
        "paused_seconds": 0,
        "history_count": 0,
        "sla_digest": tx.toolbox.shelf.limits_digest(tx.connection),
        "test": False,  # trials of earlier releases were instances of their own
    }
