"""Everything in a form that Alur would not honour is said at once, when it is deployed."""

from __future__ import annotations

import json
from typing import Any

import pytest

from app.domain.errors import InvalidDiagram
from app.domain.findings import Finding
from app.forms.conditions import condition
from app.forms.form import findings, read_form


def found(*components: Any, **root: Any) -> list[Finding]:
    document = {"type": "default", "id": "f", "components": list(components), **root}
    return findings(json.dumps(document).encode(), "forms/f.form")


def question(**more: Any) -> dict[str, Any]:
    return {"type": "textfield", "key": "x", "label": "X", **more}


TIME = {"type": "datetime", "key": "d", "label": "d", "subtype": "time"}
WRONG: list[tuple[dict[str, Any], str]] = [
    ({"type": "button", "key": "b", "label": "b"}, "form-component"),
    ({"type": "dynamiclist", "components": []}, "form-component"),
    (question(key="a.b"), "form-key"),
    (question(key=""), "form-key"),
    (question(label=""), "form-label"),
    (question(label="=name"), "form-expression"),
    (question(validate={"requried": True}), "form-validate"),
    (question(validate={"required": "yes"}), "form-validate"),
    (question(validate={"min": 3}), "form-validate"),
    (question(validate={"pattern": "(?=lookahead)"}), "form-validate"),
    (question(validate={"pattern": "("}), "form-validate"),
    (question(validate={"validationType": "iban"}), "form-validate"),
    (question(properties={"sorce": "units"}), "form-properties"),
    (question(properties={"rule": "ktp"}), "form-properties"),
    (question(properties={"autocomplete": "credit-card"}), "form-properties"),
    (question(properties={"mask": "A00"}), "form-properties"),
    (question(readonly=True), "form-attribute"),
    (question(valuesExpression="=x"), "form-attribute"),
    (question(conditional={"hide": "__import__('os').system('x')"}), "form-condition"),
    (question(conditional={"hide": "=a + b > 3"}), "form-condition"),
    (question(conditional={"hide": '=sla("x")'}), "form-condition"),
    (question(conditional={"show": "=a"}), "form-attribute"),
    (question(properties={"required_when": "=("}), "form-condition"),
    ({"type": "select", "key": "s", "label": "s"}, "form-options"),
    ({"type": "select", "key": "s", "label": "s", "values": [{"label": "a", "value": "a"}] * 2}, "form-options"),
    ({"type": "select", "key": "s", "label": "s", "properties": {"source": "planets"}}, "form-source"),
    ({"type": "datetime", "key": "d", "label": "d", "subtype": "week"}, "form-attribute"),
    ({"type": "datetime", "key": "d", "label": "d", "properties": {"oldest": "P1Y"}}, "form-properties"),
    ({"type": "datetime", "key": "d", "label": "d", "properties": {"furthest": "PT5H"}}, "form-properties"),
    ({"type": "datetime", "key": "d", "label": "d", "properties": {"oldest": "P0D"}}, "form-properties"),
    ({"type": "datetime", "key": "d", "label": "d", "properties": {"rule": "phone"}}, "form-attribute"),
    (
        {"type": "datetime", "key": "d", "label": "d", "subtype": "time", "properties": {"oldest": "P3D"}},
        "form-attribute",
    ),
    (
        {"type": "datetime", "key": "d", "label": "d", "subtype": "time", "properties": {"rule": "not_past"}},
        "form-attribute",
    ),
    (question(properties={"rule": "not_future"}), "form-attribute"),
    ({"type": "group", "label": "g", "path": "a", "components": []}, "form-attribute"),
    ({"type": "group", "label": "g"}, "form-components"),
    ({"type": "text", "text": "Hello {{name}}"}, "form-expression"),
]


@pytest.mark.parametrize(
    ("component", "rule"), WRONG, ids=[f"{rule}-{number}" for number, (_, rule) in enumerate(WRONG)]
)
def test_what_would_be_ignored_is_a_finding(component: dict[str, Any], rule: str) -> None:
    told = found(component)
    assert rule in {finding.rule for finding in told}
    for finding in told:
        assert finding.file == "forms/f.form" and finding.severity == "error"
        assert all((finding.message.id, finding.message.en, finding.fix.id, finding.fix.en))


def test_everything_is_said_at_once() -> None:
    told = found(*(component for component, _ in WRONG))
    assert {rule for _, rule in WRONG} <= {finding.rule for finding in told}
    assert len(told) >= len(WRONG)


@pytest.mark.parametrize(
    "content",
    [b"", b"[]", b"\xff", b"{", b"[" * 100_000, b'{"id":"f"}', b" " * 300_000, b'{"id":7,"components":[7,null]}'],
)
def test_a_broken_file_is_a_finding_and_never_an_exception(content: bytes) -> None:
    assert findings(content, "forms/f.form")
    with pytest.raises(InvalidDiagram):
        read_form(content)


def test_too_many_or_too_deep_components_are_findings() -> None:
    assert "form-size" in {finding.rule for finding in found(*(question(key=f"k{number}") for number in range(301)))}
    deep: dict[str, Any] = question()
    for _ in range(9):
        deep = {"type": "group", "label": "g", "components": [deep]}
    assert "form-size" in {finding.rule for finding in found(deep)}


def test_the_key_is_the_name_of_the_file_and_used_once() -> None:
    assert {finding.rule for finding in found(question(), question(), id="g")} == {"form-key", "form-duplicate"}


def test_missing_and_left_over_english_is_a_warning() -> None:
    content = json.dumps({"type": "default", "id": "f", "components": [question(description="Hint")]}).encode()
    told = findings(content, "forms/f.form", {"x": {"label": "X"}, "old": {"label": "Old"}})
    assert [(finding.rule, finding.severity, finding.element) for finding in told] == [
        ("form-english", "warning", "x"),
        ("form-english", "warning", "old"),
    ]
    assert read_form(content, {"x": {"label": "Ex", "help": "Help"}}).by_key["x"].label.en == "Ex"


def test_html_keeps_words_and_loses_everything_that_runs() -> None:
    evil = '<p onclick="x()">Hi <a href="javascript:x()">a</a><script>x()</script><iframe src="//e"></iframe></p>'
    content = json.dumps({"id": "f", "components": [{"type": "html", "id": "h", "content": evil}]}).encode()
    html = read_form(content).fields[0].content.id
    assert html == '<p>Hi <a rel="noopener noreferrer">a</a></p>'


@pytest.mark.parametrize(
    ("text", "values", "holds"),
    [
        ('=decision != "no"', {"decision": "yes"}, True),
        ("=a = true and not b", {"a": True, "b": None}, True),
        ('kind in ["x", "y"] or n >= 2', {"kind": "z", "n": 2}, True),
        ("=email = null", {}, True),
        ("=email = null", {"email": "a"}, False),
    ],
)
def test_a_condition_asks_about_other_answers(text: str, values: dict[str, Any], holds: bool) -> None:
    assert condition(text).holds(values) is holds


def test_a_condition_that_cannot_be_compared_hides_nothing() -> None:
    assert condition("=n > 3").holds({}) is False
    assert condition("=n > 3").holds({"n": 4}) is True
    assert condition("=n").holds({"n": "text"}) is False
