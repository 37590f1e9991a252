"""Who may work on a user task: exactly the roles and unit it is open for, and not while somebody else holds it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import bindparam, select

from app.commands.case.at_work import CaseAtWork
from app.domain.errors import Conflict, Forbidden, NotFound
from app.domain.text import Text
from app.store.base import table_of
from app.store.compiled import CompiledStatement
from app.store.people import name_of
from app.store.tasks import Candidate

_candidate = table_of(Candidate)
_candidates = CompiledStatement(
    select(_candidate.c.role, _candidate.c.unit).where(_candidate.c.task_id == bindparam("task"))
)

DONE = Text("menyelesaikan tugas ini", "completed this task")
CLAIMED = Text("mengambil tugas ini", "claimed this task")
TAKEN = Text("Tugas sudah diambil petugas lain", "Another officer has already taken the task")
REPORTER = "Pelapor"


def check(case: CaseAtWork, *, claimed_by_others: bool = False) -> None:
    """Refuse unless the actor may work on the task of this file now.

    Forbidden for whoever could never have done it; Conflict naming the winner when it is done or claimed already.
    """
    about = case.about
    if about["task_state"] != "open":
        _refuse_late(case)
    rows = _candidates.rows(case.tx.connection, {"task": about["task_id"]})
    held = [(row["role"], row["unit"]) for row in rows]
    if not _may(case, held):
        raise Forbidden()
    holder = about["task_assignee"]
    if holder is not None and holder != case.tx.actor and not claimed_by_others and case.tx.by.kind != "system":
        raise _lost(case, holder, about["task_claimed_at"], CLAIMED)


def _may(case: CaseAtWork, held: list[tuple[str, str | None]]) -> bool:
    by = case.tx.by
    if by.kind == "reporter":
        if by.complaint is None or by.complaint != case.complaint_id:
            raise NotFound()  # somebody else's complaint does not even exist for them
        return any(role == "reporter" for role, _ in held)
    return by.kind == "system" or any(by.holds(role, unit) for role, unit in held)


def _refuse_late(case: CaseAtWork) -> None:
    """The task is over: who was it? Only whoever could have done it is told."""
    about, by = case.about, case.tx.by
    if by.kind == "reporter" and by.complaint != case.complaint_id:
        raise NotFound()
    lane = case.bundle.manifest.lanes.get(about["task_lane"] or "")
    roles = case.bundle.definition.elements[about["task_element"]].candidate_groups or (lane.roles if lane else ())
    if by.kind == "user" and not case.row["test"] and not any(by.holds(role, about["task_unit"]) for role in roles):
        raise Forbidden()
    if about["task_state"] == "completed":
        raise _lost(case, about["task_completed_by"], about["task_completed_at"], DONE)
    raise Conflict(
        Text(
            "Tugas ini tidak diperlukan lagi: prosesnya sudah berlanjut tanpa tugas ini.",
            "This task is no longer needed: the process has moved on without it.",
        ),
        who=None,
        when=None,
        what=Text("proses berlanjut", "the process moved on"),
    )


def _lost(case: CaseAtWork, winner: str, when: datetime, what: Text) -> Conflict:
    who = name_of(case.tx.connection, winner) or (REPORTER if winner == "reporter" else winner)
    said = Text(f"{who} sudah {what.id}.", f"{who} has already {what.en}.")
    if what is CLAIMED:
        said = Text(f"{TAKEN.id}: {who}.", f"{TAKEN.en}: {who}.")
    return Conflict(said, who=who, when=when, what=what)
