"""One task: the file beside the form, errors beside their field, drafts that survive, lost races, what comes next."""

from __future__ import annotations

import re
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from app.domain.clock import FrozenClock
from app.store.audit import AuditEntry
from app.store.instances import ProcessInstance
from app.store.tasks import Draft, Task
from tests.scale import scaled
from tests.web.conftest import Visit
from tests.world import ASSIGN, FORWARD, IDENTITY, REASON, RETURN, World


@pytest.fixture
def step3(service: World) -> str:
    """The task of step 3 of a fresh complaint."""
    filed = service.file()
    service.do(filed, "ministry_disposition", "menteri", FORWARD)
    (task,) = service.open(filed.instance_id)
    return task


def test_the_page_shows_the_file_the_form_and_where_each_decision_leads(visit: Visit, step3: str) -> None:
    page = visit("dinkominfo").get(f"/tugas/{step3}").text
    assert "Lampu jalan padam di Jalan Mataram" in page
    assert 'name="authority_decision"' in page
    assert "Dinas Pekerjaan Umum dan Penataan Ruang" in page
    assert "batas waktu Sel, 24 Nov 2026 15.45 WIB" in page
    assert "Digabung" in page
    assert page.count("btn-primary") == 1


def test_no_name_or_number_of_the_reporter_stands_on_the_page(service: World, visit: Visit, step3: str) -> None:
    (task,) = service.rows(Task, id=step3)
    (case,) = service.rows(ProcessInstance, id=task.instance_id)
    for path in (f"/tugas/{step3}", f"/aduan/{case.business_key}", "/tugas"):
        page = visit("dinkominfo").get(path).text
        assert [value for value in IDENTITY.values() if value in page] == []


def test_foreseeing_follows_what_is_typed(visit: Visit, step3: str) -> None:
    typed = {**ASSIGN, "target_opd": "DINKES"}
    assert "Dinas Kesehatan" in visit("dinkominfo").post(f"/tugas/{step3}/akibat", data=typed).text


def test_completing_tells_what_happens_next(service: World, visit: Visit, step3: str) -> None:
    service.file()
    other = service.file()
    service.do(other, "ministry_disposition", "menteri", FORWARD)
    page = visit("dinkominfo").post(f"/tugas/{step3}", data=ASSIGN).text
    assert "Tugas selesai" in page
    assert "Dinas Pekerjaan Umum" in page
    assert f"/tugas/{service.open(other.instance_id)[0]}" in page
    assert service.rows(Task, id=step3)[0].state == "completed"


def test_errors_stand_beside_their_field_and_everything_typed_stays(service: World, visit: Visit, step3: str) -> None:
    typed = {"authority_decision": "no", "reason_code": "other", "reason": "<b>dek</b>"}
    answer = visit("dinkominfo").post(f"/tugas/{step3}", data=typed)
    assert answer.status_code == 400
    assert 'href="#f-reason"' in answer.text
    assert 'id="e-reason"' in answer.text
    assert "&lt;b&gt;dek&lt;/b&gt;" in answer.text
    assert re.search(r'value="no"[^>]*checked', answer.text)
    assert service.rows(Task, id=step3)[0].state == "open"


def test_w21_fields_the_form_does_not_have_are_refused(service: World, visit: Visit, step3: str) -> None:
    for extra in ("status", "role", "due_at", "assigned_unit", "__class__", "typename"):
        assert visit("dinkominfo").post(f"/tugas/{step3}", data=ASSIGN | {extra: "closed"}).status_code == 400, extra
    assert service.rows(Task, id=step3)[0].state == "open"


def test_w3_nobody_completes_the_step_of_another_role(service: World, visit: Visit) -> None:
    filed = service.at_opd()
    (task,) = service.open(filed.instance_id)
    for name in ("menteri", "dinkominfo", "dinkes", "kabid", "pimpinan", "pemilik", "ops", "admin"):
        for path in (f"/tugas/{task}", f"/tugas/{task}/ambil", f"/tugas/{task}/draf", f"/tugas/{task}/lepas"):
            answer = visit(name).post(path, data={"within_function": "true"})
            assert answer.status_code in (403, 404), (name, path)
    (row,) = service.rows(Task, id=task)
    assert (row.state, row.assignee) == ("open", None)


