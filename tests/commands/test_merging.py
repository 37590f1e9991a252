"""Whoever's complaint was merged gets the answer of the one that leads, or hears truly how it ended without."""

from __future__ import annotations

import threading

import pytest

from app.commands.case.instances import CancelInstance
from app.commands.complaint.filing import Filed
from app.commands.letter.messages import SendMessage, Withdraw
from app.domain.errors import Invalid, Refusal
from app.store.complaints import Complaint, ConversationLine
from app.store.instances import ProcessInstance
from app.store.outbox import OutboxMessage
from tests.commands.test_ends import PLAN, confirmed
from tests.world import CONFIRM, FORWARD, PROPER, RESULT, World

NEVER_ANSWERED = "berakhir tanpa jawaban"
ARCHIVE = {"ministry_decision": "archive", "note": "Isinya tidak dapat dipahami sama sekali."}
ELSEWHERE = {
    "ministry_decision": "other_agency",
    "other_agency": "Pemerintah Provinsi Jawa Tengah",
    "note": "Ruas jalan ini milik pemerintah provinsi.",
}


def merge(service: World, into: Filed, filed: Filed | None = None, lang: str = "id") -> Filed:
    """A complaint that Dinkominfo merges with another."""
    filed = filed or service.file(lang=lang)
    if service.open(filed.instance_id, "ministry_disposition"):
        service.do(filed, "ministry_disposition", "menteri", FORWARD)
    decided = {"authority_decision": "duplicate", "duplicate_of": into.tracking_id}
    service.do(filed, "verify_disposition_dinkominfo", "dinkominfo", decided)
    return filed


def told(service: World, filed: Filed, template: str) -> list[OutboxMessage]:
    return service.rows(OutboxMessage, recipient=f"reporter:{filed.tracking_id}", template=template)


def said(service: World, filed: Filed, template: str) -> list[str]:
    return [
        row.text for row in service.rows(ConversationLine, complaint_id=filed.tracking_id) if row.template == template
    ]


def test_every_merged_reporter_gets_the_answer_once_in_their_own_language(service: World) -> None:
    lead = service.file()
    one, two = merge(service, lead), merge(service, lead, lang="en")
    other = service.file()
    service.answered(lead)
    for filed in (one, two):
        (letter,) = told(service, filed, "merged_answer")
        assert letter.fields["result"] == CONFIRM["answer"]
        assert (letter.fields["tracking_id"], letter.fields["other"]) == (filed.tracking_id, lead.tracking_id)
    assert CONFIRM["answer"] in said(service, one, "merged_answer")[0]
    assert "has been answered" in said(service, two, "merged_answer")[0]
    assert told(service, other, "merged_answer") == [] == told(service, lead, "merged_answer")
    assert service.rows(ProcessInstance, id=one.instance_id)[0].status == "merged", "it keeps its own words"


def test_the_answer_goes_through_a_chain_of_mergers(service: World) -> None:
    third, second = service.file(), service.file()
    first = merge(service, second)
    merge(service, third, second)
    (moved,) = told(service, first, "merged_on")
    assert (moved.fields["former"], moved.fields["other"]) == (second.tracking_id, third.tracking_id)
    service.answered(third)
    for filed in (first, second):
        assert [letter.fields["other"] for letter in told(service, filed, "merged_answer")] == [third.tracking_id]


def test_a_complaint_merged_with_an_answered_one_gets_its_answer_at_once(service: World) -> None:
    lead, waiting = service.answered(), service.file()
    first = merge(service, waiting)
    merge(service, lead, waiting)
    for filed in (waiting, first):
        (letter,) = told(service, filed, "merged_answer")
        assert (letter.fields["result"], letter.fields["unit"]) == (CONFIRM["answer"], "DPUPR")


def test_a_plan_and_each_later_answer_are_told_too(service: World) -> None:
    lead, redo = service.file(), service.file()
    one, two = merge(service, lead), merge(service, redo)
    confirmed(service, lead, PLAN)
    service.do(lead, "verify_result", "menteri", PROPER)
    (letter,) = told(service, one, "merged_answer")
    assert letter.fields["expected_date"] == "2027-02-15"
    service.answered(redo)
    reply = {"reply_decision": "redo", "text": "Lampunya padam lagi sejak semalam."}
    service.runner.run(SendMessage(redo.tracking_id, "reporter_reply", reply), service.reporter(redo))
    service.do(redo, "follow_up", "pupr", RESULT)
    service.do(redo, "confirm_result", "dinkominfo", CONFIRM)
    service.do(redo, "verify_result", "menteri", PROPER)
    assert len(told(service, two, "merged_answer")) == 2


