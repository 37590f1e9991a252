"""The city's handlers: pure, complete for every topic drawn, and in step with the message templates."""

from __future__ import annotations

import socket
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import pytest

from app.sdk import Case, Outgoing, Result
from tests.processes.content import bundle, handlers, rehearsed, service

NOW = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
END = datetime(2026, 12, 11, 4, 0, tzinfo=UTC)
ADDED_WHEN_WRITTEN = {"tracking_id", "link", "report", "track", "status", "category", "unit"}


def case(variables: Mapping[str, Any] | None = None, **more: Any) -> Case:
    known: dict[str, Any] = {
        "tracking_id": "M9S346Q3D9", "title": "Jalan berlubang", "category": "jalan", "kelurahan": "Medono",
        "unit": "DPUPR", "status": "received", "channel": "web", "variables": variables or {}, "answers": {},
        "now": NOW, "until": lambda key: END,
    }  # fmt: skip
    return Case(**{**known, **more})


def one(result: Result) -> Outgoing:
    (message,) = result.outgoing
    return message


def test_every_topic_that_is_drawn_has_a_handler() -> None:
    drawn = {element.topic for element in bundle().definition.elements.values() if element.topic}
    assert drawn == set(handlers())


@pytest.fixture
def closed_world(monkeypatch: pytest.MonkeyPatch) -> None:
    """No file and no socket can be opened."""

    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("a handler may not do input or output")

    monkeypatch.setattr("builtins.open", refuse)
    monkeypatch.setattr(socket, "socket", refuse)


@pytest.mark.parametrize("topic", sorted(handlers()))
def test_a_handler_is_pure(topic: str, closed_world: None) -> None:
    given = case({"outcome": "resolved", "assigned_unit": "DPUPR", "category": "jalan"})
    assert handlers()[topic](given) == handlers()[topic](given)


@pytest.mark.parametrize("topic", sorted(handlers()))
@pytest.mark.parametrize("outcome", ["resolved", "explained", "planned"])
def test_messages_fill_their_templates(topic: str, outcome: str) -> None:
    given = case({"outcome": outcome, "assigned_unit": "DPUPR", "expected_on": "2027-02-15", "category": "jalan"})
    for message in handlers()[topic](given).outgoing:
        template = service().templates[message.template]
        given_fields = {name.removesuffix("_en") for name in message.fields}
        assert given_fields <= template.placeholders
        # A line whose field is missing is left out: only a plan has a date, only a ruling ends with an answer.
        assert template.placeholders - {"expected_date", "answer"} <= given_fields | ADDED_WHEN_WRITTEN


def test_handlers_set_only_declared_variables() -> None:
    for handler in handlers().values():
        result = handler(case({"outcome": "resolved"}))
        assert set(result.variables) <= set(bundle().manifest.variables)


def test_all_messages_of_the_scenarios_have_templates() -> None:
    sent = {template for each in rehearsed().rehearsals for template in each.sent}
    assert sent <= set(service().templates)
    assert sent >= {"receipt", "forward", "forwarded", "returned", "completion_request", "report", "planned", "merged"}


def test_similar_complaints_are_noted_and_never_hold_a_complaint() -> None:
    found = handlers()["check_duplicates"](case(similar=("AAAAAAAAAA", "BBBBBBBBBB")))
    assert found == Result({"similar": "AAAAAAAAAA BBBBBBBBBB"})
    assert handlers()["check_duplicates"](case()).variables == {"similar": ""}


def test_the_office_and_the_reporter_learn_that_a_complaint_was_forwarded() -> None:
    office, reporter = handlers()["forward_to_opd"](case({"assigned_unit": "DLH"}, unit="DPUPR")).outgoing
    assert (office.to, office.fields["unit"]) == ("unit:DLH", "DLH")
    assert reporter.to == "reporter"


