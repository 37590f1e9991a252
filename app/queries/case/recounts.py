"""How far the counting again of due times has come, and what the last one did."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.store.claims import RECOUNT
from app.store.jobs import Job


@dataclass(frozen=True, slots=True)
class Progress:
    """One recount: of `total` cases `done` were counted, `failed` set aside; `times` due times moved in `moved` cases.

    `causes` are the files that changed; none where a new release counts otherwise.
    """

    going: bool
    total: int
    done: int
    moved: int
    times: int
    failed: int
    causes: tuple[str, ...]
    began: datetime
    ended: datetime | None

    @property
    def share(self) -> int:
        """How much is done, in percent."""
        return 100 if not self.going or not self.total else min(99, 100 * self.done // self.total)


def latest(session: Session, since: datetime | None = None) -> Progress | None:
    """The recount that goes on now, else the last one, if it had anything to count and ended after `since`."""
    newest = select(Job).where(Job.kind == RECOUNT, Job.state.in_(("waiting", "done"))).order_by(Job.due_at.desc())
    rows = [row for row in session.scalars(newest.limit(50)) if "only" not in row.payload and row.payload["total"]]
    rows.sort(key=lambda row: row.state != "waiting")
    if not rows or (rows[0].done_at is not None and since is not None and rows[0].done_at < since):
        return None
    return _told(rows[0])


def _told(row: Job) -> Progress:
    payload = row.payload
    return Progress(
        going=row.state == "waiting",
        total=max(payload["total"], payload["done"]),  # cases that began meanwhile are looked at too
        done=payload["done"],
        moved=payload["moved"],
        times=payload["times"],
        failed=payload["failed"],
        causes=tuple(payload["causes"]),
        began=datetime.fromisoformat(payload["began"]),
        ended=row.done_at,
    )
