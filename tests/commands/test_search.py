"""What officers find by words: their own tasks and what they may read, never what they may not."""

from __future__ import annotations

import pytest
from sqlalchemy.orm import Session

from app.queries.case.instances import Filter, find
from app.queries.task import search as searching
from app.queries.task.search import search
from app.rules.sight import Reach, Viewer, viewer
from app.store.database import reading
from tests.commands.test_supervision import statements
from tests.world import ASSIGN, FORWARD, World


def hits(service: World, who: str, asked: str) -> list[tuple[str, bool]]:
    """Titles found, each with whether there is something to do."""
    actor = service.actor(who)
    with reading(service.toolbox.database) as session:
        seen = viewer(actor, service.toolbox.service(session).role_rows)
        return [(row.title, row.task_id is not None) for row in search(session, actor, asked, viewer=seen).rows]


def listed(session: Session, service: World, who: str, asked: str) -> list[str]:
    seen = viewer(service.actor(who), service.toolbox.service(session).role_rows)
    return [row.business_key for row in find(session, seen, Filter(text=asked), service.clock.now()).rows]


LAMP, HOLE = "Lampu jalan padam di Jalan Mataram", "Jalan berlubang di depan pasar Banjarsari"


@pytest.fixture
def filed(service: World) -> World:
    """A lamp at its office, and a hole that nobody has looked at yet."""
    service.at_opd()
    hole = {
        "title": HOLE,
        "chronology": "Lubang sedalam lutut, sudah tiga orang jatuh di sini.",
        "category": "drainase",
    }
    service.file(answers=hole)
    return service


@pytest.mark.parametrize(
    ("asked", "titles"),
    [
        ("padam lampu", [LAMP]),
        ("jalan", [HOLE, LAMP]),
        ("jatuh lubang", [HOLE]),
        ("saluran", [HOLE]),  # the category's name, and the English one
        ("drains", [HOLE]),
        ("trotoar", [LAMP]),
        ("lampu banjarsari", []),
    ],
)
def test_words_in_any_order_of_title_report_and_category(filed: World, asked: str, titles: list[str]) -> None:
    assert [title for title, _ in hits(filed, "menteri", asked)] == titles


def test_tasks_can_be_done_and_what_is_only_read_leads_to_its_file(filed: World) -> None:
    assert hits(filed, "menteri", "jalan") == [(HOLE, True), (LAMP, False)]
    assert hits(filed, "pupr", "jalan") == [(LAMP, True)]
    assert hits(filed, "dinkes", "jalan") == []


def test_what_is_over_is_found_too(service: World) -> None:
    done = service.file()
    archive = {"ministry_decision": "archive", "note": "Isinya tidak dapat dipahami sama sekali."}
    service.do(done, "ministry_disposition", "menteri", archive)
    assert hits(service, "menteri", "lampu mataram") == [(LAMP, False)]


def test_a_step_that_changes_the_category_lets_it_be_found_by_the_new_one(service: World) -> None:
    filed = service.file()
    service.do(filed, "ministry_disposition", "menteri", FORWARD)
    service.do(filed, "verify_disposition_dinkominfo", "dinkominfo", {**ASSIGN, "category": "drainase"})
    assert hits(service, "menteri", "trotoar") == []
    assert hits(service, "menteri", "saluran lampu") == [(LAMP, False)]


def test_words_of_a_confidential_case_are_found_by_its_readers_alone(service: World) -> None:
    secret = service.at_opd(service.file(answers={"is_confidential": True}))
    assert hits(service, "dinkominfo", "lampu") == [(LAMP, False)] and hits(service, "pupr", "lampu") == [(LAMP, True)]
    for who in ("dinkes", "ops", "pimpinan", "pemilik", "admin"):
        assert hits(service, who, "lampu") == []
    with reading(service.toolbox.database) as session:
        for who in ("ops", "pemilik", "pimpinan"):
            assert listed(session, service, who, "lampu") == []
            assert listed(session, service, who, secret.tracking_id) == [secret.tracking_id]
        assert listed(session, service, "dinkominfo", "padam lampu") == [secret.tracking_id]


def test_whoever_has_a_step_of_a_confidential_case_but_may_not_read_it_finds_it_by_its_number_alone(
    service: World,
) -> None:
    secret = service.file(answers={"is_confidential": True})
    reads_no_secrets = Viewer(reads=Reach(everywhere=True))
    with reading(service.toolbox.database) as session:
        assert search(session, service.actor("menteri"), "lampu", viewer=reads_no_secrets).rows == ()
        (row,) = search(session, service.actor("menteri"), secret.tracking_id, viewer=reads_no_secrets).rows
    assert row.sealed and row.title == ""


def test_names_and_contacts_of_reporters_are_never_among_the_words(service: World) -> None:
    service.file()
    for asked in ("siti", "rahma", "081234567890", "siti@example.com", "example"):
        assert hits(service, "menteri", asked) == []


def test_the_newest_come_first_and_the_page_says_that_there_are_others(
    service: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    titles = [f"Lampu nomor {number} padam" for number in range(7)]
    for title in titles:
        service.file(answers={"title": title})
    monkeypatch.setattr(searching, "BATCH", 2)
    actor = service.actor("menteri")
    with reading(service.toolbox.database) as session:
        seen = viewer(actor, service.toolbox.service(session).role_rows)
        page = search(session, actor, "lampu padam", size=3, viewer=seen)
        assert [row.title for row in page.rows] == titles[:-4:-1] and page.more
        whole = search(session, actor, "lampu padam", size=7, viewer=seen)
        assert [row.title for row in whole.rows] == titles[::-1] and not whole.more
        monkeypatch.setattr(searching, "MOST", 4)
        cut = search(session, actor, "lampu padam", size=7, viewer=seen)
        assert [row.title for row in cut.rows] == titles[:-5:-1] and cut.more


def test_a_search_costs_the_same_for_one_hit_and_for_many(service: World) -> None:
    service.file()
    one = statements(service, lambda: hits(service, "menteri", "lampu"))
    for _ in range(6):
        service.file()
    assert statements(service, lambda: hits(service, "menteri", "lampu")) == one <= 12
