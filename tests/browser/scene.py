"""Draws photos for complaints: a street with a lamp, dark or lit, as sharp as a telephone takes it."""

from __future__ import annotations

import io

from PIL import Image, ImageDraw


def scene(lit: bool, size: tuple[int, int] = (1200, 900)) -> bytes:
    """A JPEG of a street at night, its lamp lit or not."""
    width, height = size
    picture = Image.new("RGB", size, (28, 30, 46) if not lit else (60, 58, 66))
    draw = ImageDraw.Draw(picture)
    draw.polygon([(0, height), (width // 3, height // 2), (2 * width // 3, height // 2), (width, height)], (70, 70, 76))
    pole = width // 2
    if lit:
        for reach in range(9, 0, -1):
            glow = reach * height // 30
            draw.ellipse((pole - glow, height // 4 - glow, pole + glow, height // 4 + glow), (255, 190 + reach * 5, 90))
    draw.rectangle((pole - 8, height // 4, pole + 8, 4 * height // 5), (120, 120, 126))
    draw.ellipse((pole - 30, height // 4 - 30, pole + 30, height // 4 + 30), (255, 240, 190) if lit else (90, 90, 96))
    target = io.BytesIO()
    picture.save(target, "JPEG", quality=85)
    return target.getvalue()
