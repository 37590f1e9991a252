"""Every form that somebody types into takes the text whole, or says at its field why not and gives it back."""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from app.bundle.read import read_folder
from app.commands.procedure.deployments import Deploy
from app.commands.procedure.proposals import OfferFiles
from app.commands.task.complete import ClaimTask
from app.domain.roles import SYSTEM
from app.store.accounts import RoleGrant
from app.store.base import table_of
from app.store.escalations import Escalation
from app.store.jobs import Incident
from app.store.outbox import OutboxMessage
from app.store.schema import metadata
from app.web import carry
from tests.procedures import RECORD, deploy
from tests.web.paper import entered, holds, locked, signed, token
from tests.world import PROCESS, ROOT, World

TYPED = "Tulisan saya <b>& “kutip”</b> yang panjang dan tidak boleh hilang"
NUL = "Ada NUL \x00 di tengah tulisan ini"
ONE = "a" * 32


@dataclass(frozen=True)
class Form:
    """One form: who sends it, from which page, to where, its texts with their longest, and what else belongs to it."""

    by: str
    page: str
    path: str
    texts: dict[str, int]
    rest: dict[str, str] = field(default_factory=dict)
    needed: bool = True  # its first text must be written
    prepare: Callable[[World, dict[str, str]], None] = lambda _service, _ids: None


def an_incident(service: World, ids: dict[str, str]) -> None:
    with Session(service.toolbox.database) as session, session.begin():
        about = {"instance_id": ids["case"], "code": "job-failed", "message_id": "Gagal.", "message_en": "Failed."}
        session.execute(insert(table_of(Incident)), {"id": ONE, **about, "raised_at": service.clock.now()})


def a_lost_letter(service: World, ids: dict[str, str]) -> None:
    with Session(service.toolbox.database) as session, session.begin():
        letter = session.scalars(select(OutboxMessage)).first()
        assert letter is not None
        letter.state, ids["letter"] = "failed", letter.id


def an_escalation(service: World, ids: dict[str, str]) -> None:
    now = service.clock.now()
    about = {"limit_key": "verify_opd", "level": 0, "due_at": now, "raised_at": now}
    with Session(service.toolbox.database) as session, session.begin():
        session.execute(insert(table_of(Escalation)), {"instance_id": ids["case"], "of": ids["task"], **about})


def a_claim(service: World, ids: dict[str, str]) -> None:
    service.runner.run(ClaimTask(ids["task"]), service.actor("pupr"))
    service.clock.advance(timedelta(days=9))


def an_older_version(service: World, ids: dict[str, str]) -> None:
    bundle = read_folder(PROCESS, ROOT / "forms")
    changed = {**bundle.files, "labels.en.toml": bundle.files["labels.en.toml"] + b"\n# another\n"}
    service.runner.run(Deploy(changed, "uji"), SYSTEM)


def a_proposal(service: World, ids: dict[str, str]) -> None:
    bundle = read_folder(PROCESS, ROOT / "forms")
    changed = {**bundle.files, "labels.en.toml": bundle.files["labels.en.toml"] + b"\n# another\n"}
    ids["proposal"] = str(service.runner.run(OfferFiles(changed, "uji coba usulan"), SYSTEM))


def a_record(service: World, _ids: dict[str, str]) -> None:
    deploy(service, RECORD)


DAYS = {"since": "2026-11-24", "until": "2026-11-30", "valid_from": "2026-11-24"}
FORMS = {
    "cases.begin": Form(
        "dinkominfo", f"/mulai/{RECORD}", f"/mulai/{RECORD}", {"judul": 150, "keperluan": 1000}, prepare=a_record
    ),
    "people.add": Form("admin", "/orang", "/orang", {"name": 120, "email": 254}),
    "people.grant": Form(
        "admin", "/orang/{person}", "/orang/{person}/peran", {"decree_no": 120}, {"role": "ops", **DAYS}
    ),
    "people.end_grant": Form("admin", "/orang/{person}", "/orang/{person}/peran/{grant}/akhiri", {"reason": 300}),
    "people.substitute": Form(
        "admin", "/orang/{person}", "/orang/{person}/pengganti", {"reason": 300}, {"deputy_id": "{other}", **DAYS}
    ),
    "people.activate": Form("admin", "/orang/{person}", "/orang/{person}/aktif", {"reason": 300}, {"active": "0"}),
    "operations.cancel": Form(
        "ops", "/operasi/instans/{case}", "/operasi/instans/{case}/batal", {"reason": 1000}, {"category": "sent_twice"}
    ),
    "operations.retry": Form(
        "ops", "/operasi/insiden", f"/operasi/insiden/{ONE}/ulang", {"reason": 1000}, prepare=an_incident
    ),
    "operations.resend": Form(
        "ops", "/operasi/kotak-keluar?keadaan=problem", "/operasi/kotak-keluar/{letter}/ulang", {"reason": 1000},
        prepare=a_lost_letter,
    ),
    "board.free": Form("kabid", "/papan", "/papan/lepas/{task}", {"reason": 500}, prepare=a_claim),
    "board.acknowledge": Form(
        "kabid", "/papan", "/papan/eskalasi/{case}/{task}", {"note": 1000}, needed=False, prepare=an_escalation
    ),
    "complaint_file.open_identity": Form("dinkominfo", "/aduan/{number}", "/aduan/{number}/identitas", {"reason": 300}),
    "complaint_file.erase_identity": Form(
        "dinkominfo", "/aduan/{number}", "/aduan/{number}/hapus-identitas", {"reason": 300}
    ),
    "proposals.reject": Form(
        "pemilik", "/proses/pengaduan_sp4n/usulan/{proposal}", "/proses/pengaduan_sp4n/usulan/{proposal}/tolak",
        {"reason": 1000}, prepare=a_proposal,
    ),
    "definitions.activate": Form(
        "pemilik", "/proses/pengaduan_sp4n/versi/1", "/proses/pengaduan_sp4n/versi/1/aktifkan", {"reason": 1000},
        prepare=an_older_version,
    ),
}  # fmt: skip
# Held by tests of their own: forms that a schema describes, signing in, passwords, uploads; or nothing is typed there.
BY_A_SCHEMA = {"citizen.send_report", "task.complete", "task.draft", "tracking.message", "tracking.withdraw",
               "trials.step"}  # fmt: skip
