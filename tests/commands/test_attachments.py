"""W5 and W6: files that people send are what they claim to be, tell nothing in secret, and harm nobody."""

from __future__ import annotations

import hashlib
import io
import os
import struct
import zipfile
import zlib
from collections.abc import Callable
from datetime import timedelta

import pytest
from PIL import Image
from PIL.PngImagePlugin import PngInfo
from pypdf import PdfReader, PdfWriter
from pypdf.generic import DictionaryObject, NameObject, TextStringObject
from sqlalchemy import update

from app.commands.attachment.attachments import StoreAttachment, SweepAttachments
from app.commands.attachment.media import EICAR, cleaned, safe_name
from app.domain.errors import Forbidden, Invalid, NotFound
from app.domain.roles import SYSTEM
from app.queries.verify.verify import verify
from app.store import files
from app.store.complaints import Attachment
from app.store.database import reading
from tests.world import VISITOR, World

LARGEST = 10 * 1024 * 1024
PLACE = b"GPSCANARY"


def jpeg() -> bytes:
    picture = Image.effect_noise((64, 48), 60).convert("RGB")
    exif = Image.Exif()
    exif[0x010E] = "GPSCANARY description"
    exif.get_ifd(0x8825)[1] = "S"
    target = io.BytesIO()
    picture.save(target, "JPEG", exif=exif.tobytes(), comment=PLACE)
    return target.getvalue()


def png(size: tuple[int, int] = (40, 30)) -> bytes:
    told = PngInfo()
    told.add_text("Author", "GPSCANARY")
    target = io.BytesIO()
    Image.new("RGBA", size, (200, 10, 10, 128)).save(target, "PNG", pnginfo=told)
    return target.getvalue()


def webp() -> bytes:
    exif = Image.Exif()
    exif[0x010E] = "GPSCANARY"
    target = io.BytesIO()
    Image.new("RGB", (40, 30), (1, 2, 3)).save(target, "WEBP", exif=exif.tobytes())
    return target.getvalue()


