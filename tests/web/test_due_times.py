"""Due times on pages: two limits on each row, one colour, the same words everywhere, and limits that are gone."""

from __future__ import annotations

import re
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from app.commands.complaint.filing import Filed
from app.commands.procedure.service import LoadService
from app.store.instances import ProcessInstance
from tests.web.conftest import Visit
from tests.web.test_citizen_tracking import HOLD, enter
from tests.world import ASSIGN, FORWARD, ROOT, World

WIB = ZoneInfo("Asia/Jakarta")
SLA = ROOT / "processes" / "service" / "sla.toml"


def wib(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=WIB)


def due_cell(page: str) -> str:
    """The due times of the first row, without icons and tags but those that give a colour."""
    cell = re.search(r'<div class="task-due">(.*?)</div>\s*<div class="task-holder">', page, re.S)
    assert cell is not None
    return re.sub(r"\s+", " ", re.sub(r"<svg.*?</svg>", "", cell.group(1)))


def lines(cell: str) -> list[str]:
    """What the row says, line by line."""
    return [
        re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", each)).strip() for each in cell.split('<div class="due-line">')[1:]
    ]


def colours(cell: str) -> list[str]:
    return re.findall(r"chip-(late|soon|fine|none)", cell)


def without(*keys: str) -> bytes:
    """The policy without some of its limits."""
    head, *rows = SLA.read_text(encoding="utf-8").split("[[limit]]")
    return "[[limit]]".join([head, *(row for row in rows if not any(f'key = "{key}"' in row for key in keys))]).encode()


def remove(service: World, *keys: str) -> None:
    service.runner.run(LoadService({"sla.toml": without(*keys)}, "kebijakan baru"), service.actor("pemilik"))


def test_a_row_names_the_steps_limit_and_the_whole_complaints(visit: Visit, service: World) -> None:
    service.file()
    cell = due_cell(visit("menteri").get("/tugas").text)
    first, second = lines(cell)
    assert first.startswith("langkah 2: sisa 3 hari kerja")
    assert second.startswith("keseluruhan: sisa 14 hari kerja") and "11 Des" not in second
    assert colours(cell) == ["fine"]  # the nearest gives the one colour


def test_no_green_beside_red(visit: Visit, service: World) -> None:
    filed = service.file()
    service.clock.at = wib("2026-12-10 09:00")
    service.do(filed, "ministry_disposition", "menteri", FORWARD)
    service.clock.at = wib("2026-12-14 09:00")  # the whole complaint was due Fri 11 Dec
    service.do(filed, "verify_disposition_dinkominfo", "dinkominfo", ASSIGN)
    cell = due_cell(visit("pupr").get("/tugas").text)
    assert lines(cell)[0].startswith("langkah 4: sisa 1 hari kerja")
    assert lines(cell)[1].startswith("keseluruhan: lewat sejak Jum 11 Des 11.00")
    assert colours(cell) == ["late"]
    service.clock.at = wib("2026-12-17 09:00")
    cell = due_cell(visit("pupr").get("/tugas").text)
    assert colours(cell) == ["late", "late"]
    assert lines(cell)[0].startswith("langkah 4: terlambat 2 hari kerja")


def test_filters_and_counts_follow_the_nearest_limit(visit: Visit, service: World) -> None:
    filed = service.file()
    service.clock.at = wib("2026-12-10 09:00")
    service.do(filed, "ministry_disposition", "menteri", FORWARD)
    service.clock.at = wib("2026-12-14 09:00")
    service.do(filed, "verify_disposition_dinkominfo", "dinkominfo", ASSIGN)
    browser = visit("pupr")
    assert browser.get("/tugas?saring=late").text.count("data-task>") == 1
    assert browser.get("/tugas?saring=soon").text.count("data-task>") == 0
    counted = dict(
        re.findall(r'inbox-filter-name">([^<]+)</span> <span class="count[^"]*">([^<]+)<', browser.get("/tugas").text)
    )
    assert (counted["Terlambat"], counted["Segera jatuh tempo"]) == ("1", "0")


def test_a_case_whose_clock_stands_still_says_so_on_its_row_and_its_pages(visit: Visit, service: World) -> None:
    filed = service.file()
    service.clock.at = wib("2026-11-24 10:00")
    service.do(filed, "ministry_disposition", "menteri", HOLD)
    service.clock.at = wib("2026-12-03 10:00")
    row = due_cell(visit("menteri").get("/tugas?saring=waiting").text)
    assert lines(row)[0].startswith("keseluruhan: waktu berhenti, sisa 13 hari kerja")
    assert colours(row) == ["none"] and "<time" not in row
    page = enter(visit(None), filed)
    assert "waktu berhenti, sisa 13 hari kerja" in page and "Fri" not in page
    assert "Waktu berhenti sejak Sel 24 Nov 2026 10.00 WIB" in page
    assert "waktu berhenti, sisa 13 hari kerja" in visit("menteri").get(f"/aduan/{filed.tracking_id}").text


