"""Letters on a page are read in the language of the page; in the language they were sent in they stand as they were."""

from __future__ import annotations

import pytest
from lxml import html

from app.store.complaints import ConversationLine
from tests.web.conftest import Visit
from tests.world import World


def said(page: str, class_: str) -> list[str]:
    """The lines of the conversation on a page."""
    return [" ".join(each.text_content().split()) for each in html.fromstring(page).find_class(class_)]


def said_in(line: html.HtmlElement) -> list[str]:
    """The words of one line, without its head."""
    return [" ".join(each.text_content().split()) for each in line.find_class("said-text")]


@pytest.mark.parametrize("sent", ["id", "en"])
@pytest.mark.parametrize("read", ["id", "en"])
def test_the_reporter_and_officers_read_letters_in_the_language_of_the_page(
    visit: Visit, service: World, sent: str, read: str
) -> None:
    filed = service.answered(service.file(lang=sent))
    stored = [" ".join(row.text.split()) for row in service.rows(ConversationLine) if row.direction == "out"]
    words = {"id": "sudah kami terima", "en": "We have received"}
    mark = {"id": "ditulis dalam bahasa Inggris", "en": "written in Indonesian"}[read]
    reporter, officer = visit(None), visit("dinkominfo")
    reporter.get(f"/bahasa/{read}")
    officer.get(f"/bahasa/{read}")
    page = reporter.post("/lacak", data={"nomor": filed.tracking_id, "kode": filed.secret}, follow_redirects=True).text
    theirs = [each for line in html.fromstring(page).find_class("said-out") for each in said_in(line)]
    staff = officer.get(f"/aduan/{filed.tracking_id}").text
    for lines in (theirs, said(staff, "talk-out")):
        assert len(lines) == len(stored) == 3
        assert any(words[read] in line for line in lines)
        assert not any(words["en" if read == "id" else "id"] in line for line in lines)
    assert (theirs == stored) is (sent == read)
    for text in (page, staff):
        assert text.count(mark) == (0 if sent == read else 3)


def test_a_letter_whose_words_are_gone_is_shown_as_it_was_sent(
    visit: Visit, service: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    filed = service.file(lang="id")
    monkeypatch.setattr("app.web.letters.service", lambda: type("Bare", (), {"templates": {}})())
    officer = visit("dinkominfo")
    officer.get("/bahasa/en")
    (line,) = said(officer.get(f"/aduan/{filed.tracking_id}").text, "talk-out")
    assert "sudah kami terima" in line and "written in" not in line
