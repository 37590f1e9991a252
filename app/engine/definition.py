"""A process definition: diagrams read once, checked, turned into specs and shared by all their instances."""

from __future__ import annotations

import hashlib
import threading
from collections import Counter, OrderedDict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from SpiffWorkflow.bpmn.parser.ValidationException import ValidationException
from SpiffWorkflow.bpmn.specs.control import BoundaryEventSplit
from SpiffWorkflow.bpmn.specs.defaults import InclusiveGateway, ParallelGateway
from SpiffWorkflow.bpmn.specs.mixins.multiinstance_task import LoopTask

from app.domain.errors import InvalidDiagram
from app.domain.findings import Finding, errors
from app.domain.text import Text
from app.engine.check.run import check_files
from app.engine.decisions.decision import Decision, read_decisions
from app.engine.elements import NS, Element, Flow, is_executable, read_elements, read_flows, read_properties
from app.engine.events import EventGateway
from app.engine.names import numbered, rename_clashes
from app.engine.parser import DiagramParser
from app.engine.specs import BorderSplit
from app.engine.trace import note_completion
from app.engine.xml import parse_xml

CACHE_SIZE = 64


@dataclass(frozen=True, eq=False)
class Definition:
    """One executable process with all it calls; immutable and shared. `digest` is the hash of its files.

    `starts` maps the name of a start message to its start event; `properties` are those of the process itself.
    """

    digest: str
    process_id: str
    elements: Mapping[str, Element]
    flows: Mapping[str, Flow]
    starts: Mapping[str, str]
    properties: Mapping[str, str]
    spec: Any
    subprocess_specs: Mapping[str, Any]


_cache: OrderedDict[tuple[str, str | None, bool], Definition] = OrderedDict()
_lock = threading.Lock()


def define(files: Mapping[str, bytes], process_id: str | None = None, *, checked: bool = False) -> Definition:
    """The definition of the process `process_id` (default: the one that no other calls) in .bpmn and .dmn files.

    Raises InvalidDiagram with all findings when any is an error. The same files give the same object. `checked` is
    for files that passed the check when they were deployed: a check that became stricter since must not stop what
    runs on them.
    """
    key = (_digest(files), process_id, checked)
    with _lock:
        if key in _cache:
            _cache.move_to_end(key)
            return _cache[key]
    if not checked:
        _refuse_faults(files)
    made = _define(files, process_id, key[0])
    with _lock:
        _cache[key] = made
        while len(_cache) > CACHE_SIZE:
            _cache.popitem(last=False)
    return made


def _digest(files: Mapping[str, bytes]) -> str:
    total = hashlib.sha256()
    for name in sorted(files):
        if name.endswith((".bpmn", ".dmn")):
            total.update(hashlib.sha256(name.encode()).digest() + hashlib.sha256(files[name]).digest())
    return total.hexdigest()


def _refuse_faults(files: Mapping[str, bytes]) -> None:
    found = check_files(files)
    if faults := errors(found):
        raise InvalidDiagram(faults[0].message, findings=found)


def _define(files: Mapping[str, bytes], process_id: str | None, digest: str) -> Definition:
    roots = {name: parse_xml(data, name) for name, data in sorted(files.items()) if name.endswith(".bpmn")}
    process_id = process_id or _main_process(roots)
    elements = _by_id(roots, read_elements)
    flows = _by_id(roots, read_flows)
    properties = read_properties(_process(roots, process_id))
    drawn = rename_clashes(roots.values())
    spec, called = _specs(roots, process_id, _decisions(files), drawn)
    for one in dict.fromkeys((spec, *called.values())):  # one that calls itself stands there twice
        _prepare(one, flows, drawn)
    top = [element for element in elements.values() if element.scope == process_id and element.kind == "startEvent"]
    starts = {element.message: element.id for element in top if element.message}
    return Definition(
        digest, process_id, elements, flows, MappingProxyType(starts), properties, spec, MappingProxyType(called)
    )


def _decisions(files: Mapping[str, bytes]) -> dict[str, Decision]:
    found: dict[str, Decision] = {}
    for name in sorted(files):
        if name.endswith(".dmn"):
            found.update(read_decisions(files[name], name))
    return found


