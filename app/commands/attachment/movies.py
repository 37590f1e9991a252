"""Blanks what an MP4 video tells besides its pictures and sound: place, device, author."""

from __future__ import annotations

from collections.abc import Iterator

from app.domain.errors import Invalid
from app.domain.text import Text

HOLDERS = (b"moov", b"trak", b"mdia", b"minf", b"stbl", b"edts", b"moof", b"traf")
TELLING = (b"udta", b"meta", b"uuid", b"free", b"skip")
DEEPEST = 8


def cleaned(content: bytes) -> bytes:
    """The same video; boxes with metadata become empty filling of the same size, so that no offset moves."""
    data = bytearray(content)
    if b"moov" not in {bytes(data[box + 4 : box + 8]) for box, _, _ in _boxes(data, 0, len(data))}:
        raise Invalid(errors={"attachments": [Text("Video ini rusak.", "This video is damaged.")]})
    _blank(data, 0, len(data), DEEPEST)
    return bytes(data)


def _blank(data: bytearray, start: int, end: int, depth: int) -> None:
    for box, body, stop in _boxes(data, start, end):
        kind = bytes(data[box + 4 : box + 8])
        if kind in TELLING:
            data[box + 4 : box + 8] = b"free"
            data[body:stop] = bytes(stop - body)
        elif kind in HOLDERS and depth:
            _blank(data, body, stop, depth - 1)


def _boxes(data: bytearray, start: int, end: int) -> Iterator[tuple[int, int, int]]:
    """(begin, begin of its content, end) of each box; raises Invalid when the sizes do not fit."""
    at = start
    while at + 8 <= end:
        size, body = int.from_bytes(data[at : at + 4], "big"), at + 8
        if size == 1:
            size, body = int.from_bytes(data[at + 8 : at + 16], "big"), at + 16
        elif size == 0:
            size = end - at
        if size < body - at or at + size > end:
            raise Invalid(errors={"attachments": [Text("Video ini rusak.", "This video is damaged.")]})
        yield at, body, at + size
        at += size
