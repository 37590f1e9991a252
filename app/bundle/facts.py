"""What a bundle says about a case: who may do a task, which limit counts, which values go in, which status shows."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any, NamedTuple, Protocol

from app.bundle.manifest import Variable
from app.bundle.read import Bundle
from app.domain.calendar import Calendar
from app.domain.limits import Limit, shifted
from app.engine.environment import Environment
from app.engine.expressions import compile_expression
from app.sdk import Scalar


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

    A flow's own status goes before that of the element it leads to; an end event's status is final.
    """
    statuses = bundle.manifest.statuses
    if instance.completed and instance.ended and instance.ended[-1] in statuses:
        return statuses[instance.ended[-1]]
    flows = bundle.definition.flows
    led_to = {flows[flow].target for flow in step.flows if flow in flows}
    passed = [statuses.get(element) for _, element in step.entered if element not in led_to]
    passed += [statuses.get(flow) or statuses.get(flows[flow].target) for flow in step.flows if flow in flows]
    return next((status for status in reversed(passed) if status), previous)


def first_status(bundle: Bundle) -> str:
    """The public status of an instance that has just begun, before its first step gives it another."""
    return next((bundle.manifest.statuses.get(start, "") for start in bundle.definition.starts.values()), "")


def withdrawn_status(bundle: Bundle) -> str | None:
    """The status of an instance that its reporter withdrew, or None when the process knows no withdrawal."""
    rule = bundle.manifest.instance.withdraw
    return bundle.manifest.statuses.get(rule.end, rule.end) if rule else None


def limit_key(bundle: Bundle, element: str) -> str | None:
    """The key of the limit that counts for an element: its property `sla`."""
    return bundle.definition.elements[element].properties.get("sla")


def instance_limit_key(bundle: Bundle, variables: Mapping[str, Any]) -> str | None:
    """The key of the whole instance's limit: the first whose condition holds, else the plain one."""
    rules = bundle.manifest.instance
    for key, condition in rules.sla_when.items():
        expression = compile_expression(condition)
        if all(name in variables for name in expression.names) and expression.evaluate(variables, {}):
            return key
    return rules.sla


def paused(bundle: Bundle, status: str) -> bool:
    """Whether the clocks of the instance's limits stand still while it has this status."""
    return status in bundle.manifest.instance.pauses


def anchored(
    limit: Limit,
    opened: datetime,
    started: datetime,
    entered: Mapping[str, datetime],
    again: datetime | None = None,
) -> datetime:
    """The instant from which a task's limit counts.

    `opened` is when the task opened, `started` when the instance did, `entered` when each element was last entered,
    `again` when this same step was open the time before. A limit that spans several steps is for the first time only:
    a step that is asked for again, or whose anchor was skipped, counts from its own opening.
    """
    if limit.anchor == "task":
        return opened
    start = started if limit.anchor == "instance" else entered.get(limit.anchor, opened)
    return opened if again is not None and again >= start else start


def moved(
    calendar: Calendar, limit: Limit, due: datetime, start: datetime, pauses: Iterable[tuple[datetime, datetime]]
) -> datetime:
    """A due time that counts from `start`, later by every pause since then."""
    for began, ended in pauses:
        due = shifted(calendar, limit, due, max(began, start), max(ended, start))
    return due


def until(env: Environment) -> Callable[[str], datetime | None]:
    """What a Case's `until` answers: when a limit would end if it began at this instant; None for an unknown key."""

    def end(key: str) -> datetime | None:
        try:
            limit = env.limit(key)
        except KeyError:
            return None
        return env.calendar.add(env.now, limit.limit, limit.clock).at

    return end
