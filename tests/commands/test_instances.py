"""What owners and operators do to instances: cancelling, mending."""

from __future__ import annotations

import pytest
from sqlalchemy import update

from app.commands.case.instances import CancelInstance
from app.commands.task.complete import CompleteTask
from app.domain.errors import Conflict, Forbidden, Invalid
from app.store.instances import ProcessInstance
from app.store.jobs import Incident, Job
from app.store.outbox import OutboxMessage
from app.store.tasks import Candidate, Task
from tests.world import FORWARD, World


def test_a_trial_of_an_earlier_release_stays_its_owners_alone_and_tells_nobody(service: World) -> None:
    filed = service.file()
    with service.toolbox.database.begin() as connection:
        connection.execute(update(ProcessInstance).values(test=True))
    (task,) = service.open(filed.instance_id)
    with pytest.raises(Forbidden):
        service.runner.run(CompleteTask(task, FORWARD), service.actor("dinkominfo"))
    before = {row.id for row in service.rows(OutboxMessage)}
    service.runner.run(CompleteTask(task, FORWARD), service.actor("menteri"))
    assert {row.role for row in service.rows(Candidate)} == {"process_owner"}
    assert {row.state for row in service.rows(OutboxMessage) if row.id not in before} <= {"skipped"}


def test_cancelling_ends_everything_that_was_open(service: World) -> None:
    filed = service.at_opd()
    with pytest.raises(Invalid):
        service.runner.run(CancelInstance(filed.instance_id, ""), service.actor("ops"))
    with pytest.raises(Forbidden):
        service.runner.run(CancelInstance(filed.instance_id, "salah", "other"), service.actor("dinkominfo"))
    service.runner.run(CancelInstance(filed.instance_id, "aduan percobaan", "other"), service.actor("ops"))
    (instance,) = service.rows(ProcessInstance)
    assert instance.state == "cancelled"
    assert service.rows(Task, state="open") == [] == service.rows(Job, state="waiting") == service.rows(Candidate)
    with pytest.raises(Conflict):
        service.runner.run(CancelInstance(filed.instance_id, "lagi", "other"), service.actor("ops"))


def test_T15_a_case_whose_state_is_damaged_can_still_be_cancelled(service: World) -> None:
    filed = service.at_opd()
    (task,) = service.open(filed.instance_id)
    with service.toolbox.database.begin() as connection:
        connection.execute(update(ProcessInstance).values(blob=b"damaged"))
    service.toolbox.cache.drop(filed.instance_id)
    for _ in range(2):
        with pytest.raises(Exception, match="cannot be read"):
            service.runner.run(CompleteTask(task, {"within_function": True}), service.actor("pupr"))
    assert len(service.rows(Incident)) == 1
    service.runner.run(CancelInstance(filed.instance_id, "tidak terbaca", "other"), service.actor("ops"))
    assert service.rows(Incident)[0].resolved_by == service.actor("ops").id
