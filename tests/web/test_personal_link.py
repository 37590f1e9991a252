"""Personal links: GET changes nothing, POST opens, closing ends them all, and nobody learns why one does not work."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from flask import Flask

from app.commands.case.instances import CancelInstance
from app.store.access import ReporterSession, VerifiedContact
from app.store.audit import AuditEntry
from app.store.complaints import Complaint, ConversationLine
from app.store.database import compact_json
from app.store.outbox import OutboxMessage
from app.store.schema import metadata
from app.web.security import limiter
from tests.mail import delivered, link
from tests.web.conftest import Visit
from tests.world import IDENTITY, World

EMAIL = IDENTITY["email"]
NEW = "Kode rahasia baru"


def everything(service: World) -> list[tuple[object, ...]]:
    """Every row of every table."""
    with service.toolbox.database.connect() as connection:
        return [tuple(row) for table in metadata.sorted_tables for row in connection.execute(table.select())]


def test_opening_by_get_shows_a_button_and_changes_nothing(visit: Visit, service: World) -> None:
    filed = service.file()
    path = link(service, filed.tracking_id)
    before = everything(service)
    scanner = visit(None)
    for answer in (scanner.get(path), scanner.head(path), scanner.get(path)):
        assert answer.status_code == 200
        assert "alur-lacak" not in answer.headers.get("Set-Cookie", "")
    page = scanner.get(path).text
    assert 'method="post"' in page and "Buka aduan ini" in page and page.count("btn-primary") == 1
    assert scanner.get(f"/lacak/{filed.tracking_id}").status_code == 302
    assert everything(service) == before


def test_opening_by_post_leads_to_the_complaint_again_and_again_on_any_device(visit: Visit, service: World) -> None:
    filed = service.file()
    path = link(service, filed.tracking_id)
    for browser in (visit(None), visit(None)):
        assert browser.post(path).location == f"/lacak/{filed.tracking_id}"
        assert browser.get(f"/lacak/{filed.tracking_id}").status_code == 200
    (verified,) = service.rows(VerifiedContact)
    assert (verified.complaint_id, verified.contact) == (filed.tracking_id, "email")
    assert len(service.rows(AuditEntry, command="OpenPersonalLink")) == 1  # only the first time proves something


def test_each_letter_has_a_link_of_its_own(visit: Visit, service: World) -> None:
    filed = service.answered()
    first, last = link(service, filed.tracking_id, "terima"), link(service, filed.tracking_id, "Laporan")
    assert first != last
    assert visit(None).post(first).status_code == visit(None).post(last).status_code == 302


def test_a_link_works_until_thirty_days_after_the_end(visit: Visit, service: World) -> None:
    filed = service.file()
    path = link(service, filed.tracking_id)
    service.clock.advance(timedelta(days=400))
    assert visit(None).get(path).status_code == 200  # as long as the case runs
    service.runner.run(CancelInstance(filed.instance_id, "uji batas waktu tautan", "other"), service.actor("ops"))
    service.clock.advance(timedelta(days=30))
    assert visit(None).post(path).status_code == 302
    service.clock.advance(timedelta(seconds=1))
    assert visit(None).get(path).status_code == visit(None).post(path).status_code == 410


def test_closing_ends_every_link_and_session_of_the_case_and_of_no_other(visit: Visit, service: World) -> None:
    filed, other = service.file(), service.file()
    path, spared = link(service, filed.tracking_id), link(service, other.tracking_id)
    here, there, neighbour = visit(None), visit(None), visit(None)
    here.post(path), there.post(path), neighbour.post(spared)
    page = here.post(f"/lacak/{filed.tracking_id}/tutup", follow_redirects=True).text
    assert "sudah ditutup di semua perangkat" in page
    assert there.get(f"/lacak/{filed.tracking_id}").status_code == 302
    assert there.get(path).status_code == there.post(path).status_code == 410
    assert neighbour.get(f"/lacak/{other.tracking_id}").status_code == 200
    assert visit(None).post(spared).status_code == 302
    (entry,) = service.rows(AuditEntry, command="CloseAccess")
    assert (entry.chain, entry.fields["links"], entry.fields["sessions"]) == (filed.instance_id, 1, 2)
    number = {"nomor": filed.tracking_id, "kode": filed.secret}
    assert there.post("/lacak", data=number).status_code == 302  # the second way stays


def test_wrong_closed_used_and_expired_links_are_answered_alike(visit: Visit, service: World) -> None:
    filed = service.file()
    path = link(service, filed.tracking_id)
    browser = visit(None)
    browser.post(path)
    browser.post(f"/lacak/{filed.tracking_id}/tutup")
    bad = [path, "/tautan/" + "0" * 26, "/tautan/x", "/tautan/" + "A" * 3000, path + "A"]
    answers = {each: visit(None).get(each) for each in bad}
    assert {answer.status_code for answer in answers.values()} == {410}
    assert len({answer.text.replace(each, "") for each, answer in answers.items()}) == 1
    bad.append(path.replace("tautan", "kode"))  # a link is good for one purpose only
    assert {visit(None).post(each).status_code for each in bad} == {410}
    assert [entry.outcome for entry in service.rows(AuditEntry, command="OpenPersonalLink")] == ["done"]


def test_a_session_ends_after_half_an_hour_idle_and_after_eight_hours_in_all(visit: Visit, service: World) -> None:
    filed, browser = service.file(), visit(None)
    page = f"/lacak/{filed.tracking_id}"
    browser.post("/lacak", data={"nomor": filed.tracking_id, "kode": filed.secret})
    for _ in range(16):  # in use every 29 minutes
        service.clock.advance(timedelta(minutes=29))
        assert browser.get(page).status_code == 200
    service.clock.advance(timedelta(minutes=17))
    assert browser.get(page).status_code == 302
    browser.post("/lacak", data={"nomor": filed.tracking_id, "kode": filed.secret})
    service.clock.advance(timedelta(minutes=31))
    assert browser.get(page).status_code == 302


def test_a_cookie_of_one_complaint_opens_no_other(visit: Visit, service: World) -> None:
    filed, other, browser = service.file(), service.file(), visit(None)
    browser.post("/lacak", data={"nomor": filed.tracking_id, "kode": filed.secret})
    assert browser.get(f"/lacak/{other.tracking_id}").status_code == 302
    browser.post("/lacak", data={"nomor": other.tracking_id, "kode": other.secret})
    assert browser.get(f"/lacak/{filed.tracking_id}").status_code == 302
    assert len(service.rows(ReporterSession)) == 1


def test_scripts_cannot_read_the_cookie_and_the_database_holds_only_its_hash(visit: Visit, service: World) -> None:
    filed, browser = service.file(), visit(None)
    answer = browser.post("/lacak", data={"nomor": filed.tracking_id, "kode": filed.secret})
    cookie = next(each for each in answer.headers.getlist("Set-Cookie") if each.startswith("alur-lacak="))
    assert "HttpOnly" in cookie and "SameSite=Lax" in cookie and "Path=/" in cookie
    token = cookie.partition("=")[2].partition(";")[0]
    assert len(token) == 64
    assert token not in str([vars(row) for row in service.rows(ReporterSession)])


def verified(visit: Visit, service: World, **changes: object) -> tuple[str, str]:
    """A complaint whose reporter has opened a link: number and instance."""
    filed = service.file(**changes)
    visit(None).post(link(service, filed.tracking_id))
    return filed.tracking_id, filed.instance_id


def ask(visit: Visit, number: str, address: str = EMAIL) -> str:
    """Ask for a new secret; what is answered, without the page's own token."""
    page = visit(None).post("/lacak/ganti-kode", data={"nomor": number, "surel": address}).text
    return re.sub(r'value="[^"]{40,}"', "", page).replace(number, "")


