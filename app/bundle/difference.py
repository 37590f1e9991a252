"""What is different between two versions of a procedure: files, and the steps and arrows of its drawing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from app.bundle.read import Bundle
from app.domain.errors import InvalidDiagram
from app.domain.text import Text


@dataclass(frozen=True, slots=True)
class Difference:
    """Paths of the changed files; id -> label of what was added to the drawing, taken away or changed in it."""

    files: tuple[str, ...]
    added: Mapping[str, Text]
    removed: Mapping[str, Text]
    changed: Mapping[str, Text]


def difference(before: Bundle, after: Bundle) -> Difference:
    """What `after` has that `before` had not, and the other way round; a drawing that cannot run is not compared."""
    paths = {*before.files, *after.files}
    files = tuple(sorted(path for path in paths if before.files.get(path) != after.files.get(path)))
    old, new = _parts(before), _parts(after)
    if not new:
        return Difference(files, {}, {}, {})
    return Difference(
        files,
        added={id_: after.label(id_) for id_ in new if id_ not in old},
        removed={id_: before.label(id_) for id_ in old if id_ not in new},
        changed={id_: after.label(id_) for id_ in new if id_ in old and old[id_] != new[id_]},
    )


def _parts(bundle: Bundle) -> dict[str, object]:
    try:
        return {**bundle.definition.elements, **bundle.definition.flows}
    except InvalidDiagram:
        return {}
