"""The task list: own roles and units, soonest due first, filters with counts, search, and pages that never skip."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

import pytest
from sqlalchemy import insert, text, update
from sqlalchemy.orm import Session

from app.domain.roles import Actor, Grant
from app.queries.task import inbox
from app.queries.task.inbox import Span
from app.store.database import reading
from app.store.instances import ProcessInstance
from app.store.tasks import Candidate, Task
from tests.web.conftest import Visit
from tests.world import RETURN, World

OFFICER = Actor("user", "u" * 32, "Rina", (Grant("opd_admin", "DPUPR"), Grant("liaison", "DPUPR")))


def crowd(service: World, count: int, due: timedelta | None = timedelta(hours=1)) -> list[str]:
    """Many open tasks of DPUPR on one case; two share each due time, every fifth has none."""
    filed = service.file()
    begun: datetime = service.clock.now()
    tasks, candidates = [], []
    for number in range(count):
        task_id = f"{number:032x}"
        at = None if number % 5 == 4 or due is None else begun + due * (number // 2)
        tasks.append({"id": task_id, "instance_id": filed.instance_id, "element": "follow_up", "name": "Langkah",
                      "unit": "DPUPR", "state": "open", "opened_at": begun, "due_at": at})  # fmt: skip
        roles = ("opd_admin", "liaison") if number % 2 else ("opd_admin",)
        candidates += [{"task_id": task_id, "role": role, "unit": "DPUPR", "due_at": at} for role in roles]
    with Session(service.toolbox.database) as session, session.begin():
        session.execute(insert(Task), tasks)
        session.execute(insert(Candidate), candidates)
    return [row["id"] for row in sorted(tasks, key=lambda row: (row["due_at"] is None, str(row["due_at"]), row["id"]))]


def test_pages_follow_each_other_without_gap_or_repetition(service: World) -> None:
    wanted, seen, after = crowd(service, 43), [], None
    with reading(service.toolbox.database) as session:
        for _ in range(10):
            page = inbox.listing(session, OFFICER, Span(), after, 7)
            seen += [row.task_id for row in page.rows]
            after = page.after
            if after is None:
                break
    assert seen == wanted


@pytest.mark.parametrize("mark", ["x", "1e9.abc", ".", "12.", "9" * 30 + ".a", "-1.a", "1.a'--", "٣.a"])
def test_a_mark_nobody_wrote_shows_the_beginning(service: World, visit: Visit, mark: str) -> None:
    assert visit("pupr").get("/tugas", query_string={"setelah": mark}).status_code == 200


def test_the_counts_stop_at_99(service: World, visit: Visit) -> None:
    crowd(service, 120, timedelta(minutes=1))
    service.clock.advance(timedelta(minutes=40))
    page = visit("pupr").get("/tugas").text
    counted = dict(re.findall(r'inbox-filter-name">([^<]+)</span> <span class="count[^"]*">([^<]+)<', page))
    assert counted["Unit saya"] == "99+"
    assert counted["Terlambat"] == "64"
    assert counted["Milik saya"] == "0"


def test_the_list_walks_the_index_and_sorts_nothing(service: World) -> None:
    plans = []
    with service.toolbox.database.connect() as connection:
        for where in ("AND due_at IS NOT NULL", "AND due_at IS NOT NULL AND due_at < '2030'"):
            query = (
                f"SELECT due_at, task_id FROM candidate WHERE role='a' AND unit='b' {where} ORDER BY due_at, task_id"
            )
            plans += [row[3] for row in connection.execute(text(f"EXPLAIN QUERY PLAN {query} LIMIT 51"))]
    assert all("USING COVERING INDEX" in plan for plan in plans)
    assert not any("TEMP B-TREE" in plan for plan in plans)


def test_everybody_sees_their_own_units_tasks_only(service: World, visit: Visit) -> None:
    service.at_opd()
    service.file()
    titles = {
        name: visit(name).get("/tugas").text.count("data-task>") for name in ("pupr", "dinkes", "menteri", "kabid")
    }
    assert titles == {"pupr": 1, "dinkes": 0, "menteri": 1, "kabid": 0}


def test_late_soon_mine_and_waiting_show_what_they_say(service: World, visit: Visit) -> None:
    filed = service.at_opd()
    (task,) = service.open(filed.instance_id)
    browser = visit("pupr")

    def rows(chosen: str) -> int:
        return browser.get(f"/tugas?saring={chosen}").text.count("data-task>")

    assert (rows("late"), rows("mine"), rows("waiting")) == (0, 0, 0)
    browser.post(f"/tugas/{task}/ambil")
    assert rows("mine") == 1
    service.clock.advance(timedelta(days=3))
    browser = visit("pupr")
    assert (rows("late"), rows("soon")) == (1, 0)
    assert "terlambat" in browser.get("/tugas").text
    answered = service.answered()
    browser = visit("pupr")
    assert rows("waiting") == 1
    assert f"/aduan/{answered.tracking_id}" in browser.get("/tugas?saring=waiting").text
    assert visit("dinkes").get("/tugas?saring=waiting").text.count("data-task>") == 0


def test_a_claimed_task_tells_the_others_who_works_on_it(service: World, visit: Visit) -> None:
    filed = service.file()
    service.do(filed, "ministry_disposition", "menteri", {"ministry_decision": "forward"})
    (task,) = service.open(filed.instance_id)
    visit("dinkominfo").post(f"/tugas/{task}/ambil")
    assert "Dinkominfo sedang mengerjakan" in visit("dinkominfo2").get("/tugas").text
    assert ">Anda<" in re.sub(r"</svg>\s*", ">", visit("dinkominfo").get("/tugas").text)
    visit("dinkominfo").post(f"/tugas/{task}/lepas")
    assert "sedang mengerjakan" not in visit("dinkominfo2").get("/tugas").text


def test_search_finds_by_number_as_typed_and_by_words(service: World, visit: Visit) -> None:
    filed = service.at_opd()
    number = filed.tracking_id
    browser = visit("pupr")
    for typed in (number, number.lower(), f" {number[:5]}-{number[5:]} ", "jalan mataram", "GELAP SEKALI"):
        assert browser.get("/tugas", query_string={"cari": typed}).text.count("data-task>") == 1, typed
    for typed in ("tidak ada kata ini", "%", "_" * 5, "' OR 1=1 --"):
        assert browser.get("/tugas", query_string={"cari": typed}).text.count("data-task>") == 0, typed
    assert visit("dinkes").get("/tugas", query_string={"cari": number}).text.count("data-task>") == 0


def test_search_by_number_leads_to_a_file_without_a_task(service: World, visit: Visit) -> None:
    filed = service.at_opd()
    query = {"cari": filed.tracking_id}
    assert f"/aduan/{filed.tracking_id}" in visit("menteri").get("/tugas", query_string=query).text
    assert f"/aduan/{filed.tracking_id}" not in visit("dinkes").get("/tugas", query_string=query).text


def test_an_empty_list_is_kind_and_tells_the_next_due_time(service: World, visit: Visit) -> None:
    assert "Tidak ada tugas yang menunggu Anda." in visit("pupr").get("/tugas").text
    service.at_opd()
    page = visit("pupr").get("/tugas?saring=late").text
    assert "Tidak ada tugas yang terlambat." in page
    assert "Jatuh tempo berikutnya: Sel, 24 Nov 2026 15.45 WIB" in page


def test_the_list_speaks_english(service: World, visit: Visit) -> None:
    service.at_opd()
    browser = visit("pupr")
    browser.set_cookie("bahasa", "en")
    assert "4. Memverifikasi" not in browser.get("/tugas").text


def test_the_status_index_serves_the_waiting_list(service: World) -> None:
    with service.toolbox.database.connect() as connection:
        query = "SELECT id FROM process_instance WHERE state='active' AND status IN ('incomplete','answered')"
        plan = [row[3] for row in connection.execute(text(f"EXPLAIN QUERY PLAN {query}"))]
    assert all("ix_process_instance_state_status" in line for line in plan)
    assert ProcessInstance.__tablename__ == "process_instance"


def test_what_nobody_works_on_has_its_own_list(service: World, visit: Visit) -> None:
    wanted = crowd(service, 12)
    with Session(service.toolbox.database) as session, session.begin():
        session.execute(update(Task).where(Task.id.in_(wanted[:6])).values(assignee="x" * 32))
    seen, after = [], None
    with reading(service.toolbox.database) as session:
        for _ in range(5):
            page = inbox.listing(session, OFFICER, Span(free=True), after, 4)
            seen += [row.task_id for row in page.rows]
            after = page.after
            if after is None:
                break
    assert seen == wanted[6:]
    page = visit("pupr").get("/tugas?saring=free").text
    assert page.count("data-task>") == 6
    assert re.search(r'Belum diambil</span> <span class="count">6<', page)


def test_a_claimed_task_is_given_back_from_the_list_which_stays_as_it_was(service: World, visit: Visit) -> None:
    filed = service.at_opd()
    (task,) = service.open(filed.instance_id)
    browser = visit("pupr")
    browser.post(f"/tugas/{task}/ambil")
    page = browser.get("/tugas?saring=mine").text
    assert f'action="/tugas/{task}/lepas"' in page and 'name="next" value="/tugas?saring=mine"' in page
    answer = browser.post(f"/tugas/{task}/lepas", data={"next": "/tugas?saring=mine"})
    assert answer.location == "/tugas?saring=mine"
    assert browser.get("/tugas?saring=mine").text.count("data-task>") == 0


def test_a_case_that_was_sent_back_says_so_in_the_list(service: World, visit: Visit) -> None:
    filed = service.at_opd()
    assert "dikembalikan" not in visit("pupr").get("/tugas").text
    service.do(filed, "verify_disposition_opd", "pupr", RETURN)
    page = visit("dinkominfo").get("/tugas").text
    assert re.search(r"dikembalikan 1 kali: [^<]*fungsi", page)
