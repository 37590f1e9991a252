"""Reads a BPMN file into boxes, arrows and scopes, leaving every fault in place for the checks to find."""

from __future__ import annotations

from typing import Any

from app.engine.check.model import NESTED, Diagram, Edge, Node, Scope, definitions
from app.engine.elements import NS
from app.engine.xml import BPMN, FLOW_NODES, local_name


def read_diagram(root: Any, file: str) -> Diagram:
    """The diagram of a parsed file; never raises for what is drawn wrongly."""
    diagram = Diagram(file, root)
    diagram.messages = {node.get("id", ""): (node.get("name") or "").strip() for node in root.iterfind("b:message", NS)}
    diagram.errors = {
        node.get("id", ""): (node.get("errorCode") or "").strip() for node in root.iterfind("b:error", NS)
    }
    for process in root.iterfind("b:process", NS):
        _read_scope(diagram, process)
    _connect(diagram)
    return diagram


def is_bpmn(root: Any) -> bool:
    """Whether the root element is that of a BPMN file."""
    return bool(root.tag == f"{{{BPMN}}}definitions")


def _read_scope(diagram: Diagram, process: Any) -> None:
    pending = [Scope(process.get("id", ""), process)]
    while pending:
        scope = pending.pop(0)
        diagram.scopes.append(scope)
        for xml in scope.xml:
            if not xml.tag.startswith(f"{{{BPMN}}}"):
                continue
            kind = local_name(xml)
            if kind == "sequenceFlow":
                scope.edges.append(_edge(xml, scope))
            elif kind in FLOW_NODES:
                node = Node(xml.get("id", ""), kind, xml.get("name") or "", xml, scope)
                node.events = tuple(name for name, _ in definitions(node))
                scope.nodes.append(node)
                diagram.nodes.setdefault(node.id, node)
                if kind in NESTED:
                    node.inner = Scope(node.id, xml, scope, node)
                    pending.append(node.inner)


def _edge(xml: Any, scope: Scope) -> Edge:
    condition = xml.find("b:conditionExpression", NS)
    text = None if condition is None else "".join(condition.itertext()).strip()
    return Edge(xml.get("id", ""), xml, scope, condition=text)


def _connect(diagram: Diagram) -> None:
    for edge in diagram.edges():
        edge.source = diagram.nodes.get(edge.xml.get("sourceRef", ""))
        edge.target = diagram.nodes.get(edge.xml.get("targetRef", ""))
        if edge.source is not None and edge.target is not None:
            edge.source.outgoing.append(edge)
            edge.target.incoming.append(edge)
    for node in diagram.each("boundaryEvent"):
        node.host = diagram.nodes.get(node.xml.get("attachedToRef", ""))
        if node.host is not None and node.host.scope is node.scope:  # else it is detached, which is a finding
            node.host.boundaries.append(node)
