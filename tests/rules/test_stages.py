"""The four plain stages of a case: nothing is called done that was not passed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest

from app.rules.stages import stages_of
from tests.processes.content import bundle, service

START = datetime(2026, 11, 23, 2, tzinfo=UTC)


@dataclass(frozen=True)
class Passed:
    """An entry of a history."""

    seq: int
    element: str
    kind: str = "entered"

    @property
    def at(self) -> datetime:
        return START + timedelta(hours=self.seq)


ROUTE = ["start_complaint", "f_ministry_forward", "forward_to_opd", "f_function_yes", "f_followed_up", "verify_result"]


def states(route: list[str], status: str) -> list[tuple[str, int | None]]:
    """How each stage stands, and after how many hours the case came to it."""
    history = [Passed(number, element) for number, element in enumerate(route)]
    data = service()
    found = stages_of(data.stages, data.statuses, bundle().manifest.statuses, history, status, START)
    return [(each.state, None if each.at is None else (each.at - START) // timedelta(hours=1)) for each in found]


@pytest.mark.parametrize(
    ("route", "status", "expected"),
    [
        (ROUTE[:1], "received", [("done", 0), ("current", 0), ("ahead", None), ("ahead", None)]),
        (ROUTE[:3], "verified", [("done", 0), ("current", 0), ("ahead", None), ("ahead", None)]),
        (ROUTE, "awaiting_verification", [("done", 0), ("done", 0), ("current", 3), ("ahead", None)]),
        ([*ROUTE, "send_report"], "answered", [("done", 0), ("done", 0), ("done", 3), ("done", 6)]),
        (
            [*ROUTE, "send_report", "f_reopen_redo"],
            "reopened",
            [("done", 0), ("done", 0), ("current", 7), ("ahead", None)],
        ),
        ([*ROUTE, "send_report"], "planned", [("done", 0), ("done", 0), ("ahead", None), ("done", 6)]),
        (ROUTE[:1], "withdrawn", [("done", 0), ("stopped", 0), ("skipped", None), ("skipped", None)]),
        (ROUTE[:4], "withdrawn", [("done", 0), ("done", 0), ("stopped", 3), ("skipped", None)]),
        (
            [*ROUTE[:4], "f_return_opd"],
            "returned_dinkominfo",
            [("done", 0), ("current", 4), ("ahead", None), ("ahead", None)],
        ),
    ],
)
def test_stages(route: list[str], status: str, expected: list[tuple[str, int | None]]) -> None:
    assert states(route, status) == expected


def test_data_without_stages_shows_none() -> None:
    assert stages_of((), service().statuses, {}, [], "received", START) == ()