def test_what_the_mark_means_is_said_once_on_every_page(visit: Visit, service: World) -> None:
    filed = service.file()
    (task,) = service.open(filed.instance_id)
    (case,) = service.rows(ProcessInstance)
    pages = {
        "menteri": ["/tugas", f"/tugas/{task}", f"/aduan/{filed.tracking_id}"],
        "ops": ["/operasi/instans", f"/operasi/instans/{case.id}"],
    }
    for who, addresses in pages.items():
        for address in addresses:
            page = visit(who).get(address).text
            assert page.count("perkiraan, belum ditetapkan") == 1, address
            assert page.count("(perkiraan)") >= 1, address
    assert enter(visit(None), filed).count("perkiraan, belum ditetapkan") == 1


@pytest.mark.parametrize("began", ["before", "after"])
def test_a_limit_that_was_removed_shows_as_removed_and_breaks_no_page(visit: Visit, service: World, began: str) -> None:
    if began == "after":
        remove(service, "ministry_disposition", "overall")
    filed = service.file()
    if began == "before":
        remove(service, "ministry_disposition", "overall")
    (task,) = service.open(filed.instance_id)
    page = visit("menteri").get(f"/tugas/{task}").text
    assert "Batas ini sudah dicabut dari kebijakan waktu." in page
    if began == "before":
        assert "sisa 3 hari kerja" in page  # still counted by the figure with which it began
        assert "tetap dihitung menurut angka saat aduan dimulai" in page
    else:
        assert "tanpa batas waktu" in page
    everything(visit, service, filed)
    service.do(filed, "ministry_disposition", "menteri", FORWARD)
    service.do(filed, "verify_disposition_dinkominfo", "dinkominfo", ASSIGN)
    everything(visit, service, filed)


def test_a_timer_of_the_diagram_whose_limit_was_removed_stops_its_case_and_says_so(
    visit: Visit, service: World
) -> None:
    remove(service, "completion")
    filed = service.file()
    (task,) = service.open(filed.instance_id)
    answer = visit("menteri").post(f"/tugas/{task}", data=HOLD)
    assert answer.status_code < 500
    everything(visit, service, filed)


def everything(visit: Visit, service: World, filed: Filed) -> None:
    """Every page that tells a due time answers."""
    (task,) = service.open(filed.instance_id)
    (case,) = service.rows(ProcessInstance, id=filed.instance_id)
    people = ("menteri", "dinkominfo", "pupr", "kabid", "ops", "pemilik")
    addresses = (
        "/tugas", "/tugas?saring=late", f"/tugas?cari={filed.tracking_id}", f"/tugas/{task}", f"/tugas/{task}/batas",
        f"/aduan/{filed.tracking_id}", "/papan", "/operasi", "/operasi/instans", f"/operasi/instans/{case.id}",
        "/proses", "/proses/pengaduan_sp4n", "/", "/standar",
    )  # fmt: skip
    for who in people:
        browser = visit(who)
        for address in addresses:
            assert browser.get(address).status_code < 500, (who, address)
    reporter = visit(None)
    assert "Lampu jalan padam" in enter(reporter, filed)
    assert reporter.get(f"/lacak/{filed.tracking_id}/batas").status_code == 200


def test_a_page_left_open_asks_what_is_left_now(visit: Visit, service: World) -> None:
    filed = service.file()
    (task,) = service.open(filed.instance_id)
    told = visit("menteri").get(f"/tugas/{task}/batas").json
    assert told["step"] == {
        "at": "2026-11-26T08:45:00+00:00",
        "unit": "working_days",
        "number": 3,
        "phrase": "sisa 3 hari kerja",
        "nearness": "fine",
        "paused": False,
        "promised": False,
    }
    assert told["case"]["number"] == 14
    assert "sisa 3 hari kerja" in told["chips"]["step"] and "chip-fine" in told["chips"]["step"]
    browser = visit(None)
    enter(browser, filed)
    assert browser.get(f"/lacak/{filed.tracking_id}/batas").json == told
    assert visit("pupr").get(f"/tugas/{task}/batas").status_code == 404  # for whom the page is not, the answer is not


def test_the_due_object_speaks_the_readers_language(visit: Visit, service: World) -> None:
    filed = service.file()
    (task,) = service.open(filed.instance_id)
    browser = visit("menteri")
    browser.set_cookie("bahasa", "en")
    assert browser.get(f"/tugas/{task}/batas").json["step"]["phrase"] == "3 working days left"


def test_an_operators_list_names_both_limits_too(visit: Visit, service: World) -> None:
    filed = service.file()
    service.clock.at = wib("2026-11-30 09:00")
    page = visit("ops").get("/operasi/instans").text
    assert "langkah 2: terlambat 2 hari kerja" in re.sub(r"<[^>]+>", "", page)
    assert filed.tracking_id[:5] in page
    assert "chip-fine" not in re.search(r"<tbody>(.*?)</tbody>", page, re.S).group(1)  # type: ignore[union-attr]