OF_A_DOOR = {"personal_link.send", "account.signing_in", "account.send_link", "account.set_password",
             "account.change_password", "tracking.open_page", "uploads.upload"}  # fmt: skip
NOTHING_TYPED = {"people.end_substitute", "account.choose_language", "account.sign_out_elsewhere",
                 "inbox.claim", "inbox.release", "tracking.duty"}  # fmt: skip


@pytest.fixture
def ids(service: World) -> dict[str, str]:
    """What the addresses of the forms name."""
    filed = service.at_opd()
    (task,) = service.open(filed.instance_id)
    person, other = service.actor("dinkes").id, service.actor("pupr").id
    (grant,) = [row.id for row in service.rows(RoleGrant, user_id=person)]
    return {"case": filed.instance_id, "number": filed.tracking_id, "task": task, "person": person, "other": other,
            "grant": grant, "letter": "", "proposal": ""}  # fmt: skip


@dataclass
class Desk:
    """A form on somebody's screen."""

    browser: FlaskClient
    form: Form
    ids: dict[str, str]

    def filled(self, **texts: str) -> dict[str, str]:
        mine = token(self.browser.get(self.form.page.format(**self.ids)).text)
        rest = {name: text.format(**self.ids) for name, text in self.form.rest.items()}
        return {**rest, **{name: TYPED for name in self.form.texts}, **texts, "csrf_token": mine}

    def send(self, data: dict[str, str]) -> object:
        return self.browser.post(self.form.path.format(**self.ids), data=data)


@pytest.fixture(params=FORMS)
def desk(request: pytest.FixtureRequest, guarded: Flask, service: World, ids: dict[str, str]) -> Desk:
    """Each form in turn."""
    form = FORMS[request.param]
    form.prepare(service, ids)
    return Desk(signed(guarded, service, form.by), form, ids)


def everything(service: World) -> list[object]:
    """All that is stored but sessions, so that nothing can change unseen."""
    with service.toolbox.database.connect() as connection:
        return [
            [tuple(row) for row in connection.execute(select(table))]
            for table in metadata.sorted_tables
            if table.name not in ("session", "audit_entry", "audit_head", "sign_in_failure")
        ]


def field_named(page: str, name: str) -> bool:
    """Whether the list of what is wrong leads to a field of that name which is marked."""
    links = re.findall(r'<a href="#(f-[^"]+)"', page)
    marked = {
        id_ for id_ in links if re.search(rf'id="{re.escape(id_)}"[^>]*name="{name}"[^>]*aria-invalid="true"', page)
    }
    return bool(marked)


