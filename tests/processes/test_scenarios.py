"""Every scenario of the procedure goes as written, and together they pass through every flow and every wait."""

from __future__ import annotations

import pytest

from app.bundle.scenario import read_scenario
from app.rehearsal.rehearse import rehearse_one
from tests.processes.content import FOLDER, bundle, handlers, rehearsed, service

NAMES = sorted(f"scenarios/{path.name}" for path in (FOLDER / "scenarios").glob("*.toml"))
# Where a case can wait: what must have happened last before the reporter withdraws.
WAITS = {
    "start_completion", "ministry_disposition", "verify_disposition_dinkominfo", "verify_disposition_opd",
    "supervisor_assigns", "supervisor_rules", "follow_up", "confirm_result", "verify_result",
}  # fmt: skip


@pytest.mark.parametrize("name", NAMES)
def test_the_scenario_goes_as_written(name: str) -> None:
    result = next(each for each in rehearsed().rehearsals if each.scenario == name)
    assert result.passed, result.failure


def test_together_they_pass_through_every_flow() -> None:
    assert rehearsed().missed == ()
    assert rehearsed().passed


def test_a_withdrawal_is_played_in_every_wait_state() -> None:
    withdrawn = [each for each in rehearsed().rehearsals if each.end == "end_withdrawn"]
    assert {each.route[-2] for each in withdrawn} == WAITS
    states = {
        move.status
        for name, data in bundle().scenarios
        if "_cabut_" in name
        for move in read_scenario(data, name).moves[-2:]
    }
    assert states >= {"incomplete", "planned", "answered", "withdrawn"}
    assert len(withdrawn) == 12


def test_every_drawn_timer_fires_at_its_due_time_in_some_scenario() -> None:
    timers = {"no_reply", "completion_expired", "planned_date"}
    fired = {event for each in rehearsed().rehearsals if each.passed for event in each.route}
    assert timers <= fired
    written = {key for name, data in bundle().scenarios for key in read_scenario(data, name).expected.due}
    assert timers <= written


@pytest.mark.parametrize(
    ("scenario", "right", "wrong"),
    [
        ("01_tujuh_langkah", "2026-12-04T11:00:00", "2026-12-04T11:00:01"),
        ("01_tujuh_langkah", 'end = "end_closed"', 'end = "end_archived"'),
        ("01_tujuh_langkah", 'sent = ["receipt", "forward"', 'sent = ["forward", "receipt"'),
        ("06_kembali_dari_opd", 'unit = "DINPERKIM"', 'unit = "DPUPR"'),
        ("06_kembali_dari_opd", 'as = "opd_admin"', 'as = "division_head"'),
        ("14_kelengkapan_lewat_waktu", "2026-12-03T15:44:59", "2026-12-03T15:45:00"),
        ("04_kembali_ke_kementerian", '"not_authority"', '"because"'),
    ],
)
def test_a_scenario_that_says_something_else_fails(scenario: str, right: str, wrong: str) -> None:
    text = (FOLDER / "scenarios" / f"{scenario}.toml").read_text("utf-8")
    assert right in text
    result = rehearse_one(bundle(), service(), handlers(), scenario, text.replace(right, wrong).encode())
    assert not result.passed
    assert result.failure is not None
