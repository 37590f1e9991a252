"""A table that narrow screens show as cards: each cell learns the name of its column, written once in the head."""

from __future__ import annotations

import re

from flask import Flask
from markupsafe import Markup

HEAD = re.compile(r"<thead>.*?</thead>", re.S)
NAME = re.compile(r"<th\b[^>]*>(.*?)</th>", re.S)
ROW = re.compile(r"<tr\b.*?</tr>", re.S)
CELL = re.compile(r"<(td|th)\b")
TABLE = re.compile(r'<table class="table\b')


def install(app: Flask) -> None:
    """Give the filter to every template: `{% filter cards %}<table class="table">...</table>{% endfilter %}`."""
    app.jinja_env.filters["cards"] = cards


def cards(table: Markup) -> Markup:
    """The table with `data-name` on each cell; what people wrote is escaped already and holds no tags."""
    head = HEAD.search(table)
    if head is None:
        return table
    names = [" ".join(re.sub(r"<[^>]*>", "", name).split()) for name in NAME.findall(head.group())]
    body = ROW.sub(lambda row: _named(row.group(), names), table[head.end() :])
    return Markup(TABLE.sub('<table class="table table-cards', str(table[: head.end()]) + body))


def _named(row: str, names: list[str]) -> str:
    """The row's cells in their order, each with the name of its column."""
    left = iter(names)
    return CELL.sub(lambda cell: f'<{cell.group(1)} data-name="{next(left, "")}"', row)
