"""Deciding: the button has the choice's own verb, its consequence stands above it, and an end is asked for once."""

from __future__ import annotations

import io
import re

import pytest
from PIL import Image

from app.commands.letter.messages import SendMessage, Withdraw
from app.domain.errors import Conflict
from app.domain.roles import SYSTEM
from app.store.complaints import Attachment
from app.store.instances import ProcessInstance
from app.store.tasks import Draft, Task
from tests.web.conftest import Visit
from tests.world import ACCEPT, ASSIGN, FORWARD, RESULT, RETURN, World

ARCHIVE = {"ministry_decision": "archive", "note": "Aduan ini hanya berisi ucapan terima kasih."}
ELSEWHERE = {
    "ministry_decision": "other_agency",
    "other_agency": "PLN UP3 Pekalongan",
    "note": "Tiang itu milik PLN, bukan milik kota.",
}


def photo() -> tuple[io.BytesIO, str]:
    """A photo as a browser sends it."""
    target = io.BytesIO()
    Image.new("RGB", (40, 30), (200, 10, 10)).save(target, "JPEG")
    target.seek(0)
    return target, "lampu.jpg"


@pytest.fixture
def step2(service: World) -> str:
    """The ministry's task of a fresh complaint."""
    (task,) = service.open(service.file().instance_id)
    return task


def hidden(page: str) -> dict[str, list[str]]:
    """The hidden fields of the form that asks once more."""
    found: dict[str, list[str]] = {}
    for name, value in re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', page):
        found.setdefault(name, []).append(value)
    return found


def test_the_button_carries_the_verb_of_each_choice_and_a_true_word_without_scripts(
    visit: Visit, service: World
) -> None:
    filed = service.file()
    service.do(filed, "ministry_disposition", "menteri", FORWARD)
    (task,) = service.open(filed.instance_id)
    page = visit("dinkominfo").get(f"/tugas/{task}").text
    assert 'data-button="Kembalikan ke KemenPANRB"' in page and 'data-button="Teruskan ke {target_opd}"' in page
    (primary,) = re.findall(r'<button class="btn btn-primary"[^>]*>.*?</button>', page, re.S)
    assert "Kirim keputusan" in primary and "data-verb" in primary
    assert page.index('id="akibat"') > page.index('name="authority_decision"')
    between = page[page.index('id="akibat"') : page.index(primary)]
    assert "<input" not in between and "<select" not in between  # what follows stands right above the button


@pytest.mark.parametrize("decision", [ARCHIVE, ELSEWHERE])
def test_an_end_is_asked_for_once_and_says_what_it_ends(
    visit: Visit, service: World, step2: str, decision: dict[str, str]
) -> None:
    browser = visit("menteri")
    asked = browser.post(f"/tugas/{step2}", data=decision)
    assert asked.status_code == 200 and service.rows(Task, id=step2)[0].state == "open"
    assert "tidak dapat dibatalkan" in asked.text and decision["note"] in asked.text
    assert asked.text.count("btn-primary") + asked.text.count("btn-danger") == 1
    kept = hidden(asked.text)
    assert {name: kept[name] for name in decision} == {name: [value] for name, value in decision.items()}
    done = browser.post(f"/tugas/{step2}", data=kept)
    assert done.status_code == 200 and "berakhir" in done.text
    assert service.rows(ProcessInstance)[0].state == "completed"


def test_what_is_wrong_is_said_before_anything_is_asked(visit: Visit, service: World, step2: str) -> None:
    answer = visit("menteri").post(f"/tugas/{step2}", data={"ministry_decision": "archive"})
    assert answer.status_code == 400 and 'id="e-note"' in answer.text


def test_going_back_from_the_question_keeps_what_was_typed(visit: Visit, service: World, step2: str) -> None:
    browser = visit("menteri")
    kept = hidden(browser.post(f"/tugas/{step2}", data=ARCHIVE).text)
    back = browser.post(f"/tugas/{step2}/draf", data=kept, follow_redirects=True).text
    assert ARCHIVE["note"] in back and re.search(r'value="archive"[^>]*checked', back)
    assert set(service.rows(Draft)[0].data) == set(ARCHIVE)


