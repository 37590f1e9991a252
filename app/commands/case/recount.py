"""Has the open due times counted again when calendar, limits or the way of counting have changed: one job at a time."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from sqlalchemy import func, insert, select, update

from app.commands.transaction import Transaction
from app.domain.permissions import Permission
from app.store.base import table_of
from app.store.claims import RECOUNT
from app.store.database import compact_json
from app.store.jobs import Job
from app.store.service_data import ServiceFile, files_in_force
from app.store.standing import how_many
from app.store.turns import change_of_calendar

CALENDAR, LIMITS = "calendar.toml", "sla.toml"
RULE = 2  # raised with each release that counts due times otherwise: what is open is then counted again
YEARS = 6  # how far ahead holidays are compared, since a new release of their data may bring others
FAILED = "recount-failed"  # the incident of a case that could not be counted
COUNTS = ("done", "moved", "times", "failed")  # of cases: counted, with a due time that moved; due times; set aside
_job, _file = table_of(Job), table_of(ServiceFile)


@dataclass(frozen=True)
class RecountIfChanged:
    """At a start: whatever due times are counted by may have changed with the release, not only with a file."""

    permission: ClassVar[Permission] = Permission.INSTANCE_OPERATE

    def execute(self, tx: Transaction) -> int:
        """How many cases are to be counted again."""
        change_of_calendar(tx.connection)
        last = _jobs(tx, "waiting") or _jobs(tx, "done")
        if last and last[0].payload["basis"] == basis(tx):
            tx.silent = True
            return 0
        return begin(tx, ())


def begin(tx: Transaction, causes: Iterable[str]) -> int:
    """Have every open due time counted again; returns of how many cases. What goes on just now starts anew.

    `causes` are the files that changed. Whoever changes them takes the turn of `change_of_calendar` before.
    """
    waiting = _jobs(tx, "waiting", lock=True)
    if causes and not waiting and not how_many(tx.connection) and not _jobs(tx, "done"):
        return 0  # an installation that is being filled
    causes = {*causes, *(name for job in waiting for name in job.payload["causes"])}
    seq = tx.sql(select(func.coalesce(func.max(_file.c.seq), 0))).scalar_one()
    fresh = {"causes": sorted(causes), "change": seq, "basis": basis(tx), "total": how_many(tx.connection)}
    row = _row(tx, fresh)
    if waiting:
        tx.sql(update(_job).where(_job.c.id == waiting[0].id).values(**{**row, "id": waiting[0].id}))
    else:
        tx.sql(insert(_job), row)
    tx.details["recount"] = {"job": waiting[0].id if waiting else row["id"], "cases": fresh["total"]}
    return int(fresh["total"])


def begin_for(tx: Transaction, case: str) -> None:
    """Have one case counted again, which could not be counted before."""
    tx.sql(insert(_job), _row(tx, {"causes": [], "change": 0, "basis": "", "total": 1, "only": case}))


def basis(tx: Transaction) -> str:
    """A fingerprint of all that due times are counted by."""
    opening, year = tx.service.calendar.opening, tx.now.year
    holidays = [
        [day.isoformat(), each.code, each.guessed]
        for one in range(year - 1, year + YEARS)
        for day, each in sorted(opening.holidays(one).items())
    ]
    held = files_in_force(tx.connection)
    told = [RULE, *(held[name][1] for name in (CALENDAR, LIMITS)), holidays]
    return hashlib.sha256(compact_json(told).encode()).hexdigest()


def _jobs(tx: Transaction, state: str, lock: bool = False) -> list[Any]:
    """The recounts of all cases in this state, the last one first."""
    wanted = select(_job).where(_job.c.kind == RECOUNT, _job.c.state == state).order_by(_job.c.due_at.desc())
    rows = tx.sql(wanted.with_for_update() if lock else wanted).all()
    return [row for row in rows if "only" not in row.payload]


def _row(tx: Transaction, payload: Mapping[str, Any]) -> dict[str, Any]:
    payload = {**payload, **dict.fromkeys(COUNTS, 0), "after": "", "began": tx.now.isoformat()}
    done = payload["total"] == 0
    return {
        "id": tx.toolbox.chance.hex(),
        "kind": RECOUNT,
        "payload": payload,
        "due_at": tx.now,
        "state": "done" if done else "waiting",
        "done_at": tx.now if done else None,
        "attempts": 0,
        "locked_until": None,
        "locked_by": None,
        "last_error": None,
    }
