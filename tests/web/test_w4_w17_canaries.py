"""W4, W17, S5: what was entrusted to us is only where it belongs: not on pages, in rows, letters, files or logs."""

from __future__ import annotations

import base64
import re
from collections import deque
from collections.abc import Iterator
from dataclasses import replace

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text

from app.commands.complaint.identity import OpenIdentity
from app.commands.letter.messages import SendMessage
from app.jobs.outbox import Outbox
from app.main import create_app
from app.senders.chosen import senders
from app.store.keys import KeyRing
from app.store.outbox import OutboxMessage
from app.store.schema import metadata
from app.store.tasks import Task
from tests import mail
from tests.web.conftest import Visit
from tests.web.signing import PASSWORD, person, sign_in
from tests.world import ANSWERS, PEOPLE, REASON, VISITOR, World

CANARY = {
    "name": "Kenari Tersembunyi",
    "phone": "081999888777",
    "email": "kenari.tersembunyi@example.org",
    "id_type": "ktp",
    "nik": "3375014107900321",
    "address": "Jalan Kenari Rahasia 99",
}
WORDS = ("Kenari", "kenari.tersembunyi", "1999888777", "3375014107900321")
MOST = 150  # pages of one person
ACTIONS = re.compile(r"/(keluar|bahasa/|static/)")


def pages(browser: FlaskClient, *starts: str) -> Iterator[tuple[str, str]]:
    """Address and body of every page and download that links lead to; of each list the first of its later pages."""
    ahead, known = deque(starts), set(starts)
    while ahead and len(known) < MOST:
        path = ahead.popleft()
        with browser.get(path, follow_redirects=True) as answer:
            assert answer.status_code < 500, path
            body = answer.data.decode("utf-8", "replace")
        yield path, body
        for link in re.findall(r'(?:href|src|hx-get|data-\w+)="(/[^"#]*)"', body):
            link = link.replace("&amp;", "&")
            if link not in known and not ACTIONS.match(link):
                known.add(link)
                ahead.append(link)


@pytest.fixture
def entrusted(service: World) -> list[str]:
    """Complaints of one person in several states, open, anonymous and confidential; their numbers."""
    hidden = {"is_anonymous": True, "is_confidential": True}
    cases = [
        service.file(identity=CANARY),
        service.at_opd(service.file(identity=CANARY)),
        service.answered(service.file(identity=CANARY, answers=hidden)),
    ]
    return [filed.tracking_id for filed in cases]


@pytest.mark.slow
@pytest.mark.parametrize("who", [None, *PEOPLE])
def test_W4_no_page_of_anybody_names_the_reporter(
    visit: Visit, service: World, entrusted: list[str], who: str | None, capfd: pytest.CaptureFixture[str]
) -> None:
    seen = {}
    starts = ["/", "/beranda", "/tugas", *(f"/aduan/{number}" for number in entrusted)]
    starts += [f"/tugas/{task.id}" for task in service.rows(Task)]
    starts += [f"/tugas?cari={word}" for word in WORDS]
    for path, body in pages(visit(who), *starts):
        seen[path] = body
        typed = body.replace(path.partition("cari=")[2] or "\0", "")  # what one searched for stands in the search box
        assert [word for word in WORDS if word in typed] == [], path
    assert len(seen) > 12
    said = capfd.readouterr()
    assert [word for word in WORDS if word in said.out + said.err] == []


def test_W4_the_identity_is_in_no_row_blob_letter_file_or_log(
    visit: Visit, service: World, entrusted: list[str], capfd: pytest.CaptureFixture[str]
) -> None:
    answered = entrusted[-1]
    reply = {"reply_decision": "redo", "text": "Lampunya padam lagi sejak semalam."}
    service.runner.run(SendMessage(answered, "reporter_reply", reply), replace(VISITOR, complaint=answered))
    service.runner.run(OpenIdentity(entrusted[1], "perlu menghubungi"), service.actor("dinkominfo"))
    shown = visit("dinkominfo").post(f"/aduan/{entrusted[1]}/identitas", data={"reason": REASON}).text
    assert CANARY["name"] in shown  # the one place, after a reason that stands in the audit
    Outbox(service.toolbox, senders(service.toolbox.settings)).deliver()
    assert {row.state for row in service.rows(OutboxMessage) if row.recipient.startswith("reporter:")} == {"kept"}
    with service.toolbox.database.connect() as connection:
        for table in metadata.sorted_tables:
            for row in connection.execute(text(f'SELECT * FROM "{table.name}"')):
                kept = b"|".join(each if isinstance(each, bytes) else str(each).encode() for each in row)
                assert [word for word in WORDS if word.encode() in kept] == [], table.name
    for path in service.toolbox.settings.var_dir.rglob("*"):
        if path.is_file():
            content = path.read_bytes().replace(CANARY["email"].encode(), b"")  # a letter names whom it is for
            assert [word for word in WORDS if word.encode() in content] == [], path.name
    said = capfd.readouterr()
    assert [word for word in WORDS if word in said.out + said.err] == []


