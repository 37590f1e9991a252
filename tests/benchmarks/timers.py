"""Ten thousand timers that fell due together: how fast they are drained, and whether each fires exactly once."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from app.jobs.executor import Executor
from app.store.base import table_of
from app.store.database import reading
from app.store.instances import History, ProcessInstance
from app.store.jobs import Job
from tests.benchmarks.copies import copy_case, key
from tests.benchmarks.measure import Figure, at_least, seconds
from tests.benchmarks.world import MINISTRY, World, fresh_folder

TIMERS = 10_000
WORKERS = 2  # as a node has by default
TIMER = "completion_expired"
HOLD = {"ministry_decision": "hold", "missing": "Mohon sebutkan nomor tiang lampu."}
_job, _history = table_of(Job), table_of(History)


def figures() -> Iterator[Figure]:
    """Cases that wait for their reporters all reach their deadline; the executor of one node drains them."""
    world = _waiting(TIMERS)
    took = seconds(Executor(world.runner, WORKERS).run_due)
    yield Figure("due timers drained", round(TIMERS / took), "1/s")
    yield at_least("of 10,000 timers fired exactly once", _fired_once(world), "", TIMERS)


def _waiting(number: int) -> World:
    """An installation with so many cases whose only job is a timer, all due now."""
    world = World.build(fresh_folder())
    original = world.file().instance_id
    world.complete(world.open_task(original), HOLD, MINISTRY)
    with Session(world.toolbox.database) as session, session.begin():
        session.execute(delete(Job).where(Job.kind != "timer"))
        due = session.scalars(select(Job.due_at)).one()
    copies = {Job: lambda row, n: row | {"id": key(n), "instance_id": key(n)}}
    copy_case(world, original, number, copies)
    with Session(world.toolbox.database) as session, session.begin():
        session.execute(update(Job).where(Job.instance_id == original).values(state="cancelled"))
    world.clock.at = due + timedelta(minutes=1)
    return world


def _fired_once(world: World) -> int:
    """How many cases ended through their timer, with one try of the job and one line in the history."""
    left = (
        select(_history.c.instance_id)
        .where(_history.c.kind == "left", _history.c.element == TIMER)
        .group_by(_history.c.instance_id)
        .having(func.count() == 1)
    )
    done = select(_job.c.instance_id).where(_job.c.kind == "timer", _job.c.state == "done", _job.c.attempts == 1)
    ended = select(func.count()).where(
        ProcessInstance.state == "completed", ProcessInstance.id.in_(left), ProcessInstance.id.in_(done)
    )
    with reading(world.toolbox.database) as session:
        return session.scalars(ended).one()
