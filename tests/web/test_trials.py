"""A trial: the owner plays every role on one page, goes back, tries the other choice, and keeps it as a scenario."""

from __future__ import annotations

import html
import re
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from app.bundle.read import bundle_of, read_folder
from app.commands.procedure.trials import AddTrialStep, ChangeFiled, StartTrial
from app.domain.errors import Invalid, Refusal
from app.rehearsal.rehearse import rehearse_one
from app.sdk import handlers_of
from app.standard.service import read_service
from app.store.audit import AuditEntry
from app.store.base import Base
from app.store.trials import Trial
from tests.web.conftest import Visit
from tests.web.uploads import HOME, UPLOAD
from tests.world import PROCESS, ROOT, World

FORWARD = {"ministry_decision": "forward"}
YES = {"authority_decision": "yes", "target_opd": "DPUPR", "category": "jalan", "classification": "complaint",
       "nature": "ordinary"}  # fmt: skip
# Every answer of step 3, and where the case stands after it.
STEP_3: dict[str, tuple[dict[str, str], str]] = {
    "yes": (YES, "verify_disposition_opd"),
    "no": (
        {"authority_decision": "no", "reason_code": "not_authority", "reason": "Bukan kewenangan kota ini."},
        "ministry_disposition",
    ),
    "incomplete": ({"authority_decision": "incomplete", "missing": "Mohon sebutkan letak persisnya."}, ""),
    "duplicate": ({"authority_decision": "duplicate", "duplicate_of": "M9S346Q3D9"}, ""),
}  # fmt: skip


class Player:
    """An owner with one trial open."""

    def __init__(self, owner: FlaskClient) -> None:
        self.owner = owner
        begun = owner.post(f"{HOME}/versi/1/uji")
        assert begun.status_code == 302
        self.address = begun.headers["Location"]

    @property
    def page(self) -> str:
        return html.unescape(self.owner.get(self.address).text)

    @property
    def seen(self) -> int:
        return int(re.findall(r"dilihat=(\d+)", self.page)[0])

    def act(self, what: str, seen: int | None = None, **data: Any) -> TestResponse:
        seen = self.seen if seen is None else seen
        return self.owner.post(f"{self.address}/{what}?dilihat={seen}", data=data)

    def do(self, pick: str, answers: dict[str, Any], seen: int | None = None) -> TestResponse:
        seen = self.seen if seen is None else seen
        return self.owner.post(f"{self.address}/langkah?pilih={pick}&dilihat={seen}", data=answers)


@pytest.fixture
def player(visit: Visit) -> Player:
    return Player(visit("pemilik"))


def waiting(page: str) -> list[str]:
    return re.findall(r"pilih=task:(\w+)[\"&]", page) or re.findall(r"pilih=task%3A(\w+)[\"&]", page)


def test_the_page_says_who_is_asked_with_the_form_the_clock_and_the_letters(player: Player) -> None:
    page = player.page
    assert "2. Mendisposisi aduan ke Dinkominfo" in page and "Admin KemenPANRB" in page
    assert 'name="ministry_decision"' in page and "Majukan jam" in page and "tidak dihitung" in page
    assert "Surat yang akan dikirim" in page and "letter-text" in page
    assert 'data-drawing="ministry_disposition"' in page


@pytest.mark.parametrize("choice", STEP_3)
def test_every_path_of_step_3_can_be_played_and_taken_back(player: Player, choice: str) -> None:
    assert player.do("task:ministry_disposition", FORWARD).status_code == 302
    before = player.page
    answers, then = STEP_3[choice]
    done = player.do("task:verify_disposition_dinkominfo", answers)
    assert done.status_code == 302, re.findall(r'class="error[^>]*>(.*?)</div>', done.text, re.S)
    assert waiting(player.page)[:1] == ([then] if then else [])
    assert player.act("mundur").status_code == 302
    assert waiting(player.page) == waiting(before) and "verify_disposition_dinkominfo" in waiting(before)


