"""Tables name the column at each cell, so that a narrow screen can show their rows as cards."""

from __future__ import annotations

from itertools import chain

import pytest
from lxml import html
from markupsafe import Markup

from app.web.tables import cards
from tests.web.conftest import Visit
from tests.world import World

PAGES = (
    ("admin", "/orang"),
    ("pemilik", "/proses/pengaduan_sp4n"),
    ("ops", "/operasi"),
    ("ops", "/operasi/instans"),
    ("ops", "/operasi/instans/{instance}"),
    ("ops", "/operasi/kotak-keluar"),
    ("ops", "/operasi/audit"),
)


@pytest.mark.parametrize(("who", "path"), PAGES, ids=str)
def test_each_cell_says_the_name_of_its_column(visit: Visit, service: World, who: str, path: str) -> None:
    filed = service.at_opd()
    page = html.fromstring(visit(who).get(path.format(instance=filed.instance_id)).text)
    tables = page.findall(".//table")
    assert tables
    for table in tables:
        assert "table-cards" in table.classes
        names = [head.text_content().strip() for head in table.findall("thead/tr/th")]
        rows = table.findall("tbody/tr")
        assert rows and all(names)
        for row in rows:
            assert [cell.get("data-name") for cell in row] == names


def test_what_people_write_never_counts_as_a_cell() -> None:
    written = Markup("<tr><td>{}</td><td>b</td></tr>").format("</td><td onclick=x>")
    table = Markup(
        '<table class="table"><thead><tr><th>A</th><th>B <b>x</b></th></tr></thead><tbody>{}</tbody></table>'
    )
    shown = html.fromstring(cards(table.format(written)))
    cells = list(chain.from_iterable(shown.findall("tbody/tr")))
    assert [(cell.get("data-name"), cell.text) for cell in cells] == [("A", "</td><td onclick=x>"), ("B x", "b")]


def test_a_table_without_a_head_stays_as_it_is() -> None:
    table = Markup('<table class="table"><tr><td>1</td></tr></table>')
    assert cards(table) == table
