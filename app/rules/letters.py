"""What may stand in the letters of a confidential case: its number and where it stands, never what it says."""

from __future__ import annotations

from collections.abc import Mapping

from app.domain.text import Text
from app.standard.rows import Template

# Written by the service itself and free of content; a template adds its own under `plain`.
PLAIN = frozenset({"tracking_id", "status", "unit", "due", "due_unit", "step", "holder", "remaining", "link"})
TITLE = "title"  # a letter without a title leaves its line out; screens that are locked show the subject
ON_THE_PAGE = Text("dapat dibaca di halaman aduan", "to be read on the complaint's page")


def fit_to_send(fields: Mapping[str, str], template: Template | None, confidential: bool) -> dict[str, str]:
    """The fields of a letter as they may leave the house: of a confidential case all that tells is said elsewhere."""
    if not confidential:
        return dict(fields)
    plain = PLAIN | (template.plain if template is not None else frozenset())
    kept: dict[str, str] = {}
    for name, value in fields.items():
        told = name.removesuffix("_en")
        if name in plain or told in plain:
            kept[name] = value
        elif told != TITLE and value:
            kept |= {told: ON_THE_PAGE.id, f"{told}_en": ON_THE_PAGE.en}
    return kept
