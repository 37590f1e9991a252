"""The countdown of a 3-day and a 14-day limit over 20 days, with holidays, a pause and a changed calendar.

On every day and at several hours page, list, letter, answer for programs and explanation say the same, and that is what
a slow count of its own says.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from flask.testing import FlaskClient

from app.commands.complaint.filing import Filed
from app.commands.letter.messages import SendMessage
from app.commands.procedure.service import LoadService
from app.jobs.executor import Executor
from app.jobs.recounter import Recounter
from app.queries.case.due import DueTimes
from app.rules.remaining import letter_fields, unit_of
from app.store.database import reading
from app.store.instances import ProcessInstance
from app.store.tasks import Task
from tests.rules.oracle import SlowRule
from tests.web.conftest import Visit
from tests.web.test_citizen_tracking import HOLD, enter
from tests.world import ROOT, World

WIB = ZoneInfo("Asia/Jakarta")
FILED = datetime(2026, 12, 14, 9, 0, tzinfo=WIB)  # a Monday; 24 and 25 December are closed, so is 1 January
ASKED, ADDED = datetime(2026, 12, 16, 10, 0, tzinfo=WIB), datetime(2026, 12, 21, 9, 0, tzinfo=WIB)
DECREED, CLOSED = datetime(2026, 12, 22, 8, 30, tzinfo=WIB), date(2026, 12, 23)
HOURS = (8.5, 12.5, 15.9)
CLOSURE = f'\n[[closure]]\ndate = {CLOSED}\nname = {{ id = "Banjir rob", en = "Tidal flood" }}\n'


def moments() -> Iterator[datetime]:
    """Several hours of each of 20 days, and what happens in between at its own instant."""
    midnight = FILED.replace(hour=0)
    each = [midnight + timedelta(days=day, hours=hour) for day in range(20) for hour in HOURS]
    yield from sorted(moment for moment in {*each, FILED, ASKED, ADDED, DECREED} if moment >= FILED)


@pytest.mark.slow
def test_every_place_says_the_same_on_each_of_20_days(visit: Visit, service: World) -> None:
    service.clock.at = FILED
    filed, seen = service.file(), set()
    for now in moments():
        service.clock.at = now
        happen(service, filed, now)
        officer, reporter = visit("menteri"), visit(None)
        enter(reporter, filed)
        seen |= {compare(officer, reporter, service, filed, now)}
    assert {"sisa 14 hari kerja", "waktu berhenti, sisa 12 hari kerja"} <= {whole for _, whole in seen}
    assert {"sisa 3 hari kerja", "hari ini sampai 15.45", "lewat sejak Sel 29 Des 15.45", "terlambat 1 hari kerja",
            "terlambat 2 hari kerja"} <= {step for step, _ in seen}  # fmt: skip


def happen(service: World, filed: Filed, now: datetime) -> None:
    """The pause and the closure that is decreed a day before, counted again as the running service does it."""
    if now == ASKED:
        service.do(filed, "ministry_disposition", "menteri", HOLD)
    elif now == ADDED:
        added = SendMessage(filed.tracking_id, "completion_received", {"text": "Tiang nomor 12, depan pasar."})
        service.runner.run(added, service.reporter(filed))
    elif now == DECREED:
        calendar = (ROOT / "processes" / "service" / "calendar.toml").read_text("utf-8") + CLOSURE
        service.runner.run(LoadService({"calendar.toml": calendar.encode()}, "banjir rob"), service.actor("pemilik"))
        Recounter(service.runner).run_due()
        Executor(service.runner).run_due()


def compare(
    officer: FlaskClient, reporter: FlaskClient, service: World, filed: Filed, now: datetime
) -> tuple[str, str]:
    """What is left of both limits, the same in every place."""
    (case,) = service.rows(ProcessInstance, id=filed.instance_id)
    open_ = service.rows(Task, instance_id=filed.instance_id, state="open")
    with reading(service.toolbox.database) as session:
        times = DueTimes(session, service.toolbox.shelf, now)
        whole = times.of_case(case, explain=True)
        step = times.of_task(open_[0], case, explain=True) if open_ else None
        assert whole is not None
        calendar = times.calendar
        limit = service.toolbox.shelf.limit(session, case.sla_digest, "overall", FILED.date())
    tracking = plain(reporter.get(f"/lacak/{filed.tracking_id}").text)
    told = reporter.get(f"/lacak/{filed.tracking_id}/batas").json
    waiting = plain(officer.get("/tugas" if open_ else "/tugas?saring=waiting").text)
    dues = [("whole", whole, told["case"], f"keseluruhan: {whole.left.text.id}")]
    if step is not None:
        dues.append(("step", step, told["step"], f"langkah 2: {step.left.text.id}"))
        assert officer.get(f"/tugas/{open_[0].id}/batas").json["step"] == told["step"]
        page = plain(officer.get(f"/tugas/{open_[0].id}").text)
    for name, due, answer, line in dues:
        phrase = due.left.text.id
        assert phrase in tracking and line in waiting, (now, name, phrase)
        assert (answer["phrase"], answer["number"]) == (phrase, due.left.number), (now, name)
        assert due.explanation[-1].at == due.at, (now, name)
        if step is not None:
            assert phrase in page, (now, name)
        if not due.paused:
            fields = {"due": due.at.isoformat(), "due_unit": unit_of(limit)}
            assert letter_fields(calendar, now, fields)["remaining"] == phrase, (now, name)
    as_counted(whole.at, whole.left.number, whole.paused, FILED, 14, now)
    if step is not None:
        as_counted(step.at, step.left.number, False, open_[0].anchored_at, 3, now)
    return ("" if step is None else step.left.text.id), whole.left.text.id


def as_counted(at: datetime, number: int, paused: bool, start: datetime, days: int, now: datetime) -> None:
    """The same by the rule that is written a second time; the closure holds from its decree on."""
    slow = SlowRule([CLOSED] if now >= DECREED else [])
    pauses = [(ASKED, ADDED)] if now >= ADDED else []
    due = slow.due(f"P{days}D", "working", start, pauses)
    assert at == due, (now, at, due)
    assert number == slow.left("working", ASKED if paused else now, due)[0], now


def plain(page: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", page))
