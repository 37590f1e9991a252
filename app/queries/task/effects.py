"""What a change of the service's data would do to the due times that are open now; nothing is changed by asking."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING

from sqlalchemy.orm import Session

from app.domain.errors import Refusal
from app.domain.limits import Limit, in_force
from app.engine.instance import Instance
from app.rules.recounting import Figures, Recount, recount
from app.standard.service import ServiceData, service_from
from app.store.service_data import files_in_force
from app.store.standing import Standing, entered_at, standings

if TYPE_CHECKING:
    from app.toolbox import Toolbox

SLICE = 200  # cases read at a time


@dataclass(frozen=True, slots=True)
class Effect:
    """Of `cases` running cases `moved` would have another due time: `times` due times in all, of them `earlier` sooner.

    `unknown` cases could not be counted; the recount would set them aside.
    """

    cases: int
    moved: int
    times: int
    earlier: int
    unknown: int


def effect(session: Session, toolbox: Toolbox, files: Mapping[str, bytes], now: datetime) -> Effect:
    """How many open due times would move if `files` were in force. Raises InvalidServiceData."""
    held = {name: content for name, (content, _) in files_in_force(session).items()}
    service = service_from({**held, **files}, stored=held.keys() - files.keys())
    cases = moved = times = earlier = unknown = 0
    after = ""
    while found := standings(session.connection(), after, SLICE):
        after = found[-1].case["id"]
        cases += len(found)
        for standing in found:
            try:
                result = _counted(session, toolbox, service, standing, now)
            except (Refusal, ValueError, LookupError):
                unknown += 1
                continue
            moved += bool(result.times)
            times += result.times
            earlier += sum(each.new < each.old for each in result.moved)
    return Effect(cases, moved, times, earlier, unknown)


def _counted(session: Session, toolbox: Toolbox, service: ServiceData, standing: Standing, now: datetime) -> Recount:
    case, instance = standing.case, None
    if standing.timers:
        instance = Instance.decode(toolbox.bundle(session, case["deployment_id"]).definition, case["blob"])
    day = service.calendar.local_date(case["started_at"])

    def limit(key: str) -> Limit:
        former = toolbox.shelf.former(session, case["sla_digest"])
        return in_force(former[key], day) if key in former else service.limit(key, day)

    entered = partial(entered_at, session.connection(), case["id"])
    return recount(standing, Figures(service.calendar, limit), now, instance, entered)
