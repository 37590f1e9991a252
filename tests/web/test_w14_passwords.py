"""W14: passwords are kept with argon2id, guessing is slowed down, and nobody learns who has an account."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from flask import Flask

from app.auth.sign_in import wait
from app.commands.person import passwords
from app.store.accounts import SignInFailure, User
from app.web.security import limiter
from tests.web.signing import EMAIL, PASSWORD, person, sign_in
from tests.world import World


def test_w14_passwords_are_kept_with_argon2id_of_at_least_19_mib(service: World) -> None:
    user_id = person(service)
    (user,) = service.rows(User, id=user_id)
    kind, version, figures = user.password.split("$")[1:4]
    assert (kind, version) == ("argon2id", "v=19")
    named = dict(figure.split("=") for figure in figures.split(","))
    assert int(named["m"]) >= 19 * 1024
    assert int(named["t"]) >= 2


@pytest.mark.parametrize(
    "bad",
    [
        "pendek",
        "sebelashuru",
        "passwordpassword",
        "Bismillahirrahmanirrahim1",
        "P4ssw0rdP4ssw0rd",
        "123456789012",
        "abcdefghijklmn",
        "aaaaaaaaaaaaaaaa",
        "rahasiarahasia" * 20,
        "kucingkucingkucing",
        "rinawati12345",
    ],
)
def test_w14_weak_passwords_are_refused(bad: str) -> None:
    assert passwords.faults(bad, "Rina Wati", "rinawati@example.com")


@pytest.mark.parametrize("good", [PASSWORD, "coba-alur-bersama", "Xk9#mv2!Lp0q", "gajah terbang rendah"])
def test_w14_good_passwords_are_taken(good: str) -> None:
    assert passwords.faults(good, "Rina Wati", EMAIL) == []


def test_w14_waiting_doubles_from_three_seconds_to_a_minute() -> None:
    assert [wait(failures).total_seconds() for failures in range(1, 8)] == [3, 6, 12, 24, 48, 60, 60]


@pytest.mark.parametrize("email", [EMAIL, "tidak.ada@example.com"])
def test_w14_the_eleventh_try_waits_a_minute_for_known_and_unknown_alike(
    app: Flask, service: World, email: str
) -> None:
    person(service)
    browser = app.test_client()
    for _ in range(10):
        assert sign_in(browser, email, "salah sama sekali").status_code == 403
        refused = sign_in(browser, email, "salah sama sekali")
        assert refused.status_code == 429
        service.clock.advance(timedelta(seconds=int(refused.headers["Retry-After"])))
    (row,) = service.rows(SignInFailure)
    assert row.failures == 10
    sign_in(browser, email, "salah sama sekali")
    refused = sign_in(browser, email, PASSWORD)
    assert refused.status_code == 429
    assert 55 <= int(refused.headers["Retry-After"]) <= 61


def test_w14_the_right_password_after_waiting_forgets_the_failures(app: Flask, service: World) -> None:
    person(service)
    browser = app.test_client()
    sign_in(browser, password="salah sama sekali")
    service.clock.advance(timedelta(seconds=4))
    assert sign_in(browser).status_code == 302
    assert service.rows(SignInFailure) == []


def test_w14_known_and_unknown_addresses_read_the_same(app: Flask, service: World) -> None:
    person(service)
    known = sign_in(app.test_client(), EMAIL, "salah sama sekali").text
    unknown = sign_in(app.test_client(), "hana@example.com", "salah sama sekali").text
    assert _bare(known).replace(EMAIL, "x") == _bare(unknown).replace("hana@example.com", "x")


def _bare(page: str) -> str:
    """The page without its tokens, which differ every time."""
    return re.sub(r'(name="csrf_token"\s+value=)"[^"]*"', r"\1", page)


def test_w14_known_and_unknown_addresses_cost_the_same_work(
    app: Flask, service: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    person(service)
    browser = app.test_client()
    figures: list[str] = []

    class Counting:
        @staticmethod
        def verify(kept: str, password: str) -> bool:
            figures.append(kept.split("$")[3])  # memory, time and lanes: what the work depends on
            return bool(hasher.verify(kept, password))

        hash = staticmethod(passwords.HASHER.hash)

    hasher = passwords.HASHER
    monkeypatch.setattr(passwords, "HASHER", Counting)
    sign_in(browser, EMAIL, "salah sama sekali")
    known, figures[:] = list(figures), []
    sign_in(browser, "satu@example.com", "salah sama sekali")
    assert figures == known != []


def test_w14_one_address_cannot_try_without_end(service: World, app: Flask) -> None:
    app.config["RATELIMIT_ENABLED"] = True
    limiter.enabled = True
    try:
        browser = app.test_client()
        statuses = [sign_in(browser, f"orang{n}@example.com", "salah sama sekali").status_code for n in range(25)]
    finally:
        limiter.enabled = False
        limiter.reset()
    assert statuses.count(429) >= 4


def test_w14_a_password_longer_than_any_is_cut_before_it_costs_anything(app: Flask, service: World) -> None:
    person(service)
    assert sign_in(app.test_client(), password="x" * 1_000_000).status_code == 403
