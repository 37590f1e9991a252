"""T7 and T8: neither the host's time zone nor jumps of its clock change a due time; and the span costs nothing."""

from __future__ import annotations

import os
import subprocess
import sys
import timeit
from datetime import timedelta
from pathlib import Path

import pytest

from tests.domain.offices import city, wib

ROOT = Path(__file__).parents[2]
PROGRAM = """
from tests.domain.offices import city, wib
for start in ("2026-11-23 11:30", "2026-12-23 15:15", "2026-12-31 23:30", "2028-02-29 00:10"):
    for duration, clock in (("PT7H", "working"), ("P3D", "working"), ("P10D", "calendar"), ("PT72H", "wall")):
        due = city().add(wib(start), duration, clock, explain=True)
        print(due.at.isoformat(), due.confirmed, [step.text.id for step in due.steps])
"""


def answers(zone: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM], env={**os.environ, "TZ": zone}, cwd=ROOT, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.slow
def test_the_same_answers_whatever_the_hosts_time_zone() -> None:
    expected = answers("UTC")
    assert "2026-11-24" in expected
    for zone in ("Asia/Jakarta", "Pacific/Auckland", "America/Los_Angeles", ":nonsense"):
        assert answers(zone) == expected


@pytest.mark.parametrize("jump", [timedelta(hours=1), timedelta(hours=-1), timedelta(days=1)])
@pytest.mark.parametrize("start", ["2026-11-23 11:30", "2026-12-31 15:30", "2028-02-29 15:30", "2027-02-28 23:59"])
def test_a_jump_of_the_clock_neither_loses_nor_doubles_working_time(start: str, jump: timedelta) -> None:
    begin = wib(start)
    due = city().add(begin, "PT9H").at
    seen = begin + jump
    assert city().working_time_between(begin, seen) + city().working_time_between(seen, due) == timedelta(hours=9)


def test_a_long_span_costs_as_much_as_a_short_one() -> None:
    start = wib("2026-11-23 11:30")

    def cost(duration: str) -> float:
        city().add(start, duration)
        return min(timeit.repeat(lambda: city().add(start, duration), number=500, repeat=5))

    assert cost("PT4000H") < 4 * cost("PT1H")
