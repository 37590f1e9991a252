"""The routing table suggests the office that the city's categories name, and never hinders when it knows none."""

from __future__ import annotations

import pytest

from tests.processes.content import bundle, service

DISTRICTS = {
    "Pekalongan Barat": "KEC-BARAT",
    "Pekalongan Utara": "KEC-UTARA",
    "Pekalongan Timur": "KEC-TIMUR",
    "Pekalongan Selatan": "KEC-SELATAN",
}


def suggested(category: str | None, kelurahan: str | None) -> str | None:
    table = bundle().decisions["routing.dmn"]
    return table.decide({"category": category, "kelurahan": kelurahan}, {})["suggested_unit"]


def test_every_category_leads_to_its_default_office() -> None:
    categories = service().categories.values()
    assert {row.code: suggested(row.code, None) for row in categories} == {
        row.code: row.default_unit for row in categories
    }


def test_other_matters_go_to_the_district_of_the_kelurahan() -> None:
    wards = service().kelurahan.values()
    assert {row.name: suggested("lainnya", row.name) for row in wards} == {
        row.name: DISTRICTS[row.kecamatan] for row in wards
    }


@pytest.mark.parametrize(("category", "kelurahan"), [(None, None), ("lainnya", None), ("lainnya", "Semarang")])
def test_without_a_fitting_row_nothing_is_suggested(category: str | None, kelurahan: str | None) -> None:
    assert suggested(category, kelurahan) is None


def test_only_units_that_exist_are_suggested() -> None:
    found = {suggested(row.code, None) for row in service().categories.values()} - {None}
    assert found <= set(service().units)
    assert set(DISTRICTS.values()) <= set(service().units)
