"""A step counts as done only where the case went beyond it: never because it was opened, returned or cut off."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import pytest

from app.rules.steps import states
from tests.conftest import MORNING
from tests.processes.content import service

PEOPLE = {
    "2": "ministry_disposition", "3": "verify_disposition_dinkominfo", "4": "verify_disposition_opd",
    "f": "follow_up", "5": "confirm_result", "6": "verify_result",
}  # fmt: skip
BY_ITSELF = {"1": "start_complaint", "r": "return_to_ministry", "o": "forward_to_opd", "7": "send_report"}


@dataclass(frozen=True)
class Happened:
    element: str
    task_id: str | None
    kind: str = "entered"
    at: datetime = MORNING


def standing(route: str, current: int | None = None) -> str:
    """The first letters of the states of the seven steps after this route."""
    history = [
        Happened({**PEOPLE, **BY_ITSELF}[each], f"{n}" if each in PEOPLE else None) for n, each in enumerate(route)
    ]
    tasks = {each.task_id: "completed" for each in history if each.task_id}
    found = states(service().steps, history, tasks, current)
    return "".join(found[number][:2] for number in range(1, 8))


@pytest.mark.parametrize(
    ("route", "current", "wanted"),
    [
        ("12", 2, "do cu ah ah ah ah ah"),
        ("123o4", 4, "do do do cu ah ah ah"),
        ("123o43", 3, "do do cu ah ah ah ah"),  # returned by the office
        ("123r2", 2, "do cu ah ah ah ah ah"),  # returned to the ministry
        ("13o4", 4, "do sk do cu ah ah ah"),  # direct: the ministry was never asked
        ("123o4f567", 7, "do do do do do do cu"),
        ("123o4f567", None, "do do do do do do do"),  # closed
        ("13o4f57", None, "do sk do do do sk do"),  # closed, direct
        ("12", None, "do st sk sk sk sk sk"),  # archived, forwarded elsewhere, withdrawn or ended at the ministry
        ("123", None, "do do st sk sk sk sk"),  # merged
        ("123o4", None, "do do do st sk sk sk"),
        ("123o43", None, "do do st re sk sk sk"),  # ended after a return: the office's step is not done
        ("123r2", None, "do st re sk sk sk sk"),
        ("123o4f5f", None, "do do do st re sk sk"),  # the result was refused, then the case was ended
        ("123o4f565", None, "do do do do st re sk"),
        ("1", None, "do sk sk sk sk sk sk"),
    ],
)  # fmt: skip
def test_only_what_led_on_is_done(route: str, current: int | None, wanted: str) -> None:
    assert standing(route, current) == wanted.replace(" ", "")
