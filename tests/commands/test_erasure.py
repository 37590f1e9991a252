"""A reporter's identity is erased when they wish it, when they ask an officer, and after the time of the standard."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from app.commands.complaint.erasure import (
    EraseAfterRetention,
    EraseIdentity,
    EraseIdentityOnRequest,
    beyond_retention,
)
from app.commands.complaint.filing import Filed
from app.commands.complaint.identity import OpenIdentity
from app.commands.letter.messages import Withdraw
from app.domain.errors import Expired, Forbidden, Invalid, NotFound
from app.domain.roles import SYSTEM
from app.jobs.scheduler import Ticker
from app.queries.complaint.dossier import accused_person
from app.store.access import PersonalLink, VerifiedContact
from app.store.audit import AuditEntry
from app.store.complaints import Complaint
from app.store.database import reading
from app.store.reporters import Accused, Reporter
from tests.commands.test_privacy import INTEGRITY, TO_INSPECTORATE
from tests.world import FORWARD, REASON, World

ASKED = "Pelapor datang ke loket dengan KTP, 27 November."
HASHES = ("nik_hash", "phone_hash", "email_hash")


def row(service: World, filed: Filed) -> Reporter:
    (found,) = service.rows(Reporter, complaint_id=filed.tracking_id)
    return found  # type: ignore[no-any-return]


def gone(service: World, filed: Filed) -> bool:
    """Whether nothing of the identity is left: no key, no sealed text, no hash to look it up by, no proven address."""
    kept = row(service, filed)
    contacts = service.rows(VerifiedContact, complaint_id=filed.tracking_id)
    links = [each for each in service.rows(PersonalLink, complaint_id=filed.tracking_id) if each.address_hash]
    rest = [kept.data_key, kept.sealed, *(getattr(kept, name) for name in HASHES)]
    return kept.erased_at is not None and not any(rest) and not contacts and not links


def retention(service: World, monkeypatch: pytest.MonkeyPatch, days: int) -> None:
    """Put a retention time into the service standard."""
    with reading(service.toolbox.database) as session:
        data = service.toolbox.service(session)
    changed = replace(data, standard=replace(data.standard, identity_retention_days=days))
    monkeypatch.setattr(type(service.toolbox), "service", lambda *_: changed)
    monkeypatch.setattr(type(service.toolbox.shelf), "service", lambda *_: changed)


def test_a_reporter_erases_their_own_identity_and_the_case_goes_on(service: World) -> None:
    filed = service.file()
    service.runner.run(EraseIdentity(filed.tracking_id), service.reporter(filed))
    assert gone(service, filed)
    service.do(filed, "ministry_disposition", "menteri", FORWARD)
    with pytest.raises(Expired):
        service.runner.run(OpenIdentity(filed.tracking_id, "perlu menghubungi"), service.actor("dinkominfo"))
    with pytest.raises(Expired):
        service.runner.run(EraseIdentity(filed.tracking_id), service.reporter(filed))


def test_nobody_erases_the_identity_of_somebody_elses_complaint(service: World) -> None:
    filed, other = service.file(), service.file()
    with pytest.raises(NotFound):
        service.runner.run(EraseIdentity(filed.tracking_id), service.reporter(other))
    assert row(service, filed).data_key is not None


def test_erasing_one_identity_leaves_every_other(service: World) -> None:
    filed, other = service.file(), service.file()
    service.runner.run(EraseIdentity(filed.tracking_id), service.reporter(filed))
    assert gone(service, filed) and row(service, other).email_hash is not None and row(service, other).sealed


def test_an_officer_erases_it_on_request_with_a_reason_on_record(service: World) -> None:
    filed = service.file()
    with pytest.raises(Invalid):
        service.runner.run(EraseIdentityOnRequest(filed.tracking_id, " "), service.actor("dinkominfo"))
    service.runner.run(EraseIdentityOnRequest(filed.tracking_id, ASKED), service.actor("dinkominfo"))
    assert gone(service, filed)
    (entry,) = [each for each in service.rows(AuditEntry, command="EraseIdentityOnRequest") if each.outcome == "done"]
    assert entry.chain == filed.instance_id and entry.fields["reason"] == ASKED


def test_an_office_erases_no_identity_of_the_cases_it_has(service: World) -> None:
    filed = service.at_opd(service.file())
    with pytest.raises(Forbidden):
        service.runner.run(EraseIdentityOnRequest(filed.tracking_id, ASKED), service.actor("pupr"))
    anonymous = service.at_opd(service.file(answers={"is_anonymous": True}))
    with pytest.raises(Forbidden):
        service.runner.run(EraseIdentityOnRequest(anonymous.tracking_id, ASKED), service.actor("kabid"))
    service.runner.run(EraseIdentityOnRequest(anonymous.tracking_id, ASKED), service.actor("menteri"))
    assert not gone(service, filed) and gone(service, anonymous)


def test_after_the_retention_time_the_night_erases_reporter_and_person_complained_of(
    service: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    filed = service.file(answers=INTEGRITY)
    service.do(filed, "ministry_disposition", "menteri", FORWARD)
    service.do(filed, "verify_disposition_dinkominfo", "dinkominfo", TO_INSPECTORATE)
    running = service.file()
    service.runner.run(Withdraw(filed.tracking_id, {"reason": REASON}), service.reporter(filed))
    retention(service, monkeypatch, 30)
    ticker = Ticker(service.runner, ())
    service.clock.advance(timedelta(days=30, seconds=-1))
    ticker.tidy()
    assert row(service, filed).data_key is not None
    service.clock.advance(timedelta(seconds=1))
    ticker.tidy()
    (accused,) = service.rows(Accused, complaint_id=filed.tracking_id)
    assert gone(service, filed) and accused.data_key is None and accused.sealed is None
    assert not gone(service, running)
    with reading(service.toolbox.database) as session:
        assert accused_person(session, service.toolbox.keys, filed.tracking_id) is None
        assert beyond_retention(session, service.toolbox.service(session), service.clock.now()) == []


def test_without_a_retention_time_nothing_is_erased_by_itself(service: World) -> None:
    filed = service.file()
    service.runner.run(Withdraw(filed.tracking_id, {"reason": REASON}), service.reporter(filed))
    service.clock.advance(timedelta(days=9_999))
    service.runner.run(EraseAfterRetention(filed.tracking_id), SYSTEM)
    Ticker(service.runner, ()).tidy()
    assert row(service, filed).data_key is not None


def test_what_an_erased_reporter_wrote_stays(service: World) -> None:
    filed = service.file()
    service.runner.run(EraseIdentity(filed.tracking_id), service.reporter(filed))
    (complaint,) = service.rows(Complaint, id=filed.tracking_id)
    assert complaint.title and complaint.content
