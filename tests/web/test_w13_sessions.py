"""W13: a new session at sign-in, ended on the server at sign-out, when idle or old, in a well-kept cookie."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from flask import Flask
from sqlalchemy import select

from app.auth import sessions
from app.main import create_app
from app.store.accounts import Session
from app.store.database import reading
from tests.web.conftest import Visit
from tests.web.signing import EMAIL, PASSWORD, cookies, person, sign_in
from tests.world import World


def test_w13_the_cookie_from_before_signing_in_is_worth_nothing(app: Flask, service: World) -> None:
    person(service)
    browser = app.test_client()
    browser.get("/masuk")
    browser.set_cookie("alur-masuk", "planted-by-somebody-else")
    answer = sign_in(browser)
    assert answer.status_code == 302
    assert "planted" not in cookies(answer)["alur-masuk"]
    thief = app.test_client()
    thief.set_cookie("alur-masuk", "planted-by-somebody-else")
    assert thief.get("/tugas").headers["Location"].startswith("/masuk")


def test_w13_signing_in_again_ends_the_session_before(app: Flask, service: World) -> None:
    person(service)
    browser = app.test_client()
    first = cookies(sign_in(browser))["alur-masuk"].split(";")[0].partition("=")[2]
    browser.post("/keluar")
    sign_in(browser)
    thief = app.test_client()
    thief.set_cookie("alur-masuk", first)
    assert thief.get("/tugas").status_code == 302
    assert browser.get("/tugas").status_code == 200


def test_w13_signing_out_kills_the_session_on_the_server(app: Flask, service: World) -> None:
    person(service)
    browser = app.test_client()
    token = cookies(sign_in(browser))["alur-masuk"].split(";")[0].partition("=")[2]
    assert browser.get("/tugas").status_code == 200
    browser.post("/keluar")
    browser.set_cookie("alur-masuk", token)
    assert browser.get("/tugas").status_code == 302
    assert service.rows(Session) == []


def test_w13_thirty_idle_minutes_end_a_session_and_use_keeps_it(service: World, visit: Visit) -> None:
    browser = visit("dinkominfo")
    for _ in range(3):
        service.clock.advance(timedelta(minutes=29))
        assert browser.get("/tugas").status_code == 200
    service.clock.advance(sessions.IDLE + timedelta(seconds=1))
    assert browser.get("/tugas").headers["Location"] == "/masuk?next=/tugas"


def test_w13_eight_hours_end_a_session_however_busy(service: World, visit: Visit) -> None:
    browser = visit("dinkominfo")
    for _ in range(19):
        service.clock.advance(timedelta(minutes=25))
        assert browser.get("/tugas").status_code == 200
    service.clock.advance(timedelta(minutes=6))
    assert browser.get("/tugas").status_code == 302


def test_w13_the_database_keeps_no_cookie(app: Flask, service: World) -> None:
    person(service)
    token = cookies(sign_in(app.test_client()))["alur-masuk"].split(";")[0].partition("=")[2]
    with reading(service.toolbox.database) as session:
        kept = session.scalars(select(Session.id)).all()
    assert len(token) == 64
    assert kept == [sessions.key_of(token)]


def test_w13_cookies_over_https_are_bound_to_the_host(service: World) -> None:
    person(service)
    settings = replace(service.toolbox.settings, base_url="https://aduan.example")
    app = create_app(settings, toolbox=replace(service.toolbox, settings=settings))
    app.config["WTF_CSRF_ENABLED"] = False
    browser = app.test_client()
    found = cookies(browser.get("/masuk", base_url="https://aduan.example"))
    data = {"email": EMAIL, "password": PASSWORD}
    found |= cookies(browser.post("/masuk", data=data, base_url="https://aduan.example"))
    assert set(found) == {"__Host-alur", "__Host-alur-masuk"}
    for header in found.values():
        assert {"Secure", "HttpOnly", "Path=/", "SameSite=Lax"} <= {part.strip() for part in header.split(";")}
        assert "Domain" not in header


def test_w13_a_closed_account_is_signed_out_everywhere(app: Flask, service: World, visit: Visit) -> None:
    user_id = person(service)
    browser = app.test_client()
    sign_in(browser)
    data = {"active": "0", "reason": "pindah tugas"}
    assert visit("admin").post(f"/orang/{user_id}/aktif", data=data).status_code == 302
    assert browser.get("/tugas").status_code == 302
    assert sign_in(browser).status_code == 403


def test_w13_one_press_ends_the_sessions_on_all_other_devices(app: Flask, service: World, visit: Visit) -> None:
    person(service)
    phone, desk, colleague = app.test_client(), app.test_client(), visit("pupr")
    sign_in(phone)
    before = cookies(sign_in(desk))["alur-masuk"].split(";")[0].partition("=")[2]
    assert "Keluar dari perangkat lain" in desk.get("/akun").text
    assert "Sesi di semua perangkat lain sudah diakhiri" in desk.post("/akun/keluar", follow_redirects=True).text
    assert phone.get("/tugas").status_code == 302
    assert desk.get("/tugas").status_code == 200
    assert colleague.get("/tugas").status_code == 200
    desk.set_cookie("alur-masuk", before)
    assert desk.get("/tugas").status_code == 302
