"""Beside the questions stands what somebody needs to answer them well: examples of sentences, and the law."""

from __future__ import annotations

import pytest
from lxml import html

from tests.web.conftest import Visit
from tests.world import ACCEPT, ASSIGN, World


def block(page: str, beginning: str) -> html.HtmlElement:
    """The text on the page that begins so."""
    found = [each for each in html.fromstring(page).find_class("form-text-block") if beginning in each.text_content()]
    assert len(found) == 1, beginning
    return found[0]


@pytest.mark.parametrize(
    ("outcome", "beginning"),
    [
        ("resolved", "Contoh: Pada 20 November kami mengganti lampu"),
        ("explained", "Contoh: Lampu di gang itu milik pengelola perumahan"),
        ("planned", "Contoh: Penggantian lampu di Jalan Mataram masuk rencana kerja"),
    ],
)
def test_the_answer_is_begun_with_an_example_for_its_outcome(
    visit: Visit, service: World, outcome: str, beginning: str
) -> None:
    filed = service.at_opd()
    service.do(filed, "verify_disposition_opd", "pupr", ACCEPT)
    address = f"/tugas/{service.open(filed.instance_id)[0]}"
    assert "data-hidden-now" in block(visit("pupr").get(address).text, beginning).attrib  # nothing is chosen yet
    chosen = visit("pupr").post(address, data={"outcome": outcome}).text  # incomplete: the page comes back
    assert "data-hidden-now" not in block(chosen, beginning).attrib


def test_what_a_reporter_must_add_is_asked_for_after_an_example(visit: Visit, service: World) -> None:
    filed = service.file()
    page = visit("menteri").get(f"/tugas/{service.open(filed.instance_id)[0]}").text
    assert "Contoh: Mohon sebutkan nama jalan dan kelurahan tempat kejadian." in page


@pytest.mark.parametrize(
    ("answers", "shown"),
    [
        ({"classification": "information_request"}, True),
        ({"category": "informasi-publik"}, True),
        ({"classification": "complaint", "category": "jalan"}, False),
        ({"authority_decision": "no", "classification": "information_request"}, False),
    ],
)
def test_a_request_for_information_shows_what_the_law_exempts(
    visit: Visit, service: World, answers: dict[str, str], shown: bool
) -> None:
    filed = service.file()
    service.do(filed, "ministry_disposition", "menteri", {"ministry_decision": "forward"})
    address = f"/tugas/{service.open(filed.instance_id)[0]}"
    sent = {**ASSIGN, **answers, "target_opd": ""}  # incomplete: the page comes back
    said = block(visit("dinkominfo").post(address, data=sent).text, "UU 14/2008 pasal 17")
    assert ("data-hidden-now" not in said.attrib) is shown
    for exempt in (
        "penegakan hukum",
        "kekayaan intelektual",
        "pertahanan",
        "rahasia pribadi",
        "wasiat",
        "surat internal",
    ):
        assert exempt in said.text_content()
