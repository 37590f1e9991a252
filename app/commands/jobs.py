"""Runs what is due by itself: drawn timers, service tasks after the commit, and what limits have to say."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, ClassVar

from sqlalchemy import Row, bindparam, select, update

from app.bundle.advance import handled
from app.commands import limit_notices, notices
from app.commands.casefile import CaseFile
from app.commands.incidents import raise_incident
from app.commands.settlement import take_step
from app.commands.unit import Unit
from app.domain.permissions import Permission
from app.domain.text import Text
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

    def execute(self, unit: Unit) -> bool:
        """Whether there was anything to do. Raises whatever a handler raises, EngineStuck, Conflict."""
        job = unit.execute(_find, {"job": self.job_id}).first()
        unit.silent = True
        if job is None or job.state != "waiting" or job.due_at > unit.now:
            return False
        file = CaseFile.of_instance(unit, job.instance_id)  # its lock comes first, as in every other command
        if unit.execute(_done, {"job": job.id, "at": unit.now}).rowcount != 1:
            return False
        unit.silent = False
        unit.details.update(job=job.id, kind=job.kind, element=job.element, due_at=job.due_at.isoformat())
        faultpoint("after_job_done")
        if not file.ended:
            _RUN[job.kind](file, job)
        return True


@dataclass(frozen=True)
class FailJob:
    """Note that a job failed: it is tried again after a while, and after the last try it becomes an incident."""

    permission: ClassVar[Permission] = Permission.INSTANCE_OPERATE
    job_id: str
    code: str
    error: str
    final: bool = False

    def execute(self, unit: Unit) -> str | None:
        """The incident's id, if there is one now."""
        job = unit.execute(_find.with_for_update(), {"job": self.job_id}).first()
        if job is None or job.state != "waiting":
            return None
        if job.instance_id is not None:
            unit.chain = job.instance_id
        attempts, error = job.attempts + 1, self.error[:LONGEST_ERROR]
        changed: dict[str, Any] = {"attempts": attempts, "last_error": error, "locked_until": None}
        over = self.final or attempts >= TRIES
        changed |= {"state": "failed"} if over else {"due_at": unit.now + BACK_OFF[min(attempts, TRIES) - 1]}
        unit.execute(update(_job).where(_job.c.id == self.job_id).values(**changed))
        if not over:
            return None
        said = Text(
            f"Pekerjaan otomatis gagal setelah {attempts} kali dicoba: {error}",
            f"An automatic job failed after {attempts} tries: {error}",
        )
        owner = {"instance_id": job.instance_id, "job_id": job.id, "element": job.element}
        return raise_incident(unit, self.code, said, **owner)


def _timer(file: CaseFile, job: Row[Any]) -> None:
    """A drawn timer is due: the token goes on, if it still waits there."""
    if any(wait.id == job.task_id for wait in file.instance.waits()):
        take_step(file, lambda live: live.fire(job.task_id, file.env))


def _service(file: CaseFile, job: Row[Any]) -> None:
    """A service task that runs after the commit, or whose handler failed at first."""
    work = next((each for each in file.instance.open() if each.id == job.task_id), None)
    if work is not None:
        case = notices.case(file, file.instance)
        result = handled(file.bundle, file.unit.parts.handlers, work, case)
        outgoing = tuple((work.element, message) for message in result.outgoing)
        take_step(file, lambda live: live.complete(work.id, result.variables, file.env), outgoing=outgoing)


_RUN: Mapping[str, Callable[[CaseFile, Row[Any]], None]] = {
    "timer": _timer,
    "service": _service,
    **dict.fromkeys(LIMIT_KINDS, limit_notices.speak),
}