def test_S5_no_token_and_no_secret_is_in_a_row_a_page_a_file_or_a_log(
    app: Flask, visit: Visit, service: World, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level("DEBUG")
    browser, other = app.test_client(), app.test_client()
    answer = browser.post("/lapor", data={**ANSWERS, **CANARY})
    receipt = browser.get("/lapor/diterima").text
    number, secret = (text.replace("-", "") for text in re.findall(r'class="receipt-code" id="\w+">([^<]+)<', receipt))
    opened = other.post(mail.link(service, number))
    other.post("/lacak/ganti-kode", data={"nomor": number, "surel": CANARY["email"]})
    path = mail.link(service, number, "Kode rahasia baru")
    renewed = other.post(path)
    (fresh,) = re.findall(r'id="kode">([^<]+)<', other.get(f"/lacak/{number}/kode").text)
    person(service)
    other.post("/sandi", data={"email": "petugas.baru@example.com"})
    visit("admin").post("/orang", data={"name": "Tono", "email": "tono@example.com", "unit": "DPUPR"})
    letters = mail.delivered(service)
    tokens = {found for letter in letters for found in re.findall(r"/(?:tautan|kode|sandi)/(\S+)", letter.body)}
    assert len(tokens) == 3  # the receipt, the new secret, the invitation
    cookies = re.findall(r"alur-lacak=(\w+)", str([each.headers for each in (answer, opened, renewed)]))
    assert len(set(cookies)) == 3
    hidden = {*tokens, *cookies, secret, fresh, fresh.replace("-", "")}
    with service.toolbox.database.connect() as connection:
        for table in metadata.sorted_tables:
            for row in connection.execute(text(f'SELECT * FROM "{table.name}"')):
                kept = b"|".join(each if isinstance(each, bytes) else str(each).encode() for each in row)
                assert [word for word in hidden if word.encode() in kept] == [], table.name
    (case,) = {row.instance_id for row in service.rows(OutboxMessage) if row.recipient == f"reporter:{number}"}
    for who in ("ops", "dinkominfo", "pemilik"):
        for page in (
            "/operasi",
            "/operasi/kotak-keluar",
            f"/operasi/instans/{case}",
            "/operasi/audit",
            f"/aduan/{number}",
        ):
            shown = visit(who).get(page).text
            assert [word for word in hidden if word in shown] == [], page
    shown = browser.get(f"/lacak/{number}").text + other.get(f"/lacak/{number}").text
    assert [word for word in hidden if word in shown] == []
    for place in service.toolbox.settings.var_dir.rglob("*"):
        if place.is_file() and place.parent.name != "outbox":  # the letters themselves are for the addressee
            assert [word for word in hidden if word.encode() in place.read_bytes()] == [], place.name
        elif place.is_file():
            assert place.stat().st_mode & 0o777 == 0o600 and place.parent.stat().st_mode & 0o777 == 0o700
    said = capfd.readouterr()
    assert [word for word in hidden if word in said.out + said.err + caplog.text] == []


IDENTITY_KEY = b"CanaryIdentityKeyOfThirtyTwoByte"
SECRETS = ("CanarySecretKey", "CanaryMailPassword", "CanaryIdentityKey", base64.b64encode(IDENTITY_KEY).decode()[:40])


@pytest.fixture
def secretive(service: World) -> Flask:
    """The pages of an installation whose secrets can be told from everything else."""
    settings = replace(
        service.toolbox.settings,
        secret_key="CanarySecretKey" * 3,
        identity_key=IDENTITY_KEY,
        smtp_host="127.0.0.1",
        smtp_port=1,
        smtp_user="post",
        smtp_password="CanaryMailPassword",
    )
    parts = replace(service.toolbox, settings=settings, keys=KeyRing.of(IDENTITY_KEY))
    return create_app(settings, toolbox=parts)


def test_W17_no_secret_stands_in_a_page_or_a_log(
    secretive: Flask, service: World, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    secretive.config.update(WTF_CSRF_ENABLED=False, PROPAGATE_EXCEPTIONS=False)
    person(service)
    browser = secretive.test_client()
    token = sign_in(browser).headers["Set-Cookie"].split("=")[1].split(";")[0]
    bodies = [browser.get(path).text for path in ("/", "/tugas", "/healthz", "/akun", "/tidak-ada")]
    bodies.append(sign_in(secretive.test_client(), password=PASSWORD + "x").text)

    def broken(**_: object) -> str:
        raise ValueError("broken while working")

    secretive.view_functions["inbox.tasks"] = broken
    bodies.append(browser.get("/tugas").text)
    service.file()
    toolbox = secretive.extensions["alur"].toolbox
    Outbox(toolbox, senders(toolbox.settings)).deliver()  # nobody answers there
    said = capfd.readouterr()
    logged = said.out + said.err + caplog.text
    assert "broken while working" in logged  # the log was really looked at
    for where in (*bodies, logged, repr(toolbox), repr(toolbox.settings), repr(toolbox.keys)):
        assert [word for word in (*SECRETS, PASSWORD, token) if word in where] == []
    kept = [row.last_error for row in service.rows(OutboxMessage)]
    assert any(kept) and "Canary" not in str(kept)
