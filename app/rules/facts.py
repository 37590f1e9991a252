"""What a bundle says about a case: who may do a task, which values go in, which status shows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple, Protocol

from app.bundle.manifest import Variable
from app.bundle.read import Bundle
from app.sdk import Scalar
from app.standard.statuses import CANCELLED


class Passage(Protocol):
    """What status_after needs to know of one step of an instance (app.engine's Step has it)."""

    @property
    def flows(self) -> tuple[str, ...]: ...
    @property
    def entered(self) -> tuple[tuple[str, str], ...]: ...


class Progress(Protocol):
    """What status_after needs to know of an instance (app.engine's Instance has it)."""

    @property
    def completed(self) -> bool: ...
    @property
    def ended(self) -> tuple[str, ...]: ...


class Candidates(NamedTuple):
    """Who may do a task: any of the roles, and the unit they must hold it for (None: no unit asked)."""

    roles: tuple[str, ...]
    unit: str | None


def candidates(bundle: Bundle, element: str, variables: Mapping[str, Any]) -> Candidates:
    """Who may do the user task `element` now: its candidate groups, else its lane's roles, and the lane's unit."""
    task = bundle.definition.elements[element]
    lane = bundle.manifest.lanes.get(task.lane or "")
    roles = task.candidate_groups or (lane.roles if lane else ())
    if lane is None:
        return Candidates(roles, None)
    if lane.unit_from:
        held = variables.get(lane.unit_from)
        return Candidates(roles, str(held) if held else None)
    return Candidates(roles, lane.unit)


def project(bundle: Bundle, form_key: str, answers: Mapping[str, Any]) -> dict[str, Scalar]:
    """The decision variables that these answers of a form set; everything else in them stays out of the engine.

    A question that was not asked leaves its variable as it is; one left open in the start form sets it to None, so
    that a decision table can look at it. Raises ValueError for an answer that is not of its variable's type.
    """
    projected: dict[str, Scalar] = {}
    for variable in bundle.manifest.variables.values():
        for form, field in variable.sources:
            if form == form_key and answers.get(field) is not None:
                projected[variable.name] = scalar(variable, answers[field])
            elif form == form_key == bundle.manifest.start_form:
                projected[variable.name] = None
    return projected


def scalar(variable: Variable, value: Any) -> Scalar:
    """`value` as the variable's type. Raises ValueError when it is no scalar of that type."""
    if variable.type == "boolean" and isinstance(value, bool):
        return value
    if variable.type == "number" and isinstance(value, int | float) and not isinstance(value, bool):
        return value
    if variable.type == "date" and hasattr(value, "isoformat"):
        return str(value.isoformat())
    if variable.type in ("text", "unit", "date") and isinstance(value, str):
        return value
    raise ValueError(f"variable {variable.name}: {value!r} is not of the type {variable.type}")


def status_after(bundle: Bundle, previous: str, step: Passage, instance: Progress) -> str:
    """The public status after a step: that of the last flow or element passed which the manifest gives one.

    A flow's own status goes before that of the element it leads to; an end event's status is final, and so is that
    of a case that was ended from outside.
    """
    return status_given(bundle, step, instance) or previous


def status_given(bundle: Bundle, step: Passage, instance: Progress) -> str | None:
    """The public status that a step gives, also where it is the one that stood before; None when it gives none."""
    statuses = bundle.manifest.statuses
    ended = instance.ended[-1] if instance.completed and instance.ended else None
    if ended == CANCELLED:
        return cancelled_status(bundle)
    if ended is not None and ended in statuses:
        return statuses[ended]
    flows = bundle.definition.flows
    led_to = {flows[flow].target for flow in step.flows if flow in flows}
    passed = [statuses.get(element) for _, element in step.entered if element not in led_to]
    passed += [statuses.get(flow) or statuses.get(flows[flow].target) for flow in step.flows if flow in flows]
    return next((status for status in reversed(passed) if status), None)


def cancelled_status(bundle: Bundle) -> str:
    """The public status of an instance that somebody ended from outside."""
    return bundle.manifest.statuses.get(CANCELLED, CANCELLED)


def first_status(bundle: Bundle) -> str:
    """The public status of an instance that has just begun, before its first step gives it another."""
    return next((bundle.manifest.statuses.get(start, "") for start in bundle.definition.starts.values()), "")


def withdrawn_status(bundle: Bundle) -> str | None:
    """The status of an instance that its reporter withdrew, or None when the process knows no withdrawal."""
    rule = bundle.manifest.instance.withdraw
    return bundle.manifest.statuses.get(rule.end, rule.end) if rule else None