def test_whoever_holds_the_verified_address_gets_a_new_secret_once_and_the_old_one_is_dead(
    visit: Visit, service: World
) -> None:
    filed, thief = service.file(), visit(None)
    visit(None).post(link(service, filed.tracking_id))
    thief.post("/lacak", data={"nomor": filed.tracking_id, "kode": filed.secret})
    ask(visit, filed.tracking_id.lower(), EMAIL.upper())
    path = link(service, filed.tracking_id, NEW)
    browser = visit(None)
    assert "Buat kode baru" in browser.get(path).text and service.rows(Complaint)[0].secret_hash
    shown = browser.post(path, follow_redirects=True).text
    (secret,) = re.findall(r'id="kode">([^<]+)<', shown)
    assert secret.replace("-", "") != filed.secret
    assert re.findall(r'id="kode">([^<]+)<', browser.get(f"/lacak/{filed.tracking_id}/kode").text) == [secret]
    assert visit(None).get(path).status_code == visit(None).post(path).status_code == 410
    assert thief.get(f"/lacak/{filed.tracking_id}").status_code == 302
    old, new = ({"nomor": filed.tracking_id, "kode": code} for code in (filed.secret, secret))
    assert visit(None).post("/lacak", data=old).status_code == 403
    assert visit(None).post("/lacak", data=new).status_code == 302
    (entry,) = service.rows(AuditEntry, command="ReplaceSecret")
    assert entry.chain == filed.instance_id
    trail = compact_json([row.fields for row in service.rows(AuditEntry)])
    assert secret not in trail and secret.replace("-", "") not in trail and EMAIL not in trail


