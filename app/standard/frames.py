"""The frame that all letters of a kind share: greeting, what a letter is about, the way on, and who signs."""

from __future__ import annotations

import re
from dataclasses import dataclass

from app.domain.text import PLACEHOLDER, Text
from app.standard.reader import Row, Source

FILE = "letters.toml"
AUDIENCES = ("reporter", "staff")
# What the product itself knows of every letter; a frame may name these and nothing else.
KNOWN = frozenset(
    {"body", "tracking_id", "title", "link", "days", "track", "office", "address", "phone", "email", "service"}
)


@dataclass(frozen=True, slots=True)
class Frame:
    """What stands around the words of each letter to one kind of reader; {body} is where they go."""

    body: Text


BARE = Frame(Text("{body}", "{body}"))  # for service data from before there were frames


def frames(contents: bytes | None) -> tuple[dict[str, Frame], Source | None]:
    """The frames of letters.toml, by audience, and the file with its findings; without a file the words stand alone."""
    if contents is None:
        return dict.fromkeys(AUDIENCES, BARE), None
    source = Source(FILE, contents)
    source.row("", " ".join(AUDIENCES))
    return {audience: _frame(source, audience) for audience in AUDIENCES}, source


def _frame(source: Source, audience: str) -> Frame:
    row = source.row(audience, "id en")
    frame = Frame(Text(row.text("id"), row.text("en")))
    for text in (frame.body.id, frame.body.en):
        _check(row, text)
    return frame


def _check(row: Row, text: str) -> None:
    names = PLACEHOLDER.findall(text)
    for name in names:
        if name not in KNOWN:
            row.unknown("placeholders", name, KNOWN, "isian", "placeholder")
    if text and names.count("body") != 1:
        row.source.error(
            row.where,
            "frame-body",
            Text("Bingkai surat harus memuat {body} tepat satu kali.", "A frame must hold {body} exactly once."),
            Text("Tulis {body} di tempat isi surat.", "Write {body} where the words of the letter go."),
        )
    if re.search(r"[{}]", PLACEHOLDER.sub("", text)):
        row.source.error(
            row.where,
            "template-brace",
            Text("Ada kurung kurawal yang tidak membentuk {isian}.", "A curly bracket does not form a {placeholder}."),
            Text("Tulis {nama_isian} atau hapus kurungnya.", "Write {name} or remove the bracket."),
        )
