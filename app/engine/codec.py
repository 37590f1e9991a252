"""Writes a running instance as a small blob and reads it back; the process definition itself is never part of it."""

from __future__ import annotations

import re
import zlib
from collections.abc import Mapping
from itertools import count
from typing import Any
from uuid import UUID

import msgpack
from SpiffWorkflow.bpmn.specs.mixins.events.event_types import CatchingEvent
from SpiffWorkflow.bpmn.specs.mixins.multiinstance_task import LoopTask
from SpiffWorkflow.bpmn.util.subworkflow import BpmnSubWorkflow
from SpiffWorkflow.task import Task
from SpiffWorkflow.util.task import TaskState

from app.domain.text import Text
from app.engine.compact import PREDICTED, predict
from app.engine.definition import Definition
from app.engine.process import Process
from app.engine.refusals import DamagedState
from app.engine.scope import LIVE
from app.engine.script import ScriptEngine
from app.engine.trace import Trace
from app.engine.variables import only_scalars

FORMAT = 1
DIGEST_BYTES = 8
MAX_BLOB = 4_000_000  # bytes
_STATES = (
    TaskState.WAITING,
    TaskState.READY,
    TaskState.STARTED,
    TaskState.COMPLETED,
    TaskState.ERROR,
    TaskState.CANCELLED,
)


def encode(definition: Definition, top: Any, trace: Trace) -> bytes:
    """The instance as bytes: a format version, a checksum, and rows of the kept tasks of each workflow object."""
    names = sorted(definition.flows)
    passed = [(names.index(flow), times) for flow, times in sorted(trace.returns.items())]
    data = dict(sorted(only_scalars(top.data).items())) if top.completed else None
    objects = [] if top.completed else _objects(top)
    body = [bytes.fromhex(definition.digest)[:DIGEST_BYTES], passed, trace.ended, data, objects]
    packed: bytes = msgpack.packb(body, use_bin_type=True)
    return bytes([FORMAT]) + zlib.crc32(packed).to_bytes(4, "big") + packed


def decode(definition: Definition, blob: bytes, engine: Any) -> tuple[Any, Trace]:
    """The workflow and its trace. Raises DamagedState for another format, another definition, or damaged bytes."""
    digest, passed, ended, data, objects = _unpacked(blob)
    if digest != bytes.fromhex(definition.digest)[:DIGEST_BYTES]:
        raise _damaged("the state belongs to another process definition")
    names = sorted(definition.flows)
    trace = Trace({names[index]: times for index, times in passed}, ended)
    top = _empty(definition, engine(trace))
    if data is not None:
        top.data.update(data)
        top.completed = True
        return top, trace
    numbers = count(1)
    for caller_id, rows in objects:
        _restore(top, top if caller_id is None else _sub(top, UUID(bytes=caller_id)), rows, numbers)
    for workflow in (top, *top.subprocesses.values()):
        _revive(workflow)
    return top, trace


def with_ids(blob: bytes, ids: Mapping[bytes, bytes]) -> bytes:
    """The same state for a copy of an instance whose tasks have other ids (16 bytes each, old -> new)."""
    packed: bytes = re.sub(b"|".join(map(re.escape, ids)), lambda old: ids[old[0]], blob[5:]) if ids else blob[5:]
    return bytes([FORMAT]) + zlib.crc32(packed).to_bytes(4, "big") + packed


def _objects(top: Any) -> list[Any]:
    workflows = (top, *top.subprocesses.values())
    times = {task.last_state_change for workflow in workflows for task in workflow.tasks.values()}
    ranks = {at: rank for rank, at in enumerate(sorted(times))}
    return [_rows(workflow, ranks) for workflow in workflows]


