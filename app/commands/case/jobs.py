"""Runs what is due by itself: drawn timers, service tasks after the commit, and what limits have to say."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, ClassVar

from sqlalchemy import Row, bindparam, select, update

from app.commands.case import limit_notices
from app.commands.case.at_work import CaseAtWork
from app.commands.case.incidents import raise_incident
from app.commands.case.settlement import take_step
from app.commands.case.startable import look_at
from app.commands.letter import notices
from app.commands.transaction import Transaction
from app.domain.permissions import Permission
from app.domain.text import Text
from app.rules.advance import handled
from app.store.base import table_of
from app.store.faults import faultpoint
from app.store.jobs import Job
from app.store.standing import LIMIT_KINDS

TRIES = 3
BACK_OFF = (timedelta(seconds=10), timedelta(seconds=60), timedelta(minutes=10))
LONGEST_ERROR = 300
_job = table_of(Job)
_find = select(_job).where(_job.c.id == bindparam("job"))
_done = (
    update(_job)
    .where(_job.c.id == bindparam("job"), _job.c.state == "waiting")
    .values(state="done", done_at=bindparam("at"), attempts=_job.c.attempts + 1, locked_until=None, last_error=None)
)


@dataclass(frozen=True)
class RunJob:
    """Do one due thing. Doing it twice changes nothing the second time; a timer that has vanished is normal."""

    permission: ClassVar[Permission] = Permission.INSTANCE_OPERATE
    job_id: str

    def execute(self, tx: Transaction) -> bool:
        """Whether there was anything to do. Raises whatever a handler raises, EngineStuck, Conflict."""
        job = tx.sql(_find, {"job": self.job_id}).first()
        tx.silent = True
        if job is None or job.state != "waiting" or job.due_at > tx.now:
            return False
        case = CaseAtWork.of_instance(tx, job.instance_id)  # its lock comes first, as in every other command
        if tx.sql(_done, {"job": job.id, "at": tx.now}).rowcount != 1:
            return False
        tx.silent = False
        tx.details.update(job=job.id, kind=job.kind, element=job.element, due_at=job.due_at.isoformat())
        faultpoint("after_job_done")
        if not case.ended:
            _RUN[job.kind](case, job)
        return True


@dataclass(frozen=True)
class FailJob:
    """Note that a job failed: it is tried again after a while, and after the last try it becomes an incident."""

    permission: ClassVar[Permission] = Permission.INSTANCE_OPERATE
    job_id: str
    code: str
    error: str
    final: bool = False

    def execute(self, tx: Transaction) -> str | None:
        """The incident's id, if there is one now."""
        job = tx.sql(_find.with_for_update(), {"job": self.job_id}).first()
        if job is None or job.state != "waiting":
            return None
        if job.instance_id is not None:
            tx.chain = job.instance_id
        attempts, error = job.attempts + 1, self.error[:LONGEST_ERROR]
        changed: dict[str, Any] = {"attempts": attempts, "last_error": error, "locked_until": None}
        over = self.final or attempts >= TRIES
        changed |= {"state": "failed"} if over else {"due_at": tx.now + BACK_OFF[min(attempts, TRIES) - 1]}
        tx.sql(update(_job).where(_job.c.id == self.job_id).values(**changed))
        if not over:
            return None
        said = Text(
            f"Pekerjaan otomatis gagal setelah {attempts} kali dicoba: {error}",
            f"An automatic job failed after {attempts} tries: {error}",
        )
        owner = {"instance_id": job.instance_id, "job_id": job.id, "element": job.element}
        return raise_incident(tx, self.code, said, **owner)


def _timer(case: CaseAtWork, job: Row[Any]) -> None:
    """A drawn timer is due: the token goes on, if it still waits there."""
    if any(wait.id == job.task_id for wait in case.instance.waits()):
        take_step(case, lambda live: live.fire(job.task_id, case.env))


def _service(case: CaseAtWork, job: Row[Any]) -> None:
    """A service task that runs after the commit, or whose handler failed at first."""
    work = next((each for each in case.instance.open() if each.id == job.task_id), None)
    if work is not None:
        offered = notices.case(case, case.instance)
        result = handled(case.bundle, case.tx.toolbox.handlers, work, offered, lambda start: look_at(case.tx, start))
        outgoing = tuple((work.element, message) for message in result.outgoing)
        take_step(
            case,
            lambda live: live.complete(work.id, result.variables, case.env),
            outgoing=outgoing,
            starts=result.starts,
        )


_RUN: Mapping[str, Callable[[CaseAtWork, Row[Any]], None]] = {
    "timer": _timer,
    "service": _service,
    **dict.fromkeys(LIMIT_KINDS, limit_notices.speak),
}
