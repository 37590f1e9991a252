"""The operator's pages: find a case, understand why it stands, mend it, end it, and read who did what."""

from __future__ import annotations

import re
from datetime import timedelta

from sqlalchemy import insert, update
from sqlalchemy.orm import Session

from app.commands.case.recount_slices import RecountDeadlines
from app.commands.procedure.service import LoadService
from app.domain.roles import SYSTEM
from app.drawing.draw import INCIDENT, PATH, TOKEN
from app.jobs.recounter import Recounter
from app.queries.audit import PAGE as LINES
from app.queries.case.instances import PAGE
from app.queries.case.operations import PAGE as MESSAGES
from app.store.audit import AuditEntry
from app.store.base import table_of
from app.store.instances import ProcessInstance
from app.store.jobs import Incident, Job
from app.store.outbox import OutboxMessage
from app.store.service_data import ServiceFile
from tests.web.conftest import Visit
from tests.world import World

REASON = "Server surel sudah hidup kembali."
CASES = "/operasi/instans"


def numbers(page: str) -> list[str]:
    """The numbers of the cases in the list, from the top."""
    found = re.findall(r'<th\b[^>]* scope="row"><a href="/operasi/instans/\w+">([\w-]+)</a>', page)
    return [each.replace("-", "") for each in found]


def following(page: str) -> str | None:
    """The address of the next page of a list."""
    found = re.search(r'rel="next" href="([^"]+)"', page)
    return found and found[1].replace("&amp;", "&")


def stop(service: World, instance_id: str, code: str = "job-failed") -> Incident:
    """Let the first automatic job of a case have failed for good."""
    with Session(service.toolbox.database, expire_on_commit=False) as session, session.begin():
        job = session.query(Job).filter_by(instance_id=instance_id, state="waiting").order_by(Job.due_at).first()
        assert job is not None
        job.state, job.attempts, job.last_error = "failed", 5, "sambungan terputus"
        incident = Incident(
            id="a" * 32, instance_id=instance_id, job_id=job.id, element=job.element, code=code,
            message_id="Surat tidak terkirim.", message_en="A letter was not sent.", raised_at=service.clock.now(),
        )  # fmt: skip
        session.add(incident)
        session.execute(update(ProcessInstance).values(state="incident"))
        return incident


def test_the_pages_say_kindly_that_there_is_nothing(visit: Visit) -> None:
    ops = visit("ops")
    said = {"": "Tidak ada insiden yang terbuka", "/instans": "Tidak ada aduan yang cocok"}
    said |= {"/insiden": "Tidak ada insiden yang terbuka", "/kotak-keluar": "Tidak ada pesan"}
    for path, words in said.items():
        assert words in ops.get(f"/operasi{path}").text
    assert "Tidak ada baris yang cocok" in ops.get("/operasi/audit?rantai=TIDAKADA").text


def test_a_stopped_case_is_found_understood_and_mended(service: World, visit: Visit) -> None:
    filed = service.file()
    incident = stop(service, filed.instance_id)
    ops, case = visit("ops"), f"{CASES}/{filed.instance_id}"
    assert case in ops.get("/operasi").text
    page = ops.get(case).text
    for words in ("Surat tidak terkirim.", "pekerjaan otomatis gagal", "sambungan terputus", "menunggu petugas"):
        assert words in page
    retry = f"/operasi/insiden/{incident.id}/ulang"
    done = ops.post(retry, data={"reason": REASON, "aduan": filed.instance_id})
    assert (done.status_code, done.headers["Location"]) == (302, case)
    page = ops.get(case).text
    assert "Yang sudah ditangani" in page and REASON in page and "Surat tidak terkirim." not in page
    assert service.rows(Job, id=incident.job_id)[0].state == "waiting"
    assert service.rows(ProcessInstance)[0].state == "active"
    assert REASON in ops.get("/operasi/insiden").text


def test_mending_twice_says_who_was_first(service: World, visit: Visit) -> None:
    incident = stop(service, service.file().instance_id)
    retry = f"/operasi/insiden/{incident.id}/ulang"
    assert visit("ops").post(retry, data={"reason": REASON}).headers["Location"] == "/operasi/insiden"
    again = visit("ops").post(retry, data={"reason": REASON})
    assert again.status_code == 409
    assert "Ops" in again.text


