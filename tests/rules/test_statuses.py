"""What a status means stands in the service's data: the product asks for meanings and knows no code but its own."""

from __future__ import annotations

import re
from dataclasses import replace

from app.rules.statuses import awaiting_reporter, is_returned, outcome_of, status_of
from tests.processes.content import bundle, service
from tests.promises.files import ROOT

OWN = {"cancelled"}  # the one that the product itself gives
# The same word for something else: a key of the data, a table, a kind of day. Another one goes on this list.
SOMETHING_ELSE = {
    ("app/standard/files.py", "answered"),
    ("app/standard/statuses.py", "answered"),
    ("app/standard/statuses.py", "closed"),
    ("app/cli/user.py", "closed"),
    ("app/domain/explanation.py", "closed"),
    ("app/store/complaints.py", "planned"),
    ("app/store/migrations/v0001/cases.py", "draft"),
    ("app/store/tasks.py", "draft"),
}


def test_every_status_has_words_for_the_reporter_and_for_staff() -> None:
    for status in service().statuses.values():
        assert status.name and status.staff and status.note, status.code
        for words in (status.staff, *(own.staff for own in status.flagged.values())):
            assert not re.search(r"\b(Anda|you|your)\b", f"{words.id} {words.en}", re.IGNORECASE), status.code


def test_a_status_that_says_you_to_the_reporter_says_the_reporter_to_staff() -> None:
    spoken = [each for each in service().statuses.values() if "Anda" in each.name.id]
    assert {each.code for each in spoken} >= {"incomplete", "answered", "withdrawn"}
    assert all("pelapor" in each.staff.id for each in spoken)


def test_whose_turn_it_is_and_what_went_back_is_read_from_the_data() -> None:
    assert set(awaiting_reporter(service())) == {"draft", "incomplete", "answered"}
    back = {code for code in service().statuses if is_returned(service(), code)}
    assert back == {"returned_ministry", "returned_dinkominfo", "awaiting_decision", "result_returned"}
    renamed = replace(service(), statuses={"x": replace(service().statuses["incomplete"], code="x")})
    assert awaiting_reporter(renamed) == ("x",)


def test_how_a_case_ended_says_its_outcome() -> None:
    ended = {code for code, status in service().statuses.items() if status.closed}
    assert {code: outcome_of(service(), code) for code in ended} == {
        "closed": None,  # that of the answer stands
        "forwarded_elsewhere": "forwarded_elsewhere",
        "merged": "duplicate",
        "archived": "archived_incomplete",
        "withdrawn": "withdrawn",
        "cancelled": "cancelled",
    }


def test_complaints_of_a_flagged_category_have_words_of_their_own() -> None:
    flagged = next(row.code for row in service().categories.values() if row.flag == "integrity")
    plain, own = status_of(service(), "in_follow_up", "jalan"), status_of(service(), "in_follow_up", flagged)
    assert (plain.name.id, own.name.id) == ("Dalam tindak lanjut", "Dalam pemeriksaan")
    assert status_of(service(), "received", flagged) == service().statuses["received"]
    assert status_of(service(), "nobody-knows").staff.id == "nobody-knows"


def test_a_case_that_runs_has_a_stage_and_one_that_ended_without_an_answer_has_none() -> None:
    for status in service().statuses.values():
        assert bool(status.stage) == (not status.closed or status.outcome is None), status.code
    assert {code for code, status in service().statuses.items() if status.answered} == {"answered", "planned", "closed"}


def test_the_product_names_no_status_of_this_city() -> None:
    codes = set(bundle().manifest.statuses.values()) | set(service().statuses)
    found = {
        (path.relative_to(ROOT).as_posix(), code)
        for path in (ROOT / "app").rglob("*")
        if path.suffix in (".py", ".html") and "node_modules" not in path.parts and path.name != "former.py"
        for code in re.findall(r"[\"'](\w+)[\"']", path.read_text("utf-8"))
        if code in codes - OWN
    }
    assert found - SOMETHING_ELSE == set(), "ask app.rules.statuses for the meaning instead"
