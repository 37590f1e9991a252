"""A diagram as the checks see it: boxes, arrows and scopes, with whatever is broken in it left visible."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from app.domain.findings import Finding, Severity
from app.domain.text import Text
from app.engine.elements import NS, is_executable
from app.engine.expressions.kinds import Kind
from app.engine.xml import local_name

NESTED = ("subProcess", "transaction", "adHocSubProcess")
TASKS = (
    "task", "userTask", "manualTask", "serviceTask", "sendTask", "receiveTask", "scriptTask", "businessRuleTask",
)  # fmt: skip
ACTIVITIES = (*TASKS, "callActivity", *NESTED)
DECIDING = ("exclusiveGateway", "inclusiveGateway")


@dataclass(eq=False, slots=True)
class Edge:
    """One arrow (sequence flow); `source` or `target` is None where the arrow leads nowhere."""

    id: str
    xml: Any
    scope: Scope
    source: Node | None = None
    target: Node | None = None
    condition: str | None = None


@dataclass(eq=False, slots=True)
class Node:
    """One box of the flow. `events` are the kinds of its event definitions, such as timer or message."""

    id: str
    kind: str
    name: str
    xml: Any
    scope: Scope
    events: tuple[str, ...] = ()
    incoming: list[Edge] = field(default_factory=list)
    outgoing: list[Edge] = field(default_factory=list)
    boundaries: list[Node] = field(default_factory=list)
    host: Node | None = None
    inner: Scope | None = None

    @property
    def interrupting(self) -> bool:
        """Whether a boundary event ends the work it sits on."""
        return bool(self.xml.get("cancelActivity", "true") != "false")

    @property
    def label(self) -> str:
        """How people know the element: its name, else its id."""
        name = " ".join(self.name.split())
        shown = name if len(name) <= 60 else name[:59] + "…"
        return f"“{shown}”" if shown else f"“{self.id[:60]}”"

    def successors(self) -> Iterator[Node]:
        """The boxes that may come next, including those behind the events on the border."""
        for edge in self.outgoing:
            if edge.target is not None:
                yield edge.target
        yield from self.boundaries


@dataclass(eq=False, slots=True)
class Scope:
    """A process, or a sub-process (then `node` is its box)."""

    id: str
    xml: Any
    parent: Scope | None = None
    node: Node | None = None
    nodes: list[Node] = field(default_factory=list)
    edges: list[Edge] = field(default_factory=list)

    @property
    def process(self) -> Scope:
        """The process in which this scope lies."""
        scope = self
        while scope.parent is not None:
            scope = scope.parent
        return scope

    @property
    def starts(self) -> list[Node]:
        """The start events of this scope."""
        return [node for node in self.nodes if node.kind == "startEvent"]

    @property
    def runs(self) -> bool:
        """Whether this scope belongs to a process that is meant to be executed and not an event sub-process."""
        event = self.node is not None and self.node.xml.get("triggeredByEvent") == "true"
        return is_executable(self.process.xml) and not event


@dataclass(eq=False, slots=True)
class Diagram:
    """One BPMN file. `nodes` holds the first element of each id; `messages` and `errors` are its declarations."""

    file: str
    root: Any
    scopes: list[Scope] = field(default_factory=list)
    nodes: dict[str, Node] = field(default_factory=dict)
    messages: Mapping[str, str] = field(default_factory=dict)
    errors: Mapping[str, str] = field(default_factory=dict)

    def each(self, *kinds: str) -> Iterator[Node]:
        """Every element of these kinds (of any kind, if none is given), in the order of the file."""
        for scope in self.scopes:
            for node in scope.nodes:
                if not kinds or node.kind in kinds:
                    yield node

    def edges(self) -> Iterator[Edge]:
        """Every arrow in the order of the file."""
        for scope in self.scopes:
            yield from scope.edges

    @property
    def processes(self) -> list[Scope]:
        """The processes of the file."""
        return [scope for scope in self.scopes if scope.parent is None]

    def error(self, where: Node | Edge | Scope | str | None, rule: str, message: Text, fix: Text) -> Finding:
        """A fault that forbids running the diagram."""
        return self._finding(where, rule, "error", message, fix)

    def warning(self, where: Node | Edge | Scope | str | None, rule: str, message: Text, fix: Text) -> Finding:
        """A fault that the diagram can run with."""
        return self._finding(where, rule, "warning", message, fix)

    def _finding(
        self, where: Node | Edge | Scope | str | None, rule: str, severity: Severity, message: Text, fix: Text
    ) -> Finding:
        element = where if where is None or isinstance(where, str) else where.id
        return Finding(self.file, element or None, rule, severity, message, fix)


@dataclass(frozen=True, slots=True)
class Neighbours:
    """All files that belong together, and the names they may use; None means that names of this kind are not checked.

    `decisions` maps each decision of the DMN files to its outputs, `holders` to the files that hold it;
    `answers` are the only values that a variable can have, `offices` those of a variable that holds an office.
    """

    diagrams: tuple[Diagram, ...] = ()
    decisions: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    forms: Collection[str] | None = None
    roles: Collection[str] | None = None
    limits: Collection[str] | None = None
    variables: Collection[str] | Mapping[str, Kind] | None = None
    topics: Collection[str] | None = None
    holders: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    answers: Mapping[str, Collection[Any]] = field(default_factory=dict)
    offices: Mapping[str, Collection[str]] = field(default_factory=dict)

    def process(self, process_id: str, near: Scope) -> tuple[Diagram, Scope] | None:
        """The process with this id, looked for first in the file of `near` and then in the others."""
        own = near.process
        for diagram in sorted(self.diagrams, key=lambda one: own not in one.processes):
            for scope in diagram.processes:
                if scope.id == process_id:
                    return diagram, scope
        return None


def definitions(node: Node) -> Iterator[tuple[str, Any]]:
    """The event definitions of an event, as (kind, element)."""
    for child in node.xml:
        name = local_name(child)
        if name.endswith("EventDefinition"):
            yield name.removesuffix("EventDefinition"), child


def message_name(diagram: Diagram, node: Node) -> str | None:
    """The name of the message an element waits for or sends, or None where it names none."""
    reference = node.xml.get("messageRef")
    for kind, definition in definitions(node):
        if kind == "message":
            reference = definition.get("messageRef")
    return diagram.messages.get(_local(reference)) if reference else None


def _local(reference: str) -> str:
    return reference.rsplit(":", 1)[-1]


def text_of(xml: Any, name: str) -> str | None:
    """The stripped text of a BPMN child element; None where there is no such child."""
    child = xml.find(f"b:{name}", NS)
    return None if child is None else "".join(child.itertext()).strip()
