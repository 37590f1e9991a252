"""Each answer asks the database a fixed number of times: no more for many rows than for one, and few in all."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import event

from app.commands.complaint.filing import Filed
from app.store.deployments import Deployment
from tests.web.conftest import Visit
from tests.world import RETURN, World

KINDS = ("SELECT", "INSERT", "UPDATE", "DELETE", "WITH")
# Who opens it -> the most statements, sign-in among them; an address may name the case and its task.
PAGES = {
    ("pupr", "/tugas"): 13,
    ("pupr", "/tugas?saring=mine"): 11,
    ("pupr", "/tugas?saring=late"): 13,
    ("dinkominfo", "/tugas?saring=waiting"): 11,
    ("pupr", "/tugas?cari=lampu"): 14,
    ("pupr", "/tugas/{task}"): 21,
    ("pupr", "/aduan/{number}"): 17,
    ("dinkominfo", "/aduan/{number}"): 17,
    ("kabid", "/papan"): 12,
    ("ops", "/operasi"): 19,
    ("ops", "/operasi/instans"): 13,
    ("ops", "/operasi/instans?cari=lampu"): 15,
    ("ops", "/operasi/instans/{case}"): 20,
    ("ops", "/operasi/insiden"): 7,
    ("ops", "/operasi/kotak-keluar"): 7,
    ("ops", "/operasi/audit"): 11,
    ("admin", "/orang"): 6,
    ("pemilik", "/proses"): 7,
    ("pemilik", "/proses/pengaduan_sp4n"): 12,
    (None, "/"): 2,
    (None, "/lapor"): 2,
    (None, "/standar"): 3,
}


@contextmanager
def counted(service: World) -> Iterator[list[str]]:
    """What the database is asked meanwhile, also by statements that go past SQLAlchemy's own events."""
    sent: list[str] = []

    def note(said: str) -> None:
        if said.lstrip().upper().startswith(KINDS):  # what triggers do is told as a comment
            sent.append(said)

    def watch(connection: Any, *_: object) -> None:
        connection.set_trace_callback(note)

    pool = service.toolbox.database.pool
    event.listen(pool, "checkout", watch)
    try:
        yield sent
    finally:
        event.remove(pool, "checkout", watch)
        service.toolbox.database.dispose()  # connections that are still watched


def asked(service: World, act: Callable[[], Any]) -> int:
    """How many statements `act` sends once everything that is read but once is in memory."""
    assert act().status_code == 200
    with counted(service) as sent:
        assert act().status_code == 200
    return len(sent)


def open_pages(service: World, visit: Visit, filed: Filed) -> dict[tuple[str | None, str], int]:
    """Page -> its statements, about this case."""
    (task,) = service.open(filed.instance_id)
    about = {"task": task, "number": filed.tracking_id, "case": filed.instance_id}
    browsers = {who: visit(who) for who, _ in PAGES}
    return {
        (who, path): asked(service, lambda who=who, path=path: browsers[who].get(path.format(**about)))  # type: ignore[misc]
        for who, path in PAGES
    }


def test_many_rows_ask_no_more_than_one(visit: Visit, service: World) -> None:
    filed = service.at_opd()
    one = open_pages(service, visit, filed)
    for number in range(50):
        case = service.at_opd()
        if number % 5 == 0:
            service.do(case, "verify_disposition_opd", "pupr", RETURN)
    many = open_pages(service, visit, filed)
    assert {page: (one[page], count) for page, count in many.items() if count > one[page] + 1} == {}
    assert {page: count for page, count in many.items() if count > PAGES[page]} == {}


def test_a_case_that_was_returned_often_asks_no_more(visit: Visit, service: World) -> None:
    filed = service.at_opd()
    service.do(filed, "verify_disposition_opd", "pupr", RETURN)
    again = {"authority_decision": "yes", "target_opd": "DPUPR", "category": "jalan"}
    again |= {"classification": "complaint", "nature": "ordinary"}
    service.do(filed, "verify_disposition_dinkominfo", "dinkominfo", again)
    (task,) = service.open(filed.instance_id)
    about = {"task": task, "number": filed.tracking_id, "case": filed.instance_id}
    for who, path in (("pupr", "/tugas/{task}"), ("pupr", "/aduan/{number}"), ("ops", "/operasi/instans/{case}")):
        browser = visit(who)
        assert asked(service, lambda b=browser, p=path: b.get(p.format(**about))) <= PAGES[who, path]  # type: ignore[misc]


@pytest.mark.parametrize(
    ("address", "data", "most"),
    [
        ("/tugas/{task}", {"within_function": "true"}, 38),
        ("/tugas/{task}/draf", {"within_function": "true"}, 14),
        ("/tugas/{task}/ambil", {}, 13),
    ],
)
def test_what_is_sent_asks_a_fixed_number_of_times(
    visit: Visit, service: World, address: str, data: dict[str, str], most: int
) -> None:
    browser = visit("pupr")
    (first,) = service.open(service.at_opd().instance_id)
    browser.post(address.format(task=first), data=data)  # everything that is read but once
    (task,) = service.open(service.at_opd().instance_id)
    with counted(service) as sent:
        assert browser.post(address.format(task=task), data=data).status_code in (200, 302)
    assert len(sent) <= most, "\n".join(sent)


def test_the_live_version_is_read_once(visit: Visit, service: World) -> None:
    """Bundles are held in memory: no page reads the files of a version again."""
    assert len(service.rows(Deployment)) == 1
    browser = visit("pemilik")
    browser.get("/proses/pengaduan_sp4n")
    with counted(service) as sent:
        browser.get("/proses/pengaduan_sp4n")
    assert [each for each in sent if "deployment_file" in each] == []
