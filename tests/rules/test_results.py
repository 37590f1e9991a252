"""What the reporter reads as the result is one rule: on the page, at the steps that judge it, and in the letter."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import pytest

from app.rules.results import Result, result_of, told
from tests.processes.content import bundle

AT = datetime(2026, 11, 23, 2, tzinfo=UTC)
DONE = {"outcome": "resolved", "result": "Lampu sudah diganti.", "acted_on": "2026-11-23"}


@dataclass(frozen=True)
class Row:
    """Answers as a case keeps them."""

    seq: int
    form: str
    data: Mapping[str, Any] = field(default_factory=dict)
    task_id: str | None = "t"
    at: datetime = AT


@dataclass(frozen=True)
class Passed:
    """An entry of a history."""

    seq: int
    kind: str
    element: str
    at: datetime = AT
    task_id: str | None = None


def read(*rows: Row, without: str = "") -> Result | None:
    return result_of(rows, bundle(), without)


OFFICE = Row(10, "tindak_lanjut", DONE)
CITY = Row(20, "konfirmasi_hasil", {"result_accepted": True, "answer": "Lampu menyala lagi."})
SILENT = Row(30, "konfirmasi_hasil", {"result_accepted": True, "answer": None})


def words(result: Result | None) -> str:
    assert result is not None
    return result.text


def test_without_an_answer_there_is_no_result() -> None:
    assert read() is None
    assert read(Row(1, "pengaduan", {"title": "x"}), Row(2, "verifikasi_opd", {"within_function": True})) is None


def test_the_citys_own_answer_goes_before_the_offices() -> None:
    assert words(read(OFFICE)) == DONE["result"]
    found = read(OFFICE, CITY)
    assert words(found) == "Lampu menyala lagi."
    assert found is not None and (found.worded.seq, found.grounds.seq) == (20, 10)
    assert found.value("outcome") == "resolved" and found.value("acted_on") == "2026-11-23"


def test_a_later_confirmation_without_words_takes_the_earlier_words_back() -> None:
    assert words(read(OFFICE, CITY, SILENT)) == DONE["result"]


def test_words_of_an_earlier_round_do_not_stand_for_a_new_result() -> None:
    again = Row(40, "tindak_lanjut", {**DONE, "result": "Lampu diganti sekali lagi."})
    found = read(OFFICE, CITY, again)
    assert found is not None and (words(found), found.grounds.seq) == ("Lampu diganti sekali lagi.", 40)


def test_who_judges_sees_what_is_read_if_they_add_no_words_of_their_own() -> None:
    assert words(read(OFFICE, CITY, without="konfirmasi_hasil")) == DONE["result"]
    assert words(read(OFFICE, CITY, without="verifikasi_hasil")) == "Lampu menyala lagi."


def test_each_telling_is_told_once_even_where_the_diagram_passes_two_statuses() -> None:
    history = [
        Passed(1, "entered", "start_complaint"),
        Passed(11, "entered", "send_report"),
        Passed(12, "entered", "gw_plan"),
        Passed(20, "flow", "f_reopen_redo"),
        Passed(31, "entered", "send_report"),
        Passed(40, "entered", "end_closed"),
    ]
    rows = [OFFICE, Row(30, "tindak_lanjut", {**DONE, "result": "Sekali lagi."})]
    answered = {"answered", "planned", "closed"}
    found = told(rows, history, bundle(), lambda status: status in answered)
    assert [(each.text, at.seq) for each, at in found] == [(DONE["result"], 11), ("Sekali lagi.", 31)]


@pytest.mark.parametrize("kind", ["left", "notice", "cancelled"])
def test_only_what_was_entered_or_passed_tells(kind: str) -> None:
    assert told([OFFICE], [Passed(11, kind, "send_report")], bundle(), lambda _: True) == []


def test_an_explanation_in_the_citys_words_is_told_as_a_second_answer() -> None:
    history = [Passed(11, "entered", "send_report"), Passed(25, "entered", "send_report")]
    found = told([OFFICE, CITY], history, bundle(), lambda _: True)
    assert [each.text for each, _ in found] == [DONE["result"], "Lampu menyala lagi."]