def test_an_earlier_return_stands_in_a_marked_box_with_its_reason(service: World, visit: Visit) -> None:
    filed = service.at_opd()
    service.do(filed, "verify_disposition_opd", "pupr", RETURN)
    (task,) = service.open(filed.instance_id)
    page = visit("dinkominfo").get(f"/tugas/{task}").text
    box = page[page.index('class="returned returned-open"') : page.index('id="laporan"')]
    assert REASON in box
    said = "Dinas Pekerjaan Umum dan Penataan Ruang mengembalikan aduan ini ke Dinas Komunikasi dan Informatika"
    assert f"Sen, 23 Nov 2026 09.00 WIB: {said}" in box and "“Bukan tugas dan fungsi OPD kami”" in box
    assert box.count("return-sentence") == 1  # only the step that sent it back, even where all happened at one instant
    service.do(filed, "verify_disposition_dinkominfo", "dinkominfo", ASSIGN)
    (task,) = service.open(filed.instance_id)
    page = visit("pupr").get(f"/tugas/{task}").text
    assert "file-fold returned" in page and "return-open" not in page  # it was dealt with: no longer in amber


def test_a_draft_is_kept_and_restored_for_the_same_person_only(service: World, visit: Visit, step3: str) -> None:
    typed = {"authority_decision": "no", "reason": "belum selesai saya tulis"}
    assert visit("dinkominfo").post(f"/tugas/{step3}/draf", data=typed).status_code == 302
    assert "belum selesai saya tulis" in visit("dinkominfo").get(f"/tugas/{step3}").text
    assert "belum selesai saya tulis" not in visit("dinkominfo2").get(f"/tugas/{step3}").text
    assert len(service.rows(Draft)) == 1


def test_a_draft_saved_by_the_page_itself_is_answered_in_words(visit: Visit, step3: str) -> None:
    answer = visit("dinkominfo").post(f"/tugas/{step3}/draf", data={}, headers={"Accept": "application/json"})
    assert answer.get_json()["said"] == "Draf tersimpan pukul 09.00."
    page = visit("dinkominfo").get(f"/tugas/{step3}").text  # by this the browser knows whether its copy is newer
    assert f'data-draft-at="{answer.get_json()["at"]}"' in page


def test_an_expired_session_keeps_what_was_typed(service: World, visit: Visit, clock: FrozenClock, step3: str) -> None:
    browser = visit("dinkominfo")
    clock.advance(timedelta(minutes=45))
    typed = {"authority_decision": "no", "reason": "ini tidak boleh hilang"}
    answer = browser.post(f"/tugas/{step3}", data=typed)
    assert answer.headers["Location"] == f"/masuk?next=/tugas/{step3}"
    assert "tersimpan sebagai draf" in browser.get(answer.headers["Location"]).text
    assert service.rows(Task, id=step3)[0].state == "open"
    assert "ini tidak boleh hilang" in visit("dinkominfo").get(f"/tugas/{step3}").text


def test_an_expired_session_writes_nothing_where_the_person_has_no_right(
    service: World, visit: Visit, clock: FrozenClock, step3: str
) -> None:
    browser = visit("pupr")
    clock.advance(timedelta(minutes=45))
    assert browser.post(f"/tugas/{step3}", data={"reason": "bukan tugas saya"}).status_code == 302
    assert service.rows(Draft) == []


def test_a_session_that_was_signed_out_keeps_nothing(service: World, visit: Visit, step3: str) -> None:
    browser = visit("dinkominfo")
    cookie = browser.get_cookie("alur-masuk")
    assert cookie is not None
    browser.post("/keluar")
    browser.set_cookie("alur-masuk", cookie.value)
    browser.post(f"/tugas/{step3}/draf", data={"reason": "x"})
    assert service.rows(Draft) == []


def test_a_lost_race_says_who_did_what_and_when(service: World, visit: Visit, step3: str) -> None:
    late = visit("dinkominfo2")
    late.get(f"/tugas/{step3}")
    assert visit("dinkominfo").post(f"/tugas/{step3}", data=ASSIGN).status_code == 200
    answer = late.post(f"/tugas/{step3}", data=ASSIGN)
    assert answer.status_code == 409
    said = "Dinkominfo sudah menyelesaikannya pada Sen, 23 Nov 2026 09.00 WIB."
    assert f"Tugas sudah diambil petugas lain: {said}" in answer.text
    assert answer.text.count("menyelesaikan") == 1


def test_a_second_click_of_the_same_person_is_no_race(service: World, visit: Visit, step3: str) -> None:
    browser = visit("dinkominfo")
    assert browser.post(f"/tugas/{step3}", data=ASSIGN).status_code == 200
    again = browser.post(f"/tugas/{step3}", data=ASSIGN)
    assert (again.status_code, again.location) == (302, f"/tugas/{step3}")
    assert "Anda sudah menyelesaikan tugas ini" in browser.get(f"/tugas/{step3}").text