def test_without_a_reason_nothing_is_tried_again_and_the_field_says_so(service: World, visit: Visit) -> None:
    filed = service.file()
    incident = stop(service, filed.instance_id)
    retry = f"/operasi/insiden/{incident.id}/ulang"
    for data in ({"reason": "hidup"}, {"reason": "hidup", "aduan": filed.instance_id}):
        answer = visit("ops").post(retry, data=data)
        assert answer.status_code == 400
        assert f'e-alasan-{incident.id}"' in answer.text
        assert 'value="hidup"' in answer.text
    assert service.rows(Incident)[0].resolved_at is None


def test_ending_a_case_asks_for_both_reasons_and_happens_once(service: World, visit: Visit) -> None:
    filed = service.file()
    ops, path = visit("ops"), f"{CASES}/{filed.instance_id}/batal"
    reason = {"reason": "Aduan ini dikirim dua kali.", "category": "sent_twice"}
    refused = ops.post(path, data={"reason": "          "})
    assert refused.status_code == 400
    assert 'e-alasan"' in refused.text and 'id="kategori-error"' in refused.text
    refused = ops.post(path, data={**reason, "category": "no-such"})
    assert refused.status_code == 400 and reason["reason"] in refused.text, "what was typed is kept"
    refused = ops.post(path, data={**reason, "reason": "ya"})
    assert refused.status_code == 400 and '<option value="sent_twice" selected>' in refused.text
    assert service.rows(ProcessInstance)[0].state == "active"
    asked = ops.post(path, data=reason)
    assert asked.status_code == 200 and "tidak dapat dibatalkan" in asked.text and reason["reason"] in asked.text
    assert service.rows(ProcessInstance)[0].state == "active", "an end is asked for once more"
    back = ops.post(path, data={**reason, "lagi": "1"})
    assert back.status_code == 200 and reason["reason"] in back.text and 'value="sent_twice" selected' in back.text
    reason["yakin"] = "1"
    assert ops.post(path, data=reason).status_code == 302
    assert service.rows(ProcessInstance)[0].state == "cancelled"
    page = ops.get(f"{CASES}/{filed.instance_id}").text
    assert "Dihentikan petugas" in page and f'action="{path}"' not in page
    assert "Aduan yang sama terkirim lebih dari sekali" in page and reason["reason"] in page
    assert ops.post(path, data=reason).status_code == 409


def test_a_case_that_was_ended_from_outside_is_called_so_on_every_page(service: World, visit: Visit) -> None:
    filed = service.at_opd()
    (task,) = service.open(filed.instance_id)
    data = {"reason": "Pelapor sudah ditemui langsung.", "category": "settled", "yakin": "1"}
    assert visit("ops").post(f"{CASES}/{filed.instance_id}/batal", data=data).status_code == 302
    ended, told = "Dihentikan petugas", "Sudah diselesaikan lewat jalan lain"
    assert "1 dihentikan petugas" in visit("ops").get("/operasi").text
    assert ended in visit("ops").get(CASES).text
    assert numbers(visit("ops").get(f"{CASES}?keadaan=cancelled").text) == [filed.tracking_id]
    for page in (f"/aduan/{filed.tracking_id}", f"/tugas/{task}"):
        assert ended in visit("pupr").get(page).text, page
    assert told in visit("dinkominfo").get(f"/aduan/{filed.tracking_id}").text
    assert "berakhir" in visit("ops").get(CASES).text and "chip-fine" not in visit("ops").get(CASES).text
    browser = visit(None)
    page = browser.post("/lacak", data={"nomor": filed.tracking_id, "kode": filed.secret}, follow_redirects=True).text
    assert ended in page and "hal yang diadukan sudah diselesaikan lewat jalan lain" in page
    assert "Bila masalahnya masih ada, kirim aduan baru." in page
    assert data["reason"] not in page
    states = re.findall(r'class="line-step line-(\w+)"', page)
    assert states == ["done", "done", "done", "stopped", "skipped", "skipped", "skipped"]


def test_nobody_else_mends_or_ends(service: World, visit: Visit) -> None:
    filed = service.file()
    incident = stop(service, filed.instance_id)
    for name in ("pupr", "menteri", "admin", "pemilik"):
        browser = visit(name)
        assert browser.post(f"{CASES}/{filed.instance_id}/batal", data={"reason": REASON}).status_code == 403
        assert browser.post(f"/operasi/insiden/{incident.id}/ulang", data={"reason": REASON}).status_code == 403
    assert visit(None).get("/operasi").status_code in (302, 401)
    assert service.rows(Incident)[0].resolved_at is None


