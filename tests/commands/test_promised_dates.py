"""A date that a letter promises is the date that is stored when the work opens."""

from __future__ import annotations

from datetime import datetime, timedelta

from app.store.outbox import OutboxMessage
from app.store.tasks import Task
from tests.world import ACCEPT, ASSIGN, FORWARD, World


def test_the_first_follow_up_is_promised_for_the_day_on_which_it_is_due(service: World) -> None:
    filed = service.file()
    service.do(filed, "ministry_disposition", "menteri", FORWARD)
    service.clock.advance(timedelta(days=1))  # step 3 takes a day: the limit counts from its opening
    service.do(filed, "verify_disposition_dinkominfo", "dinkominfo", ASSIGN)
    (letter,) = [
        row
        for row in service.rows(OutboxMessage, template="forwarded", instance_id=filed.instance_id)
        if row.recipient.startswith("reporter:")
    ]
    service.do(filed, "verify_disposition_opd", "pupr", ACCEPT)
    (task,) = service.rows(Task, instance_id=filed.instance_id, element="follow_up")
    assert datetime.fromisoformat(letter.fields["due"]) == task.due_at
