"""Copies the pages of a PDF into a new one: no author, no scripts, no attached files, no places in its photos."""

from __future__ import annotations

import io
from typing import Any

from pypdf import PdfReader, PdfWriter
from pypdf.generic import NameObject, StreamObject

from app.domain.errors import Invalid
from app.domain.text import Text

MOST_PAGES = 500
ACTIVE = ("/AA", "/A", "/Annots", "/Metadata", "/PieceInfo", "/Thumb", "/JS", "/AF", "/B")
APP1, APP13, COMMENT = 0xE1, 0xED, 0xFE
START_OF_SCAN = 0xDA


def cleaned(content: bytes) -> bytes:
    """The same pages in a new file. Raises Invalid for an encrypted or endless one."""
    reader = PdfReader(io.BytesIO(content))
    if reader.is_encrypted:
        raise _refused("PDF ini terkunci sandi.", "This PDF is locked with a password.")
    if len(reader.pages) > MOST_PAGES:
        raise _refused("PDF ini terlalu panjang.", "This PDF has too many pages.")
    writer = PdfWriter()
    for page in reader.pages:
        for key in ACTIVE:
            page.pop(NameObject(key), None)
        writer.add_page(page)
    writer.metadata = None
    for item in writer._objects:
        _strip(item)
    target = io.BytesIO()
    writer.write(target)
    return target.getvalue()


def _strip(item: Any) -> None:
    """Take scripts and metadata out of one object, and camera data out of a photo."""
    if not isinstance(item, dict):
        return
    for key in ACTIVE:
        item.pop(NameObject(key), None)
    if isinstance(item, StreamObject) and item.get("/Filter") in ("/DCTDecode", ["/DCTDecode"]):
        item._data = without_camera_data(item._data)


def without_camera_data(jpeg: bytes) -> bytes:
    """A JPEG without its EXIF, XMP, IPTC and comment segments; the picture itself is not touched."""
    if jpeg[:2] != b"\xff\xd8":
        return jpeg
    kept, at = [jpeg[:2]], 2
    while at + 4 <= len(jpeg) and jpeg[at] == 0xFF and jpeg[at + 1] != START_OF_SCAN:
        length = 2 + int.from_bytes(jpeg[at + 2 : at + 4], "big")
        if jpeg[at + 1] not in (APP1, APP13, COMMENT):
            kept.append(jpeg[at : at + length])
        at += length
    return b"".join([*kept, jpeg[at:]])


def _refused(id_: str, en: str) -> Invalid:
    return Invalid(errors={"attachments": [Text(id_, en)]})
