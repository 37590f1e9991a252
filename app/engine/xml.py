"""Reads XML that came from outside, safely: no entities, no DTD, nothing fetched, nothing huge."""

from __future__ import annotations

from collections import Counter
from itertools import chain, count
from typing import Any

from lxml import etree

from app.domain.errors import InvalidDiagram
from app.domain.findings import Finding
from app.domain.text import Text

BPMN = "http://www.omg.org/spec/BPMN/20100524/MODEL"
CAMUNDA = "http://camunda.org/schema/1.0/bpmn"
OPERATON = "http://operaton.org/schema/1.0/bpmn"

MAX_BYTES = 1_000_000
MAX_ELEMENTS = 20_000
MAX_FLOW_NODES = 300

FLOW_NODES = frozenset(
    {
        "startEvent",
        "endEvent",
        "intermediateCatchEvent",
        "intermediateThrowEvent",
        "boundaryEvent",
        "task",
        "userTask",
        "manualTask",
        "serviceTask",
        "sendTask",
        "receiveTask",
        "scriptTask",
        "businessRuleTask",
        "callActivity",
        "subProcess",
        "transaction",
        "adHocSubProcess",
        "exclusiveGateway",
        "inclusiveGateway",
        "parallelGateway",
        "eventBasedGateway",
        "complexGateway",
    }
)
BOOLEANS = (
    "isExecutable", "cancelActivity", "triggeredByEvent", "isForCompensation", "isSequential", "isInterrupting",
    "instantiate", "parallelMultiple", "testBefore",
)  # fmt: skip
REFERENCES = (
    "sourceRef", "targetRef", "attachedToRef", "default", "messageRef", "errorRef", "processRef", "calledElement",
    "bpmnElement",
)  # fmt: skip
REFERENCE_TEXTS = ("flowNodeRef", "incoming", "outgoing", "loopDataInputRef", "loopDataOutputRef")
_FORBIDDEN_NAMESPACES = ("http://www.w3.org/1999/XSL/", "http://www.w3.org/2001/XInclude")
_KEEP_SHORT = Text("Perkecil berkas atau bagi prosesnya.", "Make the file smaller or divide the process.")
_DRAW_AGAIN = Text("Simpan ulang berkas dari aplikasi gambar BPMN.", "Save the file again from the BPMN modeler.")


def parse_xml(data: bytes, file: str) -> Any:
    """The root element of `data`; comments and processing instructions are left out.

    Raises InvalidDiagram with one finding when the text is not XML, has a DOCTYPE or a forbidden namespace, or is
    larger than 1 MB, 20,000 elements or 300 flow nodes.
    """
    if len(data) > MAX_BYTES:
        size = Text(f"Berkas lebih besar dari {MAX_BYTES} bita.", f"The file is larger than {MAX_BYTES} bytes.")
        raise _refused(file, "xml-too-large", size, _KEEP_SHORT)
    if not data.strip():
        raise _refused(file, "xml-empty", Text("Berkas ini kosong.", "The file is empty."), _DRAW_AGAIN)
    root = _parse(data, file)
    _refuse_doctype(root, file)
    _refuse_namespaces(root, file)
    _refuse_size(root, file)
    _spell_out(root)
    _refer_plainly(root)
    _read_as_camunda(root)
    _name_arrows(root)
    return root


def local_name(element: Any) -> str:
    """The tag of an element without its namespace."""
    return str(etree.QName(element).localname)


def _parse(data: bytes, file: str) -> Any:
    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        dtd_validation=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        root = etree.fromstring(data, parser)
    except (etree.XMLSyntaxError, ValueError, LookupError) as error:
        line = getattr(error, "lineno", None)
        where = (f" (baris {line})", f" (line {line})") if line else ("", "")
        text = Text(f"Berkas bukan XML yang sah{where[0]}.", f"The file is not well-formed XML{where[1]}.")
        raise _refused(file, "xml-malformed", text, _DRAW_AGAIN) from error
    return root


