"""The supervisor's board tells what is late, whose it is and what can be done, and nothing kinder than the truth."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import update
from sqlalchemy.orm import Session

from app.commands.task.complete import ClaimTask, CompleteTask, SaveDraft
from app.commands.task.supervision import AcknowledgeEscalation, FreeTask, RemindHolder
from app.domain.errors import Conflict, Forbidden, Invalid, NotFound
from app.jobs.executor import Executor
from app.store.complaints import Complaint
from app.store.escalations import Escalation
from app.store.instances import ProcessInstance
from app.store.outbox import OutboxMessage
from app.store.tasks import Draft, Task
from tests.web.conftest import Visit
from tests.world import ASSIGN, FORWARD, World

INCOMPLETE = {"authority_decision": "incomplete", "missing": "Mohon sebutkan nomor tiang lampu dan fotonya."}
CLOSED = timedelta(days=7)  # a whole week: every limit of a day is over then


def column(page: str, id_: str) -> str:
    """The part of the page under one heading."""
    found = re.search(rf'<section[^>]*aria-labelledby="{id_}">(.*?)</section>', page, re.S)
    assert found is not None
    return found[1]


def late_at_dinkominfo(service: World) -> str:
    """A complaint whose third step is a week late, with all its notices spoken; the task's id."""
    filed = service.file()
    service.do(filed, "ministry_disposition", "menteri", FORWARD)
    service.clock.advance(CLOSED)
    Executor(service.runner).run_due()
    (task,) = service.open(filed.instance_id, "verify_disposition_dinkominfo")
    return task


def test_supervisors_land_on_the_board_and_everybody_on_their_own_page(visit: Visit) -> None:
    landing = {"kabid": "/papan", "pimpinan": "/papan", "pupr": "/tugas", "pemilik": "/proses", "ops": "/operasi"}
    for who, page in {**landing, "admin": "/orang"}.items():
        assert visit(who).get("/beranda").location == page


@pytest.mark.parametrize("who", ["dinkominfo", "pupr", "ops", "pemilik", "admin", "menteri"])
def test_only_supervisors_see_the_board_and_act_on_it(service: World, visit: Visit, who: str) -> None:
    task = late_at_dinkominfo(service)
    assert visit(who).get("/papan").status_code == 403
    for command in (RemindHolder(task), FreeTask(task, "Ia sedang cuti."), AcknowledgeEscalation("x" * 32, task)):
        with pytest.raises(Forbidden):
            service.runner.run(command, service.actor(who))


def test_an_empty_board_says_so_without_praise(visit: Visit) -> None:
    page = visit("kabid").get("/papan").text
    assert "Tidak ada yang melewati batas waktunya." in column(page, "terlambat")
    assert "Tidak ada eskalasi yang belum ditanggapi." in column(page, "eskalasi")
    assert not re.search("semua berjalan|terima kasih", page, re.I)


def test_late_work_stands_under_its_office_step_and_holder(service: World, visit: Visit) -> None:
    task = late_at_dinkominfo(service)
    service.runner.run(ClaimTask(task), service.actor("dinkominfo"))
    page = visit("kabid").get("/papan").text
    late = column(page, "terlambat")
    office, step = "Dinas Komunikasi dan Informatika", "Memverifikasi disposisi"
    for words in (office, step, "terlambat 4 hari kerja", "Dinkominfo, diambil"):
        assert words in late
    assert "Tidak ada yang melewati batas waktunya." not in page
    for id_ in ("menurut-kantor", "menurut-langkah", "menurut-orang"):
        assert '<strong class="board-late">1</strong>' in column(page, id_)
    other = visit("kabid").get("/papan?unit=DPUPR").text
    assert "Memverifikasi disposisi" not in column(other, "terlambat")
    assert "Memverifikasi disposisi" in column(visit("kabid").get("/papan?unit=DINKOMINFO").text, "terlambat")


def test_a_case_past_its_own_limit_is_late_though_its_step_is_not(service: World, visit: Visit) -> None:
    filed = service.at_opd()
    with Session(service.toolbox.database) as session, session.begin():
        session.execute(update(ProcessInstance).values(due_at=service.clock.now() - timedelta(days=3)))
    page = visit("kabid").get("/papan").text
    late = column(page, "terlambat")
    assert filed.tracking_id in late and "keseluruhan:" in late
    assert filed.tracking_id not in column(page, "segera")


def test_a_case_that_waits_for_its_reporter_is_nobodys_delay(service: World, visit: Visit) -> None:
    filed = service.file()
    service.do(filed, "ministry_disposition", "menteri", FORWARD)
    service.do(filed, "verify_disposition_dinkominfo", "dinkominfo", INCOMPLETE)
    service.clock.advance(timedelta(days=60))
    page = visit("kabid").get("/papan").text
    assert filed.tracking_id not in page


