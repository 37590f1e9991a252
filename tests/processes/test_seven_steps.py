"""The drawn procedure has every element of the source and of our additions, each in the lane of whoever does it."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise
from typing import Any

import pytest

from app.bundle.findings import findings
from app.engine.instance import Environment, Instance
from tests.conftest import MORNING
from tests.processes.content import bundle, handlers, service

PUBLIC_STATUSES = {
    "received", "incomplete", "disposed", "verified", "returned_ministry", "returned_dinkominfo", "awaiting_decision",
    "in_follow_up",
    "awaiting_confirmation", "awaiting_verification", "result_returned", "answered", "reopened", "planned", "closed",
    "forwarded_elsewhere", "merged", "archived", "withdrawn",
}  # fmt: skip
STEPS = {
    "start_complaint": ("1. ", "Pelapor", "startEvent"),
    "ministry_disposition": ("2. ", "Admin KemenPANRB", "userTask"),
    "verify_disposition_dinkominfo": ("3. ", "Admin Dinkominfo", "userTask"),
    "verify_disposition_opd": ("4. ", "Admin OPD", "userTask"),
    "confirm_result": ("5. ", "Admin Dinkominfo", "userTask"),
    "verify_result": ("6. ", "Admin KemenPANRB", "userTask"),
    "send_report": ("7. ", "Pelapor", "sendTask"),
}
OTHERS = {
    "ack_reporter", "check_duplicates", "gw_origin", "gw_ministry", "join_routing", "gw_authority",
    "return_to_ministry", "forward_to_opd", "gw_function", "gw_return_limit", "supervisor_assigns", "gw_rounds",
    "supervisor_rules", "gw_ruling", "follow_up",
    "gw_confirm", "gw_needs_ministry", "gw_result", "gw_reporter", "gw_reopen", "request_completion_ministry",
    "request_completion_dinkominfo", "request_rating", "suggest_unit", "end_closed", "end_archived", "end_forwarded",
    "end_merged",
}  # fmt: skip


@pytest.mark.parametrize(("element", "what"), STEPS.items())
def test_each_of_the_seven_steps_stands_in_its_own_lane(element: str, what: tuple[str, str, str]) -> None:
    number, lane, kind = what
    drawn = bundle().definition.elements[element]
    assert (drawn.name or "").startswith(number)
    assert (drawn.lane, drawn.kind) == (lane, kind)


def test_everything_beyond_the_source_is_drawn_too() -> None:
    assert set(bundle().definition.elements) >= OTHERS


@pytest.mark.parametrize(
    ("flow", "source", "target"),
    [
        ("f_return_ministry", "return_to_ministry", "ministry_disposition"),
        ("f_return_opd", "gw_return_limit", "join_routing"),
        ("f_result_no", "gw_result", "gw_rounds"),
        ("f_rounds_no", "gw_rounds", "confirm_result"),
        ("f_confirm_no", "gw_confirm", "follow_up"),
    ],
)
def test_the_return_arrows_lead_back_to_where_the_source_says(flow: str, source: str, target: str) -> None:
    arrow = bundle().definition.flows[flow]
    assert (arrow.source, arrow.target) == (source, target)


def test_every_user_task_has_a_form_a_limit_and_somebody_to_do_it() -> None:
    tasks = [element for element in bundle().definition.elements.values() if element.kind == "userTask"]
    assert len(tasks) == 8
    for task in tasks:
        assert task.form_key in bundle().forms
        assert task.properties["sla"] in service().limits
        assert bundle().manifest.lanes[task.lane or ""].roles
        assert task.documentation


def test_nothing_is_wrong_with_the_bundle() -> None:
    data = service()
    found = findings(bundle(), data.roles, data.limits, handlers(), data.units, data.statuses)
    assert found == []


def test_every_public_status_can_be_reached() -> None:
    assert set(bundle().manifest.statuses.values()) == PUBLIC_STATUSES


def test_everything_drawn_has_an_english_label() -> None:
    assert [id_ for id_ in bundle().names if id_ not in bundle().labels] == []


WILLING: Mapping[str, dict[str, Any]] = {
    "ministry_disposition": {"ministry_decision": "forward"},
    "verify_disposition_dinkominfo": {"authority_decision": "yes"},
    "verify_disposition_opd": {"within_function": True},
    "follow_up": {"outcome": "resolved"},
    "confirm_result": {"result_accepted": True},
    "verify_result": {"result_proper": True},
    "supervisor_assigns": {"supervisor_decision": "assign"},
    "supervisor_rules": {"supervisor_ruling": "uphold"},
}
REDO, EXPLAIN = {"reply_decision": "redo"}, {"reply_decision": "explain"}
NEITHER_YIELDS: Mapping[str, tuple[dict[str, dict[str, Any]], dict[str, Any], tuple[str, ...]]] = {
    "step 4: the office": ({"verify_disposition_opd": {"within_function": False}}, REDO, ("f_return_opd",)),
    "step 3: the city": (
        {"verify_disposition_dinkominfo": {"authority_decision": "no"},
         "supervisor_assigns": {"supervisor_decision": "not_authority"}},
        REDO, ("f_authority_no",),
    ),
    "step 5: the city": (
        {"confirm_result": {"result_accepted": False}, "supervisor_rules": {"supervisor_ruling": "redo"}},
        REDO, ("f_confirm_no",),
    ),
    "step 6: the ministry": (
        {"verify_result": {"result_proper": False}, "supervisor_rules": {"supervisor_ruling": "redo"}},
        REDO, ("f_result_no",),
    ),
    "step 7: the reporter, not done": ({}, REDO, ("f_reopen_redo", "f_reopen_explain")),
    "step 7: the reporter, not clear": ({}, EXPLAIN, ("f_reopen_redo", "f_reopen_explain")),
    "steps 3 and 4 together": (
        {"verify_disposition_opd": {"within_function": False}, "supervisor_assigns": {"supervisor_decision": "back"}},
        REDO, ("f_return_opd",),
    ),
}  # fmt: skip


@pytest.mark.parametrize("who", NEITHER_YIELDS)
def test_endless_ping_pong_is_impossible(who: str) -> None:
    """However often somebody sends a case back, from the third time on the head of division decides each time."""
    stubborn, reply, arrows = NEITHER_YIELDS[who]
    answers = {**WILLING, **stubborn}
    env = Environment(MORNING, service().calendar, lambda key: service().limits[key])
    known = {"origin": "national", "channel": "web", "category": "jalan", "kelurahan": None, "assigned_unit": "DLH"}
    instance, _ = Instance.start(bundle().definition, known, env)
    passed: list[int] = []  # how often the arrows had been passed when the head of division was asked
    for _ in range(400):
        if work := instance.open():
            if work[0].element.startswith("supervisor_"):
                passed.append(sum(instance.returns.get(arrow, 0) for arrow in arrows))
            instance.complete(work[0].id, answers.get(work[0].element, {}), env)
        else:
            wait = next(each for each in instance.waits() if each.name == "reporter_reply")
            instance.deliver(wait.id, reply, env)
    assert len(passed) > 30
    assert passed[0] <= 3
    assert all(later - former <= 1 for former, later in pairwise(passed))


def test_a_ruling_can_end_what_the_reporter_opens_again_and_again() -> None:
    env = Environment(MORNING, service().calendar, lambda key: service().limits[key])
    known = {"origin": "direct", "channel": "web", "category": "jalan", "kelurahan": None, "assigned_unit": "DLH"}
    instance, _ = Instance.start(bundle().definition, known, env)
    answers = {**WILLING, "supervisor_rules": {"supervisor_ruling": "final"}}
    for _ in range(60):
        if instance.completed:
            break
        if work := instance.open():
            instance.complete(work[0].id, answers.get(work[0].element, {}), env)
        else:
            wait = next(each for each in instance.waits() if each.name == "reporter_reply")
            instance.deliver(wait.id, REDO, env)
    assert instance.completed and instance.ended == ("end_closed",)
    assert instance.returns["f_reported"] == 3, "three answers, then the final one that is told with the end"


def test_an_answer_the_diagram_does_not_know_stops_the_case_instead_of_sending_it_anywhere() -> None:
    from app.engine.refusals import EngineStuck

    env = Environment(MORNING, service().calendar, lambda key: service().limits[key])
    known = {"origin": "direct", "channel": "web", "category": "jalan", "kelurahan": None}
    instance, _ = Instance.start(bundle().definition, known, env)
    while instance.open()[0].element != "verify_disposition_dinkominfo":
        instance.complete(instance.open()[0].id, {}, env)
    with pytest.raises(EngineStuck):
        instance.complete(instance.open()[0].id, {"authority_decision": "perhaps"}, env)
