"""A form takes answers from pages and JSON alike, asks only what is asked now, and refuses what it does not know."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.errors import Invalid
from app.domain.text import Text
from app.forms.form import Form, Option, Sources, read_form

UNITS = (
    Option("DPUPR", Text("Dinas PU", "Public works"), "opd"),
    Option("KEMENPANRB", Text("Kementerian", "Ministry"), "ministry"),
)
SOURCES = Sources({"units": UNITS}, date(2026, 11, 23))


def form(*components: dict[str, Any]) -> Form:
    return read_form(json.dumps({"type": "default", "id": "f", "components": components}).encode())


def question(kind: str, key: str = "x", **more: Any) -> dict[str, Any]:
    return {"type": kind, "key": key, "label": key, **more}


def choices(*values: str) -> list[dict[str, str]]:
    return [{"label": value, "value": value} for value in values]


def refused(asked: Form, data: Any, variables: dict[str, Any] | None = None) -> dict[str, list[Text]]:
    with pytest.raises(Invalid) as refusal:
        asked.load(data, SOURCES, variables)
    for sentences in refusal.value.errors.values():
        assert sentences and all(text.id and text.en for text in sentences)
    return refusal.value.errors


@pytest.mark.parametrize(
    ("component", "typed", "kept"),
    [
        (question("textfield"), "  Jalan\tSulawesi ", "Jalan Sulawesi"),
        (question("textfield"), "", None),
        (question("textarea"), "a\r\nb\x07\u202ec", "a\nbc"),
        (question("number"), "12", 12),
        (question("number"), "1,5", 1.5),
        (question("number"), 7, 7),
        (question("checkbox"), "on", True),
        (question("checkbox"), False, False),
        (question("checkbox"), None, False),
        (question("checklist", values=choices("a", "b")), ["b", "b"], ["b"]),
        (question("taglist", values=choices("a", "b")), "a", ["a"]),
        (question("checklist", values=choices("a")), [], None),
        (question("select", values=choices("a", "b")), "b", "b"),
        (question("select", properties={"source": "units", "only": "opd"}), "DPUPR", "DPUPR"),
        (question("radio", values=choices("true", "false")), "false", False),
        (question("radio", values=choices("true", "false")), True, True),
        (question("radio", values=choices("1", "2", "3")), "3", 3),
        (question("radio", values=choices("1", "2", "3")), 2, 2),
        (question("datetime", subtype="date"), "2026-11-23", "2026-11-23"),
        (question("datetime", subtype="date"), "3/2/2026", "2026-02-03"),
        (question("datetime", properties={"oldest": "P30D", "furthest": "P30D"}), "2026-10-24", "2026-10-24"),
        (question("datetime", properties={"oldest": "P30D", "furthest": "P30D"}), "2026-12-23", "2026-12-23"),
        (question("datetime", subtype="time"), "14:30", "14:30"),
        (question("datetime", subtype="datetime"), "2026-11-23T14:30", "2026-11-23T14:30"),
        (question("filepicker", multiple=True), ["a" * 32, "b" * 32], ["a" * 32, "b" * 32]),
        (question("textfield", properties={"rule": "phone"}), "(0285) 421243", "+62285421243"),
        (question("textfield", validate={"validationType": "email"}), "a@example.com", "a@example.com"),
    ],
)
def test_an_answer_is_kept_as_its_question_means_it(component: dict[str, Any], typed: Any, kept: Any) -> None:
    answers = form(component).load({"x": typed}, SOURCES)
    assert answers == {"x": kept}
    assert type(answers["x"]) is type(kept)
    assert form(component).load(json.loads(json.dumps(answers)), SOURCES) == answers  # what is kept loads again


@pytest.mark.parametrize(
    ("component", "typed"),
    [
        (question("textfield", validate={"required": True}), "  "),
        (question("textfield", validate={"minLength": 5}), "abc"),
        (question("textfield", validate={"maxLength": 5}), "abcdef"),
        (question("textfield", validate={"pattern": "^C-[0-9]+$"}), "D-1"),
        (question("textfield", properties={"rule": "nik"}), "3375010008450001"),
        (question("textfield", properties={"rule": "email"}), "diskominfo@gafe.pekalongankota"),
        (question("textfield"), "nul\x00"),
        (question("textfield"), "lone \ud800"),
        (question("textfield"), {"typename": "Jalan"}),
        (question("textfield"), ["a", "b"]),
        (question("textfield"), 5),
        (question("number", validate={"min": 1}), "0"),
        (question("number", validate={"max": 9}), "10"),
        (question("number", decimalDigits=0), "1.5"),
        (question("number"), "1e308"),
        (question("number"), float("nan")),
        (question("number"), float("inf")),
        (question("number"), 10**400),
        (question("number"), "1_000"),
        (question("number"), True),
        (question("checkbox"), "perhaps"),
        (question("checkbox", validate={"required": True}), "off"),
        (question("select", values=choices("a")), "b"),
        (question("select", values=choices("1", "2")), 1.0),
        (question("select", properties={"source": "units", "only": "opd"}), "KEMENPANRB"),
        (question("checklist", values=choices("a")), ["a", "z"]),
        (question("checklist", values=choices("a")), [["a"]]),
        (question("datetime", subtype="date"), "2026-02-30"),
        (question("datetime", subtype="date"), "kemarin"),
        (question("datetime", subtype="date", properties={"rule": "not_future"}), "2026-11-24"),
        (question("datetime", subtype="date", properties={"rule": "not_past"}), "2026-11-22"),
        (question("datetime", subtype="date", properties={"oldest": "P30D"}), "2026-10-23"),
        (question("datetime", subtype="date", properties={"furthest": "P30D"}), "2026-12-24"),
        (question("datetime", subtype="date"), "0001-01-01"),
        (question("datetime", subtype="date"), "31/11"),
        (question("datetime", subtype="date"), "31/11/2026"),
        (question("datetime", subtype="time"), "25:00"),
        (question("filepicker"), ["../etc/passwd"]),
        (question("filepicker"), ["a" * 32, "b" * 32]),
        (question("filepicker", multiple=True, validate={"max": 1}), ["a" * 32, "b" * 32]),
    ],
)
def test_a_wrong_answer_is_explained_beside_its_field(component: dict[str, Any], typed: Any) -> None:
    assert set(refused(form(component), {"x": typed})) == {"x"}


def test_w21_a_field_that_the_form_does_not_have_is_refused() -> None:
    errors = refused(form(question("textfield")), {"x": "a", "status": "closed", "role": "ops", "due_at": "2030-01-01"})
    assert set(errors) == {"status", "role", "due_at"}


def test_a_hidden_question_is_neither_demanded_nor_kept() -> None:
    asked = form(
        question("radio", "decision", values=choices("yes", "no"), validate={"required": True}),
        question("textarea", "why", validate={"required": True}, conditional={"hide": '=decision != "no"'}),
    )
    assert asked.load(
        {
            "decision": "yes",
            "why": "x",
        },
        SOURCES,
    ) == {"decision": "yes"}
    assert set(refused(asked, {"decision": "no"})) == {"why"}
    assert asked.load({"decision": "no", "why": "x"}, SOURCES) == {"decision": "no", "why": "x"}


def test_what_stands_in_a_hidden_group_goes_with_it_and_its_answers_count_as_nothing() -> None:
    asked = form(
        question("checkbox", "more"),
        {
            "type": "group",
            "id": "g",
            "label": "g",
            "conditional": {"hide": "=not more"},
            "components": [question("checkbox", "deep")],
        },
        question("textfield", "last", conditional={"hide": "=deep = true"}),
    )
    assert asked.load({"deep": "on", "last": "x"}, SOURCES) == {"more": False, "last": "x"}
    assert asked.load({"more": "on", "deep": "on", "last": "x"}, SOURCES) == {"more": True, "deep": True}


def test_one_of_two_contacts_is_enough_and_the_case_can_decide() -> None:
    asked = form(
        question("textfield", "phone", properties={"required_when": '=email = null and origin != "counter"'}),
        question("textfield", "email"),
    )
    assert set(refused(asked, {})) == {"phone"}
    assert asked.load({"email": "a"}, SOURCES)["phone"] is None
    assert asked.load({}, SOURCES, {"origin": "counter"}) == {"phone": None, "email": None}
    assert asked.names == {"origin"}


POISON = [
    "typename",
    "__class__",
    "__builtins__",
    "constructor",
    "__proto__",
    "toString",
    "self",
    "cls",
    "load",
    "dump",
    "fields",
    "context",
    "opts",
    "look",
    "asked",
    "form",
    "sources",
    "variables",
    "Meta",
    "validate",
    "error_messages",
    "handle_error",
    "sla",
    "working_days",
    "now",
    "returns",
    "len",
    "None_",
    "_schema",
    "unknown",
]


@pytest.mark.parametrize("key", POISON)
def test_t20_poisonous_field_names_are_plain_data(key: str) -> None:
    asked = form(question("textfield", key, validate={"required": True}), question("number", "other"))
    assert asked.load({key: "Jalan", "other": "1"}, SOURCES) == {key: "Jalan", "other": 1}
    assert set(refused(asked, {"other": 1})) == {"" if key == "_schema" else key}


def test_all_poisonous_names_together() -> None:
    asked = form(*(question("textfield", key) for key in POISON))
    assert asked.load({key: key for key in POISON}, SOURCES) == {key: key for key in POISON}


HUGE: list[Any] = [
    {"x": "a" * 1_000_000},
    {f"k{number}": "v" for number in range(10_000)},
    {"x": float("nan")},
    {"x": "a\x00b"},
    {"x": "\udfff"},
    {"\ud800": "a"},
    {"x": "a" * 501},
    [],
    None,
    "text",
]


@pytest.mark.parametrize("data", HUGE, ids=range(len(HUGE)))
def test_t19_huge_and_broken_input_is_refused_in_a_few_words(data: Any) -> None:
    asked = form(question("textfield"))
    errors = refused(asked, data)
    assert len(json.dumps([[name, len(texts)] for name, texts in errors.items()]).encode()) < 10_000
    "".join(errors).encode()  # every name can be shown again


def test_t19_deep_json_is_refused_without_being_walked() -> None:
    deep: Any = []
    for _ in range(10_000):
        deep = [deep]
    refused(form(question("textfield"), question("checklist", "y", values=choices("a"))), {"x": deep, "y": deep})


def test_a_page_sends_texts_lists_where_several_may_be_chosen() -> None:
    asked = form(question("checklist", "many", values=choices("a", "b")), question("textfield", "one"))
    assert asked.gathered([("many", "a"), ("one", "x"), ("many", "b")]) == {"many": ["a", "b"], "one": "x"}
    assert set(refused(asked, asked.gathered([("one", "x"), ("one", "y")]))) == {"one"}


def test_identity_is_told_apart_from_answers() -> None:
    asked = form(question("textfield", "title"), question("textfield", "nik", properties={"personal": "true"}))
    assert asked.split({"title": "t", "nik": "n"}) == ({"title": "t"}, {"nik": "n"})


def test_first_values_come_from_defaults_and_the_case() -> None:
    asked = form(
        question(
            "select", "unit", properties={"source": "units", "preset": "suggested_unit"}, defaultValue="KEMENPANRB"
        ),
        question("textfield", "plain"),
    )
    assert asked.first_values({"suggested_unit": "DPUPR"}) == {"unit": "DPUPR"}
    assert asked.first_values() == {"unit": "KEMENPANRB"}


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=5,
)


@given(st.dictionaries(st.sampled_from(["x", "n", "d", "c", "l", "f"]) | st.text(), json_values, max_size=8))
def test_whatever_is_sent_is_refused_or_kept_as_json_that_loads_again(data: dict[str, Any]) -> None:
    asked = form(
        question("textarea"),
        question("number", "n"),
        question("datetime", "d", subtype="date"),
        question("checkbox", "c"),
        question("taglist", "l", values=choices("a", "b")),
        question("filepicker", "f", multiple=True),
    )
    try:
        kept = asked.load(data, SOURCES)
    except Invalid as invalid:
        assert invalid.errors
    else:
        assert asked.load(json.loads(json.dumps(kept, allow_nan=False)), SOURCES) == kept