def test_a_request_for_public_information_goes_to_the_information_officer() -> None:
    asked = handlers()["forward_to_opd"](case({"assigned_unit": "DINKOMINFO", "category": "informasi-publik"}))
    _, told = asked.outgoing
    assert (told.template, told.to, told.fields["unit"]) == ("information_request", "reporter", "DINKOMINFO")
    written = service().templates["information_request"].render("id", {**told.fields, "tracking_id": "M9S346Q3D9"})
    assert "(PPID) pada DINKOMINFO" in written.body
    (row,) = [each for each in service().categories.values() if each.flag == "ppid"]
    assert (row.code, row.default_unit) == ("informasi-publik", "DINKOMINFO")


def test_the_ministry_learns_why_a_complaint_comes_back() -> None:
    answers = {"verifikasi_dinkominfo": {"reason_code": "unclear", "reason": "Alamatnya tidak ada."}}
    message = one(handlers()["return_to_ministry"](case(answers=answers)))
    assert message.to == "role:ministry_admin"
    assert message.fields["reason_en"] == "the complaint is not clear"
    assert message.fields["note"] == "Alamatnya tidak ada."


@pytest.mark.parametrize(
    ("decision", "wanted"), [({"authority_decision": "incomplete"}, "kota"), ({"ministry_decision": "hold"}, "pusat")]
)
def test_the_reporter_reads_what_whoever_asked_last_is_missing(decision: dict[str, str], wanted: str) -> None:
    answers = {"verifikasi_dinkominfo": {"missing": "kota"}, "disposisi_kementerian": {"missing": "pusat"}}
    message = one(handlers()["request_completion"](case(decision, answers=answers)))
    assert message.fields == {"note": wanted, "due": END.isoformat()}


def test_the_report_tells_the_answer_of_the_city_before_the_result_of_the_office() -> None:
    done = {"tindak_lanjut": {"result": "Ditambal."}}
    confirmed = {**done, "konfirmasi_hasil": {"answer": "Sudah kami periksa di lapangan."}}
    assert one(handlers()["send_report"](case({"outcome": "resolved"}, answers=done))).fields["result"] == "Ditambal."
    message = one(handlers()["send_report"](case({"outcome": "explained"}, answers=confirmed)))
    assert message.fields["result"] == "Sudah kami periksa di lapangan."
    assert message.fields["outcome_en"] == "explained"


def test_a_planned_result_names_its_date_and_promises_no_closing() -> None:
    message = one(handlers()["send_report"](case({"outcome": "planned", "expected_on": "2027-02-15"})))
    assert (message.template, message.fields["expected_date"]) == ("planned", "2027-02-15")


@pytest.mark.parametrize(("channel", "key"), [("web", "reply"), ("whatsapp", "reply_whatsapp")])
def test_the_report_says_until_when_one_may_reply(channel: str, key: str) -> None:
    asked: list[str] = []

    def until(limit: str) -> datetime:
        asked.append(limit)
        return END

    handlers()["send_report"](case({"outcome": "resolved"}, channel=channel, until=until))
    assert asked == [key]


def test_whoever_is_told_that_the_complaint_is_closed_is_told_why() -> None:
    rated = {"tindak_lanjut": {}, "kepuasan": {"rating": 4}}
    again = {"kepuasan": {"rating": 1}, "tindak_lanjut": {"result": "Ditambal lagi."}}  # rated before the rework only
    assert "Terima kasih" in one(handlers()["request_rating"](case(answers=rated))).fields["why"]
    for silent in ({}, again):
        assert "Tidak ada tanggapan" in one(handlers()["request_rating"](case(answers=silent))).fields["why"]
    ruled = case(answers={"putusan_pengawas": {"answer": "Jalan itu milik provinsi."}}, status="awaiting_decision")
    message = one(handlers()["request_rating"](ruled))
    assert (message.template, message.fields["answer"]) == ("closed", "Jalan itu milik provinsi.")


def test_the_reporter_learns_why_a_complaint_was_archived() -> None:
    note = {"disposisi_kementerian": {"note": "Isinya tidak dapat dipahami."}}
    archived = one(handlers()["notify_archived"](case({"ministry_decision": "archive"}, answers=note)))
    expired = one(handlers()["notify_archived"](case({"ministry_decision": "hold"}, answers=note)))
    assert archived.fields["reason"] == "Isinya tidak dapat dipahami."
    assert expired.fields["reason_en"] == "the complaint was not completed in time"
