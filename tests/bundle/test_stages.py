"""The plain stages of the reporter's page and the answers to “is the problem solved?” are the city's words."""

from __future__ import annotations

import pytest

from app.domain.findings import errors
from app.standard.service import inspect_service
from tests.standard.test_service import contents, findings_of, shipped

FILE = "statuses.toml"


def test_every_status_stands_in_a_stage_or_ended_without_an_answer() -> None:
    service = shipped()
    assert [stage.title.id for stage in service.stages] == ["Diterima", "Diperiksa", "Dikerjakan", "Dijawab"]
    assert [stage.number for stage in service.stages if stage.answers] == [4]
    without = {code for code, status in service.statuses.items() if not status.stage}
    assert all(service.statuses[code].closed for code in without)
    assert {"answered", "planned", "closed"} == {code for code, each in service.statuses.items() if each.stage == 4}


def test_the_question_whether_it_is_solved_has_a_yes_and_a_no() -> None:
    answers = {each.settles: each for each in shipped().actions.values() if each.settles is not None}
    assert {settles: each.choice.id for settles, each in answers.items() if each.choice} == {
        True: "Ya, sudah",
        False: "Belum",
    }


def test_data_of_the_former_release_is_still_read_and_has_the_stages_of_today() -> None:
    lines = contents()[FILE].decode().splitlines()
    dropped = ("stage = ", "settles = ", "choice = ")
    text = "\n".join(line for line in lines if not line.startswith(dropped))
    blocks = [block for block in text.split("\n\n") if not block.startswith("[[stage]]")]
    service, findings = inspect_service({**contents(), FILE: "\n\n".join(blocks).encode()}, stored=[FILE])
    assert service is not None and errors(findings) == []
    assert [each.number for each in service.stages] == [1, 2, 3, 4] and service.actions[
        "reporter_reply"
    ].settles is None


@pytest.mark.parametrize(
    ("old", "new", "rule"),
    [
        ("stage = 3", "stage = 7", "service-unknown-stage"),
        ('choice = { id = "Belum", en = "Not yet" }', "", "service-value"),
        ("settles = true", 'settles = "yes"', "service-value"),
        ('number = 4\ntitle = { id = "Dijawab"', 'number = 4\ntitle = { is = "Dijawab"', "service-value"),
    ],
)
def test_a_fault_in_them_is_named(old: str, new: str, rule: str) -> None:
    assert {finding.rule for finding in findings_of(FILE, old, new)} == {rule}