def test_a_new_secret_is_never_sent_to_an_address_that_proved_nothing_and_nobody_can_tell(
    visit: Visit, service: World
) -> None:
    number, _ = verified(visit, service)
    unproved = service.file()
    delivered(service)
    said = {
        ask(visit, number),
        ask(visit, number, "lain@example.com"),
        ask(visit, number, "bukan alamat"),
        ask(visit, unproved.tracking_id),
        ask(visit, "0000000000"),
        ask(visit, ""),
    }
    assert len(said) == 1
    assert [row.recipient for row in service.rows(OutboxMessage, template="new_secret")] == [f"reporter:{number}"]


def test_three_letters_a_day_are_enough(visit: Visit, service: World) -> None:
    number, _ = verified(visit, service)
    assert len({ask(visit, number) for _ in range(5)}) == 1
    assert len(service.rows(OutboxMessage, template="new_secret")) == 3
    service.clock.advance(timedelta(hours=25))
    ask(visit, number)
    assert len(service.rows(OutboxMessage, template="new_secret")) == 4


def test_the_link_to_a_new_secret_ends_after_a_day_and_by_closing(visit: Visit, service: World) -> None:
    number, _ = verified(visit, service)
    ask(visit, number)
    path = link(service, number, NEW)
    service.clock.advance(timedelta(hours=24, seconds=1))
    assert visit(None).post(path).status_code == 410
    other, _ = verified(visit, service)
    ask(visit, other)
    path, browser = link(service, other, NEW), visit(None)
    browser.post(link(service, other, "terima"))
    browser.post(f"/lacak/{other}/tutup")
    assert visit(None).get(path).status_code == 410


def test_an_address_that_was_changed_since_is_not_verified(visit: Visit, service: World) -> None:
    number, _ = verified(visit, service)
    other = service.file(identity={**IDENTITY, "email": "baru@example.com"})
    from app.store.base import table_of
    from app.store.reporters import Reporter

    rows = {row.complaint_id: row for row in service.rows(Reporter)}
    with service.toolbox.database.begin() as connection:
        table = table_of(Reporter)
        data_key, sealed = service.toolbox.keys.seal({**IDENTITY, "email": "baru@example.com"}, number)
        changed = {"data_key": data_key, "sealed": sealed, "email_hash": rows[other.tracking_id].email_hash}
        connection.execute(table.update().where(table.c.complaint_id == number).values(**changed))
    for address in (EMAIL, "baru@example.com"):
        ask(visit, number, address)
    assert service.rows(OutboxMessage, template="new_secret") == []


def test_outbox_conversation_and_audit_show_the_links_place_only(visit: Visit, service: World) -> None:
    filed = service.answered()
    delivered(service)
    row = next(row for row in service.rows(OutboxMessage, template="report"))
    assert "[tautan pribadi]" in row.body and "/tautan/" not in row.body
    told = [message.text for message in service.rows(ConversationLine) if message.template == "report"]
    assert all("[tautan pribadi]" in text for text in told) and told
    english = service.file(lang="en")
    delivered(service)
    row = next(row for row in service.rows(OutboxMessage, instance_id=english.instance_id))
    assert "[personal link]" in row.body
    assert filed


@pytest.mark.parametrize("path", ["/tautan/", "/kode/"])
def test_guessing_is_slowed_down(app: Flask, path: str) -> None:
    app.config["RATELIMIT_ENABLED"] = True
    limiter.enabled = True
    try:
        browser = app.test_client()
        codes = [browser.post(f"{path}{number:026}").status_code for number in range(25)]
    finally:
        limiter.enabled = False
        limiter.reset()
    assert codes[:20] == [410] * 20 and set(codes[20:]) == {429}


def test_no_link_page_sends_its_address_on(visit: Visit, service: World) -> None:
    answer = visit(None).get(link(service, service.file().tracking_id))
    assert answer.headers["Referrer-Policy"] == "no-referrer" and answer.headers["Cache-Control"] == "no-store"


def test_asking_alone_leaves_the_old_code_valid(visit: Visit, service: World) -> None:
    filed = service.file()
    visit(None).post(link(service, filed.tracking_id))
    ask(visit, filed.tracking_id)
    visit(None).get(link(service, filed.tracking_id, NEW))
    old = {"nomor": filed.tracking_id, "kode": filed.secret}
    assert visit(None).post("/lacak", data=old).status_code == 302


def test_after_closing_the_next_letter_has_a_link_that_works(visit: Visit, service: World) -> None:
    filed, browser = service.file(), visit(None)
    first = link(service, filed.tracking_id)
    browser.post(first)
    browser.post(f"/lacak/{filed.tracking_id}/tutup")
    service.at_opd(filed)
    assert visit(None).post(first).status_code == 410
    assert visit(None).post(link(service, filed.tracking_id, "diteruskan")).status_code == 302


def test_where_no_mail_leaves_the_page_names_the_office_and_its_telephone(visit: Visit, app: Flask) -> None:
    page = visit(None).get("/lacak/ganti-kode").text
    assert "Hubungi Dinas Komunikasi dan Informatika Kota Pekalongan, telepon (0285) 421243, (0285) 420223." in page
