"""A complaint goes through the seven steps by commands alone."""

from __future__ import annotations

from app.store.complaints import Complaint
from app.store.instances import ProcessInstance
from app.store.outbox import OutboxMessage
from app.store.tasks import Task
from tests.world import World


def test_filing_opens_the_first_task_and_sends_a_receipt(service: World) -> None:
    filed = service.file()
    (instance,) = service.rows(ProcessInstance)
    assert (instance.business_key, instance.status, instance.state) == (filed.tracking_id, "received", "active")
    (task,) = service.rows(Task)
    assert (task.element, task.unit, task.state) == ("ministry_disposition", "KEMENPANRB", "open")
    assert task.due_at is not None
    assert [message.template for message in service.rows(OutboxMessage)] == ["receipt"]


def test_a_complaint_reaches_the_reporter_again(service: World) -> None:
    service.answered()
    (complaint,) = service.rows(Complaint)
    (instance,) = service.rows(ProcessInstance)
    assert (complaint.outcome, instance.status, instance.unit) == ("resolved", "answered", "DPUPR")
