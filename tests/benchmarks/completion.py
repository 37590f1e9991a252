"""What one completion of a user task costs: against a bare durable commit, and against the stock engine, as it ages."""

from __future__ import annotations

import sqlite3
import statistics
from collections.abc import Iterator
from pathlib import Path

from app.store.database import reading
from app.store.instances import ProcessInstance
from tests.benchmarks.measure import Figure, at_least, at_most, median_ratio, seconds
from tests.benchmarks.stock import Stock
from tests.benchmarks.world import DINKOMINFO, FORWARD, MINISTRY, RETURN, World, fresh_folder

SAMPLES = 40
RETURNS = (0, 10, 50)


class BareCommit:
    """One durable commit (synchronous=FULL, WAL) of some bytes, in a table beside Alur's own in the same file."""

    def __init__(self, file: Path) -> None:
        self.connection = sqlite3.connect(file, isolation_level=None, timeout=10)
        for pragma in ("journal_mode=WAL", "synchronous=FULL"):
            self.connection.execute(f"PRAGMA {pragma}")
        self.connection.execute("CREATE TABLE IF NOT EXISTS bare (id INTEGER PRIMARY KEY, content BLOB)")

    def commit(self, content: bytes) -> None:
        """Write and wait for the disk."""
        self.connection.execute("BEGIN IMMEDIATE")
        self.connection.execute("INSERT INTO bare (content) VALUES (?)", (content,))
        self.connection.execute("COMMIT")


def figures() -> Iterator[Figure]:
    """Ratios, all sides interleaved in one run."""
    world = World.build(fresh_folder())
    bare = BareCommit(world.toolbox.settings.var_dir / "alur.db")
    written = _bytes_of_a_completion(world, bare)
    yield Figure("bytes a completion writes", written, "bytes")
    young = _series(world, bare, 0, written)
    yield at_most("completion / bare durable commit", median_ratio(young.ours, young.bare), "x", 6)
    yield Figure("completion", round(statistics.median(young.ours) * 1e3, 3), "ms")
    yield Figure("bare durable commit", round(statistics.median(young.bare) * 1e3, 3), "ms")
    for returns in RETURNS:
        series = young if returns == 0 else _series(world, bare, returns, written)
        ahead = median_ratio(series.stock, series.ours)
        bound = 8 if returns == 50 else 1
        yield at_least(f"stock engine / ours after {returns} returns", ahead, "x", bound)
    first, last = _ageing(world)
    yield at_most("step after 200 returns / after 1", last / first, "x", 1.3)


class Series:
    """Three interleaved series of times in seconds."""

    def __init__(self) -> None:
        self.ours: list[float] = []
        self.bare: list[float] = []
        self.stock: list[float] = []


def _series(world: World, bare: BareCommit, returns: int, written: int) -> Series:
    """SAMPLES times in turn: ours, the bare commit, the stock engine with the same commit, all after `returns` returns.

    Every sample is the same completion (step 2 forwarded to step 3) of a case of the same age.
    """
    series = Series()
    cases = [_aged(world, returns) for _ in range(SAMPLES)]
    stock = Stock.aged(returns)
    content = b"x" * written
    for case in cases:
        series.ours.append(seconds(lambda case=case: world.complete(case, FORWARD, MINISTRY)))  # type: ignore[misc]
        series.bare.append(seconds(lambda: bare.commit(content)))
        series.stock.append(seconds(lambda: bare.commit(stock.step())))
    return series


def _aged(world: World, returns: int) -> str:
    """The open step-2 task of a fresh case that was returned `returns` times."""
    task = world.open_task(world.file().instance_id)
    for _ in range(returns):
        task = world.complete(task, FORWARD, MINISTRY)
        task = world.complete(task, RETURN, DINKOMINFO)
    return task


def _ageing(world: World) -> tuple[float, float]:
    """Median seconds of a step around the first and around the 200th return of one case."""
    task = world.open_task(world.file().instance_id)
    steps = []
    for _ in range(210):
        steps.append(seconds(lambda task=task: steps_done.append(world.complete(task, FORWARD, MINISTRY))))  # type: ignore[misc]
        task = steps_done.pop()
        task = world.complete(task, RETURN, DINKOMINFO)
    return statistics.median(steps[1:21]), statistics.median(steps[190:210])


steps_done: list[str] = []


def _bytes_of_a_completion(world: World, bare: BareCommit) -> int:
    """How many bytes the write-ahead log grew by in one completion, rounded to the row content it stands for.

    The log counts whole pages; the honest size of "the same bytes" is what the rows hold: state, answers, audit.
    """
    filed = world.file()
    task = world.open_task(filed.instance_id)
    before = _row_bytes(bare, filed.instance_id)
    world.complete(task, FORWARD, MINISTRY)
    with reading(world.toolbox.database) as session:
        instance = session.get(ProcessInstance, filed.instance_id)
        assert instance is not None
        blob = len(instance.blob)
    return blob + _row_bytes(bare, filed.instance_id) - before


def _row_bytes(bare: BareCommit, instance_id: str) -> int:
    """Bytes of content in the rows that belong to a case, its engine state left out."""
    total = 0
    tables = {"history": "instance_id", "task": "instance_id", "answer": "instance_id", "job": "instance_id",
              "outbox_message": "instance_id", "audit_entry": "chain"}  # fmt: skip
    for table, column in tables.items():
        cursor = bare.connection.execute(f"SELECT * FROM {table} WHERE {column} = ?", (instance_id,))
        total += sum(len(str(value).encode()) for row in cursor for value in row if value is not None)
    return total
