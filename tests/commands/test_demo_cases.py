"""Many cases at once: each copy is a case of its own in everything, and goes on as its original would."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text

from app.commands.complaint.filing import Filed
from app.commands.complaint.identity import OpenIdentity
from app.commands.letter.messages import SendMessage
from app.demo_cases import OF_A_CASE, NothingToCopy, multiply
from app.domain.errors import Forbidden
from app.domain.tracking import shown
from app.jobs.executor import Executor
from app.store.base import table_of
from app.store.complaints import Complaint, ConversationLine
from app.store.instances import ProcessInstance
from app.store.reporters import Reporter
from app.store.schema import metadata
from app.store.words import NEWEST, matching
from tests.commands.test_messages import COMPLETION
from tests.world import ACCEPT, FORWARD, IDENTITY, VISITOR, World

COPIES = 30
INCOMPLETE = {"authority_decision": "incomplete", "missing": "Mohon sebutkan nomor rumah terdekat."}
NUMBER = re.compile(r"\b[0-9A-Z]{5}-[0-9A-Z]{5}\b")
TABLES = ("process_instance", "complaint", "task", "job", "outbox_message")


@pytest.fixture
def originals(service: World) -> dict[str, Filed]:
    """A case in each kind of state, by its title: with an office, waiting for its reporter, answered, just filed."""

    def file(title: str, **answers: Any) -> Filed:
        return service.file(answers={"title": title, **answers})

    waiting = file("menunggu pelapor")
    service.do(waiting, "ministry_disposition", "menteri", FORWARD)
    service.do(waiting, "verify_disposition_dinkominfo", "dinkominfo", INCOMPLETE)
    return {
        "menunggu pelapor": waiting,
        "di kantor tujuan": service.at_opd(file("di kantor tujuan")),
        "sudah dijawab": service.answered(file("sudah dijawab")),
        "tanpa nama": service.at_opd(file("tanpa nama", is_anonymous=True)),
        "rahasia adanya": file("rahasia adanya", is_confidential=True),
    }


def copies_of(service: World, original: Filed) -> list[Complaint]:
    """The complaints that were written from this one."""
    (first,) = service.rows(Complaint, id=original.tracking_id)
    return [each for each in service.rows(Complaint, title=first.title) if each.id != first.id]


def test_every_promise_holds_for_copies_and_originals(service: World, originals: dict[str, Filed]) -> None:
    told: list[int] = []
    assert multiply(service.toolbox, COPIES, told.append) == sum(told) == COPIES
    assert len(service.rows(Complaint)) == COPIES + len(originals)  # `alur verify` looks at all of it after the test


def test_no_id_is_shared_and_no_text_names_the_original(service: World, originals: dict[str, Filed]) -> None:
    before = ids_of(service)
    multiply(service.toolbox, COPIES)
    for name, found in ids_of(service).items():
        assert len(set(found)) == len(found) == len(before[name]) * (1 + COPIES // len(originals)), name
    for message in service.rows(ConversationLine):
        assert set(NUMBER.findall(message.text)) <= {shown(message.complaint_id)}


def ids_of(service: World) -> dict[str, list[str]]:
    """Table -> the keys of its rows that belong to cases."""
    with service.toolbox.database.connect() as connection:
        return {name: list(connection.execute(text(f"SELECT id FROM {name}")).scalars()) for name in TABLES}


def test_a_copy_goes_on_as_its_original(service: World, originals: dict[str, Filed]) -> None:
    multiply(service.toolbox, COPIES)
    answered, *silent = copies_of(service, originals["menunggu pelapor"])
    by = replace(VISITOR, complaint=answered.id)
    service.runner.run(SendMessage(answered.id, "completion_received", COMPLETION), by)
    assert status(service, answered) == "disposed"
    service.clock.advance(timedelta(days=60))
    Executor(service.runner).run_due()
    assert {status(service, each) for each in silent} == {"archived"}
    copy = copies_of(service, originals["di kantor tujuan"])[0]
    service.do(Filed(copy.id, "", copy.instance_id), "verify_disposition_opd", "pupr", ACCEPT)
    assert status(service, copy) == "in_follow_up"


def status(service: World, copy: Complaint) -> str:
    """What its instance says."""
    (instance,) = service.rows(ProcessInstance, id=copy.instance_id)
    return str(instance.status)


def test_a_copy_has_its_own_seal_and_nobody_knows_its_secret(service: World, originals: dict[str, Filed]) -> None:
    multiply(service.toolbox, COPIES)
    copy, hidden = (copies_of(service, originals[title])[0] for title in ("di kantor tujuan", "tanpa nama"))
    assert service.runner.run(OpenIdentity(copy.id, "uji"), service.actor("dinkominfo"))["name"] == IDENTITY["name"]
    with pytest.raises(Forbidden):
        service.runner.run(OpenIdentity(hidden.id, "uji"), service.actor("pupr"))
    hashes = [row.secret_hash for row in service.rows(Complaint)]
    seals = [row.sealed for row in service.rows(Reporter)]
    assert len(set(hashes)) == len(hashes) and len(set(seals)) == len(seals)


def test_without_a_played_case_nothing_is_written(service: World) -> None:
    with pytest.raises(NothingToCopy):
        multiply(service.toolbox, 3)
    assert service.rows(Complaint) == []


def test_copies_are_found_by_their_words_as_their_originals_are(service: World, originals: dict[str, Filed]) -> None:
    multiply(service.toolbox, 2 * len(originals))
    with service.toolbox.database.connect() as connection:
        assert len(matching(connection, "jalan", NEWEST, 100)) == 3 * len(originals)


def test_no_table_about_a_case_is_forgotten() -> None:
    """What a played complaint cannot have, and what belongs to it alone, is named."""
    of_a_case = {
        table.name
        for table in metadata.sorted_tables
        for key in table.foreign_keys
        if key.column.table.name in {"process_instance", "complaint", "task"}
    }
    copied = {table_of(model).name for model in OF_A_CASE}
    left = {"accused", "case_start", "draft", "personal_link", "reporter_session", "verified_contact"}
    assert of_a_case - copied == left
