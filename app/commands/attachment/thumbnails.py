"""Makes small copies of photos for pages: of pictures that were cleaned already, so that nothing hidden comes along."""

from __future__ import annotations

import io

from PIL import Image

SIDE = 960  # pixels: sharp on a phone and beside a form, a tenth of the weight
WHITE = (255, 255, 255)


def small(content: bytes) -> bytes:
    """The picture as a JPEG whose longer side is at most SIDE; what was see-through becomes white."""
    with Image.open(io.BytesIO(content)) as picture:
        picture.draft("RGB", (SIDE, SIDE))  # a JPEG is read at the nearest larger size, which is what takes the time
        picture.thumbnail((SIDE, SIDE))
        flat = Image.new("RGB", picture.size, WHITE)
        flat.paste(picture, mask=picture.getchannel("A") if "A" in picture.getbands() else None)
    target = io.BytesIO()
    flat.save(target, "JPEG", quality=80, optimize=True)
    return target.getvalue()
