"""Anonymous and confidential are kept by the commands, whatever page, script or second grant asks for them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from app.commands.attachment.attachments import StoreAttachment
from app.commands.complaint.filing import Filed
from app.commands.complaint.identity import OpenIdentity
from app.commands.task.complete import ClaimTask, CompleteTask, SaveDraft
from app.domain.errors import Forbidden, Invalid, NotFound
from app.domain.roles import Actor, Grant
from app.queries.case import instances
from app.store.audit import AuditEntry
from app.store.complaints import Attachment, Complaint
from app.store.database import reading
from app.store.instances import ProcessInstance
from app.store.outbox import OutboxMessage
from app.store.reporters import Accused
from app.store.tasks import Answer, Candidate, Task
from tests.commands.test_attachments import png
from tests.world import ACCEPT, ASSIGN, FORWARD, REASON, RETURN, VISITOR, World

ANONYMOUS = {"is_anonymous": True}
SEALED = {"is_confidential": True}
INTEGRITY = {"category": "aparatur", "accused_unit": "DISHUB", "related_person": "Kenari Terlapor"}
TO_INSPECTORATE = {**ASSIGN, "target_opd": "INSPEKTORAT", "category": "aparatur", "nature": "oversight"}


def officer(service: World, role: str, unit: str | None, *more: Grant) -> Actor:
    """Somebody with a role of an office that tests.world has nobody for."""
    return Actor("user", "f" * 32, "Petugas Lain", (Grant(role, unit), *more))


def known(service: World, filed: Filed) -> dict[str, Any]:
    """What the diagram decides by."""
    (row,) = service.rows(ProcessInstance, id=filed.instance_id)
    with reading(service.toolbox.database) as session:
        bundle = service.toolbox.bundle(session, row.deployment_id)
        return dict(instances.variables(session, filed.instance_id, bundle))


def opens(service: World, number: str, by: Actor) -> dict[str, Any]:
    found: dict[str, Any] = service.runner.run(OpenIdentity(number, "perlu menghubungi"), by)
    return found


def test_S1_only_two_roles_open_an_anonymous_identity(service: World) -> None:
    filed = service.at_opd(service.file(answers=ANONYMOUS))
    for who in ("menteri", "dinkominfo"):
        assert opens(service, filed.tracking_id, service.actor(who))["name"] == "Siti Rahma"
    for by in (
        service.actor("pupr"),
        service.actor("kabid"),
        officer(service, "officer", "DINKOMINFO"),
        officer(service, "official", "DINKOMINFO"),
    ):
        with pytest.raises(Forbidden, match="anonymous"):
            opens(service, filed.tracking_id, by)
    refused = [row for row in service.rows(AuditEntry, command="OpenIdentity") if row.outcome == "refused"]
    assert len(refused) == 4 and {row.chain for row in refused} == {filed.instance_id}


def test_S1_the_right_rests_while_the_holders_office_has_the_case(service: World) -> None:
    filed = service.file(answers=ANONYMOUS)
    service.do(filed, "ministry_disposition", "menteri", FORWARD)
    service.do(filed, "verify_disposition_dinkominfo", "dinkominfo", {**ASSIGN, "target_opd": "DINKOMINFO"})
    with pytest.raises(Forbidden, match="anonymous"):
        opens(service, filed.tracking_id, service.actor("dinkominfo"))
    assert opens(service, filed.tracking_id, service.actor("menteri"))["name"] == "Siti Rahma"


def test_S1_a_second_grant_of_the_office_in_charge_closes_it_and_a_return_opens_it_again(service: World) -> None:
    filed = service.at_opd(service.file(answers=ANONYMOUS))
    both = officer(service, "dinkominfo_admin", "DINKOMINFO", Grant("opd_admin", "DPUPR", on_behalf_of="Sri"))
    with pytest.raises(Forbidden, match="anonymous"):
        opens(service, filed.tracking_id, both)
    service.do(filed, "verify_disposition_opd", "pupr", RETURN)
    assert opens(service, filed.tracking_id, both)["name"] == "Siti Rahma"


def test_the_reason_is_asked_only_of_whoever_may_open(service: World) -> None:
    filed = service.at_opd(service.file(answers=ANONYMOUS))
    with pytest.raises(Forbidden):
        service.runner.run(OpenIdentity(filed.tracking_id, ""), service.actor("pupr"))
    with pytest.raises(Invalid):
        service.runner.run(OpenIdentity(filed.tracking_id, ""), service.actor("menteri"))


def test_a_case_belongs_to_its_office_until_it_is_sent_back(service: World) -> None:
    filed = service.at_opd()

    def office() -> str | None:
        (row,) = service.rows(ProcessInstance, id=filed.instance_id)
        unit: str | None = row.unit
        return unit

    assert office() == "DPUPR"
    service.do(filed, "verify_disposition_opd", "pupr", RETURN)
    assert office() is None
    service.do(
        filed,
        "verify_disposition_dinkominfo",
        "dinkominfo",
        {"authority_decision": "no", "reason_code": "not_authority", "reason": REASON},
    )
    assert office() is None  # the ministry has it, no office does
    service.do(filed, "ministry_disposition", "menteri", FORWARD)
    service.do(filed, "verify_disposition_dinkominfo", "dinkominfo", {**ASSIGN, "target_opd": "DINKES"})
    assert office() == "DINKES"
    service.do(filed, "verify_disposition_opd", "dinkes", ACCEPT)
    assert office() == "DINKES"


def test_S2_an_office_that_sent_a_confidential_case_back_can_add_nothing_to_it(service: World) -> None:
    filed = service.at_opd(service.file(answers=SEALED))
    service.do(filed, "verify_disposition_opd", "pupr", RETURN)
    with pytest.raises(Forbidden):
        service.runner.run(StoreAttachment("a.png", png(), complaint_id=filed.tracking_id), service.actor("pupr"))
    with pytest.raises(Forbidden):
        opens(service, filed.tracking_id, service.actor("pupr"))


def test_S2_letters_of_a_confidential_case_tell_nothing_of_it(service: World) -> None:
    words = {"title": "Kenari judul rahasia sekali", "chronology": "Kenari cerita yang tidak boleh keluar dari sini."}
    filed = service.file(answers={**SEALED, **words})
    service.do(filed, "ministry_disposition", "menteri", FORWARD)
    service.do(
        filed,
        "verify_disposition_dinkominfo",
        "dinkominfo",
        {"authority_decision": "incomplete", "missing": "Kenari mohon tulis nama jalannya."},
    )
    letters = service.rows(OutboxMessage, instance_id=filed.instance_id)
    assert {row.template for row in letters} == {"receipt", "completion_request"}
    assert "Kenari" not in str([row.fields for row in letters])
    (asked,) = [row for row in letters if row.template == "completion_request"]
    assert asked.fields["note"] == "dapat dibaca di halaman aduan" and asked.fields["due"]


def test_S2_confidential_cases_are_suggested_to_nobody_and_merged_with_their_like_only(service: World) -> None:
    place = {"kelurahan": "Medono"}
    sealed = service.file(answers={**SEALED, **place})
    open_, other = service.file(answers=place), service.file(answers={**SEALED, **place})
    service.do(open_, "ministry_disposition", "menteri", FORWARD)
    assert known(service, open_)["similar"] == "" and known(service, service.file(answers=place))["similar"] != ""
    merge = {"authority_decision": "duplicate", "duplicate_of": sealed.tracking_id}
    with pytest.raises(Invalid) as refusal:
        service.do(open_, "verify_disposition_dinkominfo", "dinkominfo", merge)
    assert set(refusal.value.errors) == {"duplicate_of"}
    service.do(other, "ministry_disposition", "menteri", FORWARD)
    service.do(other, "verify_disposition_dinkominfo", "dinkominfo", merge)


def test_S3_integrity_complaints_start_confidential_and_never_reach_the_office_meant(service: World) -> None:
    filed = service.file(answers=INTEGRITY)
    (row,) = service.rows(Complaint, id=filed.tracking_id)
    assert (row.is_confidential, row.accused_unit) == (True, "DISHUB")
    service.do(filed, "ministry_disposition", "menteri", FORWARD)
    with pytest.raises(Invalid) as refusal:
        service.do(filed, "verify_disposition_dinkominfo", "dinkominfo", {**TO_INSPECTORATE, "target_opd": "DISHUB"})
    assert set(refusal.value.errors) == {"target_opd"}
    service.do(filed, "verify_disposition_dinkominfo", "dinkominfo", TO_INSPECTORATE)
    inspector = officer(service, "opd_admin", "INSPEKTORAT")
    (task,) = service.open(filed.instance_id, "verify_disposition_opd")
    service.runner.run(CompleteTask(task, ACCEPT), inspector)


def test_S3_at_filing_the_office_meant_is_refused_as_target(service: World) -> None:
    with pytest.raises(Invalid) as refusal:
        service.file(answers={**INTEGRITY, "target_unit": "DISHUB"})
    assert set(refusal.value.errors) == {"target_unit"}


def test_S3_the_people_of_the_office_meant_are_no_candidates(service: World) -> None:
    filed = service.file(answers=INTEGRITY)
    service.do(filed, "ministry_disposition", "menteri", FORWARD)
    (task,) = service.open(filed.instance_id)
    theirs = officer(service, "dinkominfo_admin", "DINKOMINFO", Grant("liaison", "DISHUB"))
    at_home = replace(officer(service, "dinkominfo_admin", "DINKOMINFO"), home="DISHUB")
    for by in (theirs, at_home):
        for command in (ClaimTask(task), SaveDraft(task, {}), CompleteTask(task, TO_INSPECTORATE)):
            with pytest.raises(NotFound):
                service.runner.run(command, by)
        with pytest.raises(NotFound):
            opens(service, filed.tracking_id, by)


@pytest.mark.parametrize("accused", ["DINKOMINFO", "INSPEKTORAT"])
def test_S3_the_head_of_division_decides_where_the_usual_office_is_meant(service: World, accused: str) -> None:
    filed = service.file(answers={**INTEGRITY, "accused_unit": accused})
    service.do(filed, "ministry_disposition", "menteri", FORWARD)
    (task,) = service.open(filed.instance_id, "verify_disposition_dinkominfo")
    assert [(row.role, row.unit) for row in service.rows(Candidate, task_id=task)] == [("division_head", None)]
    with pytest.raises((Forbidden, NotFound)):
        service.do(filed, "verify_disposition_dinkominfo", "dinkominfo", TO_INSPECTORATE)
    target = "SETDA" if accused == "INSPEKTORAT" else "INSPEKTORAT"
    service.do(filed, "verify_disposition_dinkominfo", "kabid", {**TO_INSPECTORATE, "target_opd": target})
    (row,) = service.rows(ProcessInstance, id=filed.instance_id)
    assert row.unit == target


def test_S3_an_officer_who_finds_an_integrity_matter_names_the_office_and_seals_the_case(service: World) -> None:
    filed = service.file()
    service.do(filed, "ministry_disposition", "menteri", FORWARD)
    with pytest.raises(Invalid) as refusal:
        service.do(filed, "verify_disposition_dinkominfo", "dinkominfo", TO_INSPECTORATE)
    assert set(refusal.value.errors) == {"accused_unit"}
    named = {**TO_INSPECTORATE, "accused_unit": "DISHUB"}
    service.do(filed, "verify_disposition_dinkominfo", "dinkominfo", named)
    (row,) = service.rows(Complaint, id=filed.tracking_id)
    assert (row.is_confidential, row.accused_unit) == (True, "DISHUB")


def test_S4_the_person_complained_of_stands_in_one_sealed_row_only(service: World) -> None:
    filed = service.file(answers=INTEGRITY)
    (row,) = service.rows(Accused, complaint_id=filed.tracking_id)
    assert b"Kenari" not in row.sealed + row.data_key
    for table in (Complaint, Answer, Task, OutboxMessage, AuditEntry, ProcessInstance):
        assert "Kenari" not in str([vars(each) for each in service.rows(table)])


def test_W5_the_files_of_an_anonymous_reporter_lose_their_names(service: World) -> None:
    named = [service.runner.run(StoreAttachment(f"siti rahma {n}.PNG", png()), VISITOR) for n in (1, 2)]
    filed = service.file(answers=ANONYMOUS, attachments=tuple(named))
    more = StoreAttachment("ktp siti rahma.png", png(), complaint_id=filed.tracking_id)
    service.runner.run(more, service.reporter(filed))
    assert sorted(row.name for row in service.rows(Attachment)) == [f"lampiran-{n}.png" for n in (1, 2, 3)]
    open_ = service.file(attachments=(service.runner.run(StoreAttachment("lubang jalan.png", png()), VISITOR),))
    assert [row.name for row in service.rows(Attachment, complaint_id=open_.tracking_id)] == ["lubang jalan.png"]
