"""A trial takes only steps that can be played, one after the other, and never more than it can show."""

from __future__ import annotations

import pytest

from app.commands.procedure import trials
from app.commands.procedure.trials import AddTrialStep, ChangeFiled, EndTrial, StartTrial, StepBack
from app.domain.errors import Conflict, Forbidden, Invalid, NotFound, Refusal
from app.store.deployments import Deployment
from app.store.trials import Trial
from tests.world import World

FORWARD = {"task": "ministry_disposition", "as": "ministry_admin", "answers": {"ministry_decision": "forward"}}
DAY = {"until": "2099-01-01T08:00:00+07:00"}


@pytest.fixture
def trial(service: World) -> str:
    (deployment,) = service.rows(Deployment)
    begun: str = service.runner.run(StartTrial(deployment.id), service.actor("pemilik"))
    return begun


def steps(service: World) -> list[dict[str, object]]:
    (row,) = service.rows(Trial)
    return list(row.steps)


@pytest.mark.parametrize(
    "step",
    [{"task": "follow_up"}, {"task": "nowhere"}, {"message": "reporter_satisfied"},
     {"until": "2001-01-01T08:00:00+07:00"},
     {**FORWARD, "as": "opd_admin"}, {**FORWARD, "answers": {"ministry_decision": "nonsense"}}, {"jump": 1}, {}],
)  # fmt: skip
def test_a_step_that_cannot_be_played_is_not_kept(service: World, trial: str, step: dict[str, object]) -> None:
    with pytest.raises(Refusal):
        service.runner.run(AddTrialStep(trial, 0, step), service.actor("pemilik"))
    assert steps(service) == []


def test_a_step_keeps_the_status_that_came_of_it(service: World, trial: str) -> None:
    service.runner.run(AddTrialStep(trial, 0, FORWARD), service.actor("pemilik"))
    assert steps(service) == [{**FORWARD, "status": "disposed"}]


def test_a_trial_has_so_many_steps_at_most(service: World, trial: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trials, "MOST_STEPS", 1)
    service.runner.run(AddTrialStep(trial, 0, FORWARD), service.actor("pemilik"))
    with pytest.raises(Invalid):
        service.runner.run(AddTrialStep(trial, 1, DAY), service.actor("pemilik"))


def test_the_complaint_can_be_another_only_before_the_first_step(service: World, trial: str) -> None:
    service.runner.run(ChangeFiled(trial, {"category": "sampah"}), service.actor("pemilik"))
    with pytest.raises(Refusal):
        service.runner.run(ChangeFiled(trial, {"no_such_question": "x"}), service.actor("pemilik"))
    service.runner.run(AddTrialStep(trial, 0, FORWARD), service.actor("pemilik"))
    with pytest.raises(Conflict):
        service.runner.run(ChangeFiled(trial, {"category": "jalan"}), service.actor("pemilik"))
    (row,) = service.rows(Trial)
    assert row.filed == {"category": "sampah"}


def test_an_ended_trial_and_one_that_is_not_there_take_nothing(service: World, trial: str) -> None:
    owner = service.actor("pemilik")
    service.runner.run(EndTrial(trial), owner)
    service.runner.run(EndTrial(trial), owner)
    for command in (AddTrialStep(trial, 0, FORWARD), StepBack(trial, 0), ChangeFiled(trial, {})):
        with pytest.raises(Conflict):
            service.runner.run(command, owner)
    with pytest.raises(NotFound):
        service.runner.run(AddTrialStep("f" * 32, 0, FORWARD), owner)
    with pytest.raises(Forbidden):
        service.runner.run(EndTrial(trial), service.actor("ops"))
