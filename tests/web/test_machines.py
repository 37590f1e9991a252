"""What programs ask for by themselves is answered, and every address that answers without an account is documented."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

from flask import Flask

from app.domain.permissions import Permission
from tests.promises.files import ROOT
from tests.web.conftest import Visit
from tests.world import World

README = (ROOT / "README.md").read_text("utf-8")


def test_every_address_that_answers_without_an_account_stands_in_the_readme(app: Flask) -> None:
    permissions = app.extensions["alur"].permissions
    public = {rule.rule for rule in app.url_map.iter_rules() if permissions.get(rule.endpoint) is Permission.PUBLIC}
    told = set(re.findall(r"(?m)^\| `(/[^`]*)`", README))
    assert public - told == set(), "add these to the table of addresses in the README"
    assert told - {rule.rule for rule in app.url_map.iter_rules()} == set(), "these are gone"


def test_search_engines_show_public_pages_and_follow_no_complaint(visit: Visit) -> None:
    answer = visit(None).get("/robots.txt")
    assert answer.mimetype == "text/plain"
    lines = answer.text.splitlines()
    assert lines[0] == "User-agent: *" and lines[-1] == "Disallow: /"
    allowed = [line.removeprefix("Allow: ").removesuffix("$") for line in lines if line.startswith("Allow")]
    for path in allowed:
        if path != "/static/":
            assert visit(None).get(path).status_code == 200


def test_whoever_found_a_hole_learns_whom_to_tell(visit: Visit, service: World) -> None:
    answer = visit(None).get("/.well-known/security.txt")
    assert answer.mimetype == "text/plain"
    found = dict(line.split(": ", 1) for line in answer.text.splitlines())
    assert found["Contact"] == "mailto:diskominfo@pekalongankota.go.id"
    left = datetime.fromisoformat(found["Expires"]) - service.clock.now()
    assert timedelta(days=30) < left < timedelta(days=365)
    assert found["Canonical"].endswith("/.well-known/security.txt")


def test_the_old_name_of_the_mark_leads_to_it(visit: Visit) -> None:
    answer = visit(None).get("/favicon.ico", follow_redirects=True)
    assert answer.status_code == 200 and answer.mimetype == "image/svg+xml"
