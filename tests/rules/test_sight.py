"""The one rule of sight: every role, of every office, for every kind of complaint, against a table written by hand."""

from __future__ import annotations

from functools import cache
from itertools import product
from pathlib import Path

import pytest

from app.domain.permissions import Permission
from app.domain.roles import SYSTEM, Actor, Grant
from app.rules.sight import NOTHING, Standing, holders, viewer
from app.standard.service import ServiceData, read_service

SERVICE = Path(__file__).parents[2] / "processes" / "service"
HAS, MEANT, OTHER = "DPUPR", "DISHUB", "DINKES"  # the office that has the case, the one complained of, a third one
KINDS = {  # name -> anonymous, confidential
    "ordinary": (False, False),
    "anonymous": (True, False),
    "confidential": (False, True),
    "both": (True, True),
}
PER_OFFICE = ("ministry_admin", "dinkominfo_admin", "officer", "official", "opd_admin", "liaison")
CITY = ("division_head", "leader", "process_owner", "ops", "administrator")
READS_ALL = {"ministry_admin", "dinkominfo_admin", "officer", "official", "division_head", "leader"}
SEALED_ALL = {"ministry_admin", "dinkominfo_admin", "division_head"}
OPENS = {"ministry_admin", "dinkominfo_admin", "officer", "official", "opd_admin", "division_head"}
OPENS_ANONYMOUS = {"ministry_admin", "dinkominfo_admin"}


@cache
def service() -> ServiceData:
    return read_service(SERVICE)


def sees(actor: Actor, case: Standing) -> tuple[bool, bool, bool]:
    found = viewer(actor, service().role_rows).sees(case)
    return found.known, found.content, found.identity


def person(*grants: Grant, home: str | None = None) -> Actor:
    return Actor("user", "u" * 32, "Rina", grants, home=home)


def expected(role: str, office: str | None, kind: str) -> tuple[bool, bool, bool]:
    """SETTLED S1 to S3 in words of this test only."""
    anonymous, confidential = KINDS[kind]
    if office == MEANT:
        return False, False, False
    if confidential:
        content = role in SEALED_ALL or (role in PER_OFFICE and office == HAS)
    else:
        content = role in READS_ALL or (role in {"opd_admin", "liaison"} and office == HAS)
    opens = role in OPENS_ANONYMOUS and office != HAS if anonymous else role in OPENS
    return True, content, content and opens


@pytest.mark.parametrize(
    ("role", "office", "kind"),
    [*product(PER_OFFICE, (HAS, MEANT, OTHER), KINDS), *product(CITY, (None,), KINDS)],
)
def test_every_role_of_every_office_sees_what_is_settled(role: str, office: str | None, kind: str) -> None:
    anonymous, confidential = KINDS[kind]
    case = Standing(HAS, MEANT, anonymous, confidential)
    assert sees(person(Grant(role, office)), case) == expected(role, office, kind)


@pytest.mark.parametrize("role", PER_OFFICE)
@pytest.mark.parametrize("kind", KINDS)
def test_without_an_office_in_charge_only_who_reads_everywhere_reads(role: str, kind: str) -> None:
    anonymous, confidential = KINDS[kind]
    known, content, _ = sees(person(Grant(role, HAS)), Standing(None, None, anonymous, confidential))
    assert known and content is (role in (SEALED_ALL if confidential else READS_ALL))


def test_after_a_return_an_office_reads_its_own_answers_and_nothing_else() -> None:
    case = Standing(None, MEANT, confidential=True, answered=frozenset({HAS, OTHER}))
    found = viewer(person(Grant("opd_admin", HAS)), service().role_rows).sees(case)
    assert (found.content, found.identity, found.own, found.sealed) == (False, False, {HAS}, True)
    leader = viewer(person(Grant("leader")), service().role_rows).sees(case)
    assert (leader.content, leader.own, leader.sealed) == (False, frozenset(), True)


@pytest.mark.parametrize("confidential", [False, True])
def test_a_second_grant_opens_no_identity_to_the_office_in_charge(confidential: bool) -> None:
    both = person(Grant("opd_admin", HAS), Grant("dinkominfo_admin", "DINKOMINFO"))
    assert sees(both, Standing(HAS, MEANT, True, confidential)) == (True, True, False)
    assert sees(both, Standing(OTHER, MEANT, True, confidential)) == (True, True, True)


def test_a_deputy_belongs_to_both_offices() -> None:
    lent = Grant("dinkominfo_admin", "DINKOMINFO", on_behalf_of="Bagus")
    assert sees(person(Grant("opd_admin", HAS), lent), Standing(HAS, MEANT, True)) == (True, True, False)
    assert sees(person(Grant("opd_admin", MEANT), lent), Standing(HAS, MEANT)) == (False, False, False)
    away = person(Grant("dinkominfo_admin", "DINKOMINFO"), Grant("opd_admin", MEANT, on_behalf_of="Sri"))
    assert sees(away, Standing(HAS, MEANT)) == (False, False, False)


def test_the_office_of_the_account_counts_but_for_who_supervises_the_city() -> None:
    case = Standing(HAS, MEANT, True, True)
    assert sees(person(Grant("dinkominfo_admin", "DINKOMINFO"), home=MEANT), case) == (False, False, False)
    assert sees(person(Grant("dinkominfo_admin", "DINKOMINFO"), home=HAS), case) == (True, True, False)
    assert sees(person(Grant("division_head"), home=MEANT), case) == (True, True, False)
    lent = Grant("division_head", on_behalf_of="Dyah")
    assert sees(person(lent, home=MEANT), case) == (False, False, False)


def test_a_reassigned_case_closes_to_the_office_that_had_it() -> None:
    officer = person(Grant("opd_admin", HAS))
    assert sees(officer, Standing(HAS, MEANT, False, True)) == (True, True, True)
    assert sees(officer, Standing(OTHER, MEANT, False, True)) == (True, False, False)


def test_a_grant_of_an_unknown_role_and_no_grant_at_all_see_nothing() -> None:
    for actor in (person(), person(Grant("gone", HAS))):
        assert sees(actor, Standing(HAS, MEANT)) == (True, False, False)
    assert NOTHING.sealed and not NOTHING.known


def test_the_service_itself_sees_what_it_works_on() -> None:
    assert sees(SYSTEM, Standing(HAS, MEANT, True, True)) == (True, True, True)


def test_the_holders_of_a_right_are_named_by_the_role_table() -> None:
    def titles(permission: Permission) -> list[str]:
        return [title.id for title in holders(permission, service().role_rows)]

    assert titles(Permission.IDENTITY_ANONYMOUS) == ["Admin KemenPANRB", "Admin Dinkominfo"]
    assert titles(Permission.COMPLAINT_CONFIDENTIAL) == [
        "Admin KemenPANRB",
        "Admin Dinkominfo",
        "Kepala Bidang Informasi dan Komunikasi Publik",
    ]