def _specs(
    roots: Mapping[str, Any], process_id: str, decisions: Mapping[str, Decision], drawn: Mapping[str, str]
) -> tuple[Any, dict[str, Any]]:
    parser = DiagramParser(decisions)
    try:
        for name, root in roots.items():
            parser.add_bpmn_xml(root, name)
        return parser.get_spec(process_id), parser.get_subprocess_specs(process_id)
    except ValidationException as refused:
        file = refused.file_name or next(iter(roots))
        raise _invalid(file, drawn.get(refused.id, refused.id) or None, "not-executable", Text(
            f"Unsur ini tidak dapat dijalankan ({refused}).", f"This element cannot be run: {refused}."
        )) from refused  # fmt: skip
    except RecursionError as endless:
        raise _invalid(next(iter(roots)), None, "too-long", Text(
            "Diagram terlalu panjang untuk dijalankan.", "The diagram is too long to be run."
        )) from endless  # fmt: skip


def _prepare(spec: Any, flows: Mapping[str, Flow], drawn: Mapping[str, str]) -> None:
    """Give each task spec its drawn id and its flows, and hang on it all that the library would add at run time."""
    new = {old: name for name, old in drawn.items()}
    for task_spec in list(spec.task_specs.values()):
        task_spec.bpmn_id = drawn.get(task_spec.bpmn_id, task_spec.bpmn_id)
        if isinstance(task_spec, EventGateway):
            task_spec.name_branches(drawn)
        if isinstance(task_spec, BoundaryEventSplit):
            task_spec.__class__ = BorderSplit  # the library's parser has no place to name another class
        task_spec.flows = ()
        task_spec.completed_event.connect(note_completion)
    for flow in flows.values():
        source, target = spec.task_specs.get(new.get(flow.source, flow.source)), new.get(flow.target, flow.target)
        if source is not None and target in spec.task_specs:
            split = f"{target}.BoundaryEventSplit"
            source.flows += ((split if split in spec.task_specs else target, flow.id),)
    for task_spec in spec.task_specs.values():
        if isinstance(task_spec, LoopTask):
            spec.task_specs[task_spec.task_spec].completed_event.connect(task_spec.merge_child)
    spec.numbered = numbered(spec.task_specs)
    spec.data_objects = {}  # in a drawing they are for people
    # Joins look at the whole history of a tree, so such a tree is not compacted.
    spec.keep_whole = any(
        isinstance(task_spec, ParallelGateway | InclusiveGateway) and len(task_spec._inputs) > 1
        for task_spec in spec.task_specs.values()
    )


def _process(roots: Mapping[str, Any], process_id: str) -> Any:
    for root in roots.values():
        for process in root.iterfind("b:process", NS):
            if process.get("id") == process_id:
                return process
    raise _invalid(next(iter(roots), "?"), process_id, "no-process", Text(
        f"Proses {process_id} tidak ada dalam berkas.", f"The process {process_id} is not in the files."
    ))  # fmt: skip


def _main_process(roots: Mapping[str, Any]) -> str:
    drawn = [process for root in roots.values() for process in root.iterfind("b:process", NS)]
    processes = [process.get("id") for process in drawn if is_executable(process)]
    called = {c.get("calledElement") for root in roots.values() for c in root.iterfind(".//b:callActivity", NS)}
    free = [process for process in processes if process not in called]
    if len(free) != 1:
        raise _invalid(next(iter(roots), "?"), None, "main-process", Text(
            "Berkas harus memuat tepat satu proses utama.", "The files must hold exactly one main process."
        ))  # fmt: skip
    return str(free[0])


def _by_id(roots: Mapping[str, Any], read: Any) -> Mapping[str, Any]:
    found = {name: list(read(root)) for name, root in roots.items()}
    _refuse_duplicates(found)
    return MappingProxyType({item.id: item for items in found.values() for item in items})


def _refuse_duplicates(found: Mapping[str, Iterable[Any]]) -> None:
    count = Counter(item.id for items in found.values() for item in items)
    twice = [(name, item.id) for name, items in found.items() for item in items if count[item.id] > 1]
    if twice:
        text = Text("Id ini dipakai lebih dari sekali.", "This id is used more than once.")
        fix = Text("Beri setiap unsur id sendiri.", "Give every element an id of its own.")
        raise InvalidDiagram(
            text, findings=[Finding(name, item, "duplicate-id", "error", text, fix) for name, item in twice]
        )


def _invalid(file: str, element: str | None, rule: str, message: Text) -> InvalidDiagram:
    fix = Text("Perbaiki diagram lalu unggah lagi.", "Correct the diagram and upload it again.")
    return InvalidDiagram(message, findings=[Finding(file, element, rule, "error", message, fix)])
