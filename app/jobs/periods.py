"""Begins the cases that the calendar begins: once for each period, on whichever node sees first that it is due."""

from __future__ import annotations

from datetime import datetime

import structlog
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.commands.case.beginning import PERIOD, StartPeriod
from app.commands.runner import Runner
from app.domain.errors import Refusal
from app.domain.roles import SYSTEM
from app.store.database import reading
from app.store.deployments import Deployment
from app.store.starts import CaseStart

log = structlog.get_logger(__name__)


class Periods:
    """Looks at the procedures that are live now; what came due while nothing ran begins late, oldest first."""

    def __init__(self, runner: Runner) -> None:
        self._runner = runner

    def begin_due(self) -> int:
        """How many cases began. One procedure whose case cannot begin holds up no other."""
        begun = 0
        for due in self._due():
            for command in due:
                try:
                    self._runner.run(command, SYSTEM)
                except Refusal as refusal:
                    log.error("a case of the calendar could not begin", key=command.key, refusal=refusal.code)
                    break  # its later periods wait for it
                begun += 1
        return begun

    def _due(self) -> list[list[StartPeriod]]:
        toolbox = self._runner.toolbox
        now = toolbox.clock.now()
        with reading(toolbox.database) as session:
            calendar = toolbox.service(session).calendar
            found = []
            for key, deployment in toolbox.shelf.live(session).items():
                recurrence = toolbox.shelf.bundle(session, deployment).manifest.start.calendar
                if recurrence is not None:
                    due = list(recurrence.due(calendar, _since(session, key, deployment), now))
                    begun = _begun(session, key, [period.name for period, _ in due])
                    found.append([StartPeriod(key, period.name, at) for period, at in due if period.name not in begun])
            return found


def _begun(session: Session, key: str, periods: list[str]) -> set[str]:
    """Those that have their case already: a holiday that was decreed since has moved the day of one."""
    causes = [PERIOD + name for name in periods]
    query = select(CaseStart.cause).where(CaseStart.key == key, CaseStart.cause.in_(causes))
    return {cause.removeprefix(PERIOD) for cause in session.scalars(query)}


def _since(session: Session, key: str, deployment: str) -> datetime:
    """The last instant that has been seen to: that of the latest period, or when the version was put live."""
    last = select(func.max(CaseStart.at)).where(CaseStart.key == key, CaseStart.cause.startswith(PERIOD))
    live = select(Deployment.activated_at).where(Deployment.id == deployment)
    return session.scalar(last) or session.execute(live).scalar_one()
