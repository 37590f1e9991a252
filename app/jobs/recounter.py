"""Carries recounts on, slice after slice, with pauses between them in which people come first."""

from __future__ import annotations

import threading
from collections.abc import Callable
from time import monotonic

import structlog
from sqlalchemy.exc import DBAPIError, OperationalError

from app.commands.case.jobs import FailJob
from app.commands.case.recount_slices import SLICE, RecountDeadlines, SetCaseAside
from app.commands.runner import Runner
from app.domain.errors import Busy, Conflict, Refusal, StorageFull
from app.domain.roles import SYSTEM
from app.jobs.executor import LATER
from app.standard.service import InvalidServiceData
from app.store.claims import claim_recount, release_job
from app.store.database import writer

LATER_ERRORS = (Busy, Conflict, StorageFull, InvalidServiceData)
MOST_IN_A_ROW = 25  # cases set aside one after another: then it is not the cases that are at fault
log = structlog.get_logger(__name__)


class Recounter:
    """Runs what is to be counted again on this node, until it is done or `stop` is called."""

    def __init__(self, runner: Runner) -> None:
        self._runner = runner
        self._toolbox = runner.toolbox
        self._writer = writer(runner.toolbox.database)
        self._name = runner.toolbox.chance.hex()
        self._stopping = threading.Event()

    def run_due(self, tell: Callable[[], object] = lambda: None) -> int:
        """Carry on every recount that no other node is at; returns how many were finished. `tell`: after each slice."""
        finished = 0
        while not self._stopping.is_set() and (job_id := self.claim()) is not None:
            if not self._carry_on(job_id, tell):
                break
            finished += 1
        return finished

    def claim(self) -> str | None:
        """Mark a recount as ours."""
        with self._writer.begin() as connection:
            return claim_recount(connection, self._toolbox.clock.now(), self._name)

    def stop(self) -> None:
        """End after the present slice; what is left is carried on after the next start."""
        self._stopping.set()

    def _carry_on(self, job_id: str, tell: Callable[[], object]) -> bool:
        """Whether it was brought to its end."""
        most, bad = SLICE, 0
        while not self._stopping.is_set():
            began = monotonic()
            try:
                more = self._runner.run(RecountDeadlines(job_id, most), SYSTEM)
            except LATER_ERRORS as later:
                log.info("a recount waits", job=job_id, reason=later.code)
                break
            except OperationalError as error:  # nor is a case at fault when the database fails
                log.error("a recount waits", job=job_id, reason=type(error).__name__)
                break
            except Exception as error:  # a bad row may raise anything; alone it is found, and set aside
                bad += most == 1
                if bad > MOST_IN_A_ROW:
                    return self._give_up(job_id, error)
                if most == 1 and not self._set_aside(job_id, error):
                    break
                most = 1
                continue
            tell()
            if not more:
                return True
            most, bad = min(most * 2, SLICE), 0
            self._stopping.wait(monotonic() - began)
        self._release(job_id)
        return False

    def _set_aside(self, job_id: str, error: Exception) -> bool:
        reason = error.code if isinstance(error, Refusal) else type(error).__name__
        log.warning("a case could not be counted again", job=job_id, reason=reason)
        try:
            self._runner.run(SetCaseAside(job_id, f"{reason}: {error}"), SYSTEM)
        except (Refusal, DBAPIError) as failure:
            log.error("a failure could not be noted", job=job_id, reason=type(failure).__name__)
            return False
        return True

    def _give_up(self, job_id: str, error: Exception) -> bool:
        """Something fails for every case: one incident for the whole job, to be tried again when it is mended."""
        log.error("a recount was given up", job=job_id, reason=type(error).__name__)
        try:
            self._runner.run(FailJob(job_id, "job-failed", f"{type(error).__name__}: {error}", final=True), SYSTEM)
        except (Refusal, DBAPIError) as failure:
            log.error("a failure could not be noted", job=job_id, reason=type(failure).__name__)
        return False

    def _release(self, job_id: str) -> None:
        try:
            with self._writer.begin() as connection:
                release_job(connection, job_id, self._toolbox.clock.now() + LATER)
        except (Refusal, DBAPIError) as error:  # the lock runs out by itself
            log.info("a recount stays locked for now", job=job_id, reason=type(error).__name__)
