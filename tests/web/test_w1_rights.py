"""W1: every address declares its right, and answers every role, of its own and of another unit, as declared."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from flask import Blueprint, Flask
from sqlalchemy.orm import Session
from werkzeug.routing import Rule

from app.commands.person.accounts import AddUser, GrantRole, SetSubstitute
from app.commands.procedure.proposals import OfferFiles
from app.commands.procedure.trials import StartTrial
from app.domain.permissions import Permission
from app.domain.roles import SYSTEM, can
from app.main import create_app, refuse_undeclared
from app.store.database import reading
from app.store.deployments import Deployment
from app.store.escalations import Escalation
from app.store.proposals import Proposal
from tests.web.conftest import Visit
from tests.web.uploads import FILES
from tests.world import PEOPLE, World

SIGN_IN = re.compile(r"/masuk(\?|$)")
ITS_UNIT = "DPUPR"  # the complaint stands at this office, in step 4
WHOLE_HOUSE = {"operations.incidents", "operations.outbox", "operations.trail"}  # not for a right limited to own units
OWN_TASK = {"pupr"}  # who may do that step
# What was declared -> what may be seen. Pages for everybody may refuse what is asked for (a wrong password), and an
# object of another unit is hidden, or refused where its existence is known anyway.
ALLOWED = {
    "everybody": {"shown", "tracking", "hidden", "refused"},
    "tracking": {"tracking"},
    "sign-in": {"sign-in"},
    "refused": {"refused"},
    "hidden": {"hidden", "refused"},
    "shown": {"shown"},
}


@pytest.fixture
def objects(service: World) -> dict[str, str]:
    """One real object for each argument that stands in an address."""
    filed = service.at_opd()
    (task,) = service.open(filed.instance_id)
    admin = service.actor("admin")
    person = service.runner.run(AddUser("Orang Baru", "baru@example.com", "kata sandi yang panjang"), admin)
    deputy = service.runner.run(AddUser("Orang Kedua", "kedua@example.com", "kata sandi yang panjang"), admin)
    day = service.clock.now().date()
    period = service.runner.run(SetSubstitute(person, deputy, day, day, "cuti"), admin)
    grant = service.runner.run(GrantRole(person, "ops", "SK 2/2026", day), admin)
    now = service.clock.now()
    escalation = {"limit_key": "verify_opd", "level": 0, "due_at": now, "raised_at": now}
    with Session(service.toolbox.database) as session, session.begin():
        session.add(Escalation(instance_id=filed.instance_id, of=task, **escalation))
    return {
        "of": task,
        "tracking_id": filed.tracking_id,
        "task_id": task,
        "instance_id": filed.instance_id,
        "user_id": person,
        "substitute_id": period,
        "grant_id": grant,
        "key": "pengaduan_sp4n",
        "lang": "id",
        "number": "1",
    }


def of_owners(service: World, rule: Rule) -> dict[str, str]:
    """A trial or a proposal of its own for each request, because some end or delete it."""
    owner = service.actor("pemilik")
    (live,) = service.rows(Deployment, active=True)
    made: dict[str, str] = {}
    if "trial_id" in rule.arguments:
        made["trial_id"] = service.runner.run(StartTrial(live.id), owner)
    if "proposal_id" in rule.arguments:
        manifest = FILES["manifest.toml"] + f"\n# {rule.rule} {len(service.rows(Proposal))}\n".encode()
        made["proposal_id"] = service.runner.run(OfferFiles({**FILES, "manifest.toml": manifest}, "usulan"), SYSTEM)
    return made


def rules(app: Flask) -> Iterator[tuple[Rule, str, str]]:
    """Every address with its endpoint and each method worth trying."""
    for rule in app.url_map.iter_rules():
        for method in sorted((rule.methods or set()) & {"GET", "POST"}):
            if rule.endpoint != "static":
                yield rule, rule.endpoint, method


def address(app: Flask, rule: Rule, objects: dict[str, str]) -> str:
    """The address of a rule with real objects, or with an id that nothing has."""
    values = {name: objects.get(name, "0" * 32) for name in rule.arguments}
    with app.test_request_context():
        return app.url_map.bind("localhost").build(rule.endpoint, values)


def expected(permission: Permission, endpoint: str, rule: Rule, name: str | None, service: World) -> str:
    """What the declaration means for this person: sign-in, refused, hidden, or shown."""
    if permission is Permission.PUBLIC:
        return "everybody"
    if permission is Permission.REPORTER:
        return "tracking"
    if name is None:
        return "sign-in"
    actor = service.actor(name)
    with reading(service.toolbox.database) as session:
        roles = service.toolbox.service(session).roles
    if not can(actor, permission, roles):
        return "refused"
    if endpoint == "operations.open_as_addressee":
        return "hidden"  # no letter has that id
    if endpoint.startswith("cases."):
        return "hidden"  # complaints begin by being filed, and no case has that number
    if endpoint.startswith("board."):
        return "shown"  # who supervises acts on everybody's tasks
    if "task_id" in rule.arguments and name not in OWN_TASK:
        return "hidden"
    if "instance_id" in rule.arguments and not can(actor, permission, roles, ITS_UNIT):
        return "hidden"
    if endpoint.startswith("complaint_file.") and not can(actor, Permission.COMPLAINT_READ, roles, ITS_UNIT):
        return "hidden"
    if endpoint in WHOLE_HOUSE and not can(actor, permission, roles, ""):
        return "refused"
    return "shown"


@pytest.mark.slow
@pytest.mark.parametrize("name", [None, *PEOPLE])
def test_w1_every_route_answers_every_role_as_declared(
    name: str | None, app: Flask, service: World, visit: Visit, objects: dict[str, str]
) -> None:
    declared = app.extensions["alur"].permissions
    wrong = []
    for rule, endpoint, method in rules(app):
        if endpoint == "account.sign_out":
            continue  # it would end the session of this browser; W13 tests it
        answer = visit(name).open(address(app, rule, objects | of_owners(service, rule)), method=method)
        want = expected(declared[endpoint], endpoint, rule, name, service)
        got = seen(answer.status_code, answer.headers.get("Location", ""))
        if answer.status_code >= 500 or got not in ALLOWED[want]:
            wrong.append(f"{method} {rule.rule}: {want} declared, {answer.status_code} {got}")
    assert wrong == []


def seen(status: int, location: str) -> str:
    """What an answer tells the person."""
    if status in (302, 303) and SIGN_IN.search(location):
        return "sign-in"
    if status in (302, 303) and location.startswith("/lacak"):
        return "tracking"
    return {403: "refused", 404: "hidden"}.get(status, "shown")


def test_w1_a_route_without_a_declaration_stops_the_application(app: Flask) -> None:
    app.view_functions["stray"] = lambda: "x"
    app.url_map.add(Rule("/stray", endpoint="stray"))
    with pytest.raises(RuntimeError, match="stray"):
        refuse_undeclared(app)


def test_w1_blueprints_have_no_undeclared_routes(service: World, monkeypatch: pytest.MonkeyPatch) -> None:
    import app.web.health as health

    blueprint = Blueprint("other", __name__)
    blueprint.add_url_rule("/other", "other", lambda: "x")
    monkeypatch.setattr(health, "blueprint", blueprint)
    with pytest.raises(RuntimeError, match=r"other\.other"):
        create_app(service.toolbox.settings, toolbox=service.toolbox)