def test_unknown_cases_and_incidents_are_not_found(visit: Visit) -> None:
    ops, missing = visit("ops"), "f" * 32
    assert ops.get(f"{CASES}/{missing}").status_code == 404
    assert ops.post(f"{CASES}/{missing}/batal", data={"reason": REASON}).status_code == 404
    assert ops.post(f"/operasi/insiden/{missing}/ulang", data={"reason": REASON}).status_code == 404
    assert ops.post(f"/operasi/insiden/{missing}/ulang", data={"reason": "", "aduan": missing}).status_code == 404


def test_the_list_is_narrowed_by_every_filter(service: World, visit: Visit) -> None:
    first = service.at_opd(service.file(answers={"title": "Jembatan Loji retak"}))
    second = service.file()

    def found(query: str) -> set[str]:
        return set(numbers(visit("ops").get(f"{CASES}?{query}").text))

    both = {first.tracking_id, second.tracking_id}
    assert found("") == found("prosedur=pengaduan_sp4n") == found("versi=1") == both
    assert found("cari=jembatan") == found(f"cari={first.tracking_id.lower()}") == {first.tracking_id}
    assert found(f"cari={second.instance_id[:12]}") == {second.tracking_id}
    assert found("langkah=verify_disposition_opd") == found("unit=DPUPR") == {first.tracking_id}
    assert found("status=received") == {second.tracking_id}
    assert found("keadaan=active") == both
    assert found("keadaan=completed") == found("versi=7") == found("cari=%25") == found("terlambat=1") == set()
    assert found("keadaan=%3Cb%3E&versi=x") == both, "what cannot be understood does not narrow"
    service.clock.advance(timedelta(days=2))
    assert found("terlambat=1&keadaan=active") == {first.tracking_id}
    assert "Jembatan Loji retak" in visit("ops").get(CASES).text


def test_many_cases_come_page_by_page_each_once(service: World, visit: Visit) -> None:
    filed = service.file()
    table = table_of(ProcessInstance)
    with service.toolbox.database.begin() as connection:
        one = dict(connection.execute(table.select()).one()._mapping)
        copies = [one | {"id": f"{n:032x}", "business_key": f"SALINAN{n}"} for n in range(2 * PAGE)]
        connection.execute(insert(table), copies)
    ops, address, seen = visit("ops"), "", []
    while address is not None:
        page = ops.get(CASES + address).text
        seen.append(numbers(page))
        address = following(page)
    assert [len(each) for each in seen] == [PAGE, PAGE, 1]
    assert sorted(number for page in seen for number in page) == sorted(
        [filed.tracking_id, *(f"SALINAN{n}" for n in range(2 * PAGE))]
    )
    assert "keadaan=active" in (following(ops.get(f"{CASES}?keadaan=active").text) or ""), "the filter is kept"


def test_the_live_diagram_has_its_marks_and_the_same_in_words(service: World, visit: Visit) -> None:
    filed = service.at_opd()
    ops, case = visit("ops"), f"{CASES}/{filed.instance_id}"
    page = ops.get(case).text
    picture = re.search(r"<svg[^>]*role=.*?</svg>", page, re.S)
    assert picture is not None
    here = re.search(r'id="gambar-verify_disposition_opd">(.*?)<g data-element', picture[0], re.S)
    passed = re.search(r'id="gambar-ministry_disposition">(.*?)<g data-element', picture[0], re.S)
    assert here is not None and "●" in here[1] and TOKEN in here[1]
    assert passed is not None and PATH in passed[1] and INCIDENT not in picture[0]
    assert 'href="#gambar-verify_disposition_opd"' in page and 'data-drawing="verify_disposition_opd"' in page


def test_the_outbox_shows_no_address_and_narrows_by_state(service: World, visit: Visit) -> None:
    service.at_opd()
    ops = visit("ops")
    page = ops.get("/operasi/kotak-keluar").text
    assert "sudah kami terima" in page and "siti@example.com" not in page and "081234567890" not in page
    assert "Tidak ada pesan" in ops.get("/operasi/kotak-keluar?keadaan=failed").text


