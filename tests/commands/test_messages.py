"""What reporters send: only into their own case, only while it waits for it; the clock stands while they are asked."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from app.commands.letter.messages import SendMessage, Withdraw
from app.commands.procedure.deployments import Deploy
from app.commands.runner import Runner
from app.commands.task.complete import CompleteTask
from app.domain.errors import Conflict, Forbidden, Invalid, NotFound
from app.domain.roles import SYSTEM
from app.queries.complaint.dossier import conversation
from app.sdk import Case, Result
from app.store.complaints import Complaint, ConversationLine
from app.store.database import reading
from app.store.deployments import Deployment
from app.store.instances import ProcessInstance
from app.store.jobs import Job
from app.store.tasks import Task
from tests.processes.content import bundle
from tests.world import FORWARD, World

HOLD = {"ministry_decision": "hold", "missing": "Mohon sebutkan nomor rumah dan patokan terdekat."}
COMPLETION = {"text": "Nomor rumah 12, di depan toko batik."}
REPLY = {"reply_decision": "redo", "text": "Lampunya padam lagi sejak semalam."}


def test_a_reply_reopens_the_case(service: World) -> None:
    filed = service.answered()
    sent = service.runner.run(SendMessage(filed.tracking_id, "reporter_reply", REPLY), service.reporter(filed))
    assert sent.status == "reopened" and len(sent.opened) == 1
    said = [message for message in service.rows(ConversationLine) if message.direction == "in"]
    assert [message.text for message in said] == [REPLY["text"]]


def test_satisfaction_closes_the_case_with_its_rating(service: World) -> None:
    filed = service.answered()
    command = SendMessage(filed.tracking_id, "reporter_satisfied", {"rating": "4", "text": "Terima kasih."})
    sent = service.runner.run(command, service.reporter(filed))
    assert (sent.status, sent.ended) == ("closed", "end_closed")
    (complaint,) = service.rows(Complaint)
    assert (complaint.rating, complaint.rating_text, complaint.outcome) == (4, "Terima kasih.", "resolved")
    assert {job.state for job in service.rows(Job)} <= {"cancelled", "done"}
    with pytest.raises(Conflict):
        service.runner.run(command, service.reporter(filed))


BAD = {"rating": "1", "reply_decision": "redo", "remaining": "Lampunya padam lagi sejak semalam."}


def test_a_bad_rating_never_closes_by_itself(service: World) -> None:
    filed = service.answered()
    with pytest.raises(Invalid) as refused:
        service.runner.run(
            SendMessage(filed.tracking_id, "reporter_satisfied", {"rating": "2"}), service.reporter(filed)
        )
    assert set(refused.value.errors) == {"reply_decision"}
    sent = service.runner.run(SendMessage(filed.tracking_id, "reporter_satisfied", BAD), service.reporter(filed))
    assert (sent.status, sent.ended) == ("reopened", None)
    assert [message.text for message in service.rows(ConversationLine) if message.direction == "in"] == [
        BAD["remaining"]
    ]
    assert service.rows(Complaint)[0].rating == 1
    assert service.open(filed.instance_id, "follow_up")


def test_who_is_dissatisfied_but_says_it_is_solved_closes_it(service: World) -> None:
    filed = service.answered()
    done = {"rating": "2", "reply_decision": "done", "text": "Selesai, tetapi lama."}
    sent = service.runner.run(SendMessage(filed.tracking_id, "reporter_satisfied", done), service.reporter(filed))
    assert (sent.status, sent.ended) == ("closed", "end_closed")


def test_a_case_of_the_former_release_goes_on_with_its_own_names(service: World) -> None:
    files = dict(bundle().files)
    text = files["manifest.toml"].decode()
    head, _, rest = text.partition("[meaning]")
    files["manifest.toml"] = (head + rest[rest.index("[messages]") :]).encode()
    service.runner.run(Deploy(files, "rilis lama"), SYSTEM)
    filed = service.answered()
    assert service.rows(ProcessInstance)[0].deployment_id != service.rows(Deployment)[0].id
    rated = {"rating": "3", "text": "Baik."}
    service.runner.run(SendMessage(filed.tracking_id, "reporter_satisfied", rated), service.reporter(filed))
    (complaint,) = service.rows(Complaint)
    assert (complaint.rating, complaint.rating_text) == (3, "Baik.")
    assert [message.text for message in service.rows(ConversationLine) if message.direction == "in"] == ["Baik."]


def test_a_message_is_for_ones_own_case_and_for_reporters(service: World) -> None:
    filed, other = service.answered(), service.file()
    command = SendMessage(filed.tracking_id, "reporter_reply", REPLY)
    with pytest.raises(NotFound):
        service.runner.run(command, service.reporter(other))
    with pytest.raises(Forbidden):
        service.runner.run(command, service.actor("pupr"))
    with pytest.raises(Conflict):
        service.runner.run(SendMessage(other.tracking_id, "reporter_reply", REPLY), service.reporter(other))
    with pytest.raises(NotFound):
        service.runner.run(SendMessage(filed.tracking_id, "unknown", REPLY), service.reporter(filed))


def test_the_clock_stands_while_the_reporter_is_asked(service: World) -> None:
    filed = service.file()
    (before,) = service.rows(ProcessInstance)
    service.do(filed, "ministry_disposition", "menteri", HOLD)
    (paused,) = service.rows(ProcessInstance)
    assert (paused.status, paused.paused_at) == ("incomplete", service.clock.now())
    assert {job.state for job in service.rows(Job, task_id=None)} == {"paused"}
    service.clock.advance(timedelta(days=2))
    command = SendMessage(filed.tracking_id, "completion_received", COMPLETION)
    service.runner.run(command, service.reporter(filed))
    (after,) = service.rows(ProcessInstance)
    assert (after.paused_at, after.status) == (None, "received")
    assert before.due_at == datetime(2026, 12, 11, 4, 0, tzinfo=UTC)  # a Friday's closing time
    # One working day later, at that day's: Tuesday stood still as a whole, Wednesday for an hour only.
    assert after.due_at == datetime(2026, 12, 14, 8, 45, tzinfo=UTC)
    waiting = [job for job in service.rows(Job, task_id=None) if job.state == "waiting"]
    assert [job.kind for job in waiting] == ["reminder"]
    (kept,) = [job for job in service.rows(Job, id=waiting[0].id)]
    assert kept.due_at > service.clock.now() and kept.payload == {"limit": "overall", "level": None}


def test_a_task_due_after_a_pause_is_counted_anew(service: World) -> None:
    filed = service.file()
    service.do(filed, "ministry_disposition", "menteri", HOLD)
    service.clock.advance(timedelta(days=1))
    service.runner.run(SendMessage(filed.tracking_id, "completion_received", COMPLETION), service.reporter(filed))
    (task,) = service.rows(Task, state="open")
    assert (task.element, task.opened_at) == ("ministry_disposition", service.clock.now())


@pytest.mark.parametrize("place", ["ministry", "opd", "answered", "incomplete"])
def test_a_reporter_may_withdraw_wherever_the_case_waits(service: World, place: str) -> None:
    filed = service.file()
    if place == "opd":
        service.at_opd(filed)
    elif place == "answered":
        service.answered(filed)
    elif place == "incomplete":
        service.do(filed, "ministry_disposition", "menteri", HOLD)
    done = service.runner.run(Withdraw(filed.tracking_id, {"reason": "Sudah selesai"}), service.reporter(filed))
    assert (done.status, done.ended) == ("withdrawn", "end_withdrawn")
    (complaint,) = service.rows(Complaint)
    assert complaint.outcome == "withdrawn"
    assert service.rows(Task, state="open") == [] == service.rows(Job, state="waiting")
    with pytest.raises(Conflict):
        service.runner.run(Withdraw(filed.tracking_id, {}), service.reporter(filed))


def test_a_task_of_a_withdrawn_case_is_no_longer_needed(service: World) -> None:
    filed = service.file()
    (task,) = service.open(filed.instance_id)
    service.runner.run(Withdraw(filed.tracking_id, {}), service.reporter(filed))
    with pytest.raises(Conflict) as late:
        service.runner.run(CompleteTask(task, FORWARD), service.actor("menteri"))
    assert late.value.details["who"] is None


def test_what_is_said_at_one_instant_stays_in_the_order_in_which_it_was_said(service: World) -> None:
    filed = service.answered()
    service.runner.run(SendMessage(filed.tracking_id, "reporter_reply", REPLY), service.reporter(filed))
    with reading(service.toolbox.database) as session:
        said = conversation(session, filed.tracking_id)
    assert len({each.at for each in said}) == 1
    assert [each.direction for each in said] == ["out", "out", "out", "in", "out"]
    assert [row.template for row in service.rows(ConversationLine)] == [
        "receipt",
        "forwarded",
        "report",
        None,
        "reopened",
    ]


def test_a_handler_knows_the_office_that_was_chosen_in_this_very_step(service: World) -> None:
    seen: list[Case] = []
    forward = service.toolbox.handlers["forward_to_opd"]

    def looking(case: Case) -> Result:
        seen.append(case)
        return forward(case)

    parts = replace(service.toolbox, handlers={**service.toolbox.handlers, "forward_to_opd": looking})
    World(parts, Runner(parts)).at_opd()
    assert [(case.unit, case.unit_name) for case in seen] == [("DPUPR", "Dinas Pekerjaan Umum dan Penataan Ruang")]
