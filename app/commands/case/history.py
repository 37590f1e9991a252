"""Writes the history of an instance: what was left, which flows were passed, what was entered, in order."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from sqlalchemy import bindparam, insert, update

from app.commands.case.at_work import CaseAtWork
from app.engine.trace import EngineStep
from app.store.base import table_of
from app.store.compiled import CompiledStatement
from app.store.fingerprints import history_digest
from app.store.instances import History, ProcessInstance

_add = CompiledStatement(insert(table_of(History)), *table_of(History).c.keys())
_instance = table_of(ProcessInstance)
_count = update(_instance).where(_instance.c.id == bindparam("case")).values(history_count=bindparam("count"))

Event = tuple[str, str, str | None]  # kind, element or flow, task id


def write(case: CaseAtWork, steps: Iterable[EngineStep]) -> None:
    """Add the steps' events."""
    add(case, [event for step in steps for event in _events(case, step)])


def add(case: CaseAtWork, events: Iterable[Event]) -> None:
    """Add events of this instant; they are stored with the case, or by `flush` before."""
    case.events += events


def flush(case: CaseAtWork) -> None:
    """Store the events added so far, numbered on from the last."""
    seq = case.row["history_count"]
    base = {"instance_id": case.id, "at": case.tx.now, "by": case.tx.actor}
    rows: list[dict[str, Any]] = [
        {**base, "seq": number, "kind": kind, "element": element, "task_id": task}
        for number, (kind, element, task) in enumerate(case.events, seq + 1)
    ]
    if rows:
        _add.run(case.tx.connection, rows)
        case.row["history_count"], case.events = seq + len(rows), []
        told = [seq + 1, history_digest(rows, case.tx.toolbox.keys.current)]
        case.tx.details.setdefault("history", []).append(told)


def keep(case: CaseAtWork) -> None:
    """Store the events of a command that takes no step and so does not write the instance's row."""
    flush(case)
    case.tx.sql(_count, {"case": case.id, "count": case.row["history_count"]})


def _events(case: CaseAtWork, step: EngineStep) -> Iterator[Event]:
    """What was open and is left comes first, then each flow with the element it leads to."""
    entered = {task for task, _ in step.entered}
    left = dict(step.left)
    yield from (("cancelled", element, task) for task, element in step.cancelled if task not in entered)
    yield from (("left", element, task) for task, element in step.left if task not in entered)
    waiting = list(step.entered)
    flows = case.bundle.definition.flows
    for flow in step.flows:
        target = flows[flow].target
        while waiting and waiting[0][1] != target and not _led_to(waiting[0][1], step, case):
            yield from _visit(waiting.pop(0), left)
        yield "flow", flow, None
        found = next((visit for visit in waiting if visit[1] == target), None)
        if found is not None:
            waiting.remove(found)
            yield from _visit(found, left)
    for visit in waiting:
        yield from _visit(visit, left)
    yield from (("cancelled", element, task) for task, element in step.cancelled if task in entered)


def _led_to(element: str, step: EngineStep, case: CaseAtWork) -> bool:
    flows = case.bundle.definition.flows
    return any(flows[flow].target == element for flow in step.flows)


def _visit(visit: tuple[str, str], left: dict[str, str]) -> Iterator[Event]:
    task, element = visit
    yield "entered", element, task
    if task in left:
        yield "left", element, task
