"""The ticker: looks for due work at short intervals. The rows are the truth; a missed tick loses nothing."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import UTC
from functools import partial
from typing import Any

import structlog
from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler

from app.auth.housekeeping import forget
from app.commands.attachment.attachments import SweepAttachments
from app.commands.complaint.erasure import EraseAfterRetention, beyond_retention
from app.commands.housekeeping import SendDigests, SweepDrafts, WarnOfHorizon, WriteAnchor
from app.commands.runner import Runner
from app.domain.roles import SYSTEM
from app.jobs.executor import Executor
from app.jobs.outbox import Outbox
from app.jobs.periods import Periods
from app.jobs.recounter import Recounter
from app.senders.blackhole import FOLDER, empty
from app.senders.chosen import senders
from app.senders.letter import Sender
from app.store.database import reading

JOBS_EVERY = 1  # seconds
OUTBOX_EVERY = 2
RECOUNT_EVERY = 2
OPENING_EVERY = 60
PERIODS_EVERY = 20
NIGHT = 2  # o'clock, in the service's zone
Beat = Callable[[], object]
log = structlog.get_logger(__name__)


class Ticker:
    """The named schedules of one node; `start`, `halt` and `stop` are all there is to it."""

    def __init__(self, runner: Runner, ways: tuple[Sender, ...] | None = None) -> None:
        toolbox = runner.toolbox
        self._runner = runner
        self._executor = Executor(runner, toolbox.settings.workers)
        self._recounter = Recounter(runner)
        self._outbox = Outbox(toolbox, senders(toolbox.settings) if ways is None else ways)
        self._periods = Periods(runner)
        self._greeted: Any = None
        self._scheduler = BackgroundScheduler(
            timezone=UTC,
            executors={"default": ThreadPoolExecutor(5)},
            job_defaults={"coalesce": True, "misfire_grace_time": None, "max_instances": 1},
        )

    def start(self) -> None:
        """Begin to tick, unless this node has no workers; what came due while nothing ran is done at the first tick."""
        if not self._runner.toolbox.settings.workers:
            return
        with reading(self._runner.toolbox.database) as session:
            zone = self._runner.toolbox.service(session).calendar.zone
        self._every(JOBS_EVERY, self._executor.run_due, "due jobs")
        self._every(RECOUNT_EVERY, self._recounter.run_due, "recount")
        self._every(OUTBOX_EVERY, self._outbox.deliver, "outbox")
        self._every(OPENING_EVERY, lambda _: self.greet(), "opening of the day")
        self._every(PERIODS_EVERY, lambda _: self._periods.begin_due(), "periods")
        self._scheduler.add_job(
            _safely(lambda _: self.tidy(), "night", lambda: None), "cron", hour=NIGHT, timezone=zone, id="night"
        )
        self._scheduler.start()

    @property
    def running(self) -> bool:
        """Whether this node runs timers and messages."""
        return bool(self._scheduler.running)

    def halt(self) -> None:
        """Begin nothing new; may be called by a signal."""
        for each in (self._executor, self._recounter, self._outbox):
            each.stop()

    def stop(self, within: float | None = None) -> bool:
        """Finish what runs just now and stop; whether that was done after so many seconds (None: however long)."""
        self.halt()
        if not self.running:
            return True
        ending = threading.Thread(target=self._scheduler.shutdown, daemon=True)
        ending.start()
        ending.join(within)
        if ending.is_alive():
            self._executor.give_back()
        return not ending.is_alive()

    def greet(self) -> int:
        """Once a day, after opening: tell everybody their tasks, and the calendar's keepers of its end."""
        toolbox = self._runner.toolbox
        now = toolbox.clock.now()
        with reading(toolbox.database) as session:
            calendar = toolbox.service(session).calendar
        today = calendar.local_date(now)
        if self._greeted == today or not calendar.is_open(now):
            return 0
        sent: int = self._runner.run(SendDigests(), SYSTEM)
        sent += self._runner.run(WarnOfHorizon(), SYSTEM)
        self._greeted = today
        return sent

    def tidy(self) -> None:
        """Every night: anchor the audit, sweep out what belongs to nothing, forget old sessions, links and letters."""
        self._runner.run(WriteAnchor(), SYSTEM)
        self._runner.run(SweepAttachments(), SYSTEM)
        self._runner.run(SweepDrafts(), SYSTEM)
        self._erase()
        forget(self._runner.toolbox)
        settings = self._runner.toolbox.settings
        if not settings.demo:
            empty(settings.var_dir / FOLDER)

    def _erase(self) -> None:
        toolbox = self._runner.toolbox
        with reading(toolbox.database) as session:
            over = beyond_retention(session, toolbox.service(session), toolbox.clock.now())
        for number in over:
            self._runner.run(EraseAfterRetention(number), SYSTEM)

    def _every(self, seconds: int, act: Callable[[Beat], object], name: str) -> None:
        beat = partial(self._runner.toolbox.pulse.beat, name)
        beat()
        self._scheduler.add_job(_safely(act, name, beat), "interval", seconds=seconds, id=name)


def _safely(act: Callable[[Beat], object], name: str, beat: Beat) -> Callable[[], None]:
    """A tick that fails is logged, and the next one comes; only one that goes well is a sign of life."""

    def tick() -> None:
        try:
            act(beat)
            beat()
        except Exception as error:
            log.error("a tick failed", schedule=name, reason=type(error).__name__, error=str(error))

    return tick
