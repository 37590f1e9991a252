"""What is over is said to be over, and to whom: ended from outside, withdrawn in every state, each with its letter."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from sqlalchemy import update

from app.commands.case.instances import CancelInstance
from app.commands.complaint.filing import Filed
from app.commands.letter.messages import SendMessage, Withdraw
from app.commands.task.complete import ClaimTask
from app.domain.errors import Conflict, Invalid
from app.jobs.executor import Executor
from app.store.accounts import User
from app.store.complaints import Complaint, ConversationLine
from app.store.instances import ProcessInstance
from app.store.outbox import OutboxMessage
from app.store.tasks import Task
from tests.world import ACCEPT, ASSIGN, CONFIRM, FORWARD, PROPER, RESULT, RETURN, World

INTERNAL = "Pelapor menelepon dan berkata kasar kepada petugas."
HOLD = {"ministry_decision": "hold", "missing": "Mohon sebutkan nomor rumah dan patokan terdekat."}
PLAN = {**RESULT, "outcome": "planned", "expected_on": "2027-02-15"}
CITY, MINISTRY, OPD = "DINKOMINFO", "KEMENPANRB", "DPUPR"


def letters(service: World, filed: Filed, template: str | None = None) -> list[OutboxMessage]:
    """What was written to the reporter of a complaint."""
    rows = service.rows(OutboxMessage, recipient=f"reporter:{filed.tracking_id}")
    return [row for row in rows if template in (None, row.template)]


def cancel(service: World, filed: Filed, category: str = "settled") -> None:
    service.runner.run(CancelInstance(filed.instance_id, INTERNAL, category), service.actor("ops"))


def test_a_case_ended_from_outside_is_called_so_everywhere(service: World) -> None:
    filed = service.at_opd()
    cancel(service, filed)
    (case,), (complaint,) = service.rows(ProcessInstance), service.rows(Complaint)
    assert (case.state, case.status, case.end_event) == ("cancelled", "cancelled", "cancelled")
    assert (complaint.outcome, complaint.cancelled_for) == ("cancelled", "settled")


def test_its_reporter_reads_the_chosen_reason_and_what_to_do_and_never_the_internal_one(service: World) -> None:
    filed = service.at_opd()
    cancel(service, filed)
    (letter,) = letters(service, filed, "cancelled")
    told = service.toolbox.service(service.toolbox.database.connect()).cancellations["settled"]
    assert (letter.fields["reason"], letter.fields["advice_en"]) == (told.reason.id, told.advice.en)
    said = [
        row for row in service.rows(ConversationLine, complaint_id=filed.tracking_id) if row.template == "cancelled"
    ]
    assert [row.author for row in said] == [CITY]
    assert told.reason.id in said[0].text and told.advice.id in said[0].text
    everything = [str(row.fields) for row in service.rows(OutboxMessage)] + [
        row.text for row in service.rows(ConversationLine)
    ]
    assert not any(INTERNAL in text for text in everything)


@pytest.mark.parametrize("category", ["", "no-such-reason"])
def test_without_a_reason_for_the_reporter_nothing_is_ended(service: World, category: str) -> None:
    filed = service.file()
    with pytest.raises(Invalid) as refused:
        cancel(service, filed, category)
    assert list(refused.value.errors) == ["category"]
    assert service.rows(ProcessInstance)[0].state == "active"


def test_a_case_whose_state_is_damaged_is_ended_just_as_loudly(service: World) -> None:
    filed = service.at_opd()
    (task,) = service.open(filed.instance_id)
    service.runner.run(ClaimTask(task), service.actor("pupr"))
    with service.toolbox.database.begin() as connection:
        connection.execute(update(ProcessInstance).values(blob=b"damaged"))
    service.toolbox.cache.drop(filed.instance_id)
    cancel(service, filed, "technical")
    (case,), (complaint,) = service.rows(ProcessInstance), service.rows(Complaint)
    assert (case.status, case.state, complaint.outcome) == ("cancelled", "cancelled", "cancelled")
    assert len(letters(service, filed, "cancelled")) == 1
    assert len(service.rows(OutboxMessage, template="task_over")) == 1


@pytest.mark.parametrize("how", ["cancelled", "withdrawn"])
def test_whoever_had_claimed_its_task_learns_that_it_is_over(service: World, how: str) -> None:
    filed = service.at_opd()
    (task,) = service.open(filed.instance_id)
    service.runner.run(ClaimTask(task), service.actor("pupr"))
    if how == "cancelled":
        cancel(service, filed)
    else:
        service.runner.run(Withdraw(filed.tracking_id, {}), service.reporter(filed))
    (letter,) = service.rows(OutboxMessage, template="task_over")
    assert letter.recipient == f"user:{service.actor('pupr').id}"
    (row,) = service.rows(Task, id=task)
    assert (row.state, row.completed_by) == ("cancelled", None)
    assert letter.fields["what"] == {"cancelled": "Dihentikan petugas", "withdrawn": "Dicabut pelapor"}[how]


def test_nobody_is_told_of_a_task_that_nobody_had_claimed(service: World) -> None:
    cancel(service, service.at_opd())
    assert service.rows(OutboxMessage, template="task_over") == []


def returned_thrice(service: World, filed: Filed) -> None:
    service.at_opd(filed)
    for _ in range(2):
        service.do(filed, "verify_disposition_opd", "pupr", RETURN)
        service.do(filed, "verify_disposition_dinkominfo", "dinkominfo", ASSIGN)
    service.do(filed, "verify_disposition_opd", "pupr", RETURN)


def confirmed(service: World, filed: Filed, result: dict[str, str] | None = None) -> None:
    service.at_opd(filed)
    service.do(filed, "verify_disposition_opd", "pupr", ACCEPT)
    service.do(filed, "follow_up", "pupr", result or RESULT)
    service.do(filed, "confirm_result", "dinkominfo", CONFIRM)


def reopened(service: World, filed: Filed) -> None:
    service.answered(filed)
    reply = {"reply_decision": "redo", "text": "Lampunya padam lagi sejak semalam."}
    service.runner.run(SendMessage(filed.tracking_id, "reporter_reply", reply), service.reporter(filed))


def planned(service: World, filed: Filed) -> None:
    confirmed(service, filed, PLAN)
    service.do(filed, "verify_result", "menteri", PROPER)


def step(service: World, filed: Filed, *done: tuple[str, str, dict[str, object]]) -> None:
    for element, who, answers in done:
        service.do(filed, element, who, answers)


MISSING = {"authority_decision": "incomplete", "missing": "Mohon sebutkan nomor tiang lampu yang padam itu."}
PLACES: dict[str, Callable[[World, Filed], object]] = {
    "received": lambda service, filed: None,
    "incomplete": lambda service, filed: step(service, filed, ("ministry_disposition", "menteri", HOLD)),
    "disposed": lambda service, filed: step(service, filed, ("ministry_disposition", "menteri", FORWARD)),
    "incomplete again": lambda service, filed: step(
        service,
        filed,
        ("ministry_disposition", "menteri", FORWARD),
        ("verify_disposition_dinkominfo", "dinkominfo", MISSING),
    ),
    "verified": lambda service, filed: service.at_opd(filed),
    "returned_dinkominfo": lambda service, filed: step(
        service, service.at_opd(filed), ("verify_disposition_opd", "pupr", RETURN)
    ),
    "awaiting_decision": returned_thrice,
    "in_follow_up": lambda service, filed: step(
        service, service.at_opd(filed), ("verify_disposition_opd", "pupr", ACCEPT)
    ),
    "awaiting_confirmation": lambda service, filed: step(
        service,
        service.at_opd(filed),
        ("verify_disposition_opd", "pupr", ACCEPT),
        ("follow_up", "pupr", RESULT),
    ),
    "awaiting_verification": confirmed,
    "answered": lambda service, filed: service.answered(filed),
    "planned": planned,
    "reopened": reopened,
}


@pytest.mark.parametrize("place", PLACES)
def test_a_withdrawal_is_confirmed_wherever_the_case_stands(service: World, place: str) -> None:
    filed = service.file()
    PLACES[place](service, filed)
    (case,) = service.rows(ProcessInstance)
    assert case.status == place.removesuffix(" again")
    service.clock.advance(timedelta(minutes=5))
    service.runner.run(Withdraw(filed.tracking_id, {"reason": "Sudah beres."}), service.reporter(filed))
    (case,), (complaint,) = service.rows(ProcessInstance), service.rows(Complaint)
    assert (case.status, complaint.outcome, case.paused_at) == ("withdrawn", "withdrawn", None)
    (letter,) = letters(service, filed, "withdrawal")
    assert letter.due_at == service.clock.now(), "an answer to what they have just done does not wait"
    said = [
        row for row in service.rows(ConversationLine, complaint_id=filed.tracking_id) if row.template == "withdrawal"
    ]
    assert [row.author for row in said] == [CITY]


def test_what_was_withdrawn_stays_closed_and_a_new_complaint_is_taken(service: World) -> None:
    filed = service.answered()
    service.runner.run(Withdraw(filed.tracking_id, {}), service.reporter(filed))
    reply = {"reply_decision": "redo", "text": "Lampunya padam lagi sejak semalam."}
    for command in (SendMessage(filed.tracking_id, "reporter_reply", reply), Withdraw(filed.tracking_id, {})):
        with pytest.raises(Conflict):
            service.runner.run(command, service.reporter(filed))
    assert service.rows(Task, state="open") == []
    assert service.file().tracking_id != filed.tracking_id


def test_a_letter_of_an_end_at_night_waits_for_the_office_but_a_confirmation_does_not(service: World) -> None:
    night = datetime.fromisoformat("2026-11-23T21:00:00+07:00")
    ended, withdrawn = service.file(), service.file()
    service.clock.at = night
    cancel(service, ended)
    service.runner.run(Withdraw(withdrawn.tracking_id, {}), service.reporter(withdrawn))
    assert letters(service, ended, "cancelled")[0].due_at > night
    assert letters(service, withdrawn, "withdrawal")[0].due_at == night


def test_every_return_tells_the_reporter_once_from_where_to_where_and_why(service: World) -> None:
    filed = service.at_opd()
    service.do(filed, "verify_disposition_opd", "pupr", RETURN)
    (first,) = letters(service, filed, "sent_back")
    offices = ("Dinas Pekerjaan Umum dan Penataan Ruang", "Dinas Komunikasi dan Informatika")
    assert (first.fields["source"], first.fields["target"]) == offices
    assert first.fields["reason"] == "Bukan tugas dan fungsi OPD kami"
    assert RETURN["reason"] not in str(first.fields)
    assert [task.unit for task in service.rows(Task, state="open")] == [CITY]  # the target decides, nobody else
    no = {"authority_decision": "no", "reason_code": "not_authority"}
    service.do(filed, "verify_disposition_dinkominfo", "dinkominfo", no)
    assert len(letters(service, filed, "sent_back")) == 2
    step(
        service, filed, ("ministry_disposition", "menteri", FORWARD),
        ("verify_disposition_dinkominfo", "dinkominfo", ASSIGN), ("verify_disposition_opd", "pupr", ACCEPT),
        ("follow_up", "pupr", RESULT),
        ("confirm_result", "dinkominfo", {"result_accepted": False, "remarks": "Foto sesudahnya belum dilampirkan."}),
        ("follow_up", "pupr", RESULT), ("confirm_result", "dinkominfo", CONFIRM),
        ("verify_result", "menteri", {"result_proper": False, "remarks": "Tanggal selesainya belum disebut."}),
    )  # fmt: skip
    told = letters(service, filed, "sent_back")
    assert len(told) == 4
    assert Counter(each.fields["reason"] for each in told) == {
        "Bukan tugas dan fungsi OPD kami": 1, "Bukan kewenangan kota": 1, "hasilnya belum sesuai": 2,
    }  # fmt: skip
    assert not any("dilampirkan" in str(each.fields) or "disebut" in str(each.fields) for each in told)


def test_a_reply_that_reopens_is_confirmed(service: World) -> None:
    filed = service.file()
    reopened(service, filed)
    (letter,) = letters(service, filed, "reopened")
    assert letter.fields["target"] == "Dinas Pekerjaan Umum dan Penataan Ruang"
    assert [task.unit for task in service.rows(Task, state="open")] == [OPD]


def test_the_author_of_a_message_is_the_unit_that_acted(service: World) -> None:
    filed = service.answered()
    said = {row.template: row.author for row in service.rows(ConversationLine, complaint_id=filed.tracking_id)}
    assert said == {"receipt": CITY, "forwarded": CITY, "report": MINISTRY}
    back = service.at_opd()
    service.do(back, "verify_disposition_opd", "pupr", RETURN)
    said = {row.template: row.author for row in service.rows(ConversationLine, complaint_id=back.tracking_id)}
    assert said["sent_back"] == OPD
    assert not {person.name for person in service.rows(User)} & set(said.values())


def test_what_the_service_says_by_itself_it_says_in_its_own_name(service: World) -> None:
    filed = service.file()
    service.do(filed, "ministry_disposition", "menteri", HOLD)
    service.clock.advance(timedelta(days=30))
    Executor(service.runner).run_due()
    said = {row.template: row.author for row in service.rows(ConversationLine, complaint_id=filed.tracking_id)}
    assert said == {"receipt": CITY, "completion_request": MINISTRY, "archived": CITY}
    assert service.rows(Task, state="open") == []


RULING = {
    "supervisor_ruling": "uphold",
    "answer": "Lampu sudah diganti pada 23 November 2026 dan diperiksa oleh petugas kami malam itu juga.",
    "reason": "Berita acara pemeriksaan sudah kami terima lengkap.",
}


def disputed(service: World) -> Filed:
    """A complaint whose result the ministry has sent back three times."""
    filed = service.file()
    confirmed(service, filed)
    not_proper = {"result_proper": False, "remarks": "Jawaban belum menyebut tanggal selesainya."}
    for _ in range(2):
        service.do(filed, "verify_result", "menteri", not_proper)
        service.do(filed, "confirm_result", "dinkominfo", CONFIRM)
    service.do(filed, "verify_result", "menteri", not_proper)
    return filed


def test_what_comes_back_a_third_time_is_told_to_wait_for_the_head_of_division(service: World) -> None:
    office, result = service.file(), disputed(service)
    returned_thrice(service, office)
    for filed in (office, result):
        assert service.rows(ProcessInstance, id=filed.instance_id)[0].status == "awaiting_decision"
        (letter,) = letters(service, filed, "decision_awaited")
        assert letter.fields["target"] == "Kepala Bidang Informasi dan Komunikasi Publik"
        assert len(letters(service, filed, "sent_back")) == 2, "the third return is told by that letter alone"


def test_the_reporter_reads_the_ruling_and_never_its_reason_for_colleagues(service: World) -> None:
    filed = disputed(service)
    service.do(filed, "supervisor_rules", "kabid", RULING)
    (letter,) = letters(service, filed, "report")
    assert letter.fields["result"] == RULING["answer"]
    said = [row for row in service.rows(ConversationLine, complaint_id=filed.tracking_id) if row.template == "report"]
    assert RULING["answer"] in said[0].text and said[0].author == CITY
    assert not any(RULING["reason"] in str(row.fields) for row in service.rows(OutboxMessage))


def test_a_complaint_that_closes_says_so_and_why(service: World) -> None:
    silent, rated = service.answered(), service.answered()
    rating = SendMessage(rated.tracking_id, "reporter_satisfied", {"rating": "4"})
    service.runner.run(rating, service.reporter(rated))
    service.clock.advance(timedelta(days=30))
    Executor(service.runner).run_due()
    for filed, why in ((silent, "Tidak ada tanggapan"), (rated, "Terima kasih atas penilaian Anda.")):
        (letter,) = letters(service, filed, "closed")
        assert letter.fields["why"].startswith(why)