def _refuse_doctype(root: Any, file: str) -> None:
    info = root.getroottree().docinfo
    if info.doctype or info.internalDTD is not None:
        text = Text("Berkas memuat DOCTYPE, yang tidak diizinkan.", "The file has a DOCTYPE, which is not allowed.")
        raise _refused(file, "xml-doctype", text, _DRAW_AGAIN)


def _refuse_namespaces(root: Any, file: str) -> None:
    used = {uri for element in root.iter() for uri in (element.nsmap or {}).values() if uri}
    for uri in sorted(used):
        if uri.startswith(_FORBIDDEN_NAMESPACES):
            text = Text(f"Ruang nama {uri} tidak diizinkan.", f"The namespace {uri} is not allowed.")
            raise _refused(file, "xml-namespace", text, _DRAW_AGAIN)


def _refuse_size(root: Any, file: str) -> None:
    tags = Counter(element.tag for element in root.iter())
    elements = sum(tags.values())
    if elements > MAX_ELEMENTS:
        text = Text(
            f"Berkas berisi {elements} unsur XML; batasnya {MAX_ELEMENTS}.",
            f"The file has {elements} XML elements; the limit is {MAX_ELEMENTS}.",
        )
        raise _refused(file, "xml-too-many-elements", text, _KEEP_SHORT)
    nodes = sum(tags[f"{{{BPMN}}}{name}"] for name in FLOW_NODES)
    if nodes > MAX_FLOW_NODES:
        text = Text(
            f"Diagram berisi {nodes} simpul; batasnya {MAX_FLOW_NODES}.",
            f"The diagram has {nodes} flow nodes; the limit is {MAX_FLOW_NODES}.",
        )
        raise _refused(file, "xml-too-many-nodes", text, _KEEP_SHORT)


def _spell_out(root: Any) -> None:
    """Write yes and no as words: XML also allows 1 and 0, which the library does not know."""
    for element in root.iter(f"{{{BPMN}}}*"):
        for name in BOOLEANS:
            if (digit := element.get(name)) in ("0", "1"):
                element.set(name, "true" if digit == "1" else "false")


def _refer_plainly(root: Any) -> None:
    """Write references as ids: some modelers put the prefix of the file's own namespace before them."""
    ids = {element.get("id") for element in root.iter()}
    for element in root.iter():
        for name in REFERENCES:
            if ":" in (reference := element.get(name, "")) and reference.rsplit(":", 1)[1] in ids:
                element.set(name, reference.rsplit(":", 1)[1])
        text = (element.text or "").strip()
        if ":" in text and local_name(element) in REFERENCE_TEXTS and text.rsplit(":", 1)[1] in ids:
            element.text = text.rsplit(":", 1)[1]


def _read_as_camunda(root: Any) -> None:
    """Read the words of a fork of Camunda 7 as the words that they are copies of."""
    fork, prefix = f"{{{OPERATON}}}", f"{{{CAMUNDA}}}"
    for element in root.iter():
        if element.tag.startswith(fork):
            element.tag = prefix + element.tag.removeprefix(fork)
        for name, value in element.attrib.items():
            if name.startswith(fork) and element.get(prefix + name.removeprefix(fork)) is None:
                element.set(prefix + name.removeprefix(fork), value)


def _name_arrows(root: Any) -> None:
    """Call each arrow without an id after its ends, so that everybody can speak of it."""
    taken = {element.get("id") for element in root.iter()}
    for arrow in root.iter(f"{{{BPMN}}}sequenceFlow"):
        if not arrow.get("id"):
            name = f"Flow_{arrow.get('sourceRef', '')}_{arrow.get('targetRef', '')}"
            arrow.set(
                "id", next(each for each in chain((name,), (f"{name}_{n}" for n in count(2))) if each not in taken)
            )
            taken.add(arrow.get("id"))


def _refused(file: str, rule: str, message: Text, fix: Text) -> InvalidDiagram:
    return InvalidDiagram(message, findings=[Finding(file, None, rule, "error", message, fix)])
