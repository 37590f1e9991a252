"""The pictures of a bundle's diagrams, in both languages, under the names they have in `diagrams/`."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import PurePath

from app.bundle.read import Bundle
from app.drawing.draw import draw


def pictures(bundle: Bundle) -> Iterator[tuple[str, str]]:
    """File name and SVG text: `<key>.svg` for the main diagram, `<key>.<called>.svg` for each it calls, and `.en`."""
    for file in (bundle.manifest.diagram, *bundle.manifest.calls):
        stem = bundle.key if file == bundle.manifest.diagram else f"{bundle.key}.{PurePath(file).stem}"
        title = bundle.manifest.title
        yield f"{stem}.svg", draw(bundle.files[file], file, title.id)
        yield f"{stem}.en.svg", draw(bundle.files[file], file, title.en, bundle.labels)