def test_an_escalation_waits_until_a_supervisor_takes_note_of_it(service: World, visit: Visit) -> None:
    task = late_at_dinkominfo(service)
    (raised,) = [row for row in service.rows(Escalation) if row.of == task]
    kabid = visit("kabid")
    assert task in column(kabid.get("/papan").text, "eskalasi")
    address = f"/papan/eskalasi/{raised.instance_id}/{task}"
    assert kabid.post(address, data={"note": "Saya telepon Dinkominfo."}).status_code == 302
    assert task not in column(kabid.get("/papan").text, "eskalasi")
    (kept,) = service.rows(Escalation, of=task)
    assert (kept.note, kept.acknowledged_by) == ("Saya telepon Dinkominfo.", service.actor("kabid").id)
    said = visit("pimpinan").post(address, follow_redirects=True).text
    assert "Kabid sudah mencatat eskalasi ini." in said


def test_an_escalation_of_work_that_was_done_asks_nobody_any_more(service: World, visit: Visit) -> None:
    task = late_at_dinkominfo(service)
    service.runner.run(CompleteTask(task, ASSIGN), service.actor("dinkominfo"))
    assert task not in visit("kabid").get("/papan").text


def test_a_reminder_goes_once_a_day_to_whoever_holds_the_task(service: World, visit: Visit) -> None:
    task = late_at_dinkominfo(service)
    service.runner.run(ClaimTask(task), service.actor("dinkominfo"))
    kabid = visit("kabid")
    assert "Pengingat disiapkan untuk 1 orang" in kabid.post(f"/papan/ingatkan/{task}", follow_redirects=True).text
    again = kabid.post(f"/papan/ingatkan/{task}", follow_redirects=True).text
    assert "Sudah diingatkan" in again
    (letter,) = service.rows(OutboxMessage, template="nudge")
    assert letter.recipient == f"user:{service.actor('dinkominfo').id}"
    service.clock.advance(timedelta(days=1))
    visit("kabid").post(f"/papan/ingatkan/{task}")
    assert len(service.rows(OutboxMessage, template="nudge")) == 2


def test_without_a_holder_everybody_who_may_take_the_task_is_reminded(service: World) -> None:
    task = late_at_dinkominfo(service)
    assert service.runner.run(RemindHolder(task), service.actor("kabid")) == 2
    told = {row.recipient for row in service.rows(OutboxMessage, template="nudge")}
    assert told == {f"user:{service.actor(name).id}" for name in ("dinkominfo", "dinkominfo2")}


def test_a_task_is_freed_for_a_reason_that_its_holder_reads(service: World, visit: Visit) -> None:
    task = late_at_dinkominfo(service)
    service.runner.run(ClaimTask(task), service.actor("dinkominfo"))
    kabid = visit("kabid")
    refused = kabid.post(f"/papan/lepas/{task}", data={"reason": "   "})
    assert refused.status_code == 400 and "Tulis alasannya." in refused.text
    service.runner.run(SaveDraft(task, {"note": "Sedang saya periksa."}), service.actor("dinkominfo"))
    kabid.post(f"/papan/lepas/{task}", data={"reason": "Ia sedang cuti melahirkan."})
    (draft,) = service.rows(Draft, task_id=task)
    assert draft.data == {"note": "Sedang saya periksa."}
    assert service.rows(Task, id=task)[0].assignee is None
    (letter,) = service.rows(OutboxMessage, template="claim_freed")
    assert letter.recipient == f"user:{service.actor('dinkominfo').id}"
    assert letter.fields["reason"] == "Ia sedang cuti melahirkan."
    service.runner.run(ClaimTask(task), service.actor("dinkominfo2"))


def test_what_is_done_or_free_is_neither_reminded_of_nor_freed(service: World) -> None:
    task = late_at_dinkominfo(service)
    with pytest.raises(Conflict):
        service.runner.run(FreeTask(task, "Ia sedang cuti."), service.actor("kabid"))
    service.runner.run(CompleteTask(task, ASSIGN), service.actor("dinkominfo"))
    for command in (RemindHolder(task), FreeTask(task, "Ia sedang cuti.")):
        with pytest.raises(Conflict):
            service.runner.run(command, service.actor("kabid"))
    with pytest.raises(Invalid):
        service.runner.run(FreeTask(task, ""), service.actor("kabid"))


def test_a_confidential_matter_shows_its_number_only_to_whoever_may_not_read_it(service: World, visit: Visit) -> None:
    filed = service.file(answers={"is_confidential": True})
    service.do(filed, "ministry_disposition", "menteri", FORWARD)
    service.clock.advance(CLOSED)
    Executor(service.runner).run_due()
    page = visit("pimpinan").get("/papan").text
    assert "Aduan rahasia" in column(page, "terlambat") and "Aduan rahasia" in column(page, "eskalasi")
    assert "Lampu jalan" not in page
    assert "Lampu jalan" in visit("kabid").get("/papan").text


def test_a_supervisor_from_the_office_complained_of_does_not_see_the_case(service: World) -> None:
    task = late_at_dinkominfo(service)
    with Session(service.toolbox.database) as session, session.begin():
        session.execute(update(Complaint).values(accused_unit="DPUPR"))
    kabid = service.actor("kabid")
    both = replace(kabid, grants=(*kabid.grants, *service.actor("pupr").grants))
    for command in (RemindHolder(task), FreeTask(task, "Ia sedang cuti."), AcknowledgeEscalation(_case(service), task)):
        with pytest.raises(NotFound):
            service.runner.run(command, both)


def _case(service: World) -> str:
    (raised,) = {row.instance_id for row in service.rows(Escalation)}
    return str(raised)
