"""Who comes second is told once who was first and when, and keeps what was typed: as a draft, or to copy."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask

from app.commands.housekeeping import DRAFTS_KEPT, SweepDrafts
from app.domain.errors import Conflict
from app.domain.roles import SYSTEM
from app.store.tasks import Draft
from tests.web.conftest import Visit
from tests.web.paper import holds
from tests.web.test_task_page import step3
from tests.web.test_typed_comes_back import REASON, RETURNING
from tests.world import ACCEPT, ANSWERS, ASSIGN, FORWARD, World

__all__ = ["step3"]


def test_who_lost_the_race_keeps_their_words_to_copy(service: World, visit: Visit) -> None:
    filed = service.at_opd()
    (task,) = service.open(filed.instance_id)
    service.do(filed, "verify_disposition_opd", "pupr", ACCEPT)
    answer = visit("pupr").post(f"/tugas/{task}", data=RETURNING)
    assert answer.status_code == 409
    assert "Anda sudah menyelesaikan tugas ini dengan isian lain" in answer.text  # from another tab
    assert holds(answer, REASON) and "Tidak, kembalikan ke Dinkominfo" in answer.text
    assert answer.text.count("data-error-summary") == 1


def test_the_same_answers_sent_twice_are_no_race(service: World, visit: Visit) -> None:
    filed = service.at_opd()
    (task,) = service.open(filed.instance_id)
    browser = visit("pupr")
    assert browser.post(f"/tugas/{task}", data=RETURNING).status_code == 200
    assert browser.post(f"/tugas/{task}", data=RETURNING).location == f"/tugas/{task}"


def test_a_task_that_somebody_took_meanwhile_keeps_the_words_as_a_draft(
    service: World, visit: Visit, step3: str
) -> None:
    typed = {"authority_decision": "no", "reason_code": "other", "reason": REASON}
    visit("dinkominfo").post(f"/tugas/{step3}/ambil")
    answer = visit("dinkominfo2").post(f"/tugas/{step3}", data=typed)
    assert answer.status_code == 409 and holds(answer, REASON) and "Tersimpan sebagai draf" in answer.text
    assert "Tugas sudah diambil petugas lain: Dinkominfo, Sen, 23 Nov 2026 09.00 WIB." in answer.text
    visit("dinkominfo").post(f"/tugas/{step3}/lepas")
    assert holds(visit("dinkominfo2").get(f"/tugas/{step3}"), REASON)


def test_a_case_that_moved_without_the_task_brings_the_form_back(
    service: World, visit: Visit, step3: str, monkeypatch: pytest.MonkeyPatch, app: Flask
) -> None:
    def refuse(*_: object) -> None:
        raise Conflict()

    runner = app.extensions["alur"].runner
    with monkeypatch.context() as patched:
        patched.setattr(runner, "run", refuse)
        typed = {"authority_decision": "no", "reason_code": "other", "reason": REASON}
        answer = visit("dinkominfo").post(f"/tugas/{step3}", data=typed)
    assert answer.status_code == 409 and holds(answer, REASON) and 'name="reason"' in answer.text


def test_a_task_that_is_over_still_offers_the_draft_to_whoever_typed_it_for_a_week(
    service: World, visit: Visit, step3: str
) -> None:
    typed = {"authority_decision": "no", "reason_code": "other", "reason": REASON}
    visit("dinkominfo2").post(f"/tugas/{step3}/draf", data=typed)
    visit("dinkominfo").post(f"/tugas/{step3}/draf", data={**typed, "reason": "Draf saya sendiri, nanti hilang."})
    visit("dinkominfo").post(f"/tugas/{step3}", data=ASSIGN)
    assert holds(visit("dinkominfo2").get(f"/tugas/{step3}"), REASON, "diselesaikan oleh Dinkominfo")
    assert "Draf saya sendiri" not in visit("dinkominfo").get(f"/tugas/{step3}").text
    assert [row.user_id for row in service.rows(Draft)] == [service.actor("dinkominfo2").id]
    assert service.runner.run(SweepDrafts(), SYSTEM) == 0
    service.clock.advance(DRAFTS_KEPT + timedelta(seconds=1))
    assert service.runner.run(SweepDrafts(), SYSTEM) == 1
    assert not holds(visit("dinkominfo2").get(f"/tugas/{step3}"), REASON)


def test_the_draft_of_an_open_task_is_never_swept(service: World, visit: Visit, step3: str) -> None:
    visit("dinkominfo").post(f"/tugas/{step3}/draf", data={"reason": REASON})
    service.clock.advance(timedelta(days=400))
    assert service.runner.run(SweepDrafts(), SYSTEM) == 0 and len(service.rows(Draft)) == 1


@pytest.mark.parametrize("way", ["ambil", "lepas"])
def test_taking_or_releasing_a_task_keeps_what_was_typed_beside_the_button(
    service: World, visit: Visit, step3: str, way: str
) -> None:
    browser = visit("dinkominfo")
    browser.post(f"/tugas/{step3}/{way}", data={"authority_decision": "no", "reason": REASON})
    assert holds(browser.get(f"/tugas/{step3}"), REASON)


def test_taking_a_task_untouched_makes_no_draft(service: World, visit: Visit, step3: str) -> None:
    browser = visit("dinkominfo")
    page = browser.get(f"/tugas/{step3}").text
    untouched = {"category": "jalan", "target_opd": "DPUPR", "reason": "", "public_text": ""}
    assert 'form="isian"' in page
    browser.post(f"/tugas/{step3}/ambil", data=untouched)
    assert service.rows(Draft) == []


def test_a_right_that_ended_meanwhile_leaves_the_words_to_copy(service: World, visit: Visit) -> None:
    filed = service.file()
    (task,) = service.open(filed.instance_id)
    answer = visit("pupr").post(f"/tugas/{task}", data={**FORWARD, "note": "Catatan yang panjang & penting."})
    assert answer.status_code in (403, 404) and holds(answer, "Catatan yang panjang & penting.")
    assert str(ANSWERS["title"]) not in answer.text