def test_a_message_that_failed_is_sent_again_once(service: World, visit: Visit) -> None:
    service.file()
    (message, *_) = service.rows(OutboxMessage)
    with service.toolbox.database.begin() as connection:
        gone = {"state": "failed", "attempts": 8, "last_error": "kotak surat penuh"}
        connection.execute(update(table_of(OutboxMessage)).values(**gone))
    ops, path = visit("ops"), f"/operasi/kotak-keluar/{message.id}/ulang"
    page = ops.get("/operasi/kotak-keluar?keadaan=failed").text
    assert path in page and "kotak surat penuh" in page
    refused = ops.post(path, data={"reason": "ya"})
    assert refused.status_code == 400
    assert f'e-alasan-{message.id}"' in refused.text
    assert visit("pemilik").post(path, data={"reason": REASON}).status_code == 403
    assert service.rows(OutboxMessage, id=message.id)[0].state == "failed"
    assert ops.post(path, data={"reason": REASON}).status_code == 302
    again = service.rows(OutboxMessage, id=message.id)[0]
    assert (again.state, again.attempts, again.due_at) == ("waiting", 0, service.clock.now())
    assert ops.post(path, data={"reason": REASON}).status_code == 409
    assert ops.post(f"/operasi/kotak-keluar/{'f' * 32}/ulang", data={"reason": REASON}).status_code == 404
    assert REASON in ops.get("/operasi/audit?perintah=SendAgain").text


def test_old_messages_and_audit_lines_are_reached_page_by_page(service: World, visit: Visit) -> None:
    service.file()
    for table, key, size, path in (
        (table_of(OutboxMessage), "id", MESSAGES, "/operasi/kotak-keluar"),
        (table_of(AuditEntry), "seq", LINES, "/operasi/audit"),
    ):
        with service.toolbox.database.begin() as connection:
            one = dict(connection.execute(table.select().limit(1)).one()._mapping)
            ids = (f"{n:032x}" if key == "id" else n for n in range(1_000, 1_000 + size))
            more = {"chain": "z"} if key == "seq" else {}
            copies = [one | more | {key: id_} | ({"key": id_} if key == "id" else {}) for id_ in ids]
            connection.execute(insert(table), copies)
            stored = len(connection.execute(table.select()).all())
        ops, address, rows = visit("ops"), "", 0
        while address is not None:
            page = ops.get(path + address).text
            rows += page.count("<tr><td ")
            address = following(page)
        assert rows == stored, f"every line of {path} is on exactly one page, though many are of one instant"


def test_the_audit_is_searched_by_case_deed_and_person(service: World, visit: Visit) -> None:
    filed = service.at_opd()
    ops = visit("ops")

    def lines(query: str) -> int:
        return ops.get(f"/operasi/audit?{query}").text.count("<tr><td ")

    assert lines(f"rantai={filed.tracking_id}") == len(service.rows(AuditEntry, chain=filed.instance_id))
    assert lines(f"rantai={filed.tracking_id}&perintah=CompleteTask") == 2
    assert lines(f"perintah=CompleteTask&orang={service.actor('menteri').id}") == 1
    assert lines("setelah=apa~saja") == lines("") == lines("setelah=~9")
    assert "Menyelesaikan tugas" in ops.get("/operasi/audit").text
    assert visit("pupr").get("/operasi/audit").status_code == 403


def test_the_first_page_shows_how_far_a_recount_has_come_and_what_it_did(service: World, visit: Visit) -> None:
    for _ in range(4):
        service.file()
    assert "dihitung ulang" not in visit("ops").get("/operasi").get_data(as_text=True)
    (row,) = service.rows(ServiceFile, name="calendar.toml")
    closure = b'\n[[closure]]\ndate = 2026-11-24\nname = { id = "rob", en = "tidal flood" }\n'
    service.runner.run(LoadService({"calendar.toml": row.content + closure}, "rob"), service.actor("pemilik"))
    (job,) = service.rows(Job, kind="recount")
    service.runner.run(RecountDeadlines(job.id, 3), SYSTEM)
    going = visit("ops").get("/operasi").get_data(as_text=True)
    assert "Aduan yang sudah dihitung: 3 dari 4." in going and 'max="4" value="3"' in going
    assert "Sebabnya: perubahan calendar.toml." in going
    service.clock.advance(timedelta(minutes=1))
    Recounter(service.runner).run_due()
    ended = visit("ops").get("/operasi").get_data(as_text=True)
    assert "Aduan yang dihitung: 4." in ended and "Jatuh tempo yang bergeser: 8, pada 4 aduan." in ended
    service.clock.advance(timedelta(days=8))
    assert "dihitung ulang" not in visit("ops").get("/operasi").get_data(as_text=True)
