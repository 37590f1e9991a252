"""Which office has a case, which steps choose it anew, and who does a step when an office is itself complained of."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from app.bundle.read import Bundle
from app.domain.permissions import Permission
from app.rules import facts
from app.rules.facts import Candidates
from app.standard.rows import INTEGRITY
from app.standard.service import ServiceData


def office_after(bundle: Bundle, before: str | None, opened: Iterable[str], variables: Mapping[str, Any]) -> str | None:
    """The office that has the case once these user tasks have opened; None while it is being chosen.

    A step of an office gives the case to it; a step that chooses the office takes the case from whoever sent it back.
    """
    elements = list(opened)
    for element in elements:
        lane = bundle.manifest.lanes.get(bundle.definition.elements[element].lane or "")
        if lane is not None and lane.unit_from and variables.get(lane.unit_from):
            return str(variables[lane.unit_from])
    return None if any(chooses(bundle, element) for element in elements) else before


def chooses(bundle: Bundle, element: str) -> bool:
    """Whether the form of this user task can set the office that others' steps are for."""
    form = bundle.definition.elements[element].form_key
    return any(form == key for key, _ in _sources(bundle))


def target_fields(bundle: Bundle, form: str) -> tuple[str, ...]:
    """The fields of a form that name the office a case goes to."""
    return tuple(field for key, field in _sources(bundle) if key == form)


def _sources(bundle: Bundle) -> list[tuple[str, str]]:
    manifest = bundle.manifest
    names = {lane.unit_from for lane in manifest.lanes.values() if lane.unit_from}
    return [
        source for name in sorted(names) if name in manifest.variables for source in manifest.variables[name].sources
    ]


def candidates(
    bundle: Bundle, element: str, variables: Mapping[str, Any], accused: str | None, service: ServiceData
) -> Candidates:
    """Who may do a user task. The office complained of does no step of it, and where the office that examines such
    complaints is itself complained of, the supervisors choose who does (SETTLED S3).
    """
    found = facts.candidates(bundle, element, variables)
    if accused is None:
        return found
    if found.unit == accused or (chooses(bundle, element) and accused in examiners(service)):
        return Candidates(supervisors(service), None)
    return found


def examiners(service: ServiceData) -> frozenset[str]:
    """The offices to which complaints about other offices go."""
    rows = service.categories.values()
    return frozenset(row.default_unit for row in rows if row.flag == INTEGRITY and row.default_unit)


def supervisors(service: ServiceData) -> tuple[str, ...]:
    """The roles that stand above single offices and may read confidential cases; else all that may read them."""
    able = [role for role in service.role_rows.values() if Permission.COMPLAINT_CONFIDENTIAL in role.permissions]
    return tuple(role.code for role in able if not role.per_unit) or tuple(role.code for role in able)


def starts_confidential(service: ServiceData, category: str | None) -> bool:
    """Whether complaints of this category are confidential whatever their reporter ticked."""
    row = service.categories.get(category or "")
    return row is not None and row.flag == INTEGRITY
