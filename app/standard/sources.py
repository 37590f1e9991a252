"""The city's lists as choices of a form: units, categories and kelurahan, each under the heading it belongs to."""

from __future__ import annotations

from datetime import date, datetime

from app.domain.text import Text
from app.forms.fields import Option, Sources
from app.standard.service import ServiceData

_held: tuple[ServiceData, Sources] | None = None  # service data never changes, it is replaced as a whole


def sources_of(service: ServiceData, now: datetime) -> Sources:
    """What forms may offer at this instant; the day is that of the service's own zone."""
    global _held
    held, today = _held, now.astimezone(service.calendar.zone).date()
    if held is None or held[0] is not service or held[1].today != today:
        held = _held = (service, _sources(service, today))
    return held[1]


def _sources(service: ServiceData, today: date) -> Sources:
    units = tuple(Option(unit.code, unit.name, unit.type) for unit in service.units.values())
    categories = tuple(Option(row.code, row.name) for row in service.categories.values() if row.active)
    wards = tuple(Option(row.name, Text(row.name, row.name), row.kecamatan) for row in service.kelurahan.values())
    return Sources({"units": units, "categories": categories, "kelurahan": wards}, today)
