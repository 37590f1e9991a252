"""What the office or the person that has a task is called."""

from __future__ import annotations

from app.bundle.manifest import Manifest
from app.domain.text import Text
from app.standard.service import ServiceData


def office_of(service: ServiceData, manifest: Manifest, unit: str | None, lane: str | None) -> Text:
    """The office that has a task; where no one office has it, whoever holds the role of its lane."""
    if unit and unit in service.units:
        return service.units[unit].name
    drawn = manifest.lanes.get(lane or "")
    titles = [service.role_rows[role].title for role in (drawn.roles if drawn else ()) if role in service.role_rows]
    return titles[0] if titles else Text(lane or "", lane or "")
