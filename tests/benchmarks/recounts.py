"""A calendar with one open day less: how many cases are counted again in a second of processor time."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from time import process_time

from app.commands.procedure.service import LoadService
from app.domain.roles import SYSTEM
from app.jobs.recounter import Recounter
from app.queries.case.recounts import latest
from app.store.database import reading
from app.store.jobs import Job
from app.store.tasks import Candidate, Task
from tests.benchmarks.copies import Row, copy_case, key
from tests.benchmarks.measure import Figure, at_least
from tests.benchmarks.world import MINISTRY, ROOT, World, fresh_folder

CASES = 2_000
HOLD = {"ministry_decision": "hold", "missing": "Mohon sebutkan nomor tiang lampu."}
CLOSED = '\n[[closure]]\ndate = {day}\nname = {{ id = "rob", en = "tidal flood" }}\n'
CALENDAR = "calendar.toml"


def figures() -> Iterator[Figure]:
    """Cases with an open task, and cases with a drawn timer; first every one of them moves, then none."""
    with_task, with_timer = World.build(fresh_folder()), World.build(fresh_folder())
    case = with_task.file().instance_id
    copies = {
        Task: lambda row, n: row | {"id": key(n), "instance_id": key(n)},
        Candidate: lambda row, n: row | {"task_id": key(n)},
        Job: _job,
    }
    copy_case(with_task, case, CASES - 1, copies)
    case = with_timer.file().instance_id
    with_timer.complete(with_timer.open_task(case), HOLD, MINISTRY)
    copy_case(with_timer, case, CASES - 1, {Job: _job})
    yield at_least(
        "cases with a task that were counted again", _each_second(with_task, "2026-11-24", CASES), "1/s", 300
    )
    yield at_least(
        "cases with a timer that were counted again", _each_second(with_timer, "2026-12-03", CASES), "1/s", 300
    )
    yield at_least("cases that needed no change", _each_second(with_task, "2027-02-02", 0), "1/s", 1_000)


def _job(row: Row, number: int) -> Row:
    """Each case has several jobs; a timer keeps the name of what the engine waits for."""
    task = row["task_id"] if row["kind"] == "timer" else row["task_id"] and key(number)
    return row | {"id": f"{number:024x}{row['id'][-8:]}", "instance_id": key(number), "task_id": task}


def _each_second(world: World, closed: str, moved: int) -> float:
    """Close one day more, and count again."""
    original = (ROOT / "processes" / "service" / CALENDAR).read_text("utf-8")
    days = ["2026-11-24", closed] if moved == 0 else [closed]
    content = original + "".join(CLOSED.format(day=day) for day in days)
    world.runner.run(LoadService({CALENDAR: content.encode()}, "rob"), SYSTEM)
    world.clock.advance(timedelta(minutes=1))
    began = process_time()
    assert Recounter(world.runner).run_due() == 1
    took = process_time() - began
    with reading(world.toolbox.database) as session:
        told = latest(session)
    assert told is not None and (told.done, told.moved, told.failed) == (CASES, moved, 0), told
    return told.done / took
