"""Cleans files that people send: only known kinds pass, and what they tell in secret is removed."""

from __future__ import annotations

import io
import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass

from PIL import Image, ImageOps, UnidentifiedImageError

from app.commands.attachment import movies, papers
from app.domain.errors import Invalid
from app.domain.text import Text

FIELD = "attachments"
MOST_PIXELS = 50_000_000  # decoded, a picture takes four bytes a pixel
LONGEST_SIDE = 4_096
LONGEST_NAME = 100
EICAR = b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$EICAR"  # the harmless text that every virus scanner knows


@dataclass(frozen=True)
class Clean:
    """A file fit to be kept: its kind, its content without hidden data, and a safe name for downloads."""

    media_type: str
    content: bytes
    name: str


@dataclass(frozen=True)
class Kind:
    """One kind of file that is taken: how it is recognised and cleaned."""

    media_type: str
    suffix: str
    matches: Callable[[bytes], bool]
    clean: Callable[[bytes], bytes]


def cleaned(name: str, content: bytes, largest: int, scan: Callable[[bytes], str | None]) -> Clean:
    """The file without metadata. Raises Invalid for anything that is not a sound file of a kind we take."""
    if not content:
        raise refused("Berkas ini kosong.", "This file is empty.")
    if len(content) > largest:
        size = largest // (1024 * 1024)
        raise refused(f"Berkas lebih besar dari {size} MB.", f"The file is larger than {size} MB.")
    if EICAR in content or scan(content) is not None:
        raise refused("Berkas ini terdeteksi berbahaya.", "This file was found to be dangerous.")
    kind = next((kind for kind in KINDS if kind.matches(content)), None)
    if kind is None:
        raise refused(
            "Jenis berkas ini tidak diterima. Kirim foto JPG, PNG, WebP, dokumen PDF, atau video MP4.",
            "This kind of file is not accepted. Send a JPG, PNG or WebP picture, a PDF document or an MP4 video.",
        )
    try:
        content = kind.clean(content)
    except Invalid:
        raise
    except Exception as error:  # decoders raise whatever a broken file makes them raise
        raise refused("Berkas ini rusak dan tidak dapat dibaca.", "This file is damaged and cannot be read.") from error
    if len(content) > largest * 2:
        raise refused("Berkas ini terlalu besar setelah dibuka.", "This file is too large once it is opened.")
    return Clean(kind.media_type, content, safe_name(name, kind.suffix))


def safe_name(name: str, suffix: str) -> str:
    """A plain file name: no folders, no control characters, and the suffix of what the file really is."""
    base = unicodedata.normalize("NFC", name).replace("\\", "/").rsplit("/", 1)[-1]
    stem = base.rsplit(".", 1)[0] if "." in base else base
    stem = re.sub(r"[^\w \-().]", "", stem, flags=re.UNICODE).strip(" .")[:LONGEST_NAME]
    return f"{stem or 'lampiran'}{suffix}"


def refused(id_: str, en: str) -> Invalid:
    """The refusal of a file, beside the field where files are chosen."""
    return Invalid(errors={FIELD: [Text(id_, en)]})


def _redrawn(form: str, **options: object) -> Callable[[bytes], bytes]:
    """Decodes a picture of one format and draws it anew: only its pixels survive."""

    def clean(content: bytes) -> bytes:
        try:
            picture: Image.Image = Image.open(io.BytesIO(content), formats=[form])
        except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
            raise _too_many() from error
        except UnidentifiedImageError as error:
            raise refused("Foto ini rusak.", "This picture is damaged.") from error
        if picture.width * picture.height > MOST_PIXELS:
            raise _too_many()
        picture = ImageOps.exif_transpose(picture)
        picture = picture.convert("RGB" if form == "JPEG" or "A" not in picture.getbands() else "RGBA")
        picture.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
        fresh = Image.frombytes(picture.mode, picture.size, picture.tobytes())  # nothing but pixels comes along
        target = io.BytesIO()
        fresh.save(target, form, **options)
        return target.getvalue()

    return clean


def _too_many() -> Invalid:
    return refused("Foto ini terlalu besar ukurannya.", "This picture has too many pixels.")


def _is_webp(content: bytes) -> bool:
    return content[:4] == b"RIFF" and content[8:12] == b"WEBP"


KINDS = (
    Kind("image/jpeg", ".jpg", lambda data: data[:3] == b"\xff\xd8\xff", _redrawn("JPEG", quality=88)),
    Kind("image/png", ".png", lambda data: data[:8] == b"\x89PNG\r\n\x1a\n", _redrawn("PNG")),
    Kind("image/webp", ".webp", _is_webp, _redrawn("WEBP", quality=88)),
    Kind("application/pdf", ".pdf", lambda data: data[:5] == b"%PDF-", papers.cleaned),
    Kind("video/mp4", ".mp4", lambda data: data[4:8] == b"ftyp", movies.cleaned),
)
