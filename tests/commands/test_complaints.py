"""Filing a complaint: once for one submission, identity sealed away, and nothing personal anywhere else."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from sqlalchemy import text, update
from sqlalchemy.orm import Session

from app.commands.complaint.filing import FileComplaint
from app.commands.complaint.identity import OpenIdentity
from app.domain.errors import Conflict, Forbidden, Invalid, NotFound
from app.domain.tracking import is_tracking_id, shown
from app.queries.complaint.tracking import authenticate
from app.store.audit import AuditEntry
from app.store.complaints import Complaint
from app.store.database import reading
from app.store.instances import ProcessInstance
from app.store.reporters import Reporter
from app.store.schema import metadata
from tests.world import ANSWERS, IDENTITY, World

CANARY = {
    "name": "Kenari Tersembunyi",
    "phone": "081999888777",
    "email": "kenari.tersembunyi@example.org",
    "id_type": "ktp",
    "nik": "3375014107900321",
    "address": "Jalan Kenari Rahasia 99",
}
TOKEN = "ab" * 16


def test_the_number_and_secret_open_the_complaint_and_nothing_else_does(service: World) -> None:
    filed = service.file()
    assert is_tracking_id(filed.tracking_id)
    with reading(service.toolbox.database) as session:
        typed = f"{filed.secret[:8].lower()}-{filed.secret[8:]}"
        actor = authenticate(session, service.toolbox, filed.tracking_id.lower(), typed)
        assert actor is not None and actor.complaint == filed.tracking_id
        other = "0" * 16 if filed.secret != "0" * 16 else "1" * 16
        for number, secret in ((filed.tracking_id, other), ("0" * 10, filed.secret), ("", ""), (filed.tracking_id, "")):
            assert authenticate(session, service.toolbox, number, secret) is None
    assert filed.secret not in service.rows(Complaint)[0].secret_hash


def test_a_submission_sent_twice_is_one_complaint_with_one_answer(service: World) -> None:
    first, second = (service.file(submission=TOKEN, sender="this browser") for _ in range(2))
    assert first == second
    assert len(service.rows(Complaint)) == len(service.rows(ProcessInstance)) == 1
    assert service.file().tracking_id != first.tracking_id


def test_a_submission_sent_by_two_threads_is_one_complaint(service: World) -> None:
    answers: list[object] = []
    barrier = threading.Barrier(4)

    def send() -> None:
        barrier.wait()
        answers.append(service.file(submission=TOKEN, sender="this browser"))

    threads = [threading.Thread(target=send) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(answers) == 4 and len(set(map(str, answers))) == 1
    assert len(service.rows(Complaint)) == 1


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"answers": {"chronology": "Masalah lain sama sekali, di tempat yang lain juga."}}, True),
        ({"identity": {**IDENTITY, "name": "Orang Lain"}}, True),
        ({"sender": "another browser"}, False),
        ({"sender": ""}, False),
    ],
    ids=["words", "name", "browser", "no browser"],
)
def test_a_form_that_comes_again_otherwise_is_refused_and_never_dropped(
    service: World, changes: dict[str, Any], named: bool
) -> None:
    first = service.file(submission=TOKEN, sender="this browser")
    with pytest.raises(Conflict) as refused:
        service.file(**{"submission": TOKEN, "sender": "this browser", **changes})
    said = refused.value.message
    assert (shown(first.tracking_id) in said.id, shown(first.tracking_id) in said.en) == (named, named)
    assert len(service.rows(Complaint)) == 1


def test_a_form_sent_before_this_was_kept_is_nobodys(service: World) -> None:
    service.file(submission=TOKEN, sender="this browser")
    with Session(service.toolbox.database) as database, database.begin():
        database.execute(update(Complaint).values(sender=None, sent=None))
    with pytest.raises(Conflict):
        service.file(submission=TOKEN, sender="this browser")


@pytest.mark.parametrize("token", ["", "x" * 32, "ab", "../../etc/passwd", "ab" * 40])
def test_a_submission_token_that_is_none_is_refused(service: World, token: str) -> None:
    with pytest.raises(Invalid):
        service.file(submission=token)


def test_errors_stand_at_their_fields_and_nothing_is_stored(service: World) -> None:
    with pytest.raises(Invalid) as wrong:
        service.file(answers={"title": "", "chronology": "pendek"}, identity={"name": "A", "phone": "123"})
    assert {"title", "chronology", "phone"} <= set(wrong.value.errors)
    assert service.rows(Complaint) == [] == service.rows(ProcessInstance)
    (refused,) = service.rows(AuditEntry, outcome="refused")
    assert "pendek" not in str(refused.fields) and "123" not in str(refused.fields)


def test_W4_the_identity_stands_in_one_sealed_row_only(service: World) -> None:
    filed = service.file(identity=CANARY)
    service.at_opd(filed)
    service.runner.run(OpenIdentity(filed.tracking_id, "perlu menghubungi"), service.actor("dinkominfo"))
    words = [*CANARY.values(), "Kenari", "081999888777", "+6281999888777", "81999888777"]
    words.remove("ktp")
    with service.toolbox.database.connect() as connection:
        for table in metadata.sorted_tables:
            for row in connection.execute(text(f'SELECT * FROM "{table.name}"')):
                shown = b"|".join(each if isinstance(each, bytes) else str(each).encode() for each in row)
                for word in words:
                    assert word.encode() not in shown, (table.name, word)
    for path in service.toolbox.settings.var_dir.rglob("*"):
        if path.is_file():
            assert b"Kenari Tersembunyi" not in path.read_bytes()


def test_W4_only_the_right_opens_an_identity_and_every_opening_is_on_record(service: World) -> None:
    filed = service.at_opd(service.file(identity=CANARY))
    seen = service.runner.run(OpenIdentity(filed.tracking_id, "perlu menghubungi"), service.actor("pupr"))
    assert (seen["name"], seen["nik"]) == (CANARY["name"], CANARY["nik"])
    for who in ("dinkes", "ops", "pemilik", "admin", "pimpinan"):
        with pytest.raises(Forbidden):
            service.runner.run(OpenIdentity(filed.tracking_id, "ingin tahu"), service.actor(who))
    with pytest.raises(Invalid):
        service.runner.run(OpenIdentity(filed.tracking_id, " "), service.actor("dinkominfo"))
    entries = service.rows(AuditEntry, command="OpenIdentity")
    assert sorted(entry.outcome for entry in entries) == ["done"] + ["refused"] * 6
    done = next(entry for entry in entries if entry.outcome == "done")
    assert (done.chain, done.fields["reason"]) == (filed.instance_id, "perlu menghubungi")


def test_an_unknown_complaint_has_no_identity(service: World) -> None:
    with pytest.raises(NotFound):
        service.runner.run(OpenIdentity("0000000000", "perlu"), service.actor("dinkominfo"))


def test_staff_need_the_right_to_take_in_complaints(service: World) -> None:
    command = FileComplaint(ANSWERS, IDENTITY, channel="walk_in")
    filed = service.runner.run(command, service.actor("dinkominfo"))
    (complaint,) = service.rows(Complaint, id=filed.tracking_id)
    assert complaint.registered_by == service.actor("dinkominfo").id
    with pytest.raises(Forbidden):
        service.runner.run(command, service.actor("pupr"))


def test_the_identity_can_be_looked_up_by_keyed_hash(service: World) -> None:
    service.file(identity=CANARY)
    (row,) = service.rows(Reporter)
    assert service.toolbox.keys.matches("nik", CANARY["nik"], row.nik_hash)
    assert CANARY["nik"] not in row.nik_hash


def test_a_report_filed_with_the_city_goes_straight_to_it(service: World) -> None:
    filed = service.file(origin="direct")
    assert service.open(filed.instance_id, "verify_disposition_dinkominfo")
