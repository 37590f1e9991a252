"""What a city's own tasks are written against: handlers are found by their mark, and a case answers plainly."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from app.sdk import Case, handlers_of

NOW = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
HANDLER = "from app.sdk import Result, handler\n@handler('{}')\ndef one(case):\n    return Result()\n"


def package(folder: Path, monkeypatch: pytest.MonkeyPatch, name: str, **modules: str) -> str:
    (folder / name).mkdir()
    for module, text in {"__init__": "", **modules}.items():
        (folder / name / f"{module}.py").write_text(text)
    monkeypatch.syspath_prepend(str(folder))
    for known in [known for known in sys.modules if known.split(".")[0] == name]:
        monkeypatch.delitem(sys.modules, known)
    return name


def test_marked_functions_of_all_modules_are_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    imported = "from one_city.first import one\n"
    name = package(
        tmp_path,
        monkeypatch,
        "one_city",
        first=HANDLER.format("a"),
        second=imported + HANDLER.format("b"),
        third=imported,
    )
    assert set(handlers_of(name)) == {"a", "b"}


def test_two_handlers_for_one_topic_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    name = package(tmp_path, monkeypatch, "two_cities", first=HANDLER.format("a"), second=HANDLER.format("a"))
    with pytest.raises(ValueError, match="two handlers for the topic 'a'"):
        handlers_of(name)


def test_a_case_gives_answers_and_deadlines_as_text() -> None:
    case = Case(
        "M9S346Q3D9", "Jalan", None, None, None, "received", "web", {}, {"form": {"number": 3, "open": None}}, NOW,
        until={"known": NOW}.get,
    )  # fmt: skip
    assert (case.answer("form", "number"), case.answer("form", "open"), case.answer("other", "x")) == ("3", "", "")
    assert case.deadline("known") == "2026-11-23T02:00:00+00:00"
    assert case.deadline("unknown") == ""