def _rows(workflow: Any, ranks: dict[float, int]) -> tuple[bytes | None, list[Any]]:
    """One row for each task but predictions: spec, parent, state, rank of change, id if needed, data, internal data."""
    tasks = [task for task in workflow.tasks.values() if not task._state & PREDICTED]
    place = {task.id: index for index, task in enumerate(tasks)}
    numbers = {name: number for number, name in enumerate(workflow.spec.numbered)}
    rows = []
    for task in tasks:
        parent = task.parent
        changed, removed = _delta(task.data, parent.data if parent is not None else {})
        row = [
            numbers[task.task_spec.name],
            place[parent.id] if parent is not None else None,
            _STATES.index(task._state) + (8 if task.triggered else 0),
            ranks[task.last_state_change],
            task.id.bytes if _has_identity(task) else None,
            dict(sorted(task.internal_data.items())),
            changed,
            removed,
        ]
        while not row[-1]:
            row.pop()
        rows.append(row)
    caller = workflow.parent_task_id
    return (caller.bytes if caller is not None else None), rows


def _has_identity(task: Any) -> bool:
    parent = task.parent
    return bool(task._state & LIVE) or (parent is not None and isinstance(parent.task_spec, LoopTask))


def _delta(data: dict[str, Any], base: dict[str, Any]) -> tuple[dict[str, Any], list[str]]:
    missing = object()
    changed = {}
    for name, value in data.items():
        before = base.get(name, missing)
        if before is not value and (before != value or type(before) is not type(value)):
            changed[name] = value
    return dict(sorted(changed.items())), sorted(name for name in base if name not in data)


def _unpacked(blob: bytes) -> Any:
    if not isinstance(blob, bytes) or len(blob) < 6 or len(blob) > MAX_BLOB:
        raise _damaged("the stored bytes are no instance")
    if blob[0] != FORMAT:
        raise _damaged(f"the stored format is {blob[0]}, this version reads {FORMAT}")
    packed = blob[5:]
    if zlib.crc32(packed).to_bytes(4, "big") != blob[1:5]:
        raise _damaged("the checksum does not fit")
    return msgpack.unpackb(packed, raw=False, strict_map_key=False)


def _empty(definition: Definition, engine: ScriptEngine) -> Any:
    return Process(definition.spec, definition.subprocess_specs, script_engine=engine, deserializing=True)


def _sub(top: Any, caller_id: UUID) -> Any:
    caller = top.get_task_from_id(caller_id)
    sub = BpmnSubWorkflow(top.subprocess_specs[caller.task_spec.spec], caller_id, top, deserializing=True)
    sub.completed_event.connect(caller.task_spec._on_subworkflow_completed, caller)
    top.subprocesses[caller_id] = sub
    return sub


def _restore(top: Any, workflow: Any, rows: list[Any], numbers: Any) -> None:
    names = workflow.spec.numbered
    tasks: list[Any] = []
    for row in rows:
        spec, parent_at, state, rank, task_id, internal, changed, removed = row + [None] * (8 - len(row))
        parent = tasks[parent_at] if parent_at is not None else None
        identity = UUID(bytes=task_id) if task_id else UUID(int=next(numbers))
        task = Task(workflow, workflow.spec.task_specs[names[spec]], parent, _STATES[(state or 0) & 7], identity)
        task.triggered = (state or 0) >= 8
        task.last_state_change = float(rank or 0)  # earlier than every real instant, in the old order
        task.internal_data = internal or {}
        task.data = dict(parent.data) if parent is not None else {}
        task.data.update(changed or {})
        for name in removed or ():
            del task.data[name]
        tasks.append(task)
    workflow.task_tree = tasks[0]


def _revive(workflow: Any) -> None:
    """Predict anew what may follow each live task, and listen for its events again."""
    predict(workflow)
    for task in workflow.tasks.values():
        if task._state == TaskState.WAITING and isinstance(task.task_spec, CatchingEvent):
            workflow.top_workflow.event_manager.add_task(task)


def _damaged(reason: str) -> DamagedState:
    return DamagedState(
        Text(f"Keadaan proses tidak dapat dibaca ({reason}).", f"The state of the process cannot be read: {reason}."),
        reason=reason,
    )
