"""Runs due jobs: claims a few, runs each as a command, notes failures; one bad row never stops the others."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import structlog
from sqlalchemy.exc import DBAPIError

from app.commands.case.incidents import sentence
from app.commands.case.jobs import FailJob, RunJob
from app.commands.runner import Runner
from app.domain.errors import Busy, Conflict, Refusal, StorageFull
from app.domain.roles import SYSTEM
from app.engine.refusals import EngineStuck
from app.store.claims import claim_jobs, release_job, release_jobs
from app.store.database import writer
from app.store.faults import faultpoint

BATCH = 50
LATER = timedelta(seconds=5)  # when a job is tried again that met a busy database or another change
LAST_PATIENCE_MS = 500  # how long the end of the process waits for the database
log = structlog.get_logger(__name__)


class Executor:
    """Runs jobs on this node, on `workers` threads."""

    def __init__(self, runner: Runner, workers: int = 1, batch: int = BATCH) -> None:
        self._runner = runner
        self._toolbox = runner.toolbox
        self._writer = writer(runner.toolbox.database)
        self._workers = max(1, workers)
        self._batch = batch
        self._name = runner.toolbox.chance.hex()
        self._stopping = threading.Event()

    def run_due(self, tell: Callable[[], object] = lambda: None) -> int:
        """Run everything that is due now, or until `stop` is called; returns how many jobs were run. `tell`: after
        each."""
        count = 0
        while not self._stopping.is_set() and (ids := self.claim()):
            faultpoint("after_claim")
            count += self._run(ids, tell)
        if self._stopping.is_set():
            self.give_back()
        return count

    def stop(self) -> None:
        """End after the present job of each thread; the others are given back."""
        self._stopping.set()

    def give_back(self) -> None:
        """Let other nodes have at once what is ours and was not run; where the database is busy, its lock runs out."""
        try:
            with writer(self._toolbox.database, LAST_PATIENCE_MS).begin() as connection:
                release_jobs(connection, self._name)
        except (Refusal, DBAPIError) as error:
            log.info("jobs stay locked for now", reason=type(error).__name__)

    def claim(self) -> Sequence[str]:
        """Mark the next due jobs as ours."""
        with self._writer.begin() as connection:
            return claim_jobs(connection, self._toolbox.clock.now(), self._name, self._batch)

    def _run(self, ids: Sequence[str], tell: Callable[[], object]) -> int:
        if self._workers == 1:
            return _counted(map(self._run_unless_stopping, ids), tell)
        try:
            with ThreadPoolExecutor(self._workers) as pool:
                return _counted(pool.map(self._run_unless_stopping, ids), tell)
        except RuntimeError as error:  # the machine gives no more threads: then this one does what is left
            log.warning("jobs run one by one", reason=str(error))
            return _counted(map(self._run_unless_stopping, ids), tell)

    def _run_unless_stopping(self, job_id: str) -> bool:
        return not self._stopping.is_set() and self.run(job_id)

    def run(self, job_id: str) -> bool:
        """Run one job and say whether there was anything to do; whatever goes wrong is noted and never raised."""
        try:
            return bool(self._runner.run(RunJob(job_id), SYSTEM))
        except (Busy, StorageFull, Conflict) as later:
            log.info("a job waits for the database", job=job_id, reason=later.code)
            self._release(job_id)
        except EngineStuck as stuck:
            self._fail(FailJob(job_id, stuck.code, sentence(stuck).en, final=True))
        except Exception as error:  # a handler may raise anything
            reason = error.code if isinstance(error, Refusal) else type(error).__name__
            log.warning("a job failed", job=job_id, reason=reason)
            self._fail(FailJob(job_id, "job-failed", f"{reason}: {error}"))
        return False

    def _fail(self, command: FailJob) -> None:
        try:
            self._runner.run(command, SYSTEM)
        except Exception as error:  # the lock runs out by itself, and the job is tried again then
            log.error("a failure could not be noted", job=command.job_id, reason=type(error).__name__)

    def _release(self, job_id: str) -> None:
        try:
            with self._writer.begin() as connection:
                release_job(connection, job_id, self._toolbox.clock.now() + LATER)
        except (Refusal, DBAPIError) as error:  # the lock runs out by itself
            log.info("a job stays locked for now", job=job_id, reason=type(error).__name__)


def _counted(runs: Iterable[bool], tell: Callable[[], object]) -> int:
    count = 0
    for run in runs:
        count += run
        tell()
    return count
