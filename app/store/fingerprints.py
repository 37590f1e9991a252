"""Keyed hashes of what a step stored: the audit keeps them, so that a later change of a row shows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC
from typing import Any

from app.store.database import compact_json
from app.store.keys import MasterKey

LENGTH = 32  # hexadecimal digits: a step writes two of them, and 128 bits are enough
OF_HISTORY = ("seq", "kind", "element", "task_id", "by")


def answers_digest(answers: Mapping[str, Any], key: MasterKey) -> str:
    """Of the answers of one form."""
    return key.digest("answers", compact_json(dict(answers)).encode())


def state_digest(blob: bytes, key: MasterKey) -> str:
    """Of the stored state of an instance."""
    return key.digest("state", blob)[:LENGTH]


def history_digest(rows: Iterable[Mapping[str, Any]], key: MasterKey) -> str:
    """Of the entries of a history that one step wrote, in their order."""
    told = [
        [*(row[name] for name in OF_HISTORY), row["at"].astimezone(UTC).isoformat(timespec="microseconds")]
        for row in rows
    ]
    return key.digest("history", compact_json(told).encode())[:LENGTH]