def test_a_whole_course_is_played_kept_as_a_scenario_and_put_into_a_new_version(player: Player) -> None:
    player.do("task:ministry_disposition", FORWARD)
    assert player.act("waktu", to="day").status_code == 302
    player.do("task:verify_disposition_dinkominfo", YES)
    player.do("task:verify_disposition_opd", {"within_function": "true"})
    player.do("task:follow_up", {"outcome": "resolved", "result": "Lubang sudah ditambal seluruhnya oleh tim lapangan.",
                                 "acted_on": re.findall(r'min="(\d{4}-\d\d-\d\d)T', player.page)[0]})  # fmt: skip
    player.do("task:confirm_result", {"result_accepted": "true"})
    player.do("task:verify_result", {"result_proper": "true"})
    assert "Pesan pelapor" in player.page
    assert player.do("message:reporter_satisfied", {"rating": "4"}).status_code == 302
    assert "Aduan ini berakhir" in player.page
    got = player.owner.get(f"{player.address}/skenario.toml?judul=Uji+sampai+puas&title=Tried+to+the+end")
    assert got.headers["Content-Disposition"].startswith("attachment") and b"Uji sampai puas" in got.data
    bundle = read_folder(PROCESS, ROOT / "forms")
    bundle = bundle_of({**bundle.files, "scenarios/uji.toml": got.data})
    service = read_service(ROOT / "processes/service")
    played = rehearse_one(bundle, service, handlers_of("tasks"), "scenarios/uji.toml", got.data)
    assert played.passed, played.failure
    page = player.owner.get(f"{player.address}?judul=Uji+sampai+puas&title=Tried&simpan=1").text
    (candidate,) = re.findall(r'name="candidate" value="([^"]+)"', page)
    checked = player.owner.post(UPLOAD, data={"candidate": candidate, "action": "check"})
    assert checked.status_code == 200 and "berkas baru" in checked.text and 'value="deploy"' in checked.text


def test_the_clock_goes_to_what_comes_next_and_never_back(player: Player) -> None:
    (next_,) = re.findall(r"Ke batas berikutnya, ([^<]+)<", player.page)
    assert player.act("waktu", to="next").status_code == 302
    assert f"jam uji coba: {next_.strip()}" in player.page
    for at, sentence in (("2020-01-01T08:00", "hanya dapat maju"), ("", "Tulis tanggal"), ("x", "Tulis tanggal"),
                         ("2999-01-01T08:00", "sepuluh tahun")):  # fmt: skip
        refused = player.act("waktu", to="at", at=at)
        assert refused.status_code in (400, 422) and sentence in refused.text, at
    assert player.seen == 1


def test_what_is_wrong_in_a_form_is_said_as_on_the_officers_page_and_kept(player: Player) -> None:
    player.do("task:ministry_disposition", FORWARD)
    refused = player.do("task:verify_disposition_dinkominfo", {"authority_decision": "no", "reason": "kelak"})
    assert refused.status_code in (400, 422)
    assert "data-summary" in refused.text or 'role="alert"' in refused.text
    assert "kelak" in refused.text and player.seen == 1
    assert player.do("task:ministry_disposition", {"ministry_decision": "nonsense"}).status_code in (400, 422, 409)


def test_a_second_click_or_another_tab_doubles_nothing(player: Player) -> None:
    assert player.do("task:ministry_disposition", FORWARD, seen=0).status_code == 302
    late = player.do("task:ministry_disposition", FORWARD, seen=0)
    assert late.status_code == 409 and "sudah berubah" in late.text
    assert player.act("mundur", seen=7).status_code == 409
    assert player.act("waktu", seen=9, to="day").status_code == 409
    assert player.seen == 1


def test_the_example_complaint_can_be_another_before_the_first_step(player: Player) -> None:
    assert (
        player.do("filed", {"category": "sampah", "title": "x", "name": "Sari Wulandari", "phone": "08123"}).status_code
        == 302
    )
    assert b'category = "sampah"' in player.owner.get(f"{player.address}/skenario.toml").data
    assert b"Sari" not in player.owner.get(f"{player.address}/skenario.toml").data
    player.do("task:ministry_disposition", FORWARD)
    late = player.do("filed", {"category": "jalan"}, seen=1)
    assert late.status_code != 302 or b'category = "sampah"' in player.owner.get(f"{player.address}/skenario.toml").data


LETTER = re.compile(r'<details class="letter"><summary>(.*?)<span.*?<div class="letter-text">(.*?)</div>', re.DOTALL)