@pytest.mark.parametrize(
    ("how", "what"),
    [
        ("withdrawn", "Dicabut pelapor"),
        ("cancelled", "Dihentikan petugas"),
        ("archived", "Diarsipkan"),
        ("forwarded", "Diteruskan ke instansi lain"),
    ],
)
def test_an_end_without_an_answer_is_told_truly(service: World, how: str, what: str) -> None:
    lead = service.file()
    first = merge(service, lead)
    last = merge(service, first)
    if how == "withdrawn":
        service.runner.run(Withdraw(lead.tracking_id, {"reason": "Rahasia pelapor lain."}), service.reporter(lead))
    elif how == "cancelled":
        command = CancelInstance(lead.instance_id, "Alasan untuk petugas saja.", "settled")
        service.runner.run(command, service.actor("ops"))
    else:
        service.do(lead, "ministry_disposition", "menteri", ARCHIVE if how == "archived" else ELSEWHERE)
    for filed in (first, last):
        (letter,) = told(service, filed, "merged_ended")
        assert letter.fields["what"] == what and "tidak ada jawaban" in letter.fields["left"]
        (text,) = said(service, filed, "merged_ended")
        assert what in text and "kirim aduan Anda lagi" in text
        assert "Rahasia pelapor lain." not in text and "petugas saja" not in text
    with pytest.raises(Invalid) as refused:
        merge(service, lead)
    assert NEVER_ANSWERED in refused.value.errors["duplicate_of"][0].id


def test_an_answer_that_was_given_stands_when_its_complaint_is_withdrawn_afterwards(service: World) -> None:
    lead = service.file()
    one = merge(service, lead)
    service.answered(lead)
    service.runner.run(Withdraw(lead.tracking_id, {}), service.reporter(lead))
    (letter,) = told(service, one, "merged_ended")
    assert "tetap berlaku" in letter.fields["left"]


def test_the_answer_to_a_confidential_complaint_is_for_its_reporter_alone(service: World) -> None:
    secret = {"is_confidential": True}
    lead = service.file(answers=secret)
    one = merge(service, lead, service.file(answers=secret))
    service.answered(lead)
    (letter,), (text,) = told(service, one, "merged_answer"), said(service, one, "merged_answer")
    assert CONFIRM["answer"] not in str(letter.fields) + text
    assert "rahasia" in text and "kirim aduan baru" in text


def test_what_one_reporter_wrote_never_reaches_another(service: World) -> None:
    lead = service.file(answers={"title": "Judul milik orang lain", "chronology": "Cerita milik orang lain saja. " * 3})
    one = merge(service, lead)
    service.answered(lead)
    everything = [row.text for row in service.rows(ConversationLine, complaint_id=one.tracking_id)]
    everything += [str(row.fields) for row in service.rows(OutboxMessage, recipient=f"reporter:{one.tracking_id}")]
    assert not any("milik orang lain" in text for text in everything)


def test_mergers_make_no_ring_and_lead_to_complaints_that_exist(service: World) -> None:
    lead = service.file()
    one = merge(service, lead)
    service.do(lead, "ministry_disposition", "menteri", FORWARD)
    for number in (one.tracking_id, lead.tracking_id, "0000000000"):
        with pytest.raises(Invalid) as refused:
            decided = {"authority_decision": "duplicate", "duplicate_of": number}
            service.do(lead, "verify_disposition_dinkominfo", "dinkominfo", decided)
        assert list(refused.value.errors) == ["duplicate_of"]


def test_two_officers_who_merge_each_with_the_others_at_once_make_no_ring(service: World) -> None:
    """At most one of them wins; the other is refused or asked to come again, and nothing of theirs is stored."""
    decided = {"authority_decision": "duplicate"}
    for _ in range(3):
        pair = [service.file(), service.file()]
        for each in pair:
            service.do(each, "ministry_disposition", "menteri", FORWARD)
        together, refused = threading.Barrier(2), list[Refusal]()

        def merge_at_once(filed: Filed, other: Filed, together: threading.Barrier, refused: list[Refusal]) -> None:
            together.wait(10)
            answers = decided | {"duplicate_of": other.tracking_id}
            try:
                service.do(filed, "verify_disposition_dinkominfo", "dinkominfo", answers)
            except Refusal as refusal:
                refused.append(refusal)

        threads = [threading.Thread(target=merge_at_once, args=(*p, together, refused)) for p in (pair, pair[::-1])]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(20)
        led = [service.rows(Complaint, id=each.tracking_id)[0].duplicate_of for each in pair]
        assert len(refused) == led.count(None) == 1