def huge_png() -> bytes:
    """50,000 by 50,000 pixels in a few bytes."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", 50_000, 50_000, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"\0" * 100)) + chunk(b"IEND", b"")
    )


def pdf(password: str | None = None) -> bytes:
    writer = PdfWriter()
    page = writer.add_blank_page(200, 200)
    writer.add_metadata({"/Author": "GPSCANARY", "/Title": "GPSCANARY"})
    writer.add_attachment("GPSCANARY.exe", b"GPSCANARY")
    script = DictionaryObject(
        {NameObject("/S"): NameObject("/JavaScript"), NameObject("/JS"): TextStringObject("GPSCANARY")}
    )
    writer.root_object[NameObject("/OpenAction")] = script
    page[NameObject("/AA")] = DictionaryObject({NameObject("/O"): script})
    if password:
        writer.encrypt(password)
    target = io.BytesIO()
    writer.write(target)
    return target.getvalue()


def pdf_of_photo() -> bytes:
    target = io.BytesIO()
    Image.open(io.BytesIO(jpeg())).save(target, "PDF")
    content = target.getvalue()
    assert b"/DCTDecode" in content
    return content


def mp4() -> bytes:
    def box(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", 8 + len(data)) + kind + data

    told = box(b"udta", box(b"\xa9xyz", b"+06.88+109.67/GPSCANARY"))
    movie = box(b"moov", box(b"mvhd", b"\0" * 100) + box(b"trak", box(b"tkhd", b"\0" * 84) + told) + told)
    return box(b"ftyp", b"isom\0\0\2\0isomiso2") + movie + box(b"mdat", b"film" * 10) + box(b"uuid", PLACE)


def zip_bomb() -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a", b"\0" * 10_000_000)
    return target.getvalue()


def docx() -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        archive.writestr("word/document.xml", "<x/>")
    return target.getvalue()


HOSTILE: dict[str, tuple[str, Callable[[], bytes]]] = {
    "gif with script": ("a.gif", lambda: b"GIF89a/*" + b"\0" * 20 + b"*/=alert(1)//;"),
    "script named jpg": ("a.jpg", lambda: b"<script>alert(1)</script>"),
    "svg with onload": ("a.svg", lambda: b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>'),
    "svg named png": ("a.png", lambda: b'<?xml version="1.0"?><svg onload="alert(1)"/>'),
    "html": ("a.html", lambda: b"<!doctype html><script>alert(1)</script>"),
    "html named pdf": ("a.pdf", lambda: b"<html>%PDF-1.7</html>"),
    "zip bomb": ("42.zip", zip_bomb),
    "zip bomb named jpg": ("a.jpg", zip_bomb),
    "docx": ("a.docx", docx),
    "huge png": ("a.png", huge_png),
    "eicar": ("a.pdf", lambda: EICAR),
    "eicar behind a picture": ("a.jpg", lambda: jpeg() + EICAR),
    "eicar in a pdf": ("a.pdf", lambda: pdf() + EICAR),
    "executable": ("a.exe", lambda: b"MZ" + b"\0" * 100),
    "elf named mp4": ("a.mp4", lambda: b"\x7fELF" + b"\0" * 100),
    "shell script": ("a.sh", lambda: b"#!/bin/sh\nrm -rf /\n"),
    "truncated jpg": ("a.jpg", lambda: jpeg()[:200]),
    "truncated png": ("a.png", lambda: png()[:40]),
    "jpg header only": ("a.jpg", lambda: b"\xff\xd8\xff"),
    "broken pdf": ("a.pdf", lambda: b"%PDF-1.7\n" + b"\0" * 100),
    "locked pdf": ("a.pdf", lambda: pdf("rahasia")),
    "broken mp4": ("a.mp4", lambda: b"\0\0\0\x18ftypisom" + b"\xff" * 40),
    "empty": ("a.jpg", lambda: b""),
    "too large": ("a.jpg", lambda: jpeg() + b"\0" * LARGEST),
    "text": ("a.txt", lambda: b"halo"),
}


@pytest.mark.parametrize("kind", HOSTILE)
def test_W6_a_hostile_file_is_refused_beside_its_field(kind: str) -> None:
    name, make = HOSTILE[kind]
    with pytest.raises(Invalid) as refused:
        cleaned(name, make(), LARGEST, lambda _: None)
    assert set(refused.value.errors) == {"attachments"}


GOOD: dict[str, tuple[str, str, Callable[[], bytes]]] = {
    "jpeg": ("image/jpeg", ".jpg", jpeg),
    "png": ("image/png", ".png", png),
    "webp": ("image/webp", ".webp", webp),
    "pdf": ("application/pdf", ".pdf", pdf),
    "photo in a pdf": ("application/pdf", ".pdf", pdf_of_photo),
    "mp4": ("video/mp4", ".mp4", mp4),
}


@pytest.mark.parametrize("kind", GOOD)
def test_W5_a_file_is_kept_without_what_it_tells_in_secret(kind: str) -> None:
    media_type, suffix, make = GOOD[kind]
    content = make()
    assert PLACE in content or kind == "photo in a pdf"
    clean = cleaned(f"bukti{suffix}", content, LARGEST, lambda _: None)
    assert (clean.media_type, clean.name) == (media_type, f"bukti{suffix}")
    assert PLACE not in clean.content and b"Exif" not in clean.content and b"JavaScript" not in clean.content
    if media_type.startswith("image/"):
        picture = Image.open(io.BytesIO(clean.content))
        assert not picture.getexif() and picture.size == Image.open(io.BytesIO(content)).size
    if media_type == "application/pdf":
        reader = PdfReader(io.BytesIO(clean.content))
        assert len(reader.pages) == 1 and not reader.attachments and "/AA" not in reader.pages[0]
        assert reader.metadata is None or not reader.metadata.author
    if media_type == "video/mp4":
        assert len(clean.content) == len(content) and b"film" * 10 in clean.content


def test_a_picture_polyglot_loses_what_hides_behind_it() -> None:
    content = jpeg() + b"<script>alert(1)</script>"
    assert b"script" not in cleaned("a.jpg", content, LARGEST, lambda _: None).content


def test_a_scanner_has_the_last_word() -> None:
    with pytest.raises(Invalid):
        cleaned("a.jpg", jpeg(), LARGEST, lambda _: "Some.Virus")


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("../../etc/passwd", "passwd.jpg"),
        ("..\\..\\boot.ini", "boot.jpg"),
        ("foto\x00.php.jpg", "foto.php.jpg"),
        ('a";\r\nX: y.jpg', "aX y.jpg"),
        ("<img onerror=x>.png", "img onerrorx.jpg"),
        ("", "lampiran.jpg"),
        ("....", "lampiran.jpg"),
        ("‮gpj.exe", "gpj.jpg"),
        ("a" * 500, "a" * 100 + ".jpg"),
        ("Lampu jalan (1).jpeg", "Lampu jalan (1).jpg"),
    ],
)
def test_W6_names_are_made_safe(name: str, safe: str) -> None:
    assert safe_name(name, ".jpg") == safe


def test_an_uploaded_file_comes_to_belong_to_the_complaint_that_names_it(service: World) -> None:
    attachment = service.runner.run(StoreAttachment("lampu.jpg", jpeg()), VISITOR)
    filed = service.file(attachments=(attachment,))
    (row,) = service.rows(Attachment)
    assert (row.id, row.complaint_id, row.name, row.public) == (attachment, filed.tracking_id, "lampu.jpg", False)
    kept = files.read(service.toolbox.settings.attachments_dir, attachment)
    assert len(kept) == row.size and PLACE not in kept
    with pytest.raises(Invalid):
        service.file(attachments=(attachment,))  # it belongs to the first one now
    with pytest.raises(Invalid):
        service.file(attachments=("0" * 32,))


def test_a_file_for_a_complaint_is_for_those_who_may_see_it(service: World) -> None:
    filed, other = service.at_opd(), service.file()
    service.runner.run(StoreAttachment("a.png", png(), filed.tracking_id), service.actor("pupr"))
    service.runner.run(StoreAttachment("a.png", png(), filed.tracking_id), service.reporter(filed))
    with pytest.raises(Forbidden):
        service.runner.run(StoreAttachment("a.png", png(), filed.tracking_id), service.actor("dinkes"))
    with pytest.raises(NotFound):
        service.runner.run(StoreAttachment("a.png", png(), filed.tracking_id), service.reporter(other))


def test_T24_files_that_belong_to_nothing_are_swept_out(service: World) -> None:
    folder = service.toolbox.settings.attachments_dir
    kept = service.runner.run(StoreAttachment("a.png", png()), VISITOR)
    service.file(attachments=(kept,))
    never_sent = service.runner.run(StoreAttachment("b.png", png()), VISITOR)
    files.write(folder, "f" * 32, b"left by a crash")
    assert service.runner.run(SweepAttachments(), SYSTEM) == 0
    for path in folder.glob("??/*"):  # files carry the machine's time, rows the service's
        os.utime(path, (0, service.clock.now().timestamp()))
    service.clock.advance(timedelta(days=2))
    assert service.runner.run(SweepAttachments(), SYSTEM) == 2
    assert [row.id for row in service.rows(Attachment)] == [kept]
    assert files.path_of(folder, kept).exists() and not files.path_of(folder, never_sent).exists()


def test_W15_a_changed_or_lost_attachment_is_named(service: World) -> None:
    kept, lost, swapped = (service.runner.run(StoreAttachment("a.png", png()), VISITOR) for _ in range(3))
    folder = service.toolbox.settings.attachments_dir
    contents = {each: files.read(folder, each) for each in (kept, lost, swapped)}
    files.write(folder, kept, b"another picture")
    files.remove(folder, [lost])
    other = hashlib.sha256(b"x").hexdigest()
    with service.toolbox.database.begin() as connection:
        connection.execute(update(Attachment).where(Attachment.id == swapped).values(sha256=other))
    files.write(folder, swapped, b"x")
    with reading(service.toolbox.database) as session:
        found = verify(session, service.toolbox)
    assert {(each.invariant, each.table, each.row) for each in found} == {
        ("INV7", "attachment", each) for each in (kept, lost, swapped)
    }
    for each, content in contents.items():  # as from a backup
        files.write(folder, each, content)
    with service.toolbox.database.begin() as connection:
        sound = hashlib.sha256(contents[swapped]).hexdigest()
        connection.execute(update(Attachment).where(Attachment.id == swapped).values(sha256=sound))
