"""The city's lists as choices of a form: units, categories and kelurahan, each under the heading it belongs to."""

from __future__ import annotations

from datetime import datetime

from app.bundle.form_fields import Option, Sources
from app.bundle.service import ServiceData
from app.domain.text import Text


def sources_of(service: ServiceData, now: datetime) -> Sources:
    """What forms may offer at this instant; the day is that of the service's own zone."""
    units = tuple(Option(unit.code, unit.name, unit.type) for unit in service.units.values())
    categories = tuple(Option(row.code, row.name) for row in service.categories.values() if row.active)
    wards = tuple(Option(row.name, Text(row.name, row.name), row.kecamatan) for row in service.kelurahan.values())
    lists = {"units": units, "categories": categories, "kelurahan": wards}
    return Sources(lists, now.astimezone(service.calendar.zone).date())
