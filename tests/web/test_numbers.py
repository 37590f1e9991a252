"""The number of a complaint is written in one form, W5QNM-T8AQ5, wherever somebody reads it."""

from __future__ import annotations

import re

import pytest

from app.domain.tracking import is_tracking_id, shown
from app.store.tasks import Task
from tests.web.conftest import Visit
from tests.web.test_citizen import codes, send
from tests.world import World

READ = re.compile(r'(?:aria-label|alt|title|placeholder)="([^"]*)"')
MACHINE = re.compile(r"<(code|script|style)\b.*?</\1>", re.DOTALL)
ADDRESS = re.compile(r"https?://\S+")  # an address of a page holds the number as machines have it
TAG = re.compile(r"<[^>]*>")


def bare(page: str) -> list[str]:
    """The numbers that somebody would read without their hyphen."""
    plain = MACHINE.sub(" ", page)
    said = ADDRESS.sub(" ", " ".join([TAG.sub(" ", plain), *READ.findall(plain)]))
    return [word for word in re.findall(r"\b[0-9A-Z]{10}\b", said) if is_tracking_id(word)]


@pytest.mark.parametrize("who", ["dinkominfo", "ops", "pemilik", "kabid"])
def test_no_page_of_staff_writes_a_number_without_its_hyphen(visit: Visit, service: World, who: str) -> None:
    filed, second = service.at_opd(), service.file()
    browser = visit(who)
    paths = ["/tugas", "/tugas?cari=" + filed.tracking_id, f"/aduan/{filed.tracking_id}", "/operasi/audit"]
    paths += ["/operasi", "/operasi/instans", "/operasi/kotak-keluar", f"/operasi/instans/{filed.instance_id}"]
    paths += [f"/tugas/{task.id}" for task in service.rows(Task)]
    seen = {path: browser.get(path).text for path in paths}
    assert {path: found for path, page in seen.items() if (found := bare(page))} == {}
    assert any(shown(number.tracking_id) in page for page in seen.values() for number in (filed, second))


def test_no_page_of_the_reporter_does(visit: Visit, service: World) -> None:
    browser = visit(None)
    _, receipt = send(browser)
    number, _ = codes(receipt)
    paths = [f"/lacak/{number}", f"/lacak/{number}/cabut", "/lapor"]
    seen = {path: browser.get(path).text for path in paths}
    seen["tutup"] = browser.post(f"/lacak/{number}/tutup", follow_redirects=True).text
    seen["lacak"] = browser.get(f"/lacak?nomor={number}").text
    assert {path: found for path, page in seen.items() if (found := bare(page))} == {}
    assert all(shown(number) in page for page in (receipt, seen["/lapor"], seen["tutup"], seen[f"/lacak/{number}"]))