def test_a_trial_shows_every_letter_also_those_of_a_status_with_their_whole_text(player: Player) -> None:
    player.do("task:ministry_disposition", FORWARD)
    answers, _ = STEP_3["no"]
    assert player.do("task:verify_disposition_dinkominfo", answers).status_code == 302
    letters = LETTER.findall(player.page)
    assert f"Surat yang akan dikirim ({len(letters)})" in player.page
    assert letters and all(subject.strip() and len(body) > 100 for subject, body in letters)
    assert any("dikembalikan ke Kementerian PANRB" in subject for subject, _ in letters)


def test_what_is_typed_into_a_trial_stays_out_of_the_audit_even_where_it_is_refused(
    service: World, player: Player
) -> None:
    typed = {"title": "JUDULX", "description": "ISIX", "name": "NAMAX", "identity_number": "3375012345678901",
             "unasked": "LAINX", "category": "jalan"}  # fmt: skip
    assert player.do("filed", typed).status_code == 302
    assert player.do("filed", {"category": "NONSENSEX", "title": "JUDULX"}).status_code in (302, 400, 422)
    player.do("task:ministry_disposition", FORWARD)
    player.do("task:verify_disposition_dinkominfo", {"authority_decision": "no", "reason": "ALASANX"})
    service.runner.run(StartTrial(service.rows(Trial)[0].deployment_id, {"title": "JUDULX"}), service.actor("pemilik"))
    with pytest.raises(Invalid):
        service.runner.run(ChangeFiled(service.rows(Trial)[1].id, {"unasked": "LAINX"}), service.actor("pemilik"))
    refused = {"task": "follow_up", "answers": {"reason": "LANGKAHX"}}
    with pytest.raises(Refusal):
        service.runner.run(AddTrialStep(service.rows(Trial)[0].id, 1, refused), service.actor("pemilik"))
    kept = str([entry.fields for entry in service.rows(AuditEntry)])
    said = ("JUDULX", "ISIX", "NAMAX", "3375012345678901", "LAINX", "NONSENSEX", "ALASANX", "LANGKAHX")
    assert [word for word in said if word in kept] == []
    assert "NAMAX" not in str([row.filed for row in service.rows(Trial)])
    assert "LAINX" not in str([row.filed for row in service.rows(Trial)])


def test_a_trial_that_was_ended_is_read_only_and_a_deleted_one_is_gone(player: Player) -> None:
    assert player.act("akhiri", seen=0).status_code == 302
    assert "diakhiri" in player.page
    assert player.do("task:ministry_disposition", FORWARD, seen=0).status_code == 409
    assert "diakhiri" in player.owner.get(HOME).text
    assert player.act("hapus", seen=0).status_code == 302
    assert player.owner.get(player.address).status_code == 404


def test_a_trial_touches_nothing_but_itself_and_the_audit(service: World, visit: Visit) -> None:
    def counted() -> dict[str, int]:
        with service.toolbox.database.connect() as connection:
            return {name: connection.scalar(select(func.count()).select_from(table)) or 0
                    for name, table in Base.metadata.tables.items()}  # fmt: skip

    owner = visit("pemilik")
    owner.get(HOME)
    before = counted()
    player = Player(owner)
    player.do("task:ministry_disposition", FORWARD)
    player.act("waktu", to="day")
    player.do("task:verify_disposition_dinkominfo", YES)
    changed = {name for name, number in counted().items() if number != before[name]}
    assert changed <= {"trial", "audit_entry", "audit_head"}, changed
    (row,) = service.rows(Trial)
    assert len(row.steps) == 3


@pytest.mark.parametrize("who", ["dinkominfo", "pupr", "menteri", "ops"])
def test_nobody_else_plays_or_reads_a_trial(visit: Visit, player: Player, who: str) -> None:
    other = visit(who)
    assert other.get(player.address).status_code == 403
    assert other.post(f"{player.address}/langkah?dilihat=0").status_code == 403
    assert other.post(f"{HOME}/versi/1/uji").status_code == 403
    assert other.get(f"{player.address}/skenario.toml").status_code == 403


def test_a_trial_of_another_procedure_is_not_found(player: Player) -> None:
    assert player.owner.get(player.address.replace("pengaduan_sp4n", "lain")).status_code == 404