def test_a_merge_is_asked_for_and_a_step_that_goes_on_is_not(visit: Visit, service: World) -> None:
    other, filed = service.file(), service.file()
    for each in (other, filed):
        service.do(each, "ministry_disposition", "menteri", FORWARD)
    (task,) = service.open(filed.instance_id)
    browser = visit("dinkominfo")
    merge = {"authority_decision": "duplicate", "duplicate_of": other.tracking_id}
    assert "tidak dapat dibatalkan" in browser.post(f"/tugas/{task}", data=merge).text
    assert "Tugas selesai" in browser.post(f"/tugas/{task}", data=ASSIGN).text


def test_an_acknowledgement_of_one_decision_is_none_of_another(visit: Visit, service: World, step2: str) -> None:
    browser = visit("menteri")
    kept = hidden(browser.post(f"/tugas/{step2}", data=ARCHIVE).text)
    changed = {**kept, **{name: [value] for name, value in ELSEWHERE.items()}}
    assert "tidak dapat dibatalkan" in browser.post(f"/tugas/{step2}", data=changed).text
    assert service.rows(Task, id=step2)[0].state == "open"


def test_an_end_cannot_be_taken_back(visit: Visit, service: World, step2: str) -> None:
    browser = visit("menteri")
    kept = hidden(browser.post(f"/tugas/{step2}", data=ARCHIVE).text)
    assert browser.post(f"/tugas/{step2}", data=kept).status_code == 200
    (case,) = service.rows(ProcessInstance)
    changed = {"ministry_decision": "forward"}
    assert browser.post(f"/tugas/{step2}", data=changed).status_code in (302, 409)
    with pytest.raises(Conflict):
        service.runner.run(SendMessage(case.business_key, "reporter_reply", {}), SYSTEM)
    with pytest.raises(Conflict):
        service.runner.run(Withdraw(case.business_key, {}), SYSTEM)
    assert service.open(case.id) == [] and service.rows(ProcessInstance)[0].status == "archived"


def test_accepting_leads_to_the_follow_up_and_claims_nothing(visit: Visit, service: World) -> None:
    filed, earlier = service.at_opd(), service.at_opd()
    (task,) = service.open(filed.instance_id)
    page = visit("pupr").post(f"/tugas/{task}", data={"within_function": "true"}).text
    (follow_up,) = service.open(filed.instance_id)
    (primary,) = re.findall(r'<a class="btn btn-primary" href="([^"]+)">', page)
    assert primary == f"/tugas/{follow_up}"
    assert "Menindaklanjuti aduan" in page
    assert service.rows(Task, id=follow_up)[0].assignee is None
    assert service.open(earlier.instance_id)


def test_who_cannot_do_the_next_step_is_led_to_their_own_next_task(visit: Visit, service: World) -> None:
    filed, other = service.at_opd(), service.at_opd()
    (task,) = service.open(filed.instance_id)
    sent = {"within_function": "false", "reason_code": RETURN["reason_code"], "reason": RETURN["reason"]}
    page = visit("pupr").post(f"/tugas/{task}", data=sent).text
    assert f'href="/tugas/{service.open(other.instance_id)[0]}"' in page
    assert service.open(filed.instance_id)[0] not in page


def test_files_chosen_before_the_question_are_still_sent_after_it(visit: Visit, service: World) -> None:
    filed = service.at_opd()
    service.do(filed, "verify_disposition_opd", "pupr", ACCEPT)
    (task,) = service.open(filed.instance_id)
    data = {**RESULT, "photos_after": photo()}
    answer = visit("pupr").post(f"/tugas/{task}", data=data, content_type="multipart/form-data")
    assert answer.status_code == 200 and "Tugas selesai" in answer.text
    (row,) = service.rows(Attachment)
    assert row.kind == "after" and row.answer_seq is not None
