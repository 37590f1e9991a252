"""The page of the service standard shows the document as it is, and says of each thing what this site really does."""

from __future__ import annotations

import re
import tomllib

import pytest
from flask.testing import FlaskClient
from lxml import html

from app.standard.channels import RECEIVED
from tests.processes.content import service as city
from tests.promises.files import ROOT
from tests.web.conftest import Visit
from tests.world import World

STANDARD = city().standard
TRACE = tomllib.loads((ROOT / "tests" / "promises" / "requirements.toml").read_text("utf-8"))


@pytest.fixture
def page(visit: Visit) -> html.HtmlElement:
    """The page as everybody sees it."""
    return html.fromstring(visit(None).get("/standar").text)


def words(element: html.HtmlElement) -> str:
    """Its text with single spaces."""
    return " ".join(element.text_content().split())


def component(page: html.HtmlElement, number: int) -> str:
    """What stands below a numbered component; 0 is the legal basis in the head of the document."""
    title = next(each.title.id for each in STANDARD.components if each.number == number)
    said = f"{number}. {title}" if number else title
    return words(next(head for head in page.iter("dt") if words(head) == said).getnext())


def section(page: html.HtmlElement, id_: str) -> str:
    """Everything from a heading to the next one of its level."""
    said, element = "", page.get_element_by_id(id_).getnext()
    while element is not None and element.tag != "h2":
        said, element = f"{said} {words(element)}", element.getnext()
    return said


def test_the_fourteen_components_are_printed_from_the_data(page: html.HtmlElement) -> None:
    assert words(page.get_element_by_id("komponen")) == "14 komponen standar"
    heads = [words(head) for head in page.get_element_by_id("komponen").getnext().iter("dt")]
    assert heads == [
        f"{each.number}. {each.title.id}" if each.number else each.title.id for each in STANDARD.components
    ]
    assert len(heads) == 14
    for each in STANDARD.components:
        said = component(page, each.number)
        lines = [each.text, *each.items] if each.number else []
        assert [line.id for line in lines if line.id not in said] == []
        assert each.here is None or f"Di situs ini: {each.here.id}" in said


@pytest.mark.parametrize(
    ("kind", "number", "year"),
    [
        ("UU", "14", 2008),
        ("PP", "61", 2010),
        ("Permendagri", "3", 2017),
        ("PerKI", "1", 2021),
        ("Perda", "6", 2019),
        ("UU", "28", 1999),
    ],
)
def test_each_law_of_the_document_is_named_and_those_it_lacks_are_marked(
    page: html.HtmlElement, kind: str, number: str, year: int
) -> None:
    law = next(each for each in STANDARD.legal_basis if (each.kind, each.number, each.year) == (kind, number, year))
    lines = [words(line) for line in page.get_element_by_id("dasar-hukum").iter("li")]
    (said,) = [line for line in lines if line.startswith(law.title.id)]
    assert "tidak disebut di dokumen standar" not in said
    assert sum("tidak disebut di dokumen standar" in line for line in lines) == len(
        [each for each in STANDARD.legal_basis if not each.in_source]
    )


@pytest.mark.parametrize(
    "said",
    [
        "1708",
        "Dokumen juga menulis 1706",
        "(0285) 421243; (0285) 420223",
        "diskominfo@pekalongankota.go.id",
        "http://kominfo.pekalongankota.go.id",
        "@pkl.diskominfo",
        "0816644000",
    ],
)
def test_the_citys_channels_are_listed_as_the_document_says(page: html.HtmlElement, said: str) -> None:
    assert said in section(page, "kanal")


def test_a_channel_that_cannot_exist_is_not_offered(page: html.HtmlElement) -> None:
    names = [words(head) for head in page.iter("dt")]
    assert "Instagram" in names and "Twitter/X" not in names
    assert "Akun Twitter @pkl.diskominfo memakai titik" in section(page, "catatan")
    assert "gafe.pekalongankota tidak mempunyai domain tingkat atas" in section(page, "catatan")


def test_only_the_form_reaches_this_service_and_the_page_says_so(page: html.HtmlElement) -> None:
    # Whoever connects a channel adds its kind to RECEIVED and changes what components 1 and 5 and this test say.
    built = [path.name for folder in ("channels", "api") for path in (ROOT / "app" / folder).glob("*.py")]
    assert frozenset() == RECEIVED and built == []
    said = section(page, "kanal")
    assert "aduan ditulis pada formulir Laporkan; inilah satu-satunya jalan" in said
    assert "tidak dapat dilacak di sini" in said and "Kanal yang tersambung" not in said
    assert "belum tersambung" in component(page, 5)


def test_a_connected_channel_would_be_told_apart(visit: Visit, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.web.citizen.standard.RECEIVED", frozenset({"shortcode"}))
    page = html.fromstring(visit(None).get("/standar").text)
    connected = next(head for head in page.iter("h3") if words(head) == "Kanal yang tersambung ke layanan ini")
    assert words(connected.getnext()).startswith("SMS 1708")
    assert "satu-satunya jalan" not in section(page, "kanal")


@pytest.mark.parametrize(("number", "requirement"), [(6, "R42"), (13, "R58")])
def test_what_the_page_calls_missing_is_still_put_off(page: html.HtmlElement, number: int, requirement: str) -> None:
    assert "belum" in component(page, number).partition("Di situs ini:")[2]
    assert "later" in TRACE[requirement]


def test_nothing_promises_what_a_message_by_sms_would_start(page: html.HtmlElement) -> None:
    assert not re.search(r"SMS (membuka|dijawab)|tautan kelengkapan", words(page))


def test_the_working_roles_are_listed_with_people_decrees_and_periods(visit: Visit, service: World) -> None:
    page = html.fromstring(visit(None).get("/standar").text)
    rows = {words(row[0]): [words(cell) for cell in row[1:]] for row in page.findall(".//table/tbody/tr")}
    data = city()
    for code in ("officer", "official", "liaison", "ministry_admin", "dinkominfo_admin", "opd_admin", "division_head"):
        assert data.role_rows[code].title.id in rows
    assert not {data.role_rows[code].title.id for code in ("ops", "administrator", "process_owner")} & set(rows)
    people, decrees = rows["Admin Dinkominfo"]
    assert re.fullmatch(r"\d+ orang", people) and "sejak" in decrees
    everybody = {service.actor(name).name for name in ("dinkominfo", "pupr", "kabid", "menteri")}
    cells = {cell for row in rows.values() for cell in row}
    assert not [name for name in everybody for cell in cells if name == cell]


def test_the_page_says_since_when_it_holds_and_can_be_printed(visit: Visit) -> None:
    page = visit(None).get("/standar").text
    assert re.search(r"Versi ke-1, berlaku sejak \w{3}, \d", page)
    assert "data-print" in page


def test_a_role_that_ended_or_has_not_begun_does_not_count(visit: Visit, service: World) -> None:
    def row(browser: FlaskClient, title: str) -> list[str]:
        page = html.fromstring(browser.get("/standar").text)
        return next(
            [words(cell) for cell in line] for line in page.findall(".//table/tbody/tr") if words(line[0]) == title
        )

    before = row(visit(None), "Admin Dinkominfo")
    service.clock.at = service.clock.at.replace(year=2019)
    assert row(visit(None), "Admin Dinkominfo")[1:] == ["belum ada", ""] != before[1:]


@pytest.mark.parametrize("path", ["/", "/lapor", "/lacak", "/standar", "/privasi"])
def test_the_working_unit_is_named(visit: Visit, path: str) -> None:
    assert STANDARD.unit_name.id in visit(None).get(path).text
