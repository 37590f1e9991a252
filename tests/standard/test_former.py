"""Data that the first release loaded goes on with today's meanings; what is loaded now must say everything itself."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.domain.findings import errors
from app.standard.service import FOLDER, ServiceData, inspect_service, read_contents, service_from
from tests.promises.files import ROOT

FIRST = (Path(__file__).with_name("first_release") / "statuses.toml").read_bytes()
MINIMAL = b'[[status]]\ncode = "odd"\nname = { id = "Aneh", en = "Odd" }\nstep = 3\n'


def stored(statuses: bytes) -> ServiceData:
    contents = {**read_contents(ROOT / FOLDER), "statuses.toml": statuses}
    return service_from(contents, stored=["statuses.toml"])


def test_what_the_first_release_knew_by_heart_is_said_of_its_data() -> None:
    found = stored(FIRST).statuses
    assert {code for code, each in found.items() if each.waits_for == "reporter"} == {"draft", "incomplete", "answered"}
    assert {code for code, each in found.items() if each.returned} == {
        "returned_ministry", "returned_dinkominfo", "result_returned",
    }  # fmt: skip
    assert {code for code, each in found.items() if each.answered} == {"answered", "planned", "closed"}
    assert found["planned"].waits_for == "date"
    assert (found["merged"].outcome, found["withdrawn"].outcome) == ("duplicate", "withdrawn")
    assert found["received"].staff == found["received"].name
    assert [found[code].stage for code in ("draft", "disposed", "in_follow_up", "closed", "merged")] == [1, 2, 3, 4, 0]


def test_a_case_that_is_ended_from_outside_has_its_status_there_too() -> None:
    service = stored(FIRST)
    ended = service.statuses["cancelled"]
    assert (ended.closed, ended.waits_for, ended.outcome) == (True, "nobody", "cancelled")
    assert ended.name.id == "Dihentikan petugas"
    assert list(service.cancellations) == ["other"]


def test_a_status_that_only_this_city_knows_has_meanings_too() -> None:
    service = stored(MINIMAL)
    odd = service.statuses["odd"]
    assert (odd.staff.id, odd.waits_for, odd.stage, odd.returned) == ("Aneh", "office", 2, False)
    assert [(stage.number, stage.answers) for stage in service.stages] == [
        (1, False),
        (2, False),
        (3, False),
        (4, True),
    ]


@pytest.mark.parametrize("nonsense", [b"", b"status = 3", b"[[status]]", b"[[step]]\nnumber = 'x'", b"stage = 1"])
def test_nonsense_in_stored_data_never_ends_in_a_traceback(nonsense: bytes) -> None:
    contents = {**read_contents(ROOT / FOLDER), "statuses.toml": nonsense}
    service, findings = inspect_service(contents, stored=["statuses.toml"])
    assert service is not None or errors(findings)


def test_the_same_data_loaded_now_is_refused_with_every_gap_named() -> None:
    service, findings = inspect_service({**read_contents(ROOT / FOLDER), "statuses.toml": FIRST})
    assert service is None
    said = {(each.element, each.message.en) for each in errors(findings)}
    for gap in ("staff", "waits_for", "stage"):
        assert ("status received", f"“{gap}” is missing.") in said
    assert ("status cancelled", "The status “cancelled” is missing.") in said


@pytest.mark.parametrize(
    ("old", "new", "element"),
    [
        ('waits_for = "reporter"\ntone', 'waits_for = "rain"\ntone', "status draft"),
        ("step = 2\nstage = 2", "step = 2\nstage = 9", "status received"),
        ("step = 7\nstage = 4\nwaits_for = \"reporter\"", "step = 7\nwaits_for = \"reporter\"", "status answered"),
        ('letter = "reopened"', 'letter = "no-such-letter"', "status reopened"),
        ('why = { id = "hasilnya', 'wyh = { id = "hasilnya', "status result_returned"),
        ('advice = { id = "Bila masalahnya', 'advise = { id = "Bila masalahnya', "cancellation settled"),
        ('[status.integrity]', '[status.unknown]', "status verified"),
    ],
)  # fmt: skip
def test_a_wrong_meaning_is_named_by_its_place(old: str, new: str, element: str) -> None:
    contents = read_contents(ROOT / FOLDER)
    text = contents["statuses.toml"].decode()
    assert old in text
    _, findings = inspect_service({**contents, "statuses.toml": text.replace(old, new, 1).encode()})
    assert element in {each.element for each in errors(findings)}
