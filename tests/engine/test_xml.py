"""XML from outside is read without entities, DTD or network, and never beyond its limits."""

from __future__ import annotations

import pytest

from app.domain.errors import InvalidDiagram
from app.engine.xml import BPMN, parse_xml

HEAD = f'<definitions xmlns="{BPMN}">'


def rule_of(data: bytes) -> str:
    with pytest.raises(InvalidDiagram) as caught:
        parse_xml(data, "x.bpmn")
    (finding,) = caught.value.findings
    assert finding.file == "x.bpmn" and finding.message.id and finding.message.en and finding.fix.id
    return finding.rule


def test_plain_file_is_read_without_comments() -> None:
    root = parse_xml(f"<?xml version='1.0'?><?go now?>{HEAD}<!-- a --><process id='p'/></definitions>".encode(), "a")
    assert [child.get("id") for child in root] == ["p"]


@pytest.mark.parametrize("data", [b"no xml", b"<a>", b"\x00\xff", b"<?xml version='1.0' encoding='klingon'?><a/>"])
def test_garbage_is_refused(data: bytes) -> None:
    assert rule_of(data) == "xml-malformed"


def test_entities_and_doctypes_are_refused(tmp_path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("canary")
    laughs = b"<!DOCTYPE a [<!ENTITY b 'ha'><!ENTITY c '&b;&b;&b;'>]><a>&c;</a>"
    outside = f"<!DOCTYPE a [<!ENTITY x SYSTEM 'file://{secret}'>]><a>&x;</a>".encode()
    assert rule_of(laughs) == "xml-doctype"
    assert rule_of(outside) == "xml-doctype"
    assert rule_of(b"<!DOCTYPE a SYSTEM 'http://127.0.0.1:9/x.dtd'><a/>") == "xml-doctype"
    assert rule_of("<!DOCTYPE a [<!ENTITY b 'ha'>]><a/>".encode("utf-16")) == "xml-doctype"


def test_sizes_are_limited() -> None:
    assert rule_of(b"<a>" + b"x" * 1_000_001 + b"</a>") == "xml-too-large"
    assert rule_of(b"<a>" + b"<b/>" * 20_001 + b"</a>") == "xml-too-many-elements"
    assert rule_of((HEAD + "<task/>" * 301 + "</definitions>").encode()) == "xml-too-many-nodes"
    assert rule_of(b"<a>" * 5_000 + b"</a>" * 5_000) == "xml-malformed"


def test_foreign_processing_namespaces_are_refused() -> None:
    assert rule_of(b"<a xmlns:xi='http://www.w3.org/2001/XInclude'><xi:include href='/etc/passwd'/></a>") == (
        "xml-namespace"
    )
