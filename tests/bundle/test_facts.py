"""What a bundle says about a case: candidates, variables, limits and statuses."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from app.bundle import facts
from app.domain.limits import Limit
from app.engine.environment import Environment
from tests.conftest import MORNING
from tests.processes.content import bundle, service

WIB = ZoneInfo("Asia/Jakarta")


@dataclass
class Passage:
    flows: tuple[str, ...] = ()
    entered: tuple[tuple[str, str], ...] = ()


@dataclass
class Progress:
    completed: bool = False
    ended: tuple[str, ...] = field(default=())


def test_candidates_are_the_roles_of_the_lane_for_its_unit() -> None:
    assert facts.candidates(bundle(), "confirm_result", {}) == (("dinkominfo_admin",), "DINKOMINFO")
    assert facts.candidates(bundle(), "follow_up", {"assigned_unit": "DLH"}) == (("opd_admin", "liaison"), "DLH")
    assert facts.candidates(bundle(), "follow_up", {}) == (("opd_admin", "liaison"), None)
    assert facts.candidates(bundle(), "supervisor_assigns", {"assigned_unit": "DLH"}) == (("division_head",), None)


def test_only_declared_answers_become_variables() -> None:
    answers = {"authority_decision": "yes", "target_opd": "DLH", "category": None, "public_text": "Rahasia", "x": 1}
    assert facts.project(bundle(), "verifikasi_dinkominfo", answers) == {
        "authority_decision": "yes",
        "assigned_unit": "DLH",
    }
    assert facts.project(bundle(), "verifikasi_opd", {"within_function": False}) == {"within_function": False}
    assert facts.project(bundle(), "unknown", {"origin": "direct"}) == {}


def test_what_the_reporter_left_open_is_known_to_be_nothing() -> None:
    assert facts.project(bundle(), "pengaduan", {"title": "Jalan"}) == {"category": None, "kelurahan": None}


@pytest.mark.parametrize("value", ["ya", 1, ["DLH"], {"a": 1}])
def test_an_answer_of_another_type_is_refused(value: object) -> None:
    with pytest.raises(ValueError, match="within_function"):
        facts.project(bundle(), "verifikasi_opd", {"within_function": value})


@pytest.mark.parametrize(
    ("flows", "entered", "status"),
    [
        ((), (("1", "start_complaint"),), "received"),
        (("f_checked", "f_origin_direct", "f_routing"), (), "disposed"),
        (("f_verified", "f_authority_yes", "f_forwarded"), (), "verified"),
        (("f_opd_verified", "f_function_no", "f_return_opd", "f_routing"), (), "returned_dinkominfo"),
        (("f_disposed", "f_ministry_hold"), (("1", "request_completion_ministry"),), "incomplete"),
        (("f_reported", "f_planned_yes"), (), "planned"),
        (("f_reported", "f_planned_no"), (), "before"),
        (("unknown",), (), "before"),
    ],
)
def test_the_status_is_that_of_the_last_flow_or_element_that_has_one(
    flows: tuple[str, ...], entered: tuple[tuple[str, str], ...], status: str
) -> None:
    assert facts.status_after(bundle(), "before", Passage(flows, entered), Progress()) == status


def test_an_end_has_the_last_word() -> None:
    done = Progress(True, ("end_archived",))
    assert facts.status_after(bundle(), "incomplete", Passage(("f_expired_ministry",)), done) == "archived"
    assert facts.status_after(bundle(), "answered", Passage(), Progress(True, ("end_withdrawn",))) == "withdrawn"
    assert facts.withdrawn_status(bundle()) == "withdrawn"


def test_the_whole_limit_follows_the_nature_of_the_complaint() -> None:
    assert facts.instance_limit_key(bundle(), {}) == "overall"
    assert facts.instance_limit_key(bundle(), {"nature": "ordinary"}) == "overall"
    assert facts.instance_limit_key(bundle(), {"nature": "oversight"}) == "overall_oversight"


def test_the_clock_stands_while_the_reporter_completes() -> None:
    assert facts.paused(bundle(), "incomplete")
    assert not facts.paused(bundle(), "answered")


def test_a_limit_counts_from_its_anchor_the_first_time_only() -> None:
    start, anchor, opened = MORNING, MORNING + timedelta(days=1), MORNING + timedelta(days=3)
    entered = {"verify_disposition_dinkominfo": anchor}
    span = Limit("follow_up", "P5D", anchor="verify_disposition_dinkominfo")
    assert facts.anchored(Limit("a", "P1D"), opened, start, entered) == opened
    assert facts.anchored(Limit("a", "P1D", anchor="instance"), opened, start, entered) == start
    assert facts.anchored(span, opened, start, entered) == anchor
    assert facts.anchored(span, opened, start, {}) == opened
    assert facts.anchored(span, opened, start, entered, again=anchor + timedelta(hours=1)) == opened
    assert facts.anchored(span, opened, start, entered, again=anchor - timedelta(hours=1)) == anchor


def test_a_due_time_moves_by_the_pauses_since_its_start() -> None:
    calendar, limit = service().calendar, service().limits["overall"]
    due = datetime(2026, 12, 11, 11, 0, tzinfo=WIB)
    before = (MORNING - timedelta(days=7), MORNING - timedelta(days=5))
    during = (MORNING + timedelta(hours=1), MORNING + timedelta(days=2, hours=1))
    assert facts.moved(calendar, limit, due, MORNING, [before]) == due
    assert facts.moved(calendar, limit, due, MORNING, [before, during]) == datetime(2026, 12, 15, 15, 45, tzinfo=WIB)


def test_handlers_may_ask_when_a_limit_would_end() -> None:
    env = Environment(MORNING, service().calendar, lambda key: service().limits[key])
    assert facts.until(env)("completion") == datetime(2026, 12, 3, 15, 45, tzinfo=WIB)
    assert facts.until(env)("no such limit") is None
