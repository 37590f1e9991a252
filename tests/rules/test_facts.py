"""What a bundle says about a case: candidates, variables and statuses."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest

from app.rules import facts
from tests.processes.content import bundle


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
