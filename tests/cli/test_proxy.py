"""ALUR_TRUST_PROXY under the real server: whom a request speaks for is believed where it is set, and only there."""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import urlencode

import pytest

from app.web.security import FOREIGN
from tests.served import Served, served

# One address has 20 tries in a minute by the clock: of these so many fall into one minute, whenever the test begins.
ADDRESSES = [f"203.0.113.{number}" for number in range(45)]


def visitor(server: Served) -> tuple[dict[str, str], bytes]:
    """The headers and the body of somebody who signs in wrongly."""
    page = server.ask("/masuk")
    token = re.search(r'name="csrf_token"[^>]* value="([^"]+)"', page.text)
    assert token is not None
    cookies = "; ".join(line.split(";")[0] for line in page.headers.get_all("Set-Cookie", []))
    sent = {"csrf_token": token[1], "password": "salah", "email": "a@b.example"}
    return {"Cookie": cookies, "Content-Type": "application/x-www-form-urlencoded"}, urlencode(sent).encode()


def statuses(server: Served, behind: str = "") -> list[int]:
    """The status that each of many people gets who try to sign in; `behind` them stands another proxy."""
    headers, body = visitor(server)
    forwarded = [{**headers, "X-Forwarded-For": each + behind} for each in ADDRESSES]
    # A name each: failures of one name are counted too, from wherever they come.
    return [server.ask("/masuk", each, body + b"%d" % number).status for number, each in enumerate(forwarded)]


def foreign_over_https(server: Served) -> bool:
    """Whether a form is taken for another site's that stood on our page as the proxy gave it out, over https."""
    headers, body = visitor(server)
    origin = server.address.replace("http:", "https:")
    return FOREIGN.id in server.ask("/masuk", {**headers, "X-Forwarded-Proto": "https", "Origin": origin}, body).text


def foreign_by_name(server: Served) -> bool:
    """Whether a form is taken for another site's that comes from one and says that we had its name."""
    headers, body = visitor(server)
    named = {"X-Forwarded-Host": "evil.example", "Origin": "http://evil.example"}
    return FOREIGN.id in server.ask("/masuk", {**headers, **named}, body).text


@pytest.mark.slow
def test_behind_a_proxy_each_person_has_an_address_and_a_scheme(tmp_path: Path) -> None:
    with served(tmp_path, ALUR_TRUST_PROXY="1") as server:
        assert 429 not in statuses(server)
        assert not foreign_over_https(server)
        assert foreign_by_name(server)
        assert 429 in statuses(server, ", 198.51.100.7")  # our own proxy alone is believed


@pytest.mark.slow
def test_without_a_proxy_what_a_visitor_says_of_itself_is_ignored(tmp_path: Path) -> None:
    with served(tmp_path) as server:
        assert foreign_over_https(server)
        assert foreign_by_name(server)
        assert 429 in statuses(server)
