"""Which limit counts in the city's own procedure, and while what its clock stands still."""

from __future__ import annotations

from app.engine.environment import Environment
from app.rules import limits
from app.rules.limits import Past
from tests.conftest import MORNING
from tests.domain.offices import wib
from tests.processes.content import bundle, service


def test_a_task_names_its_limit_in_the_diagram() -> None:
    assert limits.key_of_task(bundle(), "ministry_disposition") == "ministry_disposition"
    assert limits.key_of_task(bundle(), "send_report") is None


def test_the_whole_limit_follows_the_nature_of_the_complaint() -> None:
    assert limits.key_of_case(bundle(), {}) == "overall"
    assert limits.key_of_case(bundle(), {"nature": "ordinary"}) == "overall"
    assert limits.key_of_case(bundle(), {"nature": "oversight"}) == "overall_oversight"


def test_the_clock_stands_while_nobody_in_office_can_act() -> None:
    standing = {status for status in service().statuses if limits.stands_still(bundle(), status)}
    assert standing == {"incomplete", "answered", "planned"}


def test_handlers_may_ask_when_a_limit_would_end() -> None:
    env = Environment(MORNING, service().calendar, lambda key: service().limits[key])
    ends = limits.until(env, lambda _limit: Past(MORNING))
    assert ends("completion") == wib("2026-12-03 15:45")
    assert ends("no such limit") is None


def test_a_letter_promises_a_span_limit_from_its_anchor() -> None:
    """The first follow-up counts from step 3's opening, not from when the letter is written."""
    env = Environment(MORNING, service().calendar, lambda key: service().limits[key])
    opened = wib("2026-11-19 10:00")
    ends = limits.until(env, lambda _limit: Past(opened, {"verify_disposition_dinkominfo": opened}))
    assert ends("follow_up") == wib("2026-11-26 15:45")