def test_the_answers_of_the_step_before_stand_in_view(service: World, visit: Visit) -> None:
    filed = service.file()
    service.do(filed, "ministry_disposition", "menteri", {"ministry_decision": "forward"})
    service.do(filed, "verify_disposition_dinkominfo", "dinkominfo", ASSIGN)
    (task,) = service.open(filed.instance_id)
    page = visit("pupr").get(f"/tugas/{task}").text
    before = page[page.index('id="sebelumnya"') : page.index('id="laporan"')]
    assert "Langkah sebelumnya: 3." in before and "Dinkominfo" in before


def test_T3_of_two_forms_sent_at_once_one_is_taken_and_the_other_page_names_the_winner(
    service: World, visit: Visit
) -> None:
    names = ("dinkominfo", "dinkominfo2")
    tasks = []
    for _ in range(scaled(100)):
        filed = service.file()
        service.do(filed, "ministry_disposition", "menteri", FORWARD)
        tasks += service.open(filed.instance_id)
    browsers = {name: visit(name) for name in names}
    barrier = threading.Barrier(2)

    def send(name: str, task: str) -> tuple[int, str]:
        barrier.wait()
        answer = browsers[name].post(f"/tugas/{task}", data=ASSIGN)
        return answer.status_code, answer.text

    with ThreadPoolExecutor(2) as both:
        for task in tasks:
            answers = dict(zip(names, both.map(send, names, [task, task]), strict=True))
            assert sorted(status for status, _ in answers.values()) == [200, 409], task
            winner, loser = sorted(names, key=lambda name: answers[name][0])
            assert f"{winner.title()} sudah menyelesaikannya pada" in answers[loser][1]
            assert service.rows(Task, id=task)[0].completed_by == service.actor(winner).id


def test_claiming_what_somebody_holds_says_who(visit: Visit, step3: str) -> None:
    visit("dinkominfo").post(f"/tugas/{step3}/ambil")
    answer = visit("dinkominfo2").post(f"/tugas/{step3}/ambil")
    assert answer.status_code == 409
    assert "Tugas sudah diambil petugas lain: Dinkominfo, Sen, 23 Nov 2026 09.00 WIB." in answer.text
    assert "sedang mengerjakan" in visit("dinkominfo2").get(f"/tugas/{step3}").text


def test_a_finished_task_tells_who_did_it(service: World, visit: Visit, step3: str) -> None:
    visit("dinkominfo").post(f"/tugas/{step3}", data=ASSIGN)
    assert "diselesaikan oleh Dinkominfo" in visit("dinkominfo2").get(f"/tugas/{step3}").text


def test_the_identity_is_masked_and_opening_it_asks_a_reason_and_is_recorded(service: World, visit: Visit) -> None:
    filed = service.at_opd()
    path = f"/aduan/{filed.tracking_id}"
    browser = visit("pupr")
    assert "••••" in browser.get(path).text
    assert browser.post(f"{path}/identitas", data={"reason": " "}).status_code == 400
    opened = browser.post(f"{path}/identitas", data={"reason": "menanyakan letak lampu"})
    assert IDENTITY["name"] in opened.text
    assert opened.headers["Cache-Control"] == "no-store"
    entries = [row for row in service.rows(AuditEntry, command="OpenIdentity") if row.outcome == "done"]
    assert [entry.fields["reason"] for entry in entries] == ["menanyakan letak lampu"]
    assert IDENTITY["name"] not in str([entry.fields for entry in entries])


def test_roles_without_the_right_cannot_open_the_identity(service: World, visit: Visit) -> None:
    filed = service.at_opd()
    path = f"/aduan/{filed.tracking_id}/identitas"
    statuses = {name: visit(name).post(path, data={"reason": "ingin tahu"}).status_code for name in
                ("dinkes", "pimpinan", "pemilik", "ops", "admin")}  # fmt: skip
    assert set(statuses.values()) <= {403, 404}
    assert "Peran Anda tidak dapat membuka" in visit("pimpinan").get(f"/aduan/{filed.tracking_id}").text


def test_text_from_outside_is_never_markup(service: World, visit: Visit) -> None:
    nasty = "<script>alert(1)</script><img src=x onerror=alert(2)>{{7*7}}"
    filed = service.file(answers={"title": f"Judul {nasty}", "chronology": f"Isi panjang sekali {nasty}"})
    (task,) = service.open(filed.instance_id)
    for path in ("/tugas", f"/tugas/{task}", f"/aduan/{filed.tracking_id}"):
        page = visit("menteri").get(path).text
        assert "<script>alert" not in page
        assert "<img src=x" not in page
        assert "{{7*7}}" in page
