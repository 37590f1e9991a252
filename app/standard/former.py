"""What a status meant before the service's data said so: for data that was loaded by an earlier release."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

# Earlier releases knew these codes by heart, and no words for staff or for a case that was ended from outside.
STATUSES: Mapping[str, Mapping[str, Any]] = {
    "draft": {"waits_for": "reporter"},
    "incomplete": {"waits_for": "reporter"},
    "returned_ministry": {"returned": True},
    "returned_dinkominfo": {"returned": True},
    "result_returned": {"returned": True},
    "answered": {"waits_for": "reporter"},
    "planned": {"waits_for": "date"},
    "forwarded_elsewhere": {"outcome": "forwarded_elsewhere"},
    "merged": {"outcome": "duplicate"},
    "archived": {"outcome": "archived_incomplete"},
    "withdrawn": {"outcome": "withdrawn", "letter": "withdrawal"},
}
WHY = {"id": "belum sesuai", "en": "not proper yet"}
ENDED: Mapping[str, Any] = {
    "code": "cancelled",
    "name": {"id": "Dihentikan petugas", "en": "Ended by an officer"},
    "staff": {"id": "Dihentikan petugas", "en": "Ended by an officer"},
    "tone": "grey",
    "icon": "circle-x",
    "closed": True,
    "outcome": "cancelled",
    "letter": "cancelled",
}
STAGES: tuple[Mapping[str, Any], ...] = (
    {"number": 1, "title": {"id": "Diterima", "en": "Received"}},
    {"number": 2, "title": {"id": "Diperiksa", "en": "Checked"}},
    {"number": 3, "title": {"id": "Dikerjakan", "en": "Worked on"}},
    {"number": 4, "title": {"id": "Dijawab", "en": "Answered"}, "answers": True},
)
FIRST_STEPS = (1, 2, 4, 7)  # the step with which each stage begins, as the source counts them
OTHER: Mapping[str, Any] = {
    "code": "other",
    "name": {"id": "Alasan lain", "en": "Another reason"},
    "reason": {"id": "Aduan ini tidak dapat dilanjutkan", "en": "The complaint cannot be continued"},
    "advice": {"id": "Anda dapat mengirim aduan baru kapan saja.", "en": "You may file a new complaint at any time."},
}


def completed(data: Mapping[str, Any]) -> Mapping[str, Any]:
    """The tables of a statuses.toml with today's meanings wherever it is silent; what it says stays."""
    rows = data.get("status", [])
    if not all(_is_table(data.get(name, [])) for name in ("status", "stage")):
        return data  # nothing to build on: the reader says what is wrong
    filled = dict(data)
    plain = "stage" not in data
    filled.setdefault("stage", list(STAGES))
    filled.setdefault("cancellation", [OTHER])
    filled["status"] = [_meant(row, plain) for row in rows]
    if all(row.get("code") != ENDED["code"] for row in rows):
        filled["status"].append({**ENDED, "waits_for": "nobody"})
    return filled


def _is_table(rows: Any) -> bool:
    return isinstance(rows, list) and all(isinstance(row, Mapping) for row in rows)


def _meant(row: Mapping[str, Any], plain: bool) -> dict[str, Any]:
    closed = row.get("closed") is True
    found = {"waits_for": "nobody" if closed else "office", **STATUSES.get(str(row.get("code")), {}), **row}
    if "name" in row:
        found.setdefault("staff", row["name"])
    if found.get("returned"):
        found.setdefault("why", WHY)
    ended_without_answer = closed and "outcome" in found
    step = row.get("step")
    if plain and isinstance(step, int) and not ended_without_answer:
        found.setdefault("stage", max(sum(first <= step for first in FIRST_STEPS), 1))
    found.setdefault("stage", 0)
    return found
