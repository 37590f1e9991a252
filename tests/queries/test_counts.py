"""The numbers beside the filters of the task list are those of their lines."""

from __future__ import annotations

from datetime import timedelta

from app.commands.task.complete import ClaimTask
from app.queries.task import inbox
from app.queries.task.counts import counts
from app.rules.remaining import soon_until
from app.rules.sight import viewer
from app.rules.statuses import awaiting_reporter
from app.store.database import reading
from tests.world import World


def test_each_filter_counts_its_lines(service: World) -> None:
    for number in range(4):
        filed = service.at_opd()
        if number < 2:
            (task,) = service.open(filed.instance_id)
            service.runner.run(ClaimTask(task), service.actor("pupr"))
    service.answered()
    service.clock.advance(timedelta(days=3))
    service.at_opd()
    with reading(service.toolbox.database) as session:
        data, actor, now = service.toolbox.service(session), service.actor("pupr"), service.clock.now()
        seen, soon = viewer(actor, data.role_rows), soon_until(data.calendar, now)
        found = counts(session, actor, seen, now, soon, awaiting_reporter(data))
        lines = {
            name: len(inbox.listing(session, actor, inbox.span_of(name, now, soon), viewer=seen).rows)
            for name in ("unit", "free", "soon", "late")
        }
        lines |= {"mine": len(inbox.mine(session, actor, seen).rows)}
        lines |= {"waiting": len(inbox.waiting(session, awaiting_reporter(data), seen).rows)}
    assert found == lines == {"unit": 5, "free": 3, "mine": 2, "late": 4, "soon": 1, "waiting": 1}


def test_somebody_without_a_role_has_nothing(service: World) -> None:
    service.at_opd()
    with reading(service.toolbox.database) as session:
        data, actor, now = service.toolbox.service(session), service.actor("admin"), service.clock.now()
        found = counts(session, actor, viewer(actor, data.role_rows), now, now, awaiting_reporter(data))
    assert set(found.values()) == {0}
