"""The rule of sight as the databases ask it is the rule itself, for every kind of case and every kind of person."""

from __future__ import annotations

from itertools import product

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app.domain.roles import Actor, Grant
from app.queries import sight
from app.rules.sight import NOTHING, Standing, viewer
from app.store.complaints import Complaint
from app.store.database import reading
from app.store.instances import ProcessInstance
from tests.rules.test_sight import CITY, PER_OFFICE
from tests.rules.test_sight import service as shipped
from tests.world import World

OFFICES = ("DPUPR", "DISHUB", None)
CASES = [
    (assigned, accused, anonymous, confidential)
    for assigned, accused, anonymous, confidential in product(OFFICES, OFFICES, (False, True), (False, True))
    if assigned is None or assigned != accused
]
ACTORS = [
    *(Actor("user", "u" * 32, "Rina", (Grant(role, unit),)) for role, unit in product(PER_OFFICE, ("DPUPR", "DISHUB"))),
    *(Actor("user", "u" * 32, "Rina", (Grant(role),), home="DPUPR") for role in CITY),
    Actor("user", "u" * 32, "Rina", (Grant("opd_admin", "DPUPR"), Grant("dinkominfo_admin", "DINKOMINFO"))),
    Actor("user", "u" * 32, "Rina", ()),
]


def stored(service: World) -> dict[str, Standing]:
    """One complaint of each kind; instance -> what decides about it."""
    found = {}
    for assigned, accused, anonymous, confidential in CASES:
        filed = service.file()
        of = {"accused_unit": accused, "is_anonymous": anonymous, "is_confidential": confidential}
        with Session(service.toolbox.database) as session, session.begin():
            session.execute(update(Complaint).where(Complaint.id == filed.tracking_id).values(**of))
            case = update(ProcessInstance).where(ProcessInstance.id == filed.instance_id)
            session.execute(case.values(unit=assigned))
        found[filed.instance_id] = Standing(assigned, accused, anonymous, confidential)
    return found


def test_queries_show_exactly_what_the_rule_allows(service: World) -> None:
    cases = stored(service)
    joined = select(Complaint.instance_id).join(ProcessInstance, ProcessInstance.id == Complaint.instance_id)
    with reading(service.toolbox.database) as session:
        for actor in ACTORS:
            looks = viewer(actor, shipped().role_rows)
            ruled = {case: looks.sees(standing) for case, standing in cases.items()}
            assert sight.seen(session, looks, [*cases, None]) == ruled
            assert set(session.scalars(joined.where(sight.unsealed(looks)))) == {
                case for case, found in ruled.items() if not found.sealed
            }
            assert set(session.scalars(joined.where(sight.there(looks)))) == {
                case for case, found in ruled.items() if found.known
            }
            about = sight.not_about(looks.offices, ProcessInstance.id)
            assert set(session.scalars(select(ProcessInstance.id).where(about))) == {
                case for case, found in ruled.items() if found.known
            }


def test_a_case_that_is_not_there_and_one_without_a_complaint(service: World) -> None:
    with reading(service.toolbox.database) as session:
        looks = viewer(ACTORS[0], shipped().role_rows)
        assert sight.of_instance(session, looks, "0" * 32) == sight.PLAIN
        assert sight.seen(session, looks, [None]) == {}
        assert looks.sees(Standing(None, "DPUPR")) == NOTHING


def test_the_offices_that_answered_are_found(service: World) -> None:
    filed = service.at_opd()
    with reading(service.toolbox.database) as session:
        assert sight.standing(session, filed.tracking_id) == Standing(
            "DPUPR", answered=frozenset({"KEMENPANRB", "DINKOMINFO"})
        )
