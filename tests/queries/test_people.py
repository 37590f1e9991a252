"""What a person may do on a day: by their own grants, and by those of whoever they stand in for."""

from __future__ import annotations

from datetime import date

import pytest

from app.commands.person.accounts import EndSubstitute, SetSubstitute
from app.queries.person.people import grants_of
from app.store.database import reading
from tests.world import World

FIRST, LAST = date(2026, 11, 24), date(2026, 11, 26)


def held(service: World, who: str, day: date) -> list[tuple[str, str | None, str | None]]:
    """Role, unit, and in whose place."""
    with reading(service.toolbox.database) as session:
        return [(each.role, each.unit, each.on_behalf_of) for each in grants_of(session, service.actor(who).id, day)]


@pytest.fixture
def lent(service: World) -> str:
    """Dinkes' officer stands in for that of Public Works for three days."""
    absent, deputy = service.actor("pupr").id, service.actor("dinkes").id
    found: str = service.runner.run(SetSubstitute(absent, deputy, FIRST, LAST, "cuti"), service.actor("admin"))
    return found


OWN, LENT = ("opd_admin", "DINKES", None), ("opd_admin", "DPUPR", "Pupr")


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        (date(2026, 11, 23), [OWN]),
        (FIRST, [OWN, LENT]),
        (LAST, [OWN, LENT]),
        (date(2026, 11, 27), [OWN]),
        (date(2025, 12, 31), []),  # before the own grant began
    ],
)
def test_lent_roles_hold_on_the_days_of_the_period_and_name_whose_they_are(
    service: World, lent: str, day: date, expected: list[tuple[str, str | None, str | None]]
) -> None:
    assert held(service, "dinkes", day) == expected
    assert held(service, "pupr", FIRST) == [("opd_admin", "DPUPR", None)]


def test_a_period_that_was_ended_lends_nothing(service: World, lent: str) -> None:
    service.runner.run(EndSubstitute(lent), service.actor("admin"))
    assert held(service, "dinkes", FIRST) == [OWN]
