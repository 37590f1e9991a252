"""W8 and W9: whatever people write into fields, file names or drawings is shown as text and never run."""

from __future__ import annotations

import re
from html import escape
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from app.bundle.read import read_folder
from app.commands.procedure.deployments import Deploy
from tests.browser.hands import fill
from tests.browser.site import ROOT, Site
from tests.browser.visiting import Visits
from tests.world import ANSWERS, IDENTITY, PROCESS

pytestmark = pytest.mark.browser

PAYLOADS = Path(__file__).with_name("payloads.txt").read_text(encoding="utf-8").splitlines()
TEMPLATES = ("{{7*7}}", "{% print(7*7) %}", "{0.__class__}", "${7*7}", "%(number)s", "#{7*7}")


def untouched(page: Page) -> None:
    """No payload ran; the visit's own watch fails on dialogs, script errors and blocked scripts."""
    assert page.evaluate("window.hacked") is None, page.url


@pytest.mark.slow
def test_w8_what_reporters_write_is_text_on_every_page(fresh: Site, visits: Visits) -> None:
    assert len(PAYLOADS) >= 40
    officer, operator, citizen = visits.officer(fresh, "menteri"), visits.officer(fresh, "ops"), visits.visitor(fresh)
    for payload in PAYLOADS:
        told = {"title": f"Lampu {payload}"[:150], "chronology": f"{payload} sejak tiga malam, jalan gelap sekali."}
        filed = fresh.file(answers={**told, "location_text": payload})
        officer.goto(f"/aduan/{filed.tracking_id}")
        expect(officer.get_by_role("heading", level=1)).to_have_text(told["title"])
        untouched(officer)
    for page, address in ((officer, "/tugas"), (operator, "/operasi/instans"), (operator, "/operasi/audit")):
        page.goto(address)
        untouched(page)
    citizen.goto("/lapor")
    fill(citizen, {"title": PAYLOADS[6], "chronology": PAYLOADS[29]})
    citizen.get_by_role("button", name="Kirim aduan").click()
    expect(citizen.locator("[name=title]")).to_have_value(PAYLOADS[6])
    untouched(citizen)
    citizen.goto(f"/lacak?nomor={PAYLOADS[37]}")
    untouched(citizen)


def test_w8_a_file_name_is_text(fresh: Site, visits: Visits) -> None:
    page = visits.visitor(fresh)
    page.goto("/lapor")
    fill(page, {**ANSWERS, **IDENTITY})
    bad = {"name": "<img src=x onerror=window.hacked=1>.png", "mimeType": "image/png", "buffer": b"no picture at all"}
    page.locator("input[type=file]").set_input_files([bad])  # type: ignore[list-item]
    page.get_by_role("button", name="Kirim aduan").click()
    expect(page.locator(".error-summary")).to_be_visible()
    untouched(page)


def test_w8_what_a_drawing_says_is_text(fresh: Site, visits: Visits) -> None:
    files = dict(read_folder(PROCESS, ROOT / "forms").files)
    payloads = iter(PAYLOADS * 10)
    diagram = files["pengaduan_sp4n.bpmn"].decode()
    named = re.sub(r'(<bpmn:(?:userTask|exclusiveGateway|sequenceFlow|textAnnotation)\b[^>]*? name=")[^"]*"',
                   lambda found: f'{found[1]}{escape(next(payloads))}"', diagram)  # fmt: skip
    assert named != diagram
    documented = re.sub(
        r"(<bpmn:documentation>).*?(?=</bpmn:documentation>)", lambda found: found[1] + escape(next(payloads)), named,
        flags=re.S,
    )  # fmt: skip
    files["pengaduan_sp4n.bpmn"] = documented.encode()
    fresh.runner.run(Deploy(files, PAYLOADS[0]), fresh.actor("pemilik"))
    filed = fresh.at_opd()
    owner, operator = visits.officer(fresh, "pemilik"), visits.officer(fresh, "ops")
    shown = ("", "/versi/2", "/versi/2/diagram.svg", "/versi/2/skenario")
    pages = [(owner, f"/proses/pengaduan_sp4n{rest}") for rest in shown]
    pages += [(operator, "/operasi"), (operator, f"/operasi/instans/{filed.instance_id}")]
    pages.append((visits.officer(fresh, "pupr"), "/tugas"))
    for page, address in pages:
        page.goto(address)
        untouched(page)


def test_w9_marks_of_templates_come_out_as_they_went_in(fresh: Site, visits: Visits) -> None:
    words = " ".join(TEMPLATES)
    filed = fresh.file(answers={"title": words, "chronology": f"{words} sejak tiga malam berturut-turut."})
    reporter = visits.reporter(fresh, filed)
    expect(reporter.get_by_role("heading", level=1)).to_have_text(words)
    officer = visits.officer(fresh, "menteri")
    officer.goto(f"/aduan/{filed.tracking_id}")
    expect(officer.get_by_text(f"{words} sejak tiga malam").first).to_be_attached()
