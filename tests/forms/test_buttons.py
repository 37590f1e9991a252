"""A choice may name the verb of its button, in both languages, with another answer in it."""

from __future__ import annotations

import json
from typing import Any

import pytest

from app.domain.text import Text
from app.forms.form import findings, read_form
from tests.processes.content import bundle

ENGLISH = {"decide": {"label": "Ours?", "options": {"yes": "Yes", "no": "No"}, "button": {"yes": "Forward to {unit}"}}}


def schema(**buttons: str) -> bytes:
    properties = {f"button.{value}": text for value, text in buttons.items()}
    choice: dict[str, Any] = {
        "type": "radio", "id": "F1", "key": "decide", "label": "Milik kita?", "properties": properties,
        "values": [{"label": "Ya", "value": "yes"}, {"label": "Tidak", "value": "no"}],
    }  # fmt: skip
    unit = {"type": "select", "id": "F2", "key": "unit", "label": "OPD", "properties": {"source": "units"}}
    return json.dumps({"type": "default", "id": "f", "components": [choice, unit]}).encode()


def test_the_button_of_a_choice_is_read_with_its_english() -> None:
    yes, no = read_form(schema(yes="Teruskan ke {unit}"), ENGLISH).by_key["decide"].options
    assert yes.button == Text("Teruskan ke {unit}", "Forward to {unit}")
    assert no.button is None


@pytest.mark.parametrize(
    ("buttons", "rule"),
    [
        ({"maybe": "Mungkin"}, "form-button"),  # no such choice
        ({"yes": "Teruskan ke {office}"}, "form-button"),  # no such question
        ({"yes": ""}, "form-properties"),
    ],
)
def test_a_button_that_names_nothing_is_a_finding(buttons: dict[str, str], rule: str) -> None:
    assert rule in {finding.rule for finding in findings(schema(**buttons), "f", None)}


def test_a_button_without_english_is_told() -> None:
    english = {**ENGLISH, "decide": {**ENGLISH["decide"], "button": {}}, "unit": {"label": "Office"}}
    found = findings(schema(yes="Teruskan"), "f", english)
    assert [(each.rule, each.severity) for each in found] == [("form-english", "warning")]


def test_every_decision_of_the_city_names_its_verb() -> None:
    deciding = {(form, field) for variable in bundle().manifest.variables.values() for form, field in variable.sources}
    without = [
        f"{form}.{field}.{option.value}"
        for form, field in sorted(deciding)
        for option in bundle().forms[form].by_key[field].options
        if bundle().forms[form].by_key[field].type == "radio" and option.button is None
    ]
    # Which nature a complaint has, and a bad rating, decide nothing by themselves.
    assert without == [
        "kepuasan.rating.2",
        "kepuasan.rating.1",
        "verifikasi_dinkominfo.nature.ordinary",
        "verifikasi_dinkominfo.nature.oversight",
    ]