def test_every_text_that_is_too_long_is_refused_at_its_field_and_comes_back(desk: Desk, service: World) -> None:
    for name, longest in desk.form.texts.items():
        long = ("x" * 19 + " ") * (longest // 20 + 2)
        before = everything(service)
        answer = desk.send(desk.filled(**{name: long}))
        assert answer.status_code == 400 and everything(service) == before  # type: ignore[attr-defined]
        assert field_named(answer.text, name) and holds(answer, long.strip())  # type: ignore[attr-defined, arg-type]
        said = f"paling banyak {longest}", f"Paling panjang {longest} karakter"
        assert any(each in answer.text for each in said)  # type: ignore[attr-defined]


def test_no_field_of_the_page_cuts_what_is_pasted_into_it(desk: Desk) -> None:
    page = desk.browser.get(desk.form.page.format(**desk.ids)).text
    for name, longest in desk.form.texts.items():
        fields = re.findall(rf'<(?:input|textarea)[^>]*name="{name}"[^>]*>', page)
        assert fields and not [each for each in fields if "maxlength" in each], name
        assert f'data-longest="{longest}"' in page


def test_broken_characters_are_refused_and_nothing_is_stored(desk: Desk, service: World) -> None:
    for name in desk.form.texts:
        before = everything(service)
        answer = desk.send(desk.filled(**{name: NUL}))
        assert answer.status_code == 400 and everything(service) == before, name  # type: ignore[attr-defined]
        assert "karakter yang rusak" in answer.text  # type: ignore[attr-defined]


def test_what_must_be_written_is_asked_for(desk: Desk, service: World) -> None:
    if desk.form.needed:
        name = next(iter(desk.form.texts))
        before = everything(service)
        answer = desk.send(desk.filled(**{name: "  "}))
        assert answer.status_code == 400 and field_named(answer.text, name)  # type: ignore[attr-defined]
        assert everything(service) == before


def test_a_failed_token_gives_the_text_back(desk: Desk, service: World) -> None:
    before = everything(service)
    with desk.browser.session_transaction() as session:
        session.clear()
    data = desk.filled()
    with desk.browser.session_transaction() as session:
        session.clear()
    answer = desk.send(data)
    assert answer.status_code == 400 and everything(service) == before  # type: ignore[attr-defined]
    assert holds(answer, TYPED) and "Belum terkirim" in answer.text  # type: ignore[arg-type, attr-defined]


def test_an_ended_session_carries_the_text_along(desk: Desk, service: World) -> None:
    data = desk.filled()
    desk.browser.delete_cookie("alur-masuk")
    answer = desk.send(data)
    assert answer.status_code == 401 and not holds(answer, TYPED)  # type: ignore[attr-defined, arg-type]
    assert f'name="{carry.FIELD}"' in answer.text  # type: ignore[attr-defined]


def test_a_locked_database_gives_the_text_back(
    desk: Desk, guarded: Flask, service: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = desk.filled(**({"email": "rina.baru@example.com"} if "email" in desk.form.texts else {}))
    if "name" in desk.form.texts or "email" in desk.form.texts:
        data["name"] = TYPED
    if desk.form.path.endswith("/batal"):
        data["yakin"] = "1"
    with locked(service, guarded, monkeypatch):
        answer = desk.send(data)
    assert answer.status_code == 503 and holds(answer, TYPED)  # type: ignore[attr-defined, arg-type]


def test_this_browser_keeps_what_is_typed_and_forgets_it_once_it_was_sent(desk: Desk) -> None:
    path = desk.form.path.format(**desk.ids)
    page = desk.browser.get(desk.form.page.format(**desk.ids)).text
    assert f'data-draft="{path}" data-shelf="' in html.unescape(page)


def test_what_was_sent_is_no_longer_kept(guarded: Flask, service: World, ids: dict[str, str]) -> None:
    form = FORMS["people.end_grant"]
    desk = Desk(signed(guarded, service, form.by), form, ids)
    assert desk.send(desk.filled()).status_code == 302  # type: ignore[attr-defined]
    assert f'data-draft-sent="{form.path.format(**ids)}"' in desk.browser.get(form.page.format(**ids)).text


def test_no_form_is_left_out(guarded: Flask, service: World) -> None:
    again = set(guarded.extensions["alur"].again)
    assert again == {*FORMS} | BY_A_SCHEMA | OF_A_DOOR | NOTHING_TYPED
    posts = {rule.endpoint for rule in guarded.url_map.iter_rules() if "POST" in (rule.methods or ())}
    assert posts - again == WITHOUT_WORDS


# A press of a button, or a look ahead at what is still on the page.
WITHOUT_WORDS = {
    "account.sign_out", "board.remind", "proposals.approve",
    "operations.open_as_addressee", "personal_link.enter", "personal_link.replace",
    "task.foresee", "tracking.close", "tracking.erase", "trials.back", "trials.clock", "trials.delete", "trials.end",
    "trials.start",
}  # fmt: skip


def test_a_number_and_an_address_come_back_with_a_new_token(guarded: Flask) -> None:
    browser = guarded.test_client()
    browser.get("/lacak/ganti-kode")
    typed = {"nomor": "W5QNM-T8AQ5", "surel": "siti@example.com"}
    answer = browser.post("/lacak/ganti-kode", data={**typed, "csrf_token": "salah"})
    assert answer.status_code == 400 and holds(answer, *typed.values())


def test_a_text_that_nothing_can_hold_does_not_break_the_page_of_a_case_that_moved_on(
    guarded: Flask, service: World
) -> None:
    filed = service.answered()
    browser = entered(guarded, service, filed)
    path = f"/lacak/{filed.tracking_id}/pesan/reporter_reply"
    data = {"reply_decision": "redo", "csrf_token": token(browser.get(path).text)}
    assert (
        browser.post(path, data={**data, "text": "Lampu padam lagi sejak tadi malam, mohon diperiksa."}).status_code
        == 302
    )
    answer = browser.post(path, data={**data, "text": NUL})
    assert answer.status_code == 409 and "Ada NUL" in answer.text
